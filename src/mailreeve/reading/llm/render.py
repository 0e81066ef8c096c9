"""A message as the text that goes into a prompt: headers on a line each, then the cut body."""

import re
from collections.abc import Callable, Sequence

from mailreeve.mail import invisible, text
from mailreeve.models import Address, Message

SUBJECT_CHARS = 300
_HEADER_CHARS = 200
_MASKED_CHARS = 40_000
_RULES = re.compile(r"^[ \t]*[-=_*#~]{5,}[ \t]*$", re.MULTILINE)
_GAPS = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_SPACES = re.compile(r"[ \t\u00a0]{2,}")


def message(mail: Message, tokens: int, mask: Callable[[str], str] = str) -> str:
    """One mail: what a person sees of it, the body cut to `tokens`, quoted history and signature left out.

    `mask` takes out what must not be shown, before the cut: half a secret would no longer look like one.
    """
    return f"{mask(headers(mail))}\n\n{body(mail, tokens, mask)}"


def headers(mail: Message) -> str:
    """The headers that say who writes what to whom, and what is attached."""
    lines = [
        ("From", _people(mail.from_, 1)),
        ("To", _people(mail.to, 4)),
        ("Cc", _people(mail.cc, 3)),
        ("Date", mail.date.isoformat(timespec="minutes") if mail.date else ""),
        ("Subject", invisible.one_line(mail.subject)[:SUBJECT_CHARS]),
        ("Attachments", ", ".join(file.name[:60] for file in mail.attachments[:5] if not file.inline)),
        ("Invitation", _invite(mail)),
    ]
    shown = ((name, invisible.one_line(value)) for name, value in lines if value)
    return "\n".join(f"{name}: {value[: max(_HEADER_CHARS, SUBJECT_CHARS)]}" for name, value in shown)


def body(mail: Message, tokens: int, mask: Callable[[str], str] = str) -> str:
    """The new text, else the quoted one: a forward often has nothing else."""
    seen = mail.text.strip() or mail.quoted.strip()
    if not seen:
        return "(no text)"
    seen = _GAPS.sub("\n", _RULES.sub("", invisible.clean(seen).text))
    seen = _SPACES.sub(" ", seen)
    if len(seen) > _MASKED_CHARS:
        seen = text.cut(seen, tokens * 4)  # so that masking a very long mail takes no long time
    return text.cut(mask(seen), tokens)


def shown(mails: Sequence[Message]) -> str:
    """All that a person sees of these mails: the links in it may stay in what a model writes."""
    return "\n".join(f"{mail.subject}\n{mail.text}\n{mail.quoted}" for mail in mails)


def _people(people: Sequence[Address], most: int) -> str:
    more = f" and {len(people) - most} more" if len(people) > most else ""
    return ", ".join(str(person)[:80] for person in people[:most]) + more


def _invite(mail: Message) -> str:
    event = mail.invite
    return "" if event is None else f"{event.method} {event.summary[:80]}, {event.start} to {event.end}"
