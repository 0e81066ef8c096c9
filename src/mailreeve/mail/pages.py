"""A message's text for the eye of a model, in pages that keep to a budget of tokens. Pure and repeatable."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from mailreeve.errors import InputError
from mailreeve.mail import links, tokens
from mailreeve.mail.repeats import Line, folded
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


def page(
    message: Message,
    cursor: str = "",
    budget: int = BUDGET,
    *,
    with_links: bool = False,
    quoted: bool = False,
) -> TextPage:
    """The page of a message that starts at `cursor`, of about `budget` tokens and at least one line.

    Long URLs are shown short and lists of like entries folded. `with_links` adds the list of links behind
    the text, `quoted` the history and signature. Raises InputError for a cursor that is none.
    """
    lines = folded(_lines(message.text))
    if quoted:
        lines += [Line(line) for part in (message.signature, message.quoted) for line in _lines(part) if part]
    if with_links and message.links:
        lines += [Line(""), Line("Links:"), *map(Line, _listed(message))]
    return _page(lines, cursor, budget, _omitted(message, with_links=with_links, quoted=quoted))


def thread(messages: Sequence[Message], cursor: str = "", budget: int = BUDGET) -> TextPage:
    """The new text of a thread's messages, the newest first, each under a line with its author and time."""
    lines: list[Line] = []
    for message in reversed(messages):
        when = f", {message.date:%Y-%m-%d %H:%M}" if message.date else ""
        lines.append(Line(f"# {message.author.name or message.author.address}{when}"))
        lines += folded(_lines(message.text) or ["(no text)"])
    history = sum(len(message.quoted) for message in messages)
    return _page(lines, cursor, budget, (f"quoted history, {history} characters",) if history else ())


def _page(lines: Sequence[Line], cursor: str, budget: int, omitted: tuple[str, ...]) -> TextPage:
    start = _start(cursor, len(lines))
    shown: list[str] = []
    left = budget - 2 * len(omitted)
    for at in range(start, len(lines)):
        line = lines[at]
        texts = [line.form, line.text] if at == start and line.form else [line.text]
        left -= sum(tokens.count(f"{text}\n") for text in texts)
        if left < 0 and shown:
            return TextPage("\n".join(shown).strip("\n"), str(at), omitted)
        shown += texts
    return TextPage("\n".join(shown).strip("\n"), "", omitted)


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


def _listed(message: Message) -> list[str]:
    """The links, each target once, without tracking parameters."""
    targets = {links.clean(link.url): link.text for link in reversed(message.links)}
    rows = []
    for url, text in reversed(targets.items()):
        shown = url if len(url) <= 300 else f"{url[:300]}…"
        rows.append(f"{text}: {shown}" if text and text != url else shown)
    return rows


def _omitted(message: Message, *, with_links: bool, quoted: bool) -> tuple[str, ...]:
    found = []
    if message.links and not with_links:
        hosts = {links.host(link.url) for link in message.links}
        found.append(
            f"{len(message.links)} links to {len(hosts)} hosts" if len(hosts) > 1 else _to_one(message, hosts)
        )
    if message.quoted and not quoted:
        found.append(f"quoted history, {len(message.quoted)} characters")
    if message.signature and not quoted:
        found.append(f"signature, {len(message.signature)} characters")
    return tuple(found)


def _to_one(message: Message, hosts: set[str]) -> str:
    count = len(message.links)
    return f"{count} link{'s' if count > 1 else ''} to {next(iter(hosts))}"
