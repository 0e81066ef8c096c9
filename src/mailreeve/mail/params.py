"""Parameters of Content-Type and Content-Disposition (RFC 2045, 2183, 2231), as broken as they come."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from mailreeve.mail.charset import decode
from mailreeve.mail.invisible import one_line
from mailreeve.mail.words import decoded

_VALUE = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))', re.DOTALL)
_NAME = re.compile(r"[\s;]*([^\s=;\"]{1,80})\s*(=?)")
_CONTINUED = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*?)$")
_TOKEN = re.compile(r"[^\s;,/\"()<>]+")
# An open comment ends with the header: looking for the end of each of its brackets would cost the square.
_IGNORED = re.compile(r"\([^)]*+\)?|\s")
_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Parameters:
    """The value before the first semicolon in lower case, and what follows it by lower-case name."""

    value: str
    named: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """The decoded parameter, one line, or an empty string."""
        return self.named.get(name, "")


def parse(header: str) -> Parameters:
    """Split a header value; linear, at most 200 parameters, the first of two with the same name wins."""
    value, _, rest = header.partition(";")
    if "=" in value:  # the semicolon is missing: `multipart/mixed boundary=x`
        value, _, left = value.strip().partition(" " if " " in value.strip() else "\t")
        rest = f"{left};{rest}"
    pairs: dict[str, list[tuple[int, bool, str]]] = {}
    at = 0
    for _ in range(_LIMIT):
        name = _NAME.match(rest, at)
        if not name:
            break
        at = name.end()
        if not name[2]:
            continue
        found = _VALUE.match(rest, at)
        assert found is not None  # noqa: S101 - the pattern matches the empty string
        at = found.end()
        text = re.sub(r"\\(.)", r"\1", found[1]) if found[1] is not None else found[2].strip()
        split = _CONTINUED.match(name[1].lower())
        if split:
            pairs.setdefault(split[1], []).append((int(split[2] or -1), bool(split[3]), text))
    return Parameters(
        _IGNORED.sub("", value).lower()[:200],
        {name: parts[0][2] if name == "boundary" else _assembled(parts) for name, parts in pairs.items()},
    )


def media_type(value: str) -> str:
    """A media type in lower case, such as "text/plain"; empty when it is none."""
    main, slash, sub = value.partition("/")
    if not slash and main == "text":
        return "text/plain"
    if not (_TOKEN.fullmatch(main) and _TOKEN.fullmatch(sub)):
        return ""
    return f"{main}/{sub}"


def _assembled(found: list[tuple[int, bool, str]]) -> str:
    """RFC 2231: a percent-encoded value, else continuations in order, else the plain value."""
    whole = next((part for part in found if part[0] < 0 and part[1]), None)
    numbered = sorted(part for part in found if part[0] >= 0)
    chosen = [whole] if whole else numbered or found[:1]
    if not any(extended for _, extended, _ in chosen):
        return decoded("".join(text for _, _, text in chosen))
    charset, data = "", []
    for index, (_, extended, text) in enumerate(chosen):
        value = text
        if extended and not index and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)
        data.append(unquote_to_bytes(value) if extended else value.encode("utf-8", "replace"))
    return one_line(decode(b"".join(data), charset or "utf-8", detect=False)[0])
