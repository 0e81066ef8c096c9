"""vCards, as address books exchange them: version 4.0 (RFC 6350) and 3.0 (RFC 2426), written and read.

What is read is hostile: bounded, every value one line but the note's. A card that is changed keeps every property
that we do not know.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from mailreeve.mail.invisible import clean, one_line
from mailreeve.models import Contact, Labelled

Version = Literal["4.0", "3.0"]
LIMIT = 200_000
"""Characters of one card that are read; pictures are kept by the server."""
_LINE = re.compile(
    r"(?:[A-Za-z0-9-]{1,40}\.)?([A-Za-z0-9-]{1,40})((?:;[^:\"]*(?:\"[^\"]*\"[^:\";]*)*)?):(.*)", re.DOTALL
)
_KIND = re.compile(r"TYPE=\"?([^;:\"]{1,100})", re.IGNORECASE)
_OURS = frozenset({"FN", "N", "EMAIL", "TEL", "ORG", "TITLE", "NOTE"})
_PLAIN = frozenset({"internet", "pref", "voice"})
"""Types that every address or number has anyway."""


@dataclass(frozen=True, slots=True)
class Card:
    """One card: who it is, by which name the server knows it, and when it was changed."""

    contact: Contact
    uid: str
    text: str
    """As it came."""


def write(contact: Contact, uid: str = "", version: Version = "4.0", before: str = "") -> str:
    """A card with CRLF line ends, folded at 75 octets; unknown properties of `before`, an older card, stay."""
    lines = ["BEGIN:VCARD", f"VERSION:{version}"]
    if uid:
        lines.append(f"UID:{_escaped(uid)}")
    name = contact.name or next(iter(contact.keys), "") or contact.organization or "?"
    lines += [f"FN:{_escaped(name)}", f"N:{_structured(contact)}"]
    lines += [f"EMAIL{_type(one)}:{_escaped(one.value)}" for one in contact.emails]
    lines += [f"TEL{_type(one)}:{_escaped(one.value)}" for one in contact.phones]
    lines += [f"{name}:{_escaped(value)}" for name, value in (("ORG", contact.organization), ("TITLE", contact.title), ("NOTE", contact.note)) if value]  # fmt: skip
    lines += _kept(before)
    return "".join(f"{folded}\r\n" for line in (*lines, "END:VCARD") for folded in _folded(line))


def _structured(one: Contact) -> str:
    given, family = one.given, one.family
    if not given and not family and one.name:
        given, _, family = one.name.rpartition(" ")
        given, family = (given, family) if given else (family, "")
    return f"{_escaped(family)};{_escaped(given)};;;"


def _type(one: Labelled) -> str:
    word = {"mobile": "cell"}.get(one.kind.lower(), one.kind)
    return f";TYPE={word}" if re.fullmatch(r"[A-Za-z0-9-]{1,40}", word) else ""


def _escaped(text: str) -> str:
    for char in "\\,;":
        text = text.replace(char, f"\\{char}")
    return text.replace("\r\n", "\\n").replace("\r", "\\n").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets (RFC 6350, 3.2), never cut inside a character."""
    piece, size = "", 0
    for char in line:
        octets = len(char.encode("utf-8", "replace"))
        if size + octets > 75:
            yield piece
            piece, size = " ", 1
        piece, size = piece + char, size + octets
    yield piece


def _kept(before: str) -> list[str]:
    """The lines of an older card that are none of ours."""
    kept = []
    for line in _unfolded(before):
        match = _LINE.fullmatch(line)
        name = match[1].upper() if match else ""
        if match and name not in _OURS | {"BEGIN", "END", "VERSION", "UID", "REV", "PRODID"}:
            kept.append(line)
    return kept


def _unfolded(text: str) -> list[str]:
    return [line for line in re.sub(r"\r?\n[ \t]", "", text[:LIMIT]).splitlines() if line.strip()]


def read(text: str) -> Card | None:
    """The first card; None when there is none."""
    lines = [match for line in _unfolded(text) if (match := _LINE.fullmatch(line))]
    if not lines or lines[0][1].upper() != "BEGIN" or lines[0][3].strip().upper() != "VCARD":
        return None
    values: dict[str, list[tuple[str, str]]] = {}
    for match in lines[1:]:
        if match[1].upper() == "END":
            break
        values.setdefault(match[1].upper(), []).append((match[2], match[3]))
    one = {name: found[0][1] for name, found in values.items()}
    family, given = ([*map(_value, _parts(one.get("N", ""), ";")), "", ""])[:2]
    contact = Contact(
        name=_value(one.get("FN", "")) or " ".join(filter(None, (given, family))),
        given=given,
        family=family,
        emails=_labelled(values.get("EMAIL", ())),
        phones=_labelled(values.get("TEL", ())),
        organization=_value(next(iter(_parts(one.get("ORG", ""), ";")), "")),
        title=_value(one.get("TITLE", "")),
        note=clean(_plain(one.get("NOTE", ""))).text[:10_000],
    )
    return Card(contact, _value(one.get("UID", "")), text)


def _labelled(found: Iterable[tuple[str, str]]) -> tuple[Labelled, ...]:
    made = []
    for parameters, text in list(found)[:50]:
        words = [word.lower() for group in _KIND.findall(parameters) for word in group.split(",")]
        kind = next((word for word in words if word not in _PLAIN), "")
        value = re.sub(r"(?i)^(mailto|tel):", "", _value(text))
        if value:
            made.append(Labelled(value, "mobile" if kind == "cell" else one_line(kind)))
    return tuple(made)


def _value(text: str) -> str:
    return one_line(_plain(text))[:500].strip()


def _plain(text: str) -> str:
    """Without escapes."""
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], text)


def _parts(text: str, by: str) -> list[str]:
    """The components of a structured value; an escaped separator is none."""
    return re.split(rf"(?<!\\){by}", text)
