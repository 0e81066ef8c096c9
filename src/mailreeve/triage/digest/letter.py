"""The digest as the text of a mail: without marks, the same words as the page."""

from collections.abc import Iterable

from mailreeve.triage.digest.blocks import Block, Kind, Piece
from mailreeve.triage.digest.markdown import broken, one_line

_STARTS = {Kind.ITEM: "- ", Kind.RULE: "-" * 40}
_LINES = {Kind.TITLE: "=", Kind.HEAD: "-"}
_CLOSE = {Kind.ITEM, Kind.LINE}


def letter(blocks: Iterable[Block]) -> str:
    """All blocks."""
    out: list[str] = []
    last: Kind | None = None
    for one in blocks:
        if last is not None and not (one.kind is last and last in _CLOSE):
            out.append("")
        line = _STARTS.get(one.kind, "") + "".join(map(_piece, one.pieces))
        out.append(line)
        if one.kind in _LINES:
            out.append(_LINES[one.kind] * len(line))
        out += ["  - " + "".join(map(_piece, each)) for each in one.inner]
        if one.under:
            out.append(f"  {broken(one_line(one.under))}")
        last = one.kind
    return "\n".join(out) + "\n"


def _piece(one: Piece) -> str:
    if one.url:
        return f"{one.text}: {one.url}"
    return one.text if one.own else broken(one_line(one.text))
