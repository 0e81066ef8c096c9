"""The HTML part that we write."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailreeve.mail import markup
from mailreeve.mail.html import to_text
from mailreeve.mail.invisible import clean
from mailreeve.mail.letter import Compose
from mailreeve.models import Address

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def page(body: str = "", quoted: str = "", signature: str = "") -> str:
    return markup.page(
        Compose(Address("", "me@x.example"), NOW, body=body, quoted=quoted, signature=signature)
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=https://evil.example/x>",
        "![x](https://x)",
        "<!-- x -->",
        "&lt;b>",
        "</div>",
    ],
)
def test_text_is_only_text(text: str) -> None:
    """No markup of it is alive."""
    html = page(text, f"On x wrote:\n> {text}", text)
    assert "<script" not in html
    assert "<img" not in html
    assert "<!--" not in html
    assert {"html", "body", "div", "br", "a", "blockquote"} >= {
        tag.split(" ")[0].strip("</>") for tag in html.replace(">", ">\n").split("\n") if tag.startswith("<")
    }


def test_visible_urls_become_links() -> None:
    """To what they show, with their characters escaped."""
    html = markup.escaped('see https://x.example/?a=1&b="2 and javascript:alert(1)')
    assert '<a href="https://x.example/?a=1&amp;b=">https://x.example/?a=1&amp;b=</a>' in html
    assert 1 == html.count("<a ")


def test_the_parent_is_a_block_as_gmail_marks_it() -> None:
    """So that every reader can fold it."""
    html = page("Hi", "On 5 Jan, Ann wrote:\n> one\n>> two")
    seen = to_text(html)
    assert "Hi" == seen.text[: seen.quote_at].strip()
    assert seen.text[seen.quote_at :].strip().startswith("On 5 Jan, Ann wrote:\n> one")
    assert '<div class="gmail_quote">' in html


@given(st.text(st.characters(exclude_categories=("Cc", "Cf", "Cn", "Cs", "Zl", "Zp", "Zs", "Mn", "Co"))))
def test_a_reader_sees_what_was_written(text: str) -> None:
    """Word by word, whatever its characters."""
    assert clean(text).text.split() == to_text(page(text)).text.split() or "=" in text
