"""Who gets an answer, under which subject, and how the parent is quoted."""

import re
from collections.abc import Collection, Sequence
from datetime import tzinfo

from mailreeve.mail import addresses, marks, wire
from mailreeve.models import Address, Message, SendAs

REFERENCES_LIMIT = 20
QUOTE_LIMIT = 100_000
"""Characters of the parent that are quoted."""
FORWARD_LINE = "---------- Forwarded message ---------"


def answer_subject(subject: str) -> str:
    """`Re:` once."""
    return f"Re: {_without(marks.ANSWER_SUBJECT, subject)}".strip()


def forward_subject(subject: str) -> str:
    """`Fwd:` once."""
    return f"Fwd: {_without(marks.FORWARD_SUBJECT, subject)}".strip()


def recipients(
    parent: Message, own: Collection[str], *, everyone: bool
) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """To and Cc of an answer: Reply-To else From; own addresses only when nobody else is left.

    Answering one's own message goes to whom that went. Mail-Followup-To, where a list member set it, is who
    wants the answer to everyone.
    """
    mine = {addresses.key(one) for one in own}

    def others(group: Sequence[Address]) -> tuple[Address, ...]:
        return tuple(one for one in addresses.unique(group) if addresses.key(one.address) not in mine)

    written_by_me = addresses.key(parent.author.address) in mine
    if written_by_me and others(parent.to):
        to = others(parent.to)
        return to, _besides(to, others(parent.cc)) if everyone else ()
    target = parent.reply_to or parent.from_
    to = others(target) or addresses.unique(target)
    if not everyone:
        return to, ()
    followup = others(addresses.parse(parent.header("Mail-Followup-To")))
    if followup and parent.list_id:
        return followup, ()
    return to, _besides(to, others((*parent.to, *parent.cc)))


def references(parent: Message) -> tuple[str, ...]:
    """RFC 5322, 3.6.4: the parent's references and its id; the first and the last twenty are kept."""
    known = parent.references or ((parent.in_reply_to,) if parent.in_reply_to else ())
    ids = tuple(dict.fromkeys(one for one in (*known, parent.message_id) if _usable(one)))
    return ids if len(ids) <= REFERENCES_LIMIT else (ids[0], *ids[1 - REFERENCES_LIMIT :])


def parent_id(parent: Message) -> str:
    """The parent's Message-ID if it can be written into a header."""
    return parent.message_id if _usable(parent.message_id) else ""


def sender(parent: Message, send_as: Sequence[SendAs], fallback: Address) -> SendAs:
    """The identity that the parent was written to, else the default one."""
    named = {addresses.key(one.address) for one in (*parent.to, *parent.cc, *parent.bcc, *parent.from_)}
    named |= {addresses.key(value) for name, value in parent.headers if name.lower() == "delivered-to"}
    fitting = [one for one in send_as if addresses.key(one.address.address) in named]
    standard = [one for one in send_as if one.default]
    return next(iter((*fitting, *standard, *send_as)), SendAs(fallback))


def quoted(parent: Message, zone: tzinfo | None = None) -> str:
    """The attribution line and the parent's whole text behind `> `."""
    moment = parent.date.astimezone(zone) if parent.date and zone else parent.date
    when = f"On {wire.day(moment)} at {moment:%H:%M}, " if moment else ""
    lines = _whole(parent).split("\n")
    marked = "\n".join(f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in lines)
    return f"{when}{parent.author} wrote:\n{marked}"


def forwarded(parent: Message, zone: tzinfo | None = None) -> str:
    """The forward header as Gmail writes it, and the parent's whole text."""
    moment = parent.date.astimezone(zone) if parent.date and zone else parent.date
    rows = [
        ("From", str(parent.author)),
        ("Date", f"{wire.day(moment)} at {moment:%H:%M}" if moment else ""),
        ("Subject", parent.subject),
        ("To", ", ".join(map(str, parent.to[:20]))),
        ("Cc", ", ".join(map(str, parent.cc[:20]))),
    ]
    head = "\n".join(f"{name}: {value}" for name, value in rows if value)
    return f"{FORWARD_LINE}\n{head}\n\n{_whole(parent)}"


def _whole(parent: Message) -> str:
    signature = f"-- \n{parent.signature}" if parent.signature else ""
    whole = "\n\n".join(filter(None, (parent.text, signature, parent.quoted)))
    if len(whole) > QUOTE_LIMIT:
        return f"{whole[:QUOTE_LIMIT]}\n[… {len(whole) - QUOTE_LIMIT} more characters are not quoted]"
    return whole


def _besides(first: Sequence[Address], group: Sequence[Address]) -> tuple[Address, ...]:
    taken = {addresses.key(one.address) for one in first}
    return tuple(one for one in group if addresses.key(one.address) not in taken)


def _without(prefix: re.Pattern[str], subject: str) -> str:
    rest = subject
    while match := prefix.match(rest):
        rest = rest[match.end() :]
    return rest.strip()


def _usable(message_id: str) -> bool:
    return re.fullmatch(r"<[!-;=?-~]{1,900}>", message_id) is not None
