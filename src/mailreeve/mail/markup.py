"""The HTML part of a mail that we write: the escaped text, its visible links, the parent as Gmail marks it."""

import html
import re

from mailreeve.mail import links
from mailreeve.mail.etiquette import FORWARD_LINE
from mailreeve.mail.letter import Compose

_QUOTE = (
    '<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">'
)


def page(letter: Compose) -> str:
    """The whole HTML part; it holds no markup but our own."""
    pieces = [f'<div dir="ltr">{escaped(letter.body)}</div>'] if letter.body else []
    if letter.signature:
        pieces.append(f'<br><div class="gmail_signature">-- <br>{escaped(letter.signature)}</div>')
    if letter.quoted:
        pieces.append(f'<br><div class="gmail_quote">{_parent(letter.quoted)}</div>')
    return f"<html><body>{''.join(pieces)}</body></html>\n"


def escaped(text: str) -> str:
    """Text as HTML: entities, line breaks, and links for the URLs that it shows."""
    out, at = [], 0
    for start, url in links.positions(text):
        out += [_plain(text[at:start]), f'<a href="{html.escape(url)}">{html.escape(url)}</a>']
        at = start + len(url)
    return "".join([*out, _plain(text[at:])])


def _plain(text: str) -> str:
    broken = html.escape(text, quote=False).replace("\n", "<br>\n")
    return re.sub(r"(?m)^ +|  +", lambda match: "&nbsp;" * len(match[0]), broken)


def _parent(quoted: str) -> str:
    """The attribution line and its quoted lines as a block; anything else as plain text."""
    head, _, rest = quoted.partition("\n")
    lines = rest.split("\n")
    if head.startswith(FORWARD_LINE) or not all(line.startswith(">") or not line.strip() for line in lines):
        return escaped(quoted)
    inner = "\n".join(re.sub(r"^> ?", "", line) for line in lines)
    return f'<div dir="ltr" class="gmail_attr">{escaped(head)}<br></div>{_QUOTE}{escaped(inner)}</blockquote>'
