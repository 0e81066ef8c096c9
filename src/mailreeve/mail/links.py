"""Links for the eye: found in plain text, unwrapped from trackers, shortened for display; never fetched."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from mailreeve.models import Link

LIMIT = 1_000
"""Links kept of one message."""

_URL = re.compile(r"\bhttps?://[^\s<>\"'`{}|\\^\[\]]{1,4000}", re.IGNORECASE)
_MAILTO = "mailto:"
_TARGETS = ("url", "u", "q", "target", "redirect", "redirect_url", "dest", "destination", "to", "link", "r")
_TRACKING = re.compile(
    r"utm_|mc_[ce]id|fbclid|gclid|dclid|msclkid|mkt_tok|_hs(enc|mi)|vero_|ck_subscriber|igshid|s_cid|oly_"
)


def in_text(text: str) -> tuple[Link, ...]:
    """The URLs that plain text shows, in order, each once."""
    return unique(Link(url, url) for _, url in positions(text))


def positions(text: str) -> Iterator[tuple[int, str]]:
    """Where URLs start in plain text, and the URLs."""
    for match in _URL.finditer(text):
        yield match.start(), _trimmed(match[0])


def unique(links: Iterable[Link]) -> tuple[Link, ...]:
    """Each pair of text and URL once, at most 1,000."""
    return tuple(dict.fromkeys(links))[:LIMIT]


def clean(url: str) -> str:
    """The URL without tracking parameters, and a redirector's target when the URL itself names it."""
    for _ in range(3):
        target = _inner_target(url)
        if not target:
            break
        url = target
    try:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return url
    kept = [(name, value) for name, value in pairs if not _TRACKING.match(name.lower())]
    if len(kept) == len(pairs):
        return url
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept), parts.fragment))


def short(url: str, limit: int = 60) -> str:
    """How a URL is shown: cleaned, without scheme and long query; the host is never cut."""
    shown = re.sub(r"^https?://(www\.)?", "", clean(url)).rstrip("/")
    host, slash, path = shown.partition("/")
    if len(shown) <= limit:
        return shown
    path = path.partition("?")[0].partition("#")[0]
    room = max(10, limit - len(host))
    return f"{host}{slash}{path if len(path) <= room else path[:room]}…"


def host(url: str) -> str:
    """The host of a URL in lower case; the domain of a mailto address; empty for anything else."""
    if url.lower().startswith(_MAILTO):
        return url[len(_MAILTO) :].partition("?")[0].rpartition("@")[2].lower()
    try:
        return (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def _inner_target(url: str) -> str:
    """The http(s) URL that a query parameter of a redirector holds, if any."""
    try:
        query = urlsplit(url).query
        named = dict(parse_qsl(query, max_num_fields=100))
    except ValueError:
        return ""
    candidates = (named.get(name, "") for name in _TARGETS)
    return next((value for value in candidates if re.match(r"https?://[^\s/]+\.", value)), "")


def _trimmed(url: str) -> str:
    """Without the punctuation that ends the sentence around it."""
    url = url.rstrip(".,;:!?*_~")
    while url.endswith(")") and url.count(")") > url.count("("):
        url = url[:-1].rstrip(".,;:!?")
    return url
