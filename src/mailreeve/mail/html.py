"""HTML mail to the text that a person sees, with its links and a note of what was hidden."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from mailreeve.mail import css, hidden, invisible, lengths, links
from mailreeve.mail.css import Element, Sheet
from mailreeve.mail.elements import DEPTH_LIMIT, Elements, Open
from mailreeve.mail.hidden import Look
from mailreeve.mail.layout import Lines
from mailreeve.mail.tags import RAW, VOID, Tag, tokens, unescaped
from mailreeve.mail.unseen import Unseen
from mailreeve.models import Hidden, Link

HTML_LIMIT = 2_000_000
"""Characters that are read."""
TAGS_LIMIT = 30_000
"""Start tags that are read; the largest of 330 HTML mails at hand has 503."""

_PARAGRAPHS = frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "blockquote", "pre", "hr", "figure", "fieldset")
)  # fmt: skip
_BLOCKS = _PARAGRAPHS | frozenset(
    ("div", "table", "center", "li", "tr", "td", "th", "section", "article", "header", "footer", "main", "nav", "aside", "form",
     "address", "details", "summary", "dt", "dd", "caption", "figcaption", "body", "option", "legend", "tbody")
)  # fmt: skip
_LISTS = frozenset(("ul", "ol", "menu", "dir"))
_QUOTES = re.compile(
    r"(?:x_)*(?:gmail_quote|gmail_extra|yahoo_quoted|protonmail_quote|tutanota_quote|zmail_extra|moz-cite-prefix|"
    r"divrplyfwdmsg|appendonsend|olk_src_body_section|mail-editor-reference-message-container|reply-intro)"
)
_FILE_NAME = re.compile(r"[\w. -]{1,80}\.(?:png|jpe?g|gif|svg|webp|bmp)", re.IGNORECASE)
_PAGE = Look()
_NO_CLASSES: frozenset[str] = frozenset()
_SCHEMES = re.compile(r"\s*(https?://|mailto:|tel:)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HtmlText:
    """What a person sees of an HTML mail."""

    text: str
    links: tuple[Link, ...] = ()
    hidden: Hidden = field(default_factory=Hidden)
    quote_at: int = -1
    """Where the quoted history starts in `text`, if the markup says so; else -1."""
    defects: tuple[str, ...] = ()
    tags: int = 0
    """Start tags that were read."""


@dataclass(slots=True)
class _Node:
    """What is remembered of an open element."""

    look: Look
    href: str = ""
    words: list[str] = field(default_factory=list)
    """The visible text of a link."""
    cells: list[int] = field(default_factory=list)
    """Where the cells of a table row start."""
    number: int = -1
    """The last number of an ordered list; -1 for other lists."""
    cite: bool = False
    quotes: bool = False


def to_text(html: str, tags: int = TAGS_LIMIT) -> HtmlText:
    """Convert HTML to visible text: linear in the input, never raises.

    At most 2 million characters and `tags` start tags are read; `defects` says when there were more.
    """
    return _Converter(html[:HTML_LIMIT], tags).run(cut=len(html) > HTML_LIMIT)


class _Converter:
    """Walks over the tags once."""

    def __init__(self, source: str, tags: int) -> None:
        self.source = source
        self.tags_limit = tags
        self.tokens_limit = 4 * TAGS_LIMIT
        self.tags = 0
        self.sheet = Sheet()
        self.open: Elements[_Node] = Elements()
        self.page = _PAGE
        self.body = Element("body")
        self.body.put_under(Element("html"))
        self.ancestors: list[Element] = [self.body]
        self.lines = Lines()
        self.links: list[Link] = []
        self.link: _Node | None = None
        self.rows: list[_Node] = []
        self.lists: list[_Node] = []
        self.quotes = 0
        self.quote_line = -1
        self.unseen = Unseen()
        self.defects: list[str] = []

    def run(self, *, cut: bool) -> HtmlText:
        if cut:
            self.defects.append(f"the HTML is longer than {HTML_LIMIT} characters: cut")
        # Read first, because a style sheet counts for what stands before it, too.
        found = list(islice(tokens(self.source), self.tokens_limit + 1))
        try:
            for tag in (one for one in found if isinstance(one, Tag) and one.name in {"style", "link"}):
                self.sheet.add(tag.text or f"@import '{tag.attributes.get('href', '')}'")
            self.page = self._styled(_PAGE, Element("html"), {})
            self.page = self._styled(self.page, self.body, {})
            for token in found:
                self._token(token)
            if len(found) > self.tokens_limit:
                raise css.TooComplex
        except css.TooComplex:
            self.defects.append("the HTML is too complex: the rest was not read")
        self._close(self.open.rest())
        self.lines.line()
        if self.lines.left <= 0:
            self.defects.append("the text of the HTML is too long: cut")
        before = "\n".join(self.lines.done[: self.quote_line]) if self.quote_line >= 0 else ""
        return HtmlText(
            "\n".join(self.lines.done),
            links.unique(self.links),
            self.unseen.told(),
            len(before) if self.quote_line >= 0 else -1,
            tuple(self.defects),
            self.tags,
        )

    @property
    def look(self) -> Look:
        return self.open.stack[-1].data.look if self.open.stack else self.page

    def _token(self, token: Tag | str) -> None:
        if self.lines.left <= 0:
            raise css.TooComplex
        if isinstance(token, str):
            self._text(token, self.look)
        elif token.name == "!":
            self.unseen.markup("comment", token.text)
        elif token.end:
            self._close(self.open.end(token.name))
        elif token.name not in {"html", "head"}:
            self._start(token)

    def _text(self, text: str, look: Look) -> None:
        cleaned = invisible.clean(text)
        why = look.why
        self.unseen.characters(cleaned, visible=not why)
        if not why and look.doubtful and hidden.instruction_like(cleaned.text):
            why = "not shown everywhere"
        if why:
            self.unseen.text(why, cleaned.text)
            return
        self.lines.text(cleaned.text, pre=look.pre)
        if self.link is not None:
            self.link.words.append(cleaned.text)

    def _start(self, tag: Tag) -> None:
        name = tag.name
        self.tags += 1
        if self.tags > self.tags_limit:
            raise css.TooComplex
        self._close(self.open.before(name))
        if tag.said:
            self.unseen.markup("attribute", tag.said)
        look = self._look(tag)
        if not look.gone:
            self._break(name)
        if name in VOID:
            self._void(tag, look)
        elif name in RAW:
            self._raw(tag, look)
        elif len(self.open.stack) >= DEPTH_LIMIT:
            raise css.TooComplex
        else:
            node = _Node(look)
            self._opened(tag, node)
            self.open.push(name, node)

    def _look(self, tag: Tag) -> Look:
        """The element's look; remembers the element for the selectors of those inside it."""
        given = tag.attributes
        del self.ancestors[len(self.open.stack) + 1 :]
        classes = frozenset(given["class"].split()) if "class" in given else _NO_CLASSES
        element = Element(tag.name, given.get("id", ""), classes, given)
        element.put_under(self.ancestors[-1])
        self.ancestors.append(element)
        return self._styled(_PAGE if tag.name == "body" else self.look, element, given)

    def _styled(self, around: Look, element: Element, given: Mapping[str, str]) -> Look:
        """Hidden for sure, or doubtful where it would be hidden by a rule that may match."""
        sure, possible = self.sheet.style(element, given.get("style", ""))
        spend = self.sheet.budget
        look = hidden.look(around, element.tag, sure, given, spend)
        if possible is not sure and not look.why:
            perhaps = hidden.look(around, element.tag, possible, given, spend)
            return replace(look, doubtful=True) if perhaps.why else look
        return look

    def _break(self, name: str) -> None:
        if name == "br":
            self.lines.hard_break()
        elif name in _PARAGRAPHS and not (name in _LISTS and self.lists):
            self.lines.paragraph()
        elif name in _BLOCKS:
            self.lines.line()

    def _void(self, tag: Tag, look: Look) -> None:
        """An image is its alternative text, unless that is a file name, a pixel's, or too long to be seen."""
        alt = " ".join(tag.attributes.get("alt", "").split())
        sizes = (lengths.pixels(tag.attributes.get(side, "")) for side in ("width", "height"))
        if tag.name != "img" or not alt or _FILE_NAME.fullmatch(alt):
            return
        if len(alt) > hidden.ALT_LIMIT or hidden.instruction_like(alt):
            self.unseen.text("alternative text of an image", alt)
        elif not any(size is not None and size <= hidden.SMALLEST for size in sizes):
            # The letters of an alternative text have the size and colour of the text around it.
            shown = replace(look, size=max(look.size, 16.0), colour=None)
            self._text(f" {alt} " if len(alt) > 2 else alt, shown)

    def _raw(self, tag: Tag, look: Look) -> None:
        """Elements whose content is no markup; of them <textarea> and <xmp> are shown."""
        if tag.name in {"textarea", "xmp"}:
            self._text(unescaped(tag.text), replace(look, pre=True))
        else:
            self.unseen.markup(f"<{tag.name}>", tag.text)

    def _opened(self, tag: Tag, node: _Node) -> None:
        name, given = tag.name, tag.attributes
        if name in {"pre", "listing"}:
            node.look = replace(node.look, pre=True)
        elif name == "a" and _SCHEMES.match(given.get("href", "")):
            node.href = invisible.one_line(given["href"])
            self.link = node
        elif name in _LISTS:
            node.number = _number(given.get("start", "1")) - 1 if name == "ol" else -1
            self.lists.append(node)
        elif name == "li":
            self._item()
        elif name == "tr":
            self.rows.append(node)
        elif name in {"td", "th"} and self.rows:
            self.rows[-1].cells.append(self.lines.place)
        if name == "blockquote" or "class" in given or "id" in given or "name" in given:
            self._quoting(tag, node)

    def _item(self) -> None:
        around = self.lists[-1] if self.lists else None
        self.lines.indent = max(0, len(self.lists) - 1)
        if around is None or around.number < 0:
            self.lines.mark("- ")
        else:
            around.number += 1
            self.lines.mark(f"{around.number}. ")

    def _quoting(self, tag: Tag, node: _Node) -> None:
        """Quoted history: the containers that mail programs mark it with, and <blockquote>s in them."""
        marks = (*tag.attributes.get("class", "").lower().split(), tag.attributes.get("id", "").lower())
        node.quotes = any(_QUOTES.fullmatch(mark) for mark in marks) or (
            tag.name == "div" and tag.attributes.get("name") == "quote"
        )
        cites = tag.name == "blockquote" and (
            tag.attributes.get("type", "").lower() == "cite" or node.quotes or self.quotes > 0
        )
        if node.quotes or cites:
            self.lines.line()
            if self.quote_line < 0:
                self.quote_line = self.lines.place
        self.quotes += node.quotes
        node.cite = cites
        if cites:
            self.lines.quoted()

    def _close(self, closed: list[Open[_Node]]) -> None:
        for one in closed:
            node = one.data
            if one.name == "tr":
                if node in self.rows[-1:]:
                    self.rows.pop()
                self.lines.row(node.cells)
            if self.lists and node is self.lists[-1]:
                self.lines.line()
                self.lists.pop()
                self.lines.indent = max(0, len(self.lists) - 1)
            if not node.look.gone and one.name in _BLOCKS:
                self._break(one.name)
            if node is self.link:
                self._link(node)
            self.quotes -= node.quotes
            self.lines.quote -= node.cite

    def _link(self, node: _Node) -> None:
        self.link = None
        if not node.look.gone and len(self.links) < 5 * links.LIMIT:
            self.links.append(Link(" ".join("".join(node.words).split())[:200], node.href))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 else 1
