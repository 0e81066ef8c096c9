"""How mail programs quote the message that is answered, in text and in HTML."""

import html
from datetime import datetime
from email.utils import parseaddr
from itertools import groupby

from mailreeve.sandbox.demo.dates import ENGLISH, MONTHS

BLOCK = (
    '<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">'
)
STAMP = "%H:%M"


def attribution(style: str, author: str, to: str, subject: str, sent: datetime) -> str:
    """The lines above the quoted text: Gmail's, a German or French program's, or Outlook's header block."""
    name, address = parseaddr(author)
    clock = sent.strftime(STAMP)
    if style == "outlook":
        day = f"{ENGLISH[sent.weekday()]}, {sent.day} {MONTHS[0][sent.month - 1]} {sent.year} {clock}"
        return f"{'_' * 32}\nFrom: {name} <{address}>\nSent: {day}\nTo: {to}\nSubject: {subject}\n"
    if style == "german":
        return f"Am {sent.day:02}.{sent.month:02}.{sent.year} um {clock} schrieb {name}:"
    month = MONTHS[0][sent.month - 1][:3]
    line = f"On {ENGLISH[sent.weekday()][:3]}, {sent.day} {month} {sent.year} at {clock}, {name} <{address}>"
    return f"{line} wrote:" if len(line) <= 68 else f"{line}\nwrote:"


def quoted(style: str, text: str) -> str:
    """The text behind its attribution: as it is in Outlook, else with `> ` before each line."""
    if style == "outlook":
        return text
    return "".join(
        f">{'' if line.startswith('>') else ' '}{line}".rstrip() + "\n" for line in text.splitlines()
    )


def as_html(text: str) -> str:
    """The HTML twin that a mail program makes of a text: paragraphs, and a blockquote for each level."""
    out = []
    for is_quote, group in groupby(text.splitlines(), key=lambda line: line.startswith(">")):
        lines = list(group)
        if is_quote:
            inner = "\n".join(line[1:].removeprefix(" ") for line in lines)
            out.append(f"{BLOCK}\n{as_html(inner)}</blockquote>\n")
        else:
            out.append(_paragraphs("\n".join(lines)))
    return "".join(out)


def _paragraphs(text: str) -> str:
    parts = [part.strip("\n") for part in text.split("\n\n")]
    return "".join(
        f"<div>{html.escape(part, quote=False).replace(chr(10), '<br>' + chr(10))}</div><div><br></div>\n"
        for part in parts
        if part.strip()
    )
