"""A message's text for the eye of a model, in pages that keep to a budget of tokens. Pure and repeatable."""

import re
import textwrap
from dataclasses import dataclass

from mailreeve.errors import InputError
from mailreeve.mail import links, tokens
from mailreeve.mail.repeats import folded
from mailreeve.models import Message

BUDGET = 1_100
"""Tokens of a page when the caller names no other number."""
_CURSOR = re.compile(r"\d{1,7}")
_BLANKS = re.compile(r"\n(?:[ \t]*\n){2,}")
_URL = 60
"""Characters of a URL that are shown in text."""
_PIECE = 1_000
"""Characters of a line that may stand on one page; a longer line is broken."""


@dataclass(frozen=True, slots=True)
class TextPage:
    """One page of text."""

    text: str
    next: str = ""
    """The cursor of the next page; empty on the last one."""
    omitted: tuple[str, ...] = ()
    """What the message holds beside this text, in words: quoted history, links, a signature."""


def page(message: Message, cursor: str = "", budget: int = BUDGET) -> TextPage:
    """The page of a message's new text that starts at `cursor`, of `budget` tokens or one line if that is longer.

    Long URLs are shown short and lists of like entries folded. Raises InputError for a cursor that is none.
    """
    lines = folded(_lines(message.text))
    start = _start(cursor, len(lines))
    shown: list[str] = []
    for at in range(start, len(lines)):
        line = lines[at]
        texts = [line.form, line.text] if at == start and line.form else [line.text]
        budget -= sum(tokens.count(f"{text}\n") for text in texts)
        if budget < 0 and shown:
            return TextPage("\n".join(shown).strip("\n"), str(at), _omitted(message))
        shown += texts
    return TextPage("\n".join(shown).strip("\n"), "", _omitted(message))


def _start(cursor: str, count: int) -> int:
    if not cursor:
        return 0
    if not _CURSOR.fullmatch(cursor) or int(cursor) >= count:
        raise InputError(f"{cursor[:40]!r} is no place in this text.", "Take the cursor of the page before.")
    return int(cursor)


def _lines(text: str) -> list[str]:
    """Lines with short URLs, at most one blank line in a row, none so long that it fills a page."""
    out: list[str] = []
    for line in _BLANKS.sub("\n\n", _with_short_urls(text).strip("\n")).split("\n"):
        out += textwrap.wrap(line, _PIECE) if len(line) > _PIECE else [line.rstrip()]
    return out if out != [""] else []


def _with_short_urls(text: str) -> str:
    pieces, at = [], 0
    for start, url in links.positions(text):
        pieces += [text[at:start], links.short(url) if len(url) > _URL else url]
        at = start + len(url)
    return "".join([*pieces, text[at:]])


def _omitted(message: Message) -> tuple[str, ...]:
    found = []
    if message.links:
        hosts = {links.host(link.url) for link in message.links}
        found.append(
            f"{len(message.links)} links to {next(iter(hosts)) if len(hosts) == 1 else f'{len(hosts)} hosts'}"
        )
    if message.quoted:
        found.append(f"quoted history, {len(message.quoted)} characters")
    if message.signature:
        found.append(f"signature, {len(message.signature)} characters")
    return tuple(found)
