"""A model's words as plain text: no markup, nothing invisible, no link that the mail does not show.

What a model writes may have been dictated by a mail, and ends in mail clients, terminals and chats that
turn markup and addresses into something to click or to load.
"""

import re
import unicodedata

from mailreeve.mail import invisible

LINK_REMOVED = "[link removed]"

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    (0x3002, 0xFF61), ord(".")
)
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|</?[A-Za-z!?][^<>]*>", re.DOTALL)
_AUTOLINK = re.compile(r"<((?:https?://|mailto:|www\.)[^<>\s]+)>", re.IGNORECASE)
_REFERENCE = re.compile(r"^[ \t]*\[[^\]\n]{1,200}\]:[ \t]*\S+.*$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\(\s?<?([^()\s<>]{0,2000})>?[^()\n]{0,200}\)")
_REFERENCED = re.compile(r"!?\[([^\[\]\n]{1,300})\]\[[^\[\]\n]{0,100}\]|!\[([^\[\]\n]{0,300})\]")
_EMPHASIS = re.compile(r"\*{2,3}|~~|`+|(?<!\w)_{2,3}(?=\S)|(?<=\S)_{2,3}(?!\w)")
_STARRED = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=\S)\*(?![\w*])")
_LINE_MARK = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>+[ \t]?|```\w*[ \t]*$|[-*_]{3,}[ \t]*$)", re.MULTILINE)
_STAR_BULLET = re.compile(r"^([ \t]*)[*+•][ \t]+", re.MULTILINE)
_FILES = r"(?!(?:[\w-]+\.)+(?:pdf|docx?|xlsx?|pptx?|txt|csv|png|jpe?g|gif|ics|html?|md|json|xml|py|js|ts|net|odt|conf|cfg|ini|log|rpm|deb|tar|t?gz|cpp|ya?ml|toml|svg|mp[34])\b(?!/|\.\w))"
_URL = re.compile(
    r"\b[^\W\d_][\w+.-]{1,15}://\S+"  # letters of any script: look-alikes of https are no scheme, and invite a click
    r"|(?<!/)//[\w-]+\.[\w.-]+\S*"
    r"|\b(?:javascript|data|vbscript|mailto|file|tel|https?|ftp|wss?):\S+"
    r"|\bwww\.\S+"
    rf"|(?<![\w@.-]){_FILES}(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+(?-i:[a-z]{{2,24}}|[A-Z]{{2,24}})(?![\w@-])(?:[:/?#]\S*)?",
    re.IGNORECASE,
)
_LEFT_OVER = re.compile(r"\](?=[(\[])|!(?=\[)")
"""What could still start a link or an image, such as one with brackets in its address."""
_TRAILING = ".,;:!?)]}'\"»”’…"
_SPACES = re.compile(r"[ \t]+")
_GAPS = re.compile(r"\n{3,}")


def one_line(text: str, limit: int, shown: str = "") -> str:
    """A model's phrase in one line of at most `limit` characters; a cut is marked with an ellipsis."""
    return capped(" ".join(lines(text, limit * 4, shown).split()), limit)


def lines(text: str, limit: int, shown: str = "") -> str:
    """A model's paragraphs as plain text; `shown` is the visible text whose links may stay."""
    text = invisible.clean(text[: limit * 4].translate(_FULL_WIDTH)).text
    text = _without_markup(text)
    text = _URL.sub(lambda found: _kept(found[0], shown), text)
    text = _LEFT_OVER.sub(lambda found: f"{found[0]} ", text)
    text = "\n".join(_SPACES.sub(" ", line).rstrip() for line in text.split("\n"))
    return capped(_GAPS.sub("\n\n", text).strip(), limit)


def capped(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word where one ends near."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    space = head.rfind(" ", limit * 2 // 3)
    return (head[:space] if space > 0 else head).rstrip(" ,;:-–") + "…"


def _without_markup(text: str) -> str:
    text = _REFERENCE.sub("", text)
    text = _LINK.sub(lambda found: " ".join(part for part in (found[1], found[2]) if part), text)
    text = _REFERENCED.sub(lambda found: found[1] or found[2] or "", text)
    text = _AUTOLINK.sub(r"\1", text)
    # twice: removing one tag can join the halves of another
    text = _TAG.sub("", _TAG.sub("", text))
    text = _LINE_MARK.sub("", text)
    text = _STAR_BULLET.sub(r"\1- ", text)
    text = _EMPHASIS.sub("", text)
    return unicodedata.normalize("NFC", _STARRED.sub(r"\1", text))


def _kept(url: str, shown: str) -> str:
    """The link where the mail shows the same one, else a word that says one was removed."""
    bare = url.rstrip(_TRAILING)
    whole = re.search(rf"(?<![\w.-]){re.escape(bare)}(?![\w/?#=&%.-]*[\w/])", shown, re.IGNORECASE)
    return url if whole else LINK_REMOVED + url[len(bare) :]
