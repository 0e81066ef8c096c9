"""The envelope: who gets a message, read from its final bytes by two parsers that share no code.

What a person confirms must be what Google delivers to. So the header block has to be plain RFC 5322, and
our own parser and the standard library's have to find the same addresses; where they do not, somebody is
hiding a recipient from one of them, and nothing leaves.
"""

import re
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses

from mailreeve.errors import GateError
from mailreeve.mail import mime
from mailreeve.mail.invisible import clean
from mailreeve.models import Address, Envelope, Message

BLOCK_LIMIT = 256_000
"""Bytes of the header block; our parser reads no more."""
FIELD_LIMIT = 64_000
"""Characters of one list of addresses; Gmail takes 500 recipients."""
_ONCE = frozenset({"from", "sender", "reply-to", "to", "cc", "bcc", "subject", "message-id", "date",
                   "in-reply-to", "references", "mime-version", "content-type",
                   "content-transfer-encoding"})  # fmt: skip
"""Fields that may occur once (RFC 5322, 3.6; RFC 2045)."""
_ADDRESS_FIELDS = ("from", "to", "cc", "bcc")
_END = re.compile(rb"\r?\n\r?\n")
_LINE = re.compile(rb"\r?\n")
_FIELD = re.compile(rb"([!-9;-~]{1,76}):")
_ADDRESS = re.compile(r"[^\s@<>\"(),;:\\\[\]]{1,64}@[^\s@<>\"(),;:\\\[\]]{1,255}")


def read(raw: bytes) -> Envelope:
    """Everyone whom these bytes go to.

    Raises GateError when the header block is malformed or can be read in two ways.
    """
    _check_shape(raw)
    ours = _ours(mime.from_bytes(raw))
    if ours != _theirs(raw):
        raise _refused("two ways of reading its addresses do not agree")
    for address in (*ours.from_, *ours.recipients):
        if not _ADDRESS.fullmatch(address) or not address.isprintable() or clean(address).text != address:
            raise _refused(f"{ascii(address)[:80]} is not a plain address")
    if len(ours.from_) != 1:
        raise _refused(f"it has {len(ours.from_)} senders")
    return ours


def _check_shape(raw: bytes) -> None:
    """Only what every reader splits in the same way gets through."""
    end = _END.search(raw, 0, BLOCK_LIMIT)
    if end is None:
        raise _refused("its header block does not end")
    block = raw[: end.start()]
    if b"\0" in raw[: end.end()] or b"\r" in block.replace(b"\r\n", b""):
        raise _refused("its header block holds control characters")
    seen: dict[str, int] = {}
    name = ""
    for line in _LINE.split(block):
        match = _FIELD.match(line)
        if match:
            name = match[1].decode("ascii").lower()
            seen[name] = seen.get(name, 0) + 1
        elif not name or line[:1] not in {b" ", b"\t"} or not line.strip():
            raise _refused("its header block holds a line that is no field")
    twice = sorted(field for field in _ONCE if seen.get(field, 0) > 1)
    if twice:
        raise _refused(f"it has more than one {twice[0].title()} field")
    if any(field.startswith("resent-") for field in seen):
        raise _refused("it has Resent- fields, which can name other recipients")


def _ours(message: Message) -> Envelope:
    return Envelope(
        _addresses(message.from_), _addresses(message.to), _addresses(message.cc), _addresses(message.bcc)
    )


def _addresses(found: tuple[Address, ...]) -> tuple[str, ...]:
    return tuple(item.address for item in found)


def _theirs(raw: bytes) -> Envelope:
    """The same from the standard library, from the header block alone, bounded before it starts."""
    fields = BytesHeaderParser(policy=compat32).parsebytes(raw[:BLOCK_LIMIT])
    lists = []
    for name in _ADDRESS_FIELDS:
        values = [str(value) for value in fields.get_all(name, [])]
        if sum(map(len, values)) > FIELD_LIMIT:
            raise _refused(f"its {name.title()} field is longer than {FIELD_LIMIT} characters")
        try:
            found = tuple(address for _, address in getaddresses(values))
        except RecursionError:  # it calls itself for every nested comment and group
            raise _refused(f"its {name.title()} field is nested too deep") from None
        if sum(map(_at_signs, values)) != len(found):
            raise _refused(f"its {name.title()} field has an address that is no recipient")
        lists.append(found)
    return Envelope(*lists)


def _at_signs(value: str) -> int:
    """How many @ stand outside of quoted names and comments: as many as there are addresses."""
    count = depth = 0
    quoted = escaped = False
    for char in value:
        if escaped:
            escaped = False
        elif char == "\\" and (quoted or depth):
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif not quoted and char in "()":
            depth = max(0, depth + (1 if char == "(" else -1))
        elif not quoted and not depth:
            count += char == "@"
    return count


def _refused(why: str) -> GateError:
    return GateError(
        f"The draft cannot be sent from here: {why}.",
        "Correct it in Gmail, or write it anew with Mailreeve.",
    )
