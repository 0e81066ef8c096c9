"""Text to RFC 5322 lines: folding, encoded words, RFC 2231 parameters, transfer encodings. All ASCII, CRLF."""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from mailreeve.models import Address

_WIDTH = 76
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PHRASE_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")


def unstructured(name: str, value: str) -> str:
    """A field of free text such as Subject."""
    plain = value.isascii() and "=?" not in value and all(len(w) < _WIDTH - len(name) for w in value.split())
    words = value.split(" ") if plain else encoded_words(value)
    return folded(name, words)


def mailboxes(name: str, group: Iterable[Address]) -> str:
    """A field of addresses."""
    words: list[str] = []
    for one in group:
        if words:
            words[-1] += ","
        words += [*phrase(one.name), f"<{one.address}>"] if one.name else [one.address]
    return folded(name, words)


def phrase(name: str) -> list[str]:
    """A display name: atoms, a quoted string, or encoded words."""
    if not name.isascii() or "=?" in name or len(name) > 60:
        return encoded_words(name)
    if _ATOMS.fullmatch(name):
        return name.split(" ")
    return ['"' + re.sub(r'(["\\])', r"\\\1", name) + '"']


def folded(name: str, words: Sequence[str]) -> str:
    """One field, its words on as many lines as they need; each line ends with CRLF."""
    lines, current = [], f"{name}:"
    for word in words:
        if len(current) + 1 + len(word) > _WIDTH + 2 and current != f"{name}:":
            lines.append(current)
            current = f" {word}"
        else:
            current += f" {word}"
    return "\r\n".join([*lines, current]) + "\r\n"


def encoded_words(value: str) -> list[str]:
    """RFC 2047 words of at most 75 characters, cut between characters; Q or B, whichever is shorter."""
    pieces, current = [], ""
    for char in value:
        if len((current + char).encode("utf-8")) > 39:
            pieces.append(current)
            current = ""
        current += char
    return [_encoded_word(piece.encode("utf-8")) for piece in [*pieces, current] if piece]


def parameter(name: str, value: str) -> str:
    """A parameter on lines of its own: a quoted string, or RFC 2231 with continuations.

    What looks like an encoded word is never quoted: many readers would decode it there.
    """
    if value.isascii() and "=?" not in value and len(value) <= 60:
        escaped = re.sub(r'(["\\])', r"\\\1", value)
        return f';\r\n {name}="{escaped}"'
    pieces = re.findall(r"(?:%..|.){1,20}", "utf-8''" + quote(value, safe=""))
    if len(pieces) == 1:
        return f";\r\n {name}*={pieces[0]}"
    return "".join(f";\r\n {name}*{number}*={piece}" for number, piece in enumerate(pieces))


def date(moment: datetime) -> str:
    """RFC 5322, 3.3, in English whatever the locale."""
    offset = moment.utcoffset() or timedelta()
    sign, minutes = ("-", -offset) if offset < timedelta() else ("+", offset)
    hours, left = divmod(int(minutes.total_seconds()) // 60, 60)
    return f"{day(moment)} {moment:%H:%M:%S} {sign}{hours:02}{left:02}"


def day(moment: datetime) -> str:
    """As in "Mon, 5 Jan 2026"."""
    return f"{_DAYS[moment.weekday()]}, {moment.day} {_MONTHS[moment.month - 1]} {moment.year:04}"


def text_part(subtype: str, text: str) -> str:
    """A text part with its headers: 7bit, quoted-printable or base64, whichever is safe and shortest."""
    data = text.replace("\n", "\r\n").encode("utf-8")
    if data and not data.endswith(b"\r\n"):
        data += b"\r\n"
    if data.isascii() and all(len(one) <= _WIDTH for one in data.split(b"\r\n")):
        return _with_headers(subtype, "7bit", data)
    printable = binascii.b2a_qp(data, istext=True)
    packed = base64.encodebytes(data).replace(b"\n", b"\r\n")
    if len(packed) < len(printable):
        return _with_headers(subtype, "base64", packed)
    return _with_headers(subtype, "quoted-printable", printable)


def _with_headers(subtype: str, encoding: str, data: bytes) -> str:
    return (
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n{data.decode('ascii')}"
    )


def _encoded_word(data: bytes) -> str:
    q = "".join(chr(b) if b in _PHRASE_SAFE else "_" if b == 32 else f"={b:02X}" for b in data)
    b64 = base64.b64encode(data).decode("ascii")
    return f"=?utf-8?Q?{q}?=" if len(q) <= len(b64) else f"=?utf-8?B?{b64}?="
