"""A mail to be written: the frozen record, and the checks that no hostile value passes."""

import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from mailreeve.errors import InputError
from mailreeve.mail import addresses, invisible
from mailreeve.models import Address

RECIPIENTS_LIMIT = 500
"""Gmail's limit for one message sent through the API."""
BYTES_LIMIT = 25_000_000
"""Gmail's limit for all attachments of a message."""
TEXT_LIMIT = 1_000_000

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDR_SPEC = re.compile(rf"{_LOCAL}@{_HOST}")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_HEADER_NAME = re.compile(r"X-[A-Za-z0-9-]{1,60}")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")


@dataclass(frozen=True, slots=True)
class File:
    """An attachment to send."""

    name: str
    type: str
    data: bytes
    content_id: str = ""
    """Set for an inline image that the kept HTML of a draft shows."""


@dataclass(frozen=True, slots=True)
class Compose:
    """Everything that a mail says; `compose` turns it into exact bytes."""

    from_: Address
    date: datetime
    """With a zone."""
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    subject: str = ""
    body: str = ""
    """What the person says, plain text."""
    signature: str = ""
    """Plain text, without the line `-- `."""
    quoted: str = ""
    """The parent as plain text, with its attribution line or forward header."""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    attachments: tuple[File, ...] = ()
    message_id: str = ""
    """Made at the domain of From when empty."""
    headers: tuple[tuple[str, str], ...] = ()
    """Further fields; their names start with X-."""
    html: str = ""
    """The HTML part of a draft whose text was not edited; empty: made from the text."""

    @property
    def recipients(self) -> tuple[Address, ...]:
        """All who get it."""
        return (*self.to, *self.cc, *self.bcc)


def checked(letter: Compose) -> Compose:
    """The letter with clean values, each recipient once; raises InputError naming the wrong field."""
    if letter.date.tzinfo is None:
        raise InputError("date has no time zone.", "Give a date with its zone.")
    from_ = _mailbox("from", letter.from_)
    to, cc, bcc = (_list(name, getattr(letter, name)) for name in ("to", "cc", "bcc"))
    seen: set[str] = set()
    to, cc, bcc = (_once(group, seen) for group in (to, cc, bcc))
    if len(seen) > RECIPIENTS_LIMIT:
        raise InputError(f"{len(seen)} recipients are more than {RECIPIENTS_LIMIT}.", "Send it in parts.")
    _bounded(letter)
    return replace(
        letter,
        from_=from_,
        to=to,
        cc=cc,
        bcc=bcc,
        reply_to=_list("reply_to", letter.reply_to),
        subject=" ".join(line("subject", letter.subject, 2_000).split()),
        body=text(letter.body),
        signature=text(letter.signature),
        quoted=text(letter.quoted),
        in_reply_to=_id("in_reply_to", letter.in_reply_to),
        references=tuple(filter(None, (_id("references", one) for one in letter.references))),
        message_id=_id("message_id", letter.message_id) or new_message_id(from_),
        attachments=tuple(_file(one) for one in letter.attachments),
        headers=tuple(_header(name, value) for name, value in letter.headers),
    )


def line(field: str, value: str, limit: int = 900) -> str:
    """A value for one header line, without invisible characters.

    Raises InputError for CR, LF, NUL, other controls and Unicode line separators: decoded mail can hold
    them, and in a header they would start a new one.
    """
    if any(unicodedata.category(char) in {"Cc", "Zl", "Zp", "Cs"} for char in value):
        raise InputError(f"{field} holds a line break or another control character.", "Remove it.")
    if len(value) > limit:
        raise InputError(f"{field} is longer than {limit} characters.", "Shorten it.")
    return invisible.clean(value).text.strip()


def text(value: str) -> str:
    """Body text: newlines only, nothing invisible, no lone surrogates."""
    return invisible.clean(value).text.encode("utf-8", "replace").decode("utf-8").strip("\n")


def address(field: str, value: str) -> str:
    """A valid addr-spec, its domain in ASCII; raises InputError naming the field."""
    spec = line(field, value, 320)
    local, at, host = spec.rpartition("@")
    ascii_spec = f"{local}{at}{addresses.key('@' + host)[1:]}" if not host.isascii() else spec
    if not _ADDR_SPEC.fullmatch(ascii_spec) or len(local) > 64 or len(ascii_spec) > 254:
        raise InputError(f"{field}: {spec[:80]!r} is no e-mail address.", "Write it as name@example.com.")
    return ascii_spec


def is_extra(name: str) -> bool:
    """True for a header field that a letter may add."""
    return _HEADER_NAME.fullmatch(name) is not None


def new_message_id(author: Address) -> str:
    """A new Message-ID at the author's domain (RFC 5322, 3.6.4), not guessable."""
    return f"<{secrets.token_hex(16)}@{addresses.key(author.address).rpartition('@')[2]}>"


def _mailbox(field: str, one: Address) -> Address:
    name = " ".join(line(f"{field} (name)", one.name, 300).split())
    return Address(name, address(field, one.address))


def _list(field: str, group: Iterable[Address]) -> tuple[Address, ...]:
    return addresses.unique(_mailbox(field, one) for one in group)


def _once(group: tuple[Address, ...], seen: set[str]) -> tuple[Address, ...]:
    """Who stands in To is left out of Cc, who stands there out of Bcc."""
    fresh = tuple(one for one in group if addresses.key(one.address) not in seen)
    seen.update(addresses.key(one.address) for one in fresh)
    return fresh


def _bounded(letter: Compose) -> None:
    if len(letter.body) + len(letter.quoted) + len(letter.signature) + len(letter.html) > TEXT_LIMIT * 2:
        raise InputError(f"The text is longer than {TEXT_LIMIT * 2} characters.", "Shorten it.")
    total = sum(len(one.data) for one in letter.attachments)
    if total > BYTES_LIMIT:
        raise InputError(f"The attachments hold {total} bytes, Gmail takes {BYTES_LIMIT}.", "Share a link.")


def _id(field: str, value: str) -> str:
    value = line(field, value, 902)
    if value and not _MESSAGE_ID.fullmatch(value):
        raise InputError(f"{field}: {value[:80]!r} is no message id.", "Take it from the message's headers.")
    return value


def _file(one: File) -> File:
    name = " ".join(line("attachment name", one.name, 200).split())
    name = re.sub(r"[/\\]", "_", name).strip(". ") or "attachment"
    if not _MEDIA_TYPE.fullmatch(one.type):
        raise InputError(f"attachment type: {one.type[:80]!r} is no media type.", "Use e.g. application/pdf.")
    return File(name, one.type.lower(), one.data, line("content_id", one.content_id, 200))


def _header(name: str, value: str) -> tuple[str, str]:
    if not is_extra(name):
        raise InputError(f"Header {name[:60]!r} cannot be set.", "Only X- headers can be added.")
    return name, line(name, value)
