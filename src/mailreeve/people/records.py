"""Communication records: the threads with each contact or company, from who wrote to whom. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from mailreeve.models import Contact, Sighting

PUBLIC = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "gmx.de",
    "gmx.net", "web.de", "t-online.de", "aol.com", "proton.me", "protonmail.com", "mail.ru", "yandex.ru", "qq.com",
    "163.com", "orange.fr", "free.fr", "libero.it", "fastmail.com",
})  # fmt: skip
"""Domains at which anybody has an address: they are no company."""
_FROM = re.compile(rb"^(>*From )", re.MULTILINE)


@dataclass(slots=True)
class Record:
    """One thread with one person. Times are epoch milliseconds."""

    address: str
    name: str
    company: str
    """As the address book says, else the domain, else empty."""
    thread: str
    subject: str
    first: int
    last: int = 0
    received: int = 0
    written: int = 0
    waits_for: str = ""
    """`you` when they wrote last, `them` when you did."""
    ids: list[str] = field(default_factory=list)
    """Gmail's ids of the messages, the oldest first."""


def records(
    seen: Iterable[Sighting], own: Collection[str], contacts: Iterable[Contact], since: int = 0
) -> tuple[Record, ...]:
    """Every thread with every person since a moment, the one with the newest message first."""
    book = {key: one for one in contacts for key in one.keys}
    mine = frozenset(own)
    found: dict[tuple[str, str], Record] = {}
    for one in seen:
        if one.date < since:
            continue
        sent = one.sent or one.author.key in mine
        others = [to for to in one.to if to.key not in mine] if sent else [one.author]
        for other in {to.key: to for to in others if to.key}.values():
            made = found.get((other.key, one.thread))
            if made is None:
                name, company = _named(other.key, other.name, book)
                made = Record(other.key, name, company, one.thread, one.subject, one.date)
                found[other.key, one.thread] = made
            made.last, made.waits_for = one.date, "them" if sent else "you"
            made.received, made.written = made.received + (not sent), made.written + sent
            made.ids.append(one.id)
    return tuple(sorted(found.values(), key=lambda record: (-record.last, record.address, record.thread)))


def _named(key: str, name: str, book: Mapping[str, Contact]) -> tuple[str, str]:
    known = book.get(key)
    domain = key.rpartition("@")[2]
    company = (known.organization if known else "") or ("" if domain in PUBLIC else domain)
    return (known.name if known and known.name else name), company


def about(record: Record, words: Collection[str]) -> bool:
    """True when name, address or company have all the words."""
    text = f"{record.name} {record.address} {record.company}".casefold()
    return all(word.casefold() in text for word in words)


def mbox(raw: bytes, date: str) -> bytes:
    """One message as a piece of an mbox file (mboxrd: lines that begin with From are quoted)."""
    lines = raw.replace(b"\r\n", b"\n").rstrip(b"\n")
    return b"From MAILER-DAEMON " + date.encode() + b"\n" + _FROM.sub(rb">\1", lines) + b"\n\n"
