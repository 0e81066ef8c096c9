"""Address lists (RFC 5322, 3.4, and what is sent in its name): one pass, linear, no recursion."""

import contextlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from mailreeve.mail.words import decoded, word_end
from mailreeve.models import Address

LIMIT = 2_000
"""Addresses read from one list."""

_QUOTED = re.compile(r'"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_ATOM = re.compile(r"(?:[^\s\"(),:;<>=\[]|\[[^\]\s]*\]?)+|=")
_ROUTE = re.compile(r"\s*@[^:@]*(?:,@[^:@]*)*:")
_SPEC = re.compile(r'(?:"(?:[^"\\]++|\\.)*+"|(?<![^\s"@])[^\s"@]*+)@\S*+')
_COMMENT_MARK = re.compile(r"[()\\]")


@dataclass(slots=True)
class _Box:
    """What was read of the mailbox at hand."""

    words: list[str] = field(default_factory=list)
    angle: str | None = None
    comment: str = ""
    has_at: bool = False
    named: int = 0
    """How many words stood before the address in angle brackets."""


class _Reader:
    """Walks over a list once; what closes a quote, comment or bracket is looked for in vain once at most."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.at = 0
        self.box = _Box()
        self.waiting = ""  # "Doe" of an unquoted `Doe, John <j@x>`
        self.found: list[Address] = []
        self.quotes = True
        self.comments = True
        self.angles = True
        self.encoded = value.rfind("?=")  # behind it no encoded word can end

    def read(self) -> tuple[Address, ...]:
        while self.at < len(self.value) and len(self.found) < LIMIT:
            self._step(self.value[self.at])
        self._close(may_wait=False)
        return tuple(self.found)

    def _step(self, char: str) -> None:
        if char in ",;":
            self.at += 1
            self._close(may_wait=char == ",")
        elif char == ":" and self.box.angle is None and not self.box.has_at:
            self.at += 1
            self.box, self.waiting = _Box(), ""  # that was the name of a group
        elif char == '"':
            self._quoted()
        elif char == "(":
            self._comment()
        elif char == "<":
            self._angle()
        else:
            self._word(char)

    def _quoted(self) -> None:
        match = _QUOTED.match(self.value, self.at) if self.quotes else None
        if match is None:
            self.quotes = False
            self.at += 1
            return
        self.at = match.end()
        local = self.value[self.at : self.at + 1] == "@"
        self.box.words.append(match[0] if local else re.sub(r"\\(.)", r"\1", match[1]))

    def _comment(self) -> None:
        depth, end = 0, -1
        for mark in _COMMENT_MARK.finditer(self.value, self.at) if self.comments else ():
            if mark[0] == "\\" or self.value[mark.start() - 1 : mark.start()] == "\\":
                continue
            depth += 1 if mark[0] == "(" else -1
            if not depth:
                end = mark.start()
                break
        if end < 0:
            self.comments = False
            self.at += 1
            return
        text = self.value[self.at + 1 : end]
        self.box.comment = self.box.comment or re.sub(r"\\(.)", r"\1", text)
        self.box.words.append(" ")
        self.at = end + 1

    def _angle(self) -> None:
        end = self.value.find(">", self.at) if self.angles else -1
        if end < 0:  # unclosed: up to the comma, and no other can be closed
            self.angles = False
            comma = self.value.find(",", self.at)
            end = comma if comma >= 0 else len(self.value)
        content = self.value[self.at + 1 : end]
        if "<" in content:  # `<<a@x>` or `<a <b@x>`: the innermost counts
            content = content[content.rindex("<") + 1 :]
        after = self.box.words[self.box.named :]
        if self.box.angle and "".join(after).strip():  # `A <a@x> B <b@x>`: the comma is missing
            del self.box.words[self.box.named :]
            self._close(may_wait=False)
            self.box.words = after
        elif self.box.angle:
            self.box.words[self.box.named :] = [" "]
        if not self.box.angle:
            self.box.angle, self.box.named = content, len(self.box.words)
        self.at = end + (self.value[end : end + 1] == ">")

    def _word(self, char: str) -> None:
        end = word_end(self.value, self.at) if char == "=" and self.at < self.encoded else self.at
        if end == self.at:
            atom = _ATOM.match(self.value, self.at)
            end = atom.end() if atom else self.at + 1
        if char.isspace():
            self.box.words.append(" ")
        elif char not in ">:)":
            self.box.words.append(self.value[self.at : end])
            self.box.has_at = self.box.has_at or "@" in self.box.words[-1]
        self.at = end

    def _close(self, *, may_wait: bool) -> None:
        box, self.box = self.box, _Box()
        text = " ".join("".join(box.words).split())
        if box.angle is not None:
            name = decoded(f"{self.waiting}, {text}" if self.waiting and text else text)
            self._add(name or decoded(box.comment), _addr_spec(box.angle))
        elif "@" in text:
            text = re.sub(r" ?@ ?", "@", text)
            spec = _SPEC.search(text)
            start, end = spec.span() if spec else (0, len(text))
            rest = f"{text[:start]} {text[end:]}".strip()
            self._add(decoded(rest) or decoded(box.comment), _addr_spec(text[start:end]))
        elif text and may_wait and not self.waiting:
            self.waiting = text
            return
        elif text or self.waiting:
            self._add(decoded(", ".join(filter(None, (self.waiting, text)))), "")
        self.waiting = ""

    def _add(self, name: str, address: str) -> None:
        if name or address:
            self.found.append(Address(name[:500], address))


def parse(value: str) -> tuple[Address, ...]:
    """The mailboxes of a list, groups opened, names decoded; a name alone has an empty address."""
    return _Reader(value).read()


def key(address: str) -> str:
    """An address as it is compared: lower case, the domain in ASCII (IDNA), without a final dot."""
    local, at, host = address.strip().lower().rpartition("@")
    host = host.rstrip(".")
    if not host.isascii():
        with contextlib.suppress(UnicodeError):
            host = host.encode("idna").decode("ascii")
    return f"{local}{at}{host}"


def unique(addresses: Iterable[Address]) -> tuple[Address, ...]:
    """Each mailbox once, the first spelling wins; those without an address are left out."""
    found: dict[str, Address] = {}
    for one in addresses:
        if one.address:
            found.setdefault(key(one.address), one)
    return tuple(found.values())


def _addr_spec(text: str) -> str:
    """An addr-spec as it is used: without route, comment, white space, or `mailto:`."""
    if "=?" in text:
        text = decoded(text)
    route = _ROUTE.match(text)
    text = text[route.end() :] if route else text
    text = re.sub(r"\([^()]*\)", "", text)
    return "".join(decoded(text).split()).removeprefix("mailto:").rstrip(".")[:320]
