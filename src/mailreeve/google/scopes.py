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
CONTACTS = f"{_ROOT}contacts"
OTHERS = f"{_ROOT}contacts.other.readonly"
EVENTS = f"{_ROOT}calendar.events"
FREEBUSY = f"{_ROOT}calendar.freebusy"

CAPABILITIES: dict[str, frozenset[str]] = {
    "read": frozenset({READONLY, MODIFY, FULL}),
    "label": frozenset({MODIFY, FULL}),
    "draft": frozenset({COMPOSE, MODIFY, FULL}),
    "send": frozenset({COMPOSE, MODIFY, FULL}),
}
"""Capability of Gmail -> the scopes of which one is enough."""

SERVICES: dict[str, tuple[str, ...]] = {"contacts": (CONTACTS, OTHERS), "calendar": (EVENTS, FREEBUSY)}
"""Capability outside Gmail -> what is asked for when the person turns it on; the first is what it needs."""

_WORDS = {
    READONLY: "read mail, labels and settings",
    COMPOSE: "write drafts and send mail",
    MODIFY: "read, label, archive, trash, write drafts and send mail; not delete for good",
    FULL: "everything, deleting for good included",
    CONTACTS: "read and change your contacts",
    OTHERS: "read the people whom Google noted from your mail",
    EVENTS: "read, make and change events in your calendars",
    FREEBUSY: "see when you and those who share it with you are busy",
}


def wanted(capabilities: Collection[str]) -> tuple[str, ...]:
    """The least scopes that cover the capabilities: what login asks for."""
    more = tuple(scope for name, asked in SERVICES.items() if name in capabilities for scope in asked)
    if "label" in capabilities:
        return (MODIFY, *more)
    needs_compose = "draft" in capabilities or "send" in capabilities
    return (READONLY, COMPOSE, *more) if needs_compose else (READONLY, *more)


def capabilities(granted: Iterable[str]) -> frozenset[str]:
    """What a login with these scopes can do: a person may untick boxes."""
    has = set(granted)
    mail = {name for name, enough in CAPABILITIES.items() if enough & has}
    return frozenset(mail | {name for name, asked in SERVICES.items() if asked[0] in has})


def missing(wished: Iterable[str], granted: Iterable[str]) -> tuple[str, ...]:
    """The wished capabilities at Google that the granted scopes do not cover, in order."""
    able = capabilities(granted)
    return tuple(name for name in wished if name in CAPABILITIES | SERVICES and name not in able)


def in_words(scope: str) -> str:
    """What a scope lets Mailreeve do; the scope itself when it is none of ours."""
    return _WORDS.get(scope, scope)
