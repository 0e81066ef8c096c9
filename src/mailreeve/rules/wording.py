"""Text as rules compare it, in linear time: no pattern of a person can make a mail slow."""

import re
import unicodedata

from mailreeve.mail import addresses, invisible

TEXT_LIMIT = 50_000
"""Characters of a mail's text that are looked at."""
PATTERN_LIMIT = 300
"""Characters of a text or glob in a rule."""

_WORD = re.compile(r"\w+")


def folded(text: str) -> str:
    """Without what nobody sees, width, case and line breaks: what a person would call the same text."""
    plain = unicodedata.normalize("NFKC", invisible.clean(text[:TEXT_LIMIT]).text)
    return " ".join(plain.casefold().split())


def holds_words(text: str, wanted: str) -> bool:
    """True when these words stand in the text, next to each other and as whole words; both are folded."""
    found, needle = f" {' '.join(_WORD.findall(text))} ", " ".join(_WORD.findall(wanted))
    return bool(needle) and f" {needle} " in found


def glob(pattern: str, text: str) -> bool:
    """`*` is any run, `?` one character, the whole text has to fit; both are folded.

    The pieces between the stars are looked for once each from left to right, which never goes back.
    """
    first, *rest = pattern.split("*")
    if not rest:
        return len(first) == len(text) and _fits(first, text, 0)
    last = rest.pop()
    end = len(text) - len(last)
    if end < len(first) or not _fits(first, text, 0) or not _fits(last, text, end):
        return False
    at = len(first)
    for piece in rest:
        found = _piece(piece).search(text, at, end)
        if found is None:
            return False
        at = found.end()
    return True


def _piece(piece: str) -> re.Pattern[str]:
    return re.compile(re.escape(piece).replace(r"\?", "."), re.DOTALL)


def _fits(piece: str, text: str, at: int) -> bool:
    return _piece(piece).match(text, at) is not None


def address_fits(pattern: str, address: str) -> bool:
    """`ana@x.org` is that address, `@x.org` its whole domain, `@.x.org` that domain and all below it.

    Anchored and compared as `mail.addresses.key` does, so that no name, prefix or look-alike fits.
    """
    found = addresses.key(address)
    local, _, host = found.rpartition("@")
    if not local or not host:
        return False
    if pattern.startswith("@."):
        return host == pattern[2:] or host.endswith(pattern[1:])
    return host == pattern[1:] if pattern.startswith("@") else found == pattern


def list_fits(pattern: str, list_id: str) -> bool:
    """The List-Id (RFC 2919) itself, or with a leading dot that name and all below it."""
    found = _list_name(list_id)
    if pattern.startswith("."):
        return found == pattern[1:] or found.endswith(pattern)
    return bool(found) and found == pattern


def _list_name(value: str) -> str:
    """`Name <id>` as its id; the last angle brackets count, for the name is the sender's free text."""
    inside = value.rpartition("<")[2].partition(">")[0] if "<" in value else value
    return inside.strip().rstrip(".").lower()
