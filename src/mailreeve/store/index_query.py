"""A search tree as SQL over the local index: one full-text expression as far as it goes, the rest on columns.

Row numbers are moments, so a date bounds the rows before anything is read.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from mailreeve.errors import InputError
from mailreeve.store import search_query as query
from mailreeve.store.search_query import GMAIL, Node, Term

Clause = tuple[str, tuple[Any, ...]]
PACIFIC = timezone(timedelta(hours=-8))
"""Bare dates are "interpreted as midnight on that date in the PST timezone" (Gmail API guide, Filtering)."""
DAY_MS = 86_400_000
_COLUMNS = {
    "": "{sender recipient cc bcc subject body}",
    "from": "sender",
    "to": "recipient",
    "cc": "cc",
    "bcc": "bcc",
    "subject": "subject",
    "deliveredto": "delivered",
    "list": "list",
    "filename": "filename",
}
_OF_PEOPLE = {"from", "to", "cc", "bcc", "deliveredto"}
_PLACES = {"draft": "DRAFT", "drafts": "DRAFT", "chat": "CHAT", "chats": "CHAT"} | {
    name.lower(): name for name in ("INBOX", "SENT", "SPAM", "TRASH", "UNREAD", "STARRED", "IMPORTANT")
}
_CATEGORIES = {"primary", "personal", "social", "promotions", "updates", "forums"}
_DAYS = {"d": 1, "m": 30, "y": 365}
_BYTES = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_HAS_LABEL = "exists (select 1 from tag t where t.label = ? and t.n = m.n)"
_OWN_LABEL = "exists (select 1 from tag t join label l on l.id = t.label where t.n = m.n and l.own)"
_ARCHIVED = (
    "not exists (select 1 from tag t where t.n = m.n"
    " and t.label in ('INBOX', 'SENT', 'DRAFT', 'SPAM', 'TRASH'))"
)


@dataclass(frozen=True, slots=True)
class Words:
    """What the words of a search mean in this mailbox, now."""

    account: str
    labels: Mapping[str, str]
    """Label id by its name as searches write it, and by its id in lower case."""
    now: int
    """Epoch milliseconds."""


@dataclass(slots=True)
class Plan:
    """How to find the rows, newest first."""

    match: str = ""
    """A full-text expression; empty when no word must occur."""
    label: str = ""
    """A label that every hit has, to go by where there is no `match`."""
    where: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    low: int = 0
    """Hits came at or after this moment (epoch ms)."""
    high: int = (1 << 62) - 1
    """Hits came before this moment."""

    def add(self, clause: Clause) -> None:
        """One more condition."""
        self.where.append(clause[0])
        self.values += clause[1]


Meaning = Callable[[Term, Words], Clause]
"""What an operator asks of a message; raises InputError for a value that is not known here."""


def dashed(name: str) -> str:
    """A label name as searches write it: `Clients/New York` is `clients-new-york`."""
    return re.sub(r"[\s/]", "-", name.lower())


def plan(tree: Node, words: Words) -> Plan:
    """The way to the hits. Raises InputError for a value that is not known here."""
    made = Plan()
    parts = tree.parts if isinstance(tree, query.All) else (tree,)
    present, absent, rest = _sorted_out(parts, words)
    if present:
        made.match = _expression(present, absent)
    for part in rest if present else parts:
        made.add(_clause(part, words))
        _narrow(made, part, words)
    if not query.holds_term(tree, _asks_for_bins):
        made.add(("m.bin = 0", ()))
    return made


def _asks_for_bins(term: Term) -> bool:
    return term.operator in {"in", "label"} and term.value.lower() in {"spam", "trash", "anywhere"}


def _sorted_out(parts: tuple[Node, ...], words: Words) -> tuple[list[str], list[str], list[Node]]:
    """Expressions of words that must occur, of words that must not, and all other conditions."""
    present: list[str] = []
    absent: list[str] = []
    rest: list[Node] = []
    for part in parts:
        if text := _text(part, words):
            present.append(text)
        elif isinstance(part, query.Not) and (text := _text(part.part, words)):
            absent.append(text)
        else:
            rest.append(part)
    return present, absent, rest


def _expression(present: list[str], absent: list[str]) -> str:
    found = f"({' AND '.join(present)})"
    return f"({found} NOT ({' OR '.join(absent)}))" if absent else found


def _text(node: Node, words: Words) -> str:
    """The full-text expression of a condition; empty when it is not one of words alone."""
    if isinstance(node, Term):
        return _phrase(node, words) if node.operator in _COLUMNS else ""
    if isinstance(node, query.All):
        present, absent, rest = _sorted_out(node.parts, words)
        return _expression(present, absent) if present and not rest else ""
    if isinstance(node, query.Any):
        texts = [_text(part, words) for part in node.parts]
        return f"({' OR '.join(texts)})" if texts and all(texts) else ""
    return ""


def _phrase(term: Term, words: Words) -> str:
    value = words.account if term.value.lower() == "me" and term.operator in _OF_PEOPLE else term.value
    quoted = unicodedata.normalize("NFC", value).replace('"', '""').replace("\0", " ")
    return f'{_COLUMNS[term.operator]} : "{quoted}"'


def _clause(node: Node, words: Words) -> Clause:
    """Any condition on `message m`."""
    if text := _text(node, words):
        return "m.n in (select rowid from words where words match ?)", (text,)
    if isinstance(node, Term):
        return _TERMS[node.operator](node, words)
    if isinstance(node, query.Not):
        sql, values = _clause(node.part, words)
        return f"not ({sql})", values
    if not node.parts:
        return "1", ()
    clauses = [_clause(part, words) for part in node.parts]
    joint = " and " if isinstance(node, query.All) else " or "
    return f"({joint.join(sql for sql, _ in clauses)})", tuple(v for _, values in clauses for v in values)


def _narrow(made: Plan, part: Node, words: Words) -> None:
    """Let a condition that every hit meets bound the rows that are looked at."""
    if not isinstance(part, Term):
        return
    if part.operator in {"after", "newer"}:
        made.low = max(made.low, _moment(part))
    elif part.operator in {"before", "older"}:
        made.high = min(made.high, _moment(part))
    elif part.operator == "newer_than":
        made.low = max(made.low, _ago(part, words))
    elif part.operator == "older_than":
        made.high = min(made.high, _ago(part, words))
    elif not made.label:
        made.label = _label_of(part, words)


def _label_of(term: Term, words: Words) -> str:
    """The label that a condition asks for; empty when it is not that simple."""
    if term.operator in {"label", "in", "is", "category"}:
        sql, values = _clause(term, words)
        return str(values[0]) if sql == _HAS_LABEL else ""
    return ""


def _beyond(term: Term) -> InputError:
    shown = f"{term.operator}:{term.value}"[:60]
    return InputError(f"The local index does not know {shown} here.", GMAIL)


def _label(term: Term, words: Words) -> Clause:
    name = term.value.lower()
    label = _PLACES.get(name) or words.labels.get(dashed(name))
    return (_HAS_LABEL, (label,)) if label else ("0", ())


def _in(term: Term, words: Words) -> Clause:
    match term.value.lower():
        case "anywhere":
            return "1", ()
        case "archive":
            return _ARCHIVED, ()
        case "snoozed":
            raise _beyond(term)
        case _:
            return _label(term, words)


def _is(term: Term, _words: Words) -> Clause:
    match term.value.lower():
        case "unread" | "starred" | "important" as place:
            return _HAS_LABEL, (_PLACES[place],)
        case "read":
            return f"not {_HAS_LABEL}", ("UNREAD",)
        case "unstarred":
            return f"not {_HAS_LABEL}", ("STARRED",)
        case _:
            raise _beyond(term)


def _category(term: Term, _words: Words) -> Clause:
    name = term.value.lower()
    if name not in _CATEGORIES:
        raise _beyond(term)
    return _HAS_LABEL, ("CATEGORY_PERSONAL" if name == "primary" else f"CATEGORY_{name.upper()}",)


def _has(term: Term, _words: Words) -> Clause:
    match term.value.lower():
        case "attachment":
            return "m.files > 0", ()
        case "userlabels":
            return _OWN_LABEL, ()
        case "nouserlabels":
            return f"not {_OWN_LABEL}", ()
        case _:
            raise _beyond(term)


def _moment(term: Term) -> int:
    """The moment that after: and before: name, in epoch milliseconds."""
    text = term.value
    if re.fullmatch(r"\d{5,12}", text, re.ASCII):
        return int(text) * 1000
    found = re.fullmatch(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})", text, re.ASCII)
    turned = re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", text, re.ASCII)
    if found is None and turned is None:
        raise _beyond(term)
    year, month, day = found.groups() if found else turned.group(3, 1, 2) if turned else ("", "", "")
    try:
        return int(datetime(int(year), int(month), int(day), tzinfo=PACIFIC).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise _beyond(term) from None


def _ago(term: Term, words: Words) -> int:
    found = re.fullmatch(r"(\d{1,5})([dmy])", term.value.lower(), re.ASCII)
    if found is None:
        raise _beyond(term)
    return words.now - int(found[1]) * _DAYS[found[2]] * DAY_MS


def _after(term: Term, _words: Words) -> Clause:
    return "m.date >= ?", (_moment(term),)


def _before(term: Term, _words: Words) -> Clause:
    return "m.date < ?", (_moment(term),)


def _newer_than(term: Term, words: Words) -> Clause:
    return "m.date >= ?", (_ago(term, words),)


def _older_than(term: Term, words: Words) -> Clause:
    return "m.date < ?", (_ago(term, words),)


def _size(sign: str) -> Meaning:
    def clause(term: Term, _words: Words) -> Clause:
        found = re.fullmatch(r"(\d{1,12})([kmg]?)b?", term.value.lower(), re.ASCII)
        if found is None:
            raise _beyond(term)
        return f"m.size {sign} ?", (int(found[1]) * _BYTES[found[2]],)

    return clause


def _message_id(term: Term, _words: Words) -> Clause:
    return "m.message_id = ?", (term.value.strip("<>"),)


_TERMS: dict[str, Meaning] = {
    "label": _label,
    "in": _in,
    "is": _is,
    "category": _category,
    "has": _has,
    "after": _after,
    "newer": _after,
    "before": _before,
    "older": _before,
    "newer_than": _newer_than,
    "older_than": _older_than,
    "larger": _size(">"),
    "size": _size(">="),
    "smaller": _size("<"),
    "rfc822msgid": _message_id,
}
