"""Encoded words (RFC 2047) and raw 8-bit header values to text, as broken as senders write them."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from mailreeve.mail.charset import codec, decode
from mailreeve.mail.invisible import one_line

_START = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?")
_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_ESCAPE = re.compile(rb"=([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class _Word:
    charset: str
    data: bytes


def raw_text(value: bytes) -> str:
    """The bytes of a header value: UTF-8 (RFC 6532), else windows-1252, which never fails here."""
    try:
        return value.decode("utf-8")
    except ValueError:
        return value.decode("cp1252", "replace")


def decoded(value: str) -> str:
    """A header value as a person reads it: encoded words decoded, one line, nothing invisible."""
    return one_line(with_words(value)) if "=?" in value else one_line(value)


def with_words(value: str) -> str:
    """Encoded words decoded; the result may hold any character, even line breaks."""
    out: list[str] = []
    pending: list[_Word] = []
    for piece in _pieces(value):
        if isinstance(piece, _Word):
            pending.append(piece)
        elif pending and not piece.strip():
            pending.append(_Word("", piece.encode("utf-8", "replace")))
        else:
            out += _joined(pending)
            pending = []
            out.append(piece)
    return "".join([*out, *_joined(pending)])


def word_end(value: str, start: int) -> int:
    """Where the encoded word that starts here ends, or `start` when there is none."""
    match = _START.match(value, start)
    end = value.find("?=", match.end()) if match else -1
    return start if end < 0 else end + 2


def _pieces(value: str) -> Iterator[_Word | str]:
    at = 0
    while match := _START.search(value, at):
        end = value.find("?=", match.end())
        if end < 0:  # no later word can end either, so this stays linear
            break
        if match.start() > at:
            yield value[at : match.start()]
        yield _Word(match[1], _payload(match[1], match[2], value[match.end() : end]))
        at = end + 2
    if at < len(value):
        yield value[at:]


def _payload(charset: str, kind: str, text: str) -> bytes:
    data = _raw(charset, text)
    if kind in "bB":
        data = _BASE64.sub(b"", data)
        data = data[: len(data) - (len(data) % 4 == 1)]
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    return _ESCAPE.sub(lambda m: bytes([int(m[1], 16)]), data.replace(b"_", b" "))


def _raw(charset: str, text: str) -> bytes:
    """The bytes that were written: some senders put 8-bit letters of the charset into Q words."""
    try:
        return text.encode("ascii" if text.isascii() else codec(charset) or "utf-8")
    except UnicodeError:
        return text.encode("utf-8", "replace")


def _joined(words: list[_Word]) -> Iterator[str]:
    """Neighbours of one charset are joined first: senders cut inside multibyte characters.

    White space between two encoded words is none; behind the last one it is kept.
    """
    tail = ""
    while words and not words[-1].charset:
        tail = words.pop().data.decode("utf-8") + tail
    spoken = (word for word in words if word.charset)
    for charset, run in groupby(spoken, lambda word: word.charset.partition("*")[0].lower()):
        yield decode(b"".join(word.data for word in run), charset, detect=False)[0]
    yield tail
