"""The header block of a message as bytes: read quickly, changed without touching any other byte."""

import base64
import email.errors
import email.header
import email.utils
import re
from collections.abc import Sequence
from datetime import UTC, datetime

LIMIT = 1_000_000
"""Bytes of a header block that are looked at."""
_END = re.compile(rb"(?:\A|\n)(?=\r?\n)")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_LINE = re.compile(rb"[^\n]*\n|[^\n]+\Z")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]+")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,900})>")
_REPLY_PREFIX = re.compile(r"^(?:\s*(?:re|fwd?|aw|wg|sv|tr)\s*(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE)
_WORD = re.compile(r"=\?[^?\s]{1,80}\?[bq]\?[^?\s]*\?=", re.IGNORECASE)
ADDRESS_FIELDS = frozenset({"from", "to", "cc", "bcc", "reply-to", "sender"})

Fields = list[tuple[str, bytes]]


def split(raw: bytes) -> tuple[bytes, bytes]:
    """The header block with its last line break, and the rest from the empty line on."""
    found = _END.search(raw, 0, LIMIT)
    cut = found.end() if found else min(len(raw), LIMIT)
    return raw[:cut], raw[cut:]


def lines(block: bytes) -> list[bytes]:
    """The fields of a header block, each with its folded lines and line breaks."""
    found: list[list[bytes]] = []
    for line in _LINE.findall(block):
        if line[:1] in {b" ", b"\t"} and found:
            found[-1].append(line)
        else:
            found.append([line])
    return [b"".join(field) for field in found]


def fields(raw: bytes) -> Fields:
    """Names as written and raw values; lines that are no field are left out."""
    found: Fields = []
    for line in lines(split(raw)[0]):
        match = _FIELD.match(line)
        if match:
            found.append((match[1].decode("ascii"), match[2].strip(b"\r\n \t")))
    return found


def decoded(name: str, value: bytes) -> str:
    """A header value for people: unfolded, RFC 2047 words decoded, as Gmail's payload.headers carries it."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    text = text.replace("\r", "").replace("\n", "")
    if "=?" not in text or len(text) > 100_000:
        return text
    if name.lower() in ADDRESS_FIELDS:
        return _WORD_RUN.sub(lambda found: _quoted(_words(found[0])), text)
    return _words(text)


_WORD_RUN = re.compile(rf"{_WORD.pattern}(?:\s+{_WORD.pattern})*", re.IGNORECASE)


def _words(text: str) -> str:
    try:
        parts = email.header.decode_header(text)
        return "".join(
            part if isinstance(part, str) else part.decode(charset or "ascii", "replace")
            for part, charset in parts
        )
    except (LookupError, ValueError, email.errors.HeaderParseError):
        return text


def _quoted(name: str) -> str:
    """Quote a decoded display name that would otherwise read as several addresses."""
    if re.search(r'[()<>\[\]:;@\\,."]', name):
        return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return name


def first(found: Fields, name: str) -> str:
    """The first value of a field, decoded; empty without one."""
    return next((decoded(key, value) for key, value in found if key.lower() == name), "")


def every(found: Fields, name: str) -> str:
    """All values of a field, decoded, one a line."""
    return "\n".join(decoded(key, value) for key, value in found if key.lower() == name)


def addresses(text: str) -> tuple[str, ...]:
    """The addr-specs of an address header, in lower case."""
    return tuple(address.lower() for address in _mailboxes(text) if _ADDRESS.fullmatch(address))


def all_addresses(text: str) -> bool:
    """True when everything in an address header is an address; an empty group is one too."""
    return all(_ADDRESS.fullmatch(address) for address in _mailboxes(text) if address)


def _mailboxes(text: str) -> list[str]:
    try:
        return [address for _, address in email.utils.getaddresses([text[:200_000]])] if text else []
    except (RecursionError, IndexError, ValueError):
        return []


def message_ids(text: str) -> tuple[str, ...]:
    """The ids of a Message-ID, In-Reply-To or References header, without the angle brackets."""
    return tuple(_MESSAGE_ID.findall(text[:100_000])[:200])


def subject_key(subject: str) -> str:
    """A subject as threads compare it: no reply prefixes, one space, lower case."""
    return " ".join(_REPLY_PREFIX.sub("", subject[:2000]).split()).lower()


def parsed_date_ms(text: str) -> int | None:
    """An RFC 5322 date in epoch milliseconds, or None."""
    parts = email.utils.parsedate_tz(text[:200])
    if parts is None:
        return None
    try:
        return int(email.utils.mktime_tz(parts) * 1000)
    except (ValueError, OverflowError):
        return None


def without(raw: bytes, name: str) -> bytes:
    """The message without a field."""
    block, rest = split(raw)
    wanted = name.lower().encode() + b":"
    return b"".join(line for line in lines(block) if not _is(line, wanted)) + rest


def with_first(raw: bytes, name: str, value: str) -> bytes:
    """The message with a field set: replaced in its place, else put on top."""
    block, rest = split(raw)
    end = b"\n" if b"\n" in block and b"\r\n" not in block else b"\r\n"
    line = f"{name}: {value}".encode() + end
    wanted = name.lower().encode() + b":"
    kept = lines(block)
    places = [place for place, old in enumerate(kept) if _is(old, wanted)]
    if not places:
        return line + raw
    kept = [old for place, old in enumerate(kept) if place not in places[1:]]
    kept[places[0]] = line
    return b"".join(kept) + rest


def _is(line: bytes, wanted: bytes) -> bool:
    return line[: len(wanted) + 8].lower().replace(b" ", b"").replace(b"\t", b"").startswith(wanted)


def rfc_date(epoch_ms: int) -> str:
    """A Date header for a moment."""
    return email.utils.format_datetime(datetime.fromtimestamp(epoch_ms / 1000, UTC))


def joined(values: Sequence[str]) -> str:
    """Text of several headers for the index."""
    return "\n".join(value for value in values if value)


def base64url(data: bytes) -> str:
    """Bytes as Google's JSON carries them."""
    return base64.urlsafe_b64encode(data).decode()
