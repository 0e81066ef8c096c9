"""The digest as a page of its own: escaped text, our own links, nothing that is loaded from anywhere."""

import html
from collections.abc import Iterable, Iterator

from mailreeve.triage.digest.blocks import Block, Kind, Piece
from mailreeve.triage.digest.markdown import broken, one_line

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.5rem; }} h2 {{ font-size: 1.2rem; margin: 1.8rem 0 .4rem; }} h3 {{ font-size: 1rem; margin: 1rem 0 .2rem; }}
ul {{ margin: .3rem 0; padding-left: 1.2rem; }} li {{ margin: .35rem 0; overflow-wrap: anywhere; }}
small, em {{ opacity: .75; }} .line {{ font-size: .85rem; opacity: .75; overflow-wrap: anywhere; margin: .2rem 0; }}
</style>
</head>
<body>
"""
_TAGS = {Kind.TITLE: "h1", Kind.HEAD: "h2", Kind.SUBHEAD: "h3", Kind.TEXT: "p", Kind.ITEM: "li"}


def page(blocks: Iterable[Block]) -> str:
    """The whole document."""
    made = tuple(blocks)
    title = next(("".join(one.text for one in each.pieces) for each in made if each.kind is Kind.TITLE), "")
    return _HEAD.format(title=html.escape(title)) + "\n".join(_lines(made)) + "\n</body>\n</html>\n"


def _lines(blocks: tuple[Block, ...]) -> Iterator[str]:
    listing = False
    for one in blocks:
        if listing != (one.kind is Kind.ITEM):
            listing = not listing
            yield "<ul>" if listing else "</ul>"
        yield _block(one)
    if listing:
        yield "</ul>"


def _block(one: Block) -> str:
    if one.kind is Kind.RULE:
        return "<hr>"
    inner = "".join(map(_piece, one.pieces))
    if one.inner:
        inner += "<ul>" + "".join(f"<li>{''.join(map(_piece, each))}</li>" for each in one.inner) + "</ul>"
    if one.under:
        inner += f"<br><small>{_words(one.under)}</small>"
    if one.kind is Kind.LINE:
        return f'<p class="line">{inner}</p>'
    return f"<{_TAGS[one.kind]}>{inner}</{_TAGS[one.kind]}>"


def _piece(one: Piece) -> str:
    if one.url:
        return f'<a href="{html.escape(one.url)}" rel="noopener noreferrer">{html.escape(one.text)}</a>'
    text = html.escape(one.text) if one.own else _words(one.text)
    return f"<{one.look}>{text}</{one.look}>" if one.look else text


def _words(text: str) -> str:
    """Words of a mail: escaped, and without anything that a mail program would make a link of."""
    return html.escape(broken(one_line(text)))
