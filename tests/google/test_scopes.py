"""Capabilities and Google's scopes."""

from itertools import combinations

import pytest

from mailreeve.google import scopes
from mailreeve.google.scopes import COMPOSE, FULL, MODIFY, READONLY


@pytest.mark.parametrize(
    ("capabilities", "wanted"),
    [
        (("read",), (READONLY,)),
        ((), (READONLY,)),
        (("read", "label"), (MODIFY,)),
        (("read", "label", "draft"), (MODIFY,)),
        (("read", "label", "draft", "send"), (MODIFY,)),
        (("read", "draft"), (READONLY, COMPOSE)),
        (("read", "send"), (READONLY, COMPOSE)),
    ],
)
def test_login_asks_for_the_least(capabilities: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    """Reading alone is read-only; labels need gmail.modify, which covers the rest."""
    assert wanted == scopes.wanted(capabilities)


def test_what_is_asked_for_is_enough() -> None:
    """Whatever the capabilities: granting what is asked for leaves none of them missing."""
    for size in range(5):
        for chosen in combinations(scopes.CAPABILITIES, size):
            assert () == scopes.missing(chosen, scopes.wanted(chosen))


def test_everything_is_never_asked_for() -> None:
    """The scope that deletes for good is understood and never wanted."""
    assert frozenset(scopes.CAPABILITIES) == scopes.capabilities([FULL])
    for size in range(5):
        for chosen in combinations(scopes.CAPABILITIES, size):
            assert FULL not in scopes.wanted(chosen)


def test_an_unticked_box_takes_its_capabilities_away() -> None:
    """With reading alone granted, labels, drafts and sending are missing, in the order they were wished."""
    assert frozenset({"read"}) == scopes.capabilities([READONLY, "openid"])
    assert ("label", "draft", "send") == scopes.missing(["read", "label", "draft", "send"], [READONLY])
    assert ("read",) == scopes.missing(["read"], [])


def test_scopes_are_told_in_words() -> None:
    """Every scope that we know has a sentence that says that drafting includes sending."""
    assert "send mail" in scopes.in_words(COMPOSE)
    assert "send mail" in scopes.in_words(MODIFY)
    assert "openid" == scopes.in_words("openid")
