"""How a mail says that one leaves its list (RFC 2369, RFC 8058). Pure: nothing is fetched or written from here."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from mailreeve.mail import authentication
from mailreeve.mail.invisible import clean, one_line
from mailreeve.models import Message

ONE_CLICK = "List-Unsubscribe=One-Click"
"""The value of List-Unsubscribe-Post, and the whole body of the request (RFC 8058, 3.1 and 3.2)."""
MOST_SUBJECT = 200
MOST_BODY = 400
_URI = re.compile(r"<([^<>]{1,4000})>")
_TAG = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]{0,30})\s*=(.*)", re.DOTALL)
_MAILTO = re.compile(
    r"mailto:([A-Za-z0-9.!#$&'*+/=^_`{|}~-]{1,64}@[A-Za-z0-9.-]{3,253})(?:\?(.*))?", re.IGNORECASE
)
_COVERED = frozenset({"list-unsubscribe", "list-unsubscribe-post"})


@dataclass(frozen=True, slots=True)
class Ways:
    """What a mail offers. Everything in it is written by the mail's sender."""

    url: str = ""
    """For one POST: only when a signature of the sender's own domain, which Gmail checked, covers the offer."""
    link: str = ""
    """The first https address, for a person to open themselves."""
    address: str = ""
    """Whom a mail to leave goes to: one address, never more."""
    subject: str = ""
    body: str = ""
    doubt: str = ""
    """Why there is no `url`, in a sentence."""


def ways(message: Message) -> Ways:
    """What the mail offers; all empty when it offers nothing that can be used."""
    offers = [value for name, value in message.headers if name.lower() == "list-unsubscribe"]
    uris = ["".join(found.split()) for value in offers for found in _URI.findall(value[:20_000])][:20]
    secure = [
        uri for uri in uris if uri.lower().startswith("https://") and uri.isascii() and uri.isprintable()
    ]
    doubt = _doubt(message, secure)
    address, subject, body = next(filter(None, map(_written, uris)), ("", "", ""))
    return Ways(
        url="" if doubt else secure[0],
        link=secure[0] if secure else "",
        address=address,
        subject=subject,
        body=body,
        doubt=doubt,
    )


def _doubt(message: Message, secure: list[str]) -> str:
    """Why one click is not to be trusted; empty when it is (RFC 8058, 4: both headers under a valid signature)."""
    counts = {name: sum(key.lower() == name for key, _ in message.headers) for name in _COVERED}
    if not secure:
        return "The mail names no https address to leave its list."
    if max(counts.values()) > 1:
        return "The mail has one of its unsubscribe headers twice."
    if message.header("List-Unsubscribe-Post").strip() != ONE_CLICK:
        return "The mail does not offer to leave with one click."
    passed = [
        one
        for one in authentication.signatures(message.authentication_results)
        if authentication.related(one.domain, message.author.domain)
    ]
    if not passed:
        return "Gmail found no valid signature of the sender's own domain."
    signed = [_tags(value) for name, value in message.headers if name.lower() == "dkim-signature"]
    vouching = [[tags for tags in signed if _is(tags, one)] for one in passed]
    if not any(found and all(_covers(tags) for tags in found) for found in vouching):
        return "The sender's signature does not cover the unsubscribe headers."
    return ""


def _tags(value: str) -> dict[str, str]:
    """The tags of a DKIM-Signature (RFC 6376, 3.2); empty when one is there twice, which makes it void."""
    found: dict[str, str] = {}
    for piece in value[:10_000].split(";"):
        match = _TAG.match(piece)
        if match and match[1] in found:
            return {}
        if match:
            found[match[1]] = "".join(match[2].split())
    return found


def _is(tags: dict[str, str], passed: authentication.Signature) -> bool:
    """True when the header is the signature that passed: Gmail names its domain, selector and first letters."""
    return (
        tags.get("d", "").lower() == passed.domain
        and passed.selector in {"", tags.get("s", "").lower()}
        and tags.get("b", "").lower().startswith(passed.begins)
    )


def _covers(tags: dict[str, str]) -> bool:
    return {name.lower() for name in tags.get("h", "").split(":")} >= _COVERED


def _written(uri: str) -> tuple[str, str, str] | None:
    """Address, subject and text of a mailto URI (RFC 6068); everything else that it asks for is left out."""
    found = _MAILTO.fullmatch(uri)
    if not found:
        return None
    fields: dict[str, str] = {}
    for piece in (found[2] or "").replace("&amp;", "&").split("&")[:20]:
        name, _, value = piece.partition("=")
        fields.setdefault(unquote(name).lower(), unquote(value, errors="replace"))
    return (
        found[1],
        one_line(fields.get("subject", "")).strip()[:MOST_SUBJECT],
        _plain(fields.get("body", "")),
    )


def _plain(text: str) -> str:
    lines = (one_line(line) for line in clean(text).text.splitlines())
    return "\n".join(lines).strip()[:MOST_BODY]
