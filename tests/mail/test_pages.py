"""Pages of a message's text."""

from pathlib import Path

import pytest

from mailreeve.errors import InputError
from mailreeve.mail import pages, tokens
from mailreeve.mail.mime import from_bytes
from mailreeve.models import Link, Message


def all_pages(message: Message, budget: int) -> list[str]:
    texts, cursor = [], ""
    while True:
        page = pages.page(message, cursor, budget)
        texts.append(page.text)
        cursor = page.next
        if not cursor:
            return texts


def test_a_short_text_is_one_page() -> None:
    """And nothing is left out of it."""
    assert pages.TextPage("Hello\n\nBye") == pages.page(Message(text="Hello\n\n\n\nBye\n"))


def test_pages_keep_to_the_budget_and_lose_nothing() -> None:
    """Every line is on one page."""
    lines = [f"{'word ' * (n % 7)}line {chr(97 + n % 26)}{n}" for n in range(300)]
    texts = all_pages(Message(text="\n".join(lines)), 200)
    assert len(texts) > 3
    assert all(tokens.count(text) <= 200 for text in texts)
    assert [line.strip() for line in lines] == [line.strip() for text in texts for line in text.split("\n")]


def test_a_long_line_is_broken() -> None:
    """One line cannot fill the budget of all."""
    texts = all_pages(Message(text="word " * 5_000), 500)
    assert len(texts) > 5
    assert 5_000 == sum(text.count("word") for text in texts)


def test_what_is_not_shown_is_told() -> None:
    """Links, history, signature."""
    message = Message(
        text="x",
        quoted="> old",
        signature="Bob",
        links=(Link("a", "https://x.example/1"), Link("b", "https://x.example/2")),
    )
    expected = ("2 links to x.example", "quoted history, 5 characters", "signature, 3 characters")
    assert expected == pages.page(message).omitted


def test_long_urls_are_short() -> None:
    """In the text; short ones stay as they are."""
    message = Message(text=f"see https://x.example/{'a' * 200} and https://y.example/b")
    assert f"see x.example/{'a' * 51}… and https://y.example/b" == pages.page(message).text


def test_a_page_within_a_list_starts_with_its_form() -> None:
    """Otherwise its rows say nothing."""
    text = "\n".join(f"Great product number {n} for only ${n}.99, this week only." for n in range(100))
    first = pages.page(Message(text=text), "", 300)
    second = pages.page(Message(text=text), first.next, 300)
    assert first.text.split("\n")[0] == second.text.split("\n")[0]


@pytest.mark.parametrize("cursor", ["x", "-1", "99999", "1e9", "²"])
def test_wrong_cursors_are_refused(cursor: str) -> None:
    """With advice."""
    with pytest.raises(InputError, match="no place"):
        pages.page(Message(text="one\ntwo"), cursor)


def test_a_newsletter_of_a_hundred_products_is_one_page(data: Path) -> None:
    """At most 1,200 tokens, and every product with its price is on it."""
    message = from_bytes((data / "reading" / "newsletter.eml").read_bytes())
    page = pages.page(message)
    assert "" == page.next
    assert tokens.count(page.text) <= 1_200
    rows = page.text.split("\n")
    assert [f"Product {n} | ${n}.99" for n in range(100)] == rows[1:]
