"""A model's words end as text that nothing can be clicked in and nothing hides in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailreeve.reading import plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**bold** and __bold__ and *it* and `code`", "bold and bold and it and code"),
        ("# Title\n> quoted\n- item\n* item", "Title\nquoted\n- item\n- item"),
        ("<b>Hi</b> <script>alert(1)</script>", "Hi alert(1)"),
        ("a < b and c > d, <3", "a < b and c > d, <3"),
        ("Fill in [date?] and [ ] please", "Fill in [date?] and [ ] please"),
        ("5 * 3 = 15 and snake_case_name and __init__.py", "5 * 3 = 15 and snake_case_name and init.py"),
        ("Grüße, 漢字, ça va, emoji 👍", "Grüße, 漢字, ça va, emoji 👍"),
        ("see report.pdf and notes.docx", "see report.pdf and notes.docx"),
        ("edit apt.conf, install zsh-4.0.2-2.src.rpm", "edit apt.conf, install zsh-4.0.2-2.src.rpm"),
        ("e.g. this, i.e. that, at 10.30 for 12.50", "e.g. this, i.e. that, at 10.30 for 12.50"),
        ("write to ana@price.example", "write to ana@price.example"),
        ("Done.Thanks", "Done.Thanks"),
    ],
)
def test_markup_goes_and_text_stays(text: str, expected: str) -> None:
    """Markdown and HTML lose their marks; ordinary text, blanks and addresses are untouched."""
    assert expected == plain.lines(text, 1000)


LINKS = [
    "https://evil.example/?d=secret",
    "HTTP://EVIL.EXAMPLE",
    "www.evil.example/x",
    "evil.example/path?x=1",
    "evil.com",
    "EVIL.COM",
    "[click](https://evil.example/a)",
    "![](https://evil.example/p.png)",
    "![alt][ref]\n\n[ref]: https://evil.example/p.png",
    "<https://evil.example>",
    '<a href="https://evil.example">x</a>',
    '<img src="//evil.example/p.png">',
    "javascript:alert(1)",
    "data:text/html;base64,AAAA",
    "mailto:a@evil.example?body=x",
    "ftp://evil.example/x",
    "https://evil\u200b.example/x",
    "\uff48\uff54\uff54\uff50\uff53\uff1a\uff0f\uff0fevil.example",
    "evil\u3002com",
    "ht<b></b>tps://evil.example/z",
    "<scr<script>ipt src=https://evil.example>",
    "//evil.example/x",
    "evil.zip",
    "evil.rpm.com",
    "evil.pdf.com",
    "evil.rpm/x",
    "HTTPS:\\\\evil.example\\x",
    "https:/evil.example/x",
    "https:\\\\198.51.100.7\\x",
    "[click](javascript:fetch('//evil.example/x'))",
    "![](javascript:fetch('(//evil.example/x)'))",
]


@pytest.mark.parametrize("link", LINKS)
def test_no_link_survives_that_the_mail_does_not_show(link: str) -> None:
    """In whichever form it is written."""
    out = plain.lines(f"before {link} after", 1000).lower()
    for trace in ("://", "www.", "evil.", "javascript:", "data:", "mailto:", "](", "<a", "<img"):
        assert trace not in out, out
    assert "before" in out


@pytest.mark.parametrize(
    "text",
    ["[click](javascript:fetch('//h.example/x'))", "[a](b(c)d)", "[[a]](b c)", "![[a]](b)", "[a][[b]]"],
)
def test_nothing_is_left_that_could_start_a_link(text: str) -> None:
    """Whatever the brackets of an address hid from the rules, no `](`, `][` or `![` stays."""
    told = plain.lines(text, 1000)
    assert not {"](", "][", "!["} & {told[place : place + 2] for place in range(len(told))}


def test_a_link_that_the_mail_shows_stays() -> None:
    """Exactly that one: not a longer one, not another path, not a cousin."""
    shown = "Visit https://good.example/a, or good.example."
    assert "see https://good.example/a." == plain.lines("see https://good.example/a.", 100, shown)
    assert "see good.example" == plain.lines("see good.example", 100, shown)
    for other in (
        "https://good.example/a?x=1",
        "https://good.example/ab",
        "https://good.example",
        "http://good.example/a",
        "bad.good.example",
    ):
        assert plain.LINK_REMOVED in plain.lines(f"see {other}", 100, shown)


def test_a_link_is_not_shown_by_a_longer_one() -> None:
    """A beginning of what the mail shows is another address."""
    assert plain.LINK_REMOVED in plain.lines("https://good.example/a", 100, "https://good.example/a/b")
    assert plain.LINK_REMOVED in plain.lines("od.example/a", 100, "good.example/a")


def test_invisible_characters_go() -> None:
    """Zero-width, bidi, tags and controls leave no trace."""
    hidden = "a\u200bb\u200ec\u2066d\U000e0041e\x00f\x1b[31mg\u00adh"
    assert "abcdef[31mgh" == plain.lines(hidden, 100)


def test_one_line_is_one_line() -> None:
    """Any white space becomes one space; a cut is marked and falls between words."""
    assert "a b c" == plain.one_line("a\nb\r\n\u2028c", 100)
    cut = plain.one_line("word " * 100, 40)
    assert len(cut) <= 40
    assert cut.endswith("word…")


@given(st.text(max_size=500), st.integers(min_value=2, max_value=200))
def test_the_limit_holds_for_any_text(text: str, limit: int) -> None:
    """No output is longer than asked, and one line has no line break."""
    assert len(plain.lines(text, limit)) <= limit
    line = plain.one_line(text, limit)
    assert len(line) <= limit
    assert "\n" not in line


@pytest.mark.parametrize(
    "link", ["httрѕ://sріkeе.аі/lоgo.png?q=1", "//sріkeе.аі/lоgo.png", "//evil.example/x", "почта://a.b"]
)
def test_a_link_in_letters_of_another_script_is_a_link(link: str) -> None:
    """Cyrillic letters that look like https, and an address without a scheme: gone, unless the mail shows them."""
    assert "Look at [link removed] now" == plain.one_line(f"Look at {link} now", 200)
    assert f"Look at {link} now" == plain.one_line(f"Look at {link} now", 200, f"See {link} there")


@pytest.mark.parametrize("before", ["1:", "_", "aschemethathasfartoomanyletters:"])
def test_what_stands_before_two_slashes_hides_no_address(before: str) -> None:
    """No scheme at all, but what follows invites a click."""
    assert f"Look at {before}[link removed] now" == plain.one_line(f"Look at {before}//сайт.рф/x now", 200)
