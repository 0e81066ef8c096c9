"""The search language, as text and over a mailbox."""

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from mailreeve.sandbox.errors import ApiError
from mailreeve.sandbox.query import All, Any, Not, Term, parse

A, B, C = Term("", "a"), Term("", "b"), Term("", "c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", A),
        ("a b", All((A, B))),
        ("a AND b", All((A, B))),
        ("a OR b", Any((A, B))),
        ("a OR b c", All((Any((A, B)), C))),
        ("a (b OR c)", All((A, Any((B, C))))),
        ("{a b}", Any((A, B))),
        ("-a", Not(A)),
        ("-(a b)", Not(All((A, B)))),
        ("-{a b}", Not(Any((A, B)))),
        ('"a b"', Term("", "a b")),
        ("+a", A),
        ("from:ann", Term("from", "ann")),
        ("FROM:ann", Term("from", "ann")),
        ("-from:ann", Not(Term("from", "ann"))),
        ("from:(ann OR bob)", Any((Term("from", "ann"), Term("from", "bob")))),
        ("subject:{a b}", Any((Term("subject", "a"), Term("subject", "b")))),
        ('subject:"a b" c', All((Term("subject", "a b"), C))),
        ("subject:re:a", Term("subject", "re:a")),
        ("rfc822msgid:<x@y.example>", Term("rfc822msgid", "<x@y.example>")),
        ("10:30", Term("", "10:30")),
        ("https://x.example/a", Term("", "https://x.example/a")),
        ("", All(())),
        ("-", Term("", "-")),
        ("co-operate", Term("", "co-operate")),
    ],
)
def test_a_search_is_read_as_gmail_reads_it(text: str, tree: object) -> None:
    """OR binds tighter than standing side by side; operators hold for groups."""
    assert tree == parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "foo:bar",
        "a AROUND b",
        "(a",
        "a)",
        "{a",
        "(a}",
        "from:(to:ann)",
        "OR a",
        "a OR",
        "(" * 100,
        "a " * 2000,
    ],
)
def test_what_is_not_understood_is_refused(text: str) -> None:
    """Unknown operators and unbalanced groups are 400, never ignored."""
    with pytest.raises(ApiError) as caught:
        parse(text)
    assert 400 == caught.value.code


@settings(max_examples=300, deadline=None)
@hypothesis_given(st.text(alphabet='ab:-(){}"+ ORfrom', max_size=40))
def test_no_text_crashes_the_parser(text: str) -> None:
    """Any text is a tree or an ApiError 400."""
    try:
        parse(text)
    except ApiError as error:
        assert 400 == error.code  # noqa: PT017 -- most texts are trees, so raises() does not fit
