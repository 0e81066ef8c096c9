"""A mail's own HTML made inert: no script, no handler, no form, no image, no link, no address to fetch from."""

import re

_TAGS = frozenset({
    "a", "abbr", "b", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "div",
    "dl", "dt", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "kbd",
    "li", "mark", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var",
})  # fmt: skip
_STYLES = frozenset({
    "color", "background-color", "font-family", "font-size", "font-style", "font-weight",
    "line-height", "letter-spacing", "text-align", "text-decoration", "text-transform", "vertical-align",
    "white-space", "width", "max-width", "height", "padding", "padding-top",
    "padding-right", "padding-bottom", "padding-left", "margin", "margin-top", "margin-right",
    "margin-bottom", "margin-left", "border", "border-top", "border-right", "border-bottom",
    "border-left", "border-collapse", "border-spacing", "border-radius",
})  # fmt: skip
_SHAPES = frozenset({
    "align", "valign", "bgcolor", "color", "face", "size", "width", "height", "border", "cellpadding", "cellspacing",
})  # fmt: skip
_STYLE = re.compile(r"[\w \t\r\n#%.,;:!'\"-]*")
"""A style value that can name nothing to fetch: no bracket, no slash, no escape. Colours by function are lost."""
_FETCHES = re.compile(r"(?i)[\\@]|:\s*//|script:|data:")
"""What any other attribute may not hold."""


def inert(html: str) -> str:
    """A whole document that shows text and tables, and does nothing."""
    import nh3

    body = nh3.clean(
        html,
        tags=set(_TAGS),
        attributes={
            "*": {"style", "dir", "title"},
            **{tag: set(_SHAPES) for tag in ("table", "td", "th", "tr", "font", "hr", "p", "div", "col")},
            "td": {*_SHAPES, "colspan", "rowspan"},
            "th": {*_SHAPES, "colspan", "rowspan"},
        },
        attribute_filter=_attribute,
        filter_style_properties=set(_STYLES),
        url_schemes=set(),
        strip_comments=True,
        link_rel=None,
    )
    return f'<!doctype html><html><head><meta charset="utf-8"><title>Mail</title></head><body>{body}</body></html>'


def _attribute(_tag: str, name: str, value: str) -> str | None:
    """None drops an attribute that could fetch."""
    fine = _STYLE.fullmatch(value) if name == "style" else not _FETCHES.search(value)
    return value if fine else None
