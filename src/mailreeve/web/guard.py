"""What is checked before any view sees a request, and the headers of every answer."""

from collections.abc import Mapping

from mailreeve.web.visit import Reply

BODY_LIMIT = 2_000_000
"""Bytes of a form; a long draft fits."""
TARGET_LIMIT = 2_000
_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
_CSP_FRAMED = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; sandbox"
)
_COMMON = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def refusal(method: str, target: str, headers: Mapping[str, str], host: str) -> tuple[int, str] | None:
    """Status and reason of what is refused unseen; None for what may go on. Names of `headers` in lower case."""
    if headers.get("host") != host:
        return 400, "This address does not belong to the page."
    if method not in {"GET", "POST"}:
        return 405, "The page takes GET and POST only."
    if len(target) > TARGET_LIMIT:
        return 414, "The address is too long."
    if method == "GET":
        return None
    length = headers.get("content-length", "")
    if not length.isdecimal():
        return 411, "The length of the form is missing."
    if int(length) > BODY_LIMIT:
        return 413, f"The form is larger than {BODY_LIMIT:,} bytes."
    if not _is_same_origin(headers, f"http://{host}"):
        return 403, "This form was not sent by the review page itself."
    return None


def _is_same_origin(headers: Mapping[str, str], own: str) -> bool:
    """By Sec-Fetch-Site where the browser tells it, and by Origin.

    A page with Referrer-Policy no-referrer sends `Origin: null` from its own forms (Fetch, "serializing a
    request origin"), so that value counts only beside a Sec-Fetch-Site, which no page can forge.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin", "null")
    if origin not in {own, "null"}:
        return False
    return site == "same-origin" or (site is None and origin == own)


def answer_headers(reply: Reply) -> dict[str, str]:
    """The headers of an answer."""
    if reply.framed:
        return {**_COMMON, "Content-Security-Policy": _CSP_FRAMED, "X-Frame-Options": "SAMEORIGIN"}
    policy = f"{_CSP}; frame-src 'self'" if reply.frames else _CSP
    return {**_COMMON, "Content-Security-Policy": policy, "X-Frame-Options": "DENY"}
