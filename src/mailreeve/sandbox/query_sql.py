"""A search tree as SQL over `messages m`, on indexed columns and the full-text tables."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from mailreeve.sandbox import labels, query
from mailreeve.sandbox.errors import ApiError, bad_request
from mailreeve.sandbox.query import Node, Term
from mailreeve.sandbox.state import State

Clause = tuple[str, list[Any]]
PACIFIC = timezone(timedelta(hours=-8))
"""Dates are "interpreted as midnight on that date in the PST timezone" (API guide, Filtering)."""
_COLUMNS = {
    "from": "sender",
    "to": "recipient",
    "cc": "cc",
    "bcc": "bcc",
    "subject": "subject",
    "deliveredto": "delivered",
    "list": "list",
}
_PLACES = {
    "inbox": "INBOX",
    "sent": "SENT",
    "draft": "DRAFT",
    "drafts": "DRAFT",
    "spam": "SPAM",
    "trash": "TRASH",
    "chats": "CHAT",
    "chat": "CHAT",
    "unread": "UNREAD",
    "starred": "STARRED",
    "important": "IMPORTANT",
}
_DAYS = {"d": 1, "m": 30, "y": 365}
_BYTES = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_HAS_LABEL = "exists (select 1 from tags t where t.n = m.n and t.label = ?)"


def needs_bodies(node: Node) -> bool:
    """True when the search looks into bodies or attachments."""
    return query.any_term(
        node,
        lambda term: (
            term.operator in {"", "filename"}
            or (term.operator == "has" and term.value.lower() == "attachment")
        ),
    )


def asks_for_bins(node: Node) -> bool:
    """True when the search itself says whether it wants spam or trash."""
    return query.any_term(
        node,
        lambda term: term.operator in {"in", "label"} and term.value.lower() in {"spam", "trash", "anywhere"},
    )


def compile_(state: State, node: Node) -> Clause:
    """The condition and its values."""
    if isinstance(node, Term):
        return _term(state, node)
    if isinstance(node, query.Not):
        sql, values = compile_(state, node.part)
        return f"not {sql}", values
    if not node.parts:
        return "1", []
    joint = " and " if isinstance(node, query.All) else " or "
    clauses = [compile_(state, part) for part in node.parts]
    return "(" + joint.join(sql for sql, _ in clauses) + ")", [v for _, values in clauses for v in values]


def _term(state: State, term: Term) -> Clause:
    if term.operator in _COLUMNS:
        return _heads(state, _COLUMNS[term.operator], term.value)
    return _TERMS[term.operator](state, term)


def _phrase(text: str) -> str:
    return '"' + unicodedata.normalize("NFC", text).replace('"', '""').replace("\0", " ") + '"'


def _heads(state: State, column: str, value: str) -> Clause:
    if value.lower() == "me" and column in {"sender", "recipient", "cc", "bcc", "delivered"}:
        value = state.account
    sql = "m.n in (select rowid from heads where heads match ?)"
    return sql, [f"{column} : {_phrase(value)}"]


def _word(_state: State, term: Term) -> Clause:
    sql = (
        "(m.n in (select rowid from heads where heads match ?)"
        " or m.n in (select rowid from bodies where bodies match ?))"
    )
    phrase = _phrase(term.value)
    return sql, [f"{{sender recipient cc bcc subject}} : {phrase}", f"body : {phrase}"]


def _filename(_state: State, term: Term) -> Clause:
    return "m.n in (select rowid from bodies where bodies match ?)", [f"filename : {_phrase(term.value)}"]


def _label(state: State, term: Term) -> Clause:
    name = term.value.lower()
    label = _PLACES.get(name)
    if label is None:
        wanted = _dashed(name)
        rows = state.rows("select id, name from labels")
        label = next((r["id"] for r in rows if wanted in {_dashed(r["name"]), r["id"].lower()}), None)
    return (_HAS_LABEL, [label]) if label else ("0", [])


def _dashed(name: str) -> str:
    """A label name as searches write it: `Clients/New York` is `clients-new-york`."""
    return re.sub(r"[\s/]", "-", name.lower())


def _in(state: State, term: Term) -> Clause:
    place = term.value.lower()
    if place == "anywhere":
        return "1", []
    if place == "archive":
        return (
            "not exists (select 1 from tags t where t.n = m.n"
            " and t.label in ('INBOX', 'SENT', 'DRAFT', 'SPAM', 'TRASH'))"
        ), []
    if place == "snoozed":
        raise _unknown(term)
    return _label(state, term)


def _is(_state: State, term: Term) -> Clause:
    match term.value.lower():
        case "unread" | "starred" | "important" as place:
            return _HAS_LABEL, [_PLACES[place]]
        case "read":
            return f"not {_HAS_LABEL}", ["UNREAD"]
        case "unstarred":
            return f"not {_HAS_LABEL}", ["STARRED"]
        case _:
            raise _unknown(term)


def _category(_state: State, term: Term) -> Clause:
    name = "personal" if term.value.lower() == "primary" else term.value.lower()
    label = f"CATEGORY_{name.upper()}"
    if label not in labels.CATEGORIES:
        raise _unknown(term)
    return _HAS_LABEL, [label]


def _has(_state: State, term: Term) -> Clause:
    own = "exists (select 1 from tags t join labels l on l.id = t.label where t.n = m.n and l.type = 'user')"
    match term.value.lower():
        case "attachment":
            return "m.attachments > 0", []
        case "userlabels":
            return own, []
        case "nouserlabels":
            return f"not {own}", []
        case _:
            raise _unknown(term)


def _unknown(term: Term) -> ApiError:
    return bad_request(f"Invalid query: {term.operator}:{term.value} is not supported", "q")


def _moment(term: Term) -> int:
    """The moment that after: and before: name, in epoch milliseconds."""
    text = term.value
    if re.fullmatch(r"\d{5,12}", text):
        return int(text) * 1000
    found = re.fullmatch(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})", text)
    turned = re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", text)
    if found is None and turned is None:
        raise _unknown(term)
    year, month, day = found.groups() if found else turned.group(3, 1, 2) if turned else ("", "", "")
    try:
        return int(datetime(int(year), int(month), int(day), tzinfo=PACIFIC).timestamp() * 1000)
    except ValueError:
        raise _unknown(term) from None


def _after(_state: State, term: Term) -> Clause:
    return "m.date >= ?", [_moment(term)]


def _before(_state: State, term: Term) -> Clause:
    return "m.date < ?", [_moment(term)]


def _ago(state: State, term: Term) -> int:
    found = re.fullmatch(r"(\d{1,5})([dmy])", term.value.lower())
    if found is None:
        raise _unknown(term)
    now = datetime.fromtimestamp(state.now_ms() / 1000, UTC)
    return int((now.timestamp() - int(found[1]) * _DAYS[found[2]] * 86_400) * 1000)


def _older_than(state: State, term: Term) -> Clause:
    return "m.date < ?", [_ago(state, term)]


def _newer_than(state: State, term: Term) -> Clause:
    return "m.date >= ?", [_ago(state, term)]


def _size(sign: str) -> Callable[[State, Term], Clause]:
    def clause(_state: State, term: Term) -> Clause:
        found = re.fullmatch(r"(\d{1,12})([kmg]?)b?", term.value.lower())
        if found is None:
            raise _unknown(term)
        return f"m.size {sign} ?", [int(found[1]) * _BYTES[found[2]]]

    return clause


def _message_id(_state: State, term: Term) -> Clause:
    return "m.message_id = ?", [term.value.strip("<>")]


_TERMS: dict[str, Callable[[State, Term], Clause]] = {
    "": _word,
    "filename": _filename,
    "label": _label,
    "in": _in,
    "is": _is,
    "category": _category,
    "has": _has,
    "after": _after,
    "newer": _after,
    "before": _before,
    "older": _before,
    "older_than": _older_than,
    "newer_than": _newer_than,
    "larger": _size(">"),
    "size": _size(">="),
    "smaller": _size("<"),
    "rfc822msgid": _message_id,
}
