"""HTML to tags and text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailreeve.mail.tags import Tag, tokens


def told(source: str) -> list[str]:
    """Tags as <name> and </name>, comments as <!text>, text as it is."""
    out = []
    for token in tokens(source):
        if isinstance(token, str):
            out.append(token)
        elif token.name == "!":
            out.append(f"<!{token.text}>")
        else:
            given_attributes = "".join(f" {name}={value}" for name, value in token.attributes.items())
            out.append(f"<{'/' * token.end}{token.name}{given_attributes}>{token.text}")
    return out


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a<b>c</b>", ["a", "<b>", "c", "</b>"]),
        ("<P CLASS=x ID='y' onclick=z>", ["<p class=x id=y>"]),
        ('<a href="a>b" href=second>c', ["<a href=a>b>", "c"]),
        ("<a href = x/y >c", ["<a href=x/y>", "c"]),
        ("<img/alt=x/>c", ["<img alt=x/>", "c"]),
        ("1 < 2 &amp; 3 > 2", ["1 < 2 & 3 > 2"]),
        ("&#60;b&#x3e; &eacute; &#99999999999;", ["<b> é \ufffd"]),
        ('<p title="&lt;" style="a&#58;b">', ["<p style=a:b>"]),
        (
            "a<!-- b -->c<!--> d <!-- e --!>f<!-- g",
            ["a", "<! b >", "c", "<!>", " d ", "<! e >", "f", "<! g>"],
        ),
        ("<!DOCTYPE html><?xml x?>a</ b>c", ["<!DOCTYPE html>", "<!xml x?>", "a", "<! b>", "c"]),
        ("<style>a<b>{}</style>c", ["<style>a<b>{}", "c"]),
        ("<script>if (a</script x>c", ["<script>if (a", "c"]),
        ("<title>a<b></TITLE>c", ["<title>a<b>", "c"]),
        ("<style>never closed", ["<style>never closed"]),
        ("a<b never closed", ["a", "<b>"]),
        ('a<b title="never closed', ["a", "<b>"]),
        ("a<plaintext><b>c", ["a", "<b>c"]),
    ],
)
def test_markup_is_read_as_browsers_read_it(source: str, expected: list[str]) -> None:
    """Tags, attributes, entities, comments and raw text."""
    assert expected == told(source)


@given(st.text(st.sampled_from("<>/!-='\" abp&;#x\n")))
def test_any_text_is_read(source: str) -> None:
    """No input raises, and text without a < comes out whole."""
    found = list(tokens(source))
    if "<" not in source and "&" not in source:
        assert source == "".join(token for token in found if not isinstance(token, Tag))
