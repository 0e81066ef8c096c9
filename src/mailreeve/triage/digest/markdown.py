"""The digest as Markdown that reads as plain text."""

import re
from collections.abc import Iterable

from mailreeve.mail import invisible
from mailreeve.triage.digest.blocks import Block, Kind, Look, Piece

_MARKUP = re.compile(r"([\\`*_{}\[\]#|~!])")
_ANGLES = str.maketrans("<>", "‹›")
_SCHEME = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,15}):(?=//)|\b(mailto|javascript|data|tel):")
_HOST = re.compile(r"(?i)\b((?:[a-z0-9-]{1,63}\.)+)(?=[a-z]{2,24}\b)|\bwww\.")
_STARTS = {
    Kind.TITLE: "# ",
    Kind.HEAD: "## ",
    Kind.SUBHEAD: "### ",
    Kind.ITEM: "- ",
    Kind.RULE: "---",
    Kind.TEXT: "",
    Kind.LINE: "",
}
_MARKS = {Look.PLAIN: "", Look.STRONG: "**", Look.EM: "_"}
_CLOSE = {Kind.ITEM, Kind.LINE}


def markdown(blocks: Iterable[Block]) -> str:
    """All blocks, with empty lines between them, but not between the items of a list."""
    out: list[str] = []
    last: Kind | None = None
    for one in blocks:
        if last is not None and not (one.kind is last and last in _CLOSE):
            out.append("")
        out.append(_STARTS[one.kind] + "".join(map(_piece, one.pieces)))
        out += ["  - " + "".join(map(_piece, each)) for each in one.inner]
        if one.under:
            out.append(f"  {plain(one.under)}")
        last = one.kind
    return "\n".join(out) + "\n"


def _piece(one: Piece) -> str:
    if one.url:
        return f"[{one.text}]({one.url})"
    mark = _MARKS[one.look]
    return mark + (one.text if one.own else plain(one.text)) + mark


def plain(text: str) -> str:
    """Mail text that cannot become markup or a link: marks escaped, tags, addresses and schemes broken."""
    line = one_line(text).translate(_ANGLES).replace("](", "] (")
    return broken(_MARKUP.sub(r"\\\1", line))


def one_line(text: str) -> str:
    """One line without characters that nobody sees."""
    return " ".join(invisible.clean(text).text.split())


def broken(line: str) -> str:
    """Schemes and hosts that no program takes for a link any more."""
    line = _SCHEME.sub(lambda found: f"{found[1]}[:]" if found[1] else f"{found[2]}[:] ", line)
    return _HOST.sub(lambda found: found[0].replace(".", "[.]"), line)
