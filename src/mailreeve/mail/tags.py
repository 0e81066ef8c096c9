"""HTML to tags and text (WHATWG HTML, 13.2.5), in one linear pass with bounded memory.

Our own, because tree builders that follow the standard are a way in for an attacker: measured with lexbor,
43 kB of misnested <b> take 550 MB, and 30,000 nested <div> or 50,000 attributes take seconds.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

VOID = frozenset(
    (
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    )
)
RAW = frozenset(("script", "style", "xmp", "iframe", "noembed", "noframes", "textarea", "title"))
"""Elements whose content is no markup."""
_KEPT = frozenset(
    ("style", "class", "id", "hidden", "href", "src", "alt", "type", "bgcolor", "background", "color", "text",
     "width", "height", "start", "open", "name", "cite",
     "aria-hidden", "popover", "lang", "rel")
)  # fmt: skip
_SELECTED = re.compile(r"\[\s*([a-zA-Z][\w-]{0,40})\s*[\]~|^$*=]")
_SELECTED_LIMIT = 200
_STYLED = frozenset(("style", "class", "id", "href", "src", "alt", "background"))
_SAID_LIMIT = 4_000
_VALUE_LIMIT = 4_000
_MARKUP = re.compile(r"<(?:([a-zA-Z][^\s/>]*+)|/([a-zA-Z][^\s/>]*+)|(!--)|([!?/]))")
_ATTRIBUTE = re.compile(
    r"""[\s/]*+(?:(>)|([^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)("?)|'([^']*+)('?)|([^\s>]*+)))?)"""
)
_COMMENT_END = re.compile(r"--!?>")
_LONG_NUMBER = re.compile(r"&#(?:\d{8,}|[xX][0-9a-fA-F]{8,});?")


@dataclass(slots=True)
class Tag:
    """A start or end tag; `text` is the raw content of script, style and the like."""

    name: str
    end: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    said: str = ""
    """What its other attributes say in words: a title, a label, a value."""


def tokens(source: str) -> Iterator[Tag | str]:
    """Tags and the text between them, entities decoded; comments are left out.

    A comment is given as a Tag named "!" with its text, because it counts as hidden.
    """
    at = 0
    styled = "<style" in source.lower()
    kept = (
        _KEPT.union(name.lower() for name in _SELECTED.findall(source)[:_SELECTED_LIMIT]) if styled else _KEPT
    )
    while at < len(source):
        found = _MARKUP.search(source, at)
        if not found:
            yield unescaped(source[at:])
            return
        if found.start() > at:
            yield unescaped(source[at : found.start()])
        if found[1]:
            name = found[1].lower()[:40]
            attributes, said, at = _attributes(source, found.end(), kept)
            if name == "plaintext":
                yield source[at:]
                return
            text = ""
            if name in RAW:
                text, at = _raw(source, at, name)
            yield Tag(name, False, attributes, text, said)
        elif found[2]:
            _, _, at = _attributes(source, found.end(), _KEPT)
            yield Tag(found[2].lower()[:40], end=True)
        else:
            text, at = _comment(source, found)
            yield Tag("!", text=text)


def unescaped(text: str) -> str:
    """Entities decoded; numbers beyond any character become U+FFFD."""
    if "&" not in text:
        return text
    return html.unescape(_LONG_NUMBER.sub("\ufffd", text))


def _attributes(source: str, at: int, wanted: frozenset[str]) -> tuple[dict[str, str], str, int]:
    """The attributes that matter, the first of each name, what others say in words, and where the tag ends."""
    kept: dict[str, str] = {}
    said = ""
    while at < len(source):
        found = _ATTRIBUTE.match(source, at)
        if not found:
            return {}, "", len(source)
        at = found.end()
        if found[1]:
            break
        open_quote = (found[3] is not None and not found[4]) or (found[5] is not None and not found[6])
        if open_quote:  # the standard drops a tag that the document ends in
            return {}, "", len(source)
        name = found[2].lower() if len(found[2]) < 42 else ""
        value = found[3] or found[5] or found[7] or ""
        if name in wanted and name not in kept:
            kept[name] = unescaped(value[:_VALUE_LIMIT])
        if name not in _STYLED and " " in value and len(said) < _SAID_LIMIT:
            said += f"{unescaped(value[:_SAID_LIMIT])} "
    return kept, said, at


def _raw(source: str, at: int, name: str) -> tuple[str, int]:
    end = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(source, at)
    if not end:
        return source[at:], len(source)
    _, _, after = _attributes(source, end.end(), _KEPT)
    return source[at : end.start()], after


def _comment(source: str, found: re.Match[str]) -> tuple[str, int]:
    """A comment, or what the standard reads as one (<!DOCTYPE>, <?xml>, </ >)."""
    at = found.end()
    if not found[3]:
        end = source.find(">", at)
        stop = len(source) if end < 0 else end
        return source[at:stop], stop + 1
    if source.startswith((">", "->"), at):
        return "", source.index(">", at) + 1
    close = _COMMENT_END.search(source, at)
    return (source[at : close.start()], close.end()) if close else (source[at:], len(source))
