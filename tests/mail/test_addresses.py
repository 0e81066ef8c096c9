"""Address lists, as they should be and as they are."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailreeve.mail import addresses
from mailreeve.models import Address


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@x.example", [("", "a@x.example")]),
        ("Ann <a@x.example>", [("Ann", "a@x.example")]),
        ('"Doe, John" <j@x.example>, b@y.example', [("Doe, John", "j@x.example"), ("", "b@y.example")]),
        ("Doe, Jane <jane@x.example>", [("Doe, Jane", "jane@x.example")]),
        ("a@x.example (Ann (the first) B)", [("Ann (the first) B", "a@x.example")]),
        ("(c) Ann (d) <a@x.example> (e)", [("Ann", "a@x.example")]),
        ('Team: a@x, "b c" <b@x>;, c@x', [("", "a@x"), ("b c", "b@x"), ("", "c@x")]),
        ("undisclosed-recipients:;", []),
        ("=?utf-8?Q?Doe,_J=C3=BCrgen?= <j@x>", [("Doe, Jürgen", "j@x")]),
        ('"=?utf-8?B?SsO8cmdlbg==?=" <j@x>', [("Jürgen", "j@x")]),
        ('"john doe"@x.example', [("", '"johndoe"@x.example')]),
        ("<@r1.example,@r2.example:u@d.example>", [("", "u@d.example")]),
        ("user@[IPv6:2001:db8::1]", [("", "user@[IPv6:2001:db8::1]")]),
        ("info@exämple.de", [("", "info@exämple.de")]),
        ("a@x;b@y", [("", "a@x"), ("", "b@y")]),
        ("Bob <b@x> Eve <e@x>", [("Bob", "b@x"), ("Eve", "e@x")]),
        ('"unclosed <j@x>', [("unclosed", "j@x")]),
        ("((( a@x", [("", "a@x")]),
        ("Ann <a@x", [("Ann", "a@x")]),
        ("<<a@x>>", [("", "a@x")]),
        ("mailto:a@x", [("", "a@x")]),
        ("Just A Name", [("Just A Name", "")]),
        ("<>", []),
        ("", []),
    ],
)
def test_lists_are_read(value: str, expected: list[tuple[str, str]]) -> None:
    """Names and addresses, whoever wrote them."""
    assert expected == [(one.name, one.address) for one in addresses.parse(value)]


def test_a_name_cannot_become_a_recipient() -> None:
    """What an encoded word hides stays a name: a comma or bracket in it separates nothing."""
    found = addresses.parse("=?utf-8?Q?x=2C_eve=40evil.example_=3Ceve=40evil.example=3E?= <a@x.example>")
    assert ["a@x.example"] == [one.address for one in found]


def test_names_hold_no_invisible_characters() -> None:
    """Zero-width and override characters in display names are gone."""
    (one,) = addresses.parse('"Pay\u200bPal \u202eevil" <a@x.example>')
    assert "\u200b" not in one.name
    assert "\u202e" not in one.name


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("Ann@X.Example", "ann@x.example"),
        (" a@x.example. ", "a@x.example"),
        ("a@exämple.de", "a@xn--exmple-cua.de"),
        ("not an address", "not an address"),
    ],
)
def test_keys_compare_addresses(address: str, key: str) -> None:
    """Case and the form of a domain do not matter."""
    assert key == addresses.key(address)


def test_each_mailbox_is_kept_once() -> None:
    """The first spelling wins, the order stays, names without an address go."""
    group = [Address("A", "a@x"), Address("", "B@x"), Address("again", "A@X"), Address("none", "")]
    assert (Address("A", "a@x"), Address("", "B@x")) == addresses.unique(group)


def test_an_encoded_word_that_never_ends_is_looked_for_once() -> None:
    """A million characters of them: with the square of it two minutes, not half a second.

    The limit of the process is far above what it needs: it ends one that would hang.
    """
    work = "from mailreeve.mail import addresses; addresses.parse('@=?u?q?' * 150_000)"
    done = subprocess.run([sys.executable, "-c", work], timeout=45, check=False)
    assert 0 == done.returncode


def test_brackets_without_commas_keep_no_list_of_blanks() -> None:
    """What each step looks at stays as small as one mailbox."""
    reader = addresses._Reader("<a@b.example> " * 1_000)
    most = 0
    while reader.at < len(reader.value):
        reader._step(reader.value[reader.at])
        most = max(most, len(reader.box.words))
    assert most <= 2


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    """No input raises, and no result holds a line break."""
    for one in addresses.parse(text):
        assert not any(c in one.name + one.address for c in "\r\n\0")
