"""Which of Google's scopes a capability needs, and which capabilities a login has.

Google cannot grant drafting without sending: gmail.compose and gmail.modify allow both. That nothing is
sent without a person is kept by the gate, not by the scope.
Source: developers.google.com/workspace/gmail/api/auth/scopes and the API's description.
"""

from collections.abc import Collection, Iterable

_ROOT = "https://www.googleapis.com/auth/"
READONLY = f"{_ROOT}gmail.readonly"
COMPOSE = f"{_ROOT}gmail.compose"
MODIFY = f"{_ROOT}gmail.modify"
FULL = "https://mail.google.com/"
"""Understood when an older login has it, never asked for."""

CAPABILITIES: dict[str, frozenset[str]] = {
    "read": frozenset({READONLY, MODIFY, FULL}),
    "label": frozenset({MODIFY, FULL}),
    "draft": frozenset({COMPOSE, MODIFY, FULL}),
    "send": frozenset({COMPOSE, MODIFY, FULL}),
}
"""Capability -> the scopes of which one is enough."""

_WORDS = {
    READONLY: "read mail, labels and settings",
    COMPOSE: "write drafts and send mail",
    MODIFY: "read, label, archive, trash, write drafts and send mail; not delete for good",
    FULL: "everything, deleting for good included",
}


def wanted(capabilities: Collection[str]) -> tuple[str, ...]:
    """The least scopes that cover the capabilities: what login asks for."""
    if "label" in capabilities:
        return (MODIFY,)
    needs_compose = "draft" in capabilities or "send" in capabilities
    return (READONLY, COMPOSE) if needs_compose else (READONLY,)


def capabilities(granted: Iterable[str]) -> frozenset[str]:
    """What a login with these scopes can do: a person may untick boxes."""
    has = set(granted)
    return frozenset(name for name, enough in CAPABILITIES.items() if enough & has)


def missing(wished: Iterable[str], granted: Iterable[str]) -> tuple[str, ...]:
    """The wished capabilities of Gmail that the granted scopes do not cover, in order."""
    able = capabilities(granted)
    return tuple(name for name in wished if name in CAPABILITIES and name not in able)


def in_words(scope: str) -> str:
    """What a scope lets Mailreeve do; the scope itself when it is none of Gmail's."""
    return _WORDS.get(scope, scope)
