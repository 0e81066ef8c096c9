"""HTML mail to the text that a person sees, with its links and a note of what was hidden."""

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailreeve.mail import invisible
from mailreeve.models import Hidden, Link


@dataclass(frozen=True, slots=True)
class HtmlText:
    """What a person sees of an HTML mail."""

    text: str
    links: tuple[Link, ...] = ()
    hidden: Hidden = field(default_factory=Hidden)
    quote_at: int = -1
    """Where the quoted history starts in `text`, if the markup says so; else -1."""


_BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "tr",
        "li",
        "ul",
        "ol",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "hr",
        "section",
        "article",
    ]
)
_DROPPED = frozenset(["script", "style", "template", "noscript", "title", "head", "-comment"])


def to_text(html: str) -> HtmlText:
    """Convert HTML to visible text."""
    out: list[str] = []
    links: list[Link] = []
    root = LexborHTMLParser(html).root
    stack: list[LexborNode] = [root] if root else []
    while stack:
        node = stack.pop()
        tag = node.tag or ""
        if tag in _DROPPED:
            continue
        if tag == "-text":
            out.append(re.sub(r"\s+", " ", node.text_content or ""))
        if tag in _BLOCKS:
            out.append("\n")
        if tag == "a" and node.attributes.get("href"):
            links.append(Link(node.text().strip(), node.attributes.get("href") or ""))
        stack += reversed(list(node.iter(include_text=True)))
    cleaned = invisible.clean(re.sub(r" *\n[ \n]*", "\n", "".join(out)).strip())
    return HtmlText(cleaned.text, tuple(links), Hidden(cleaned.chars, cleaned.how, cleaned.alarm))
