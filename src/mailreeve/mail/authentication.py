"""What the receiving server found out about a mail's origin (Authentication-Results, RFC 8601)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

GMAIL = "mx.google.com"
"""The name Gmail signs its results with. Gmail removes forged ones; under any other name it is hearsay."""

_COMMENT = re.compile(r"\([^()]*\)")
_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"", re.DOTALL)
_PLAIN = re.compile(r"[\w.@+-]*")
_METHOD = re.compile(r"\s*(spf|dkim|dmarc)\s*=\s*([a-z]+)(.*)", re.DOTALL)
_PROPERTY = re.compile(r"\b(header\.(?:i|d|from)|smtp\.mailfrom)\s*=\s*\"?([^\s;\"]+)")
_SIGNED = re.compile(r"\bheader\.([disb])\s*=\s*\"?([^\s;\"]+)")


@dataclass(frozen=True, slots=True)
class Results:
    """`pass`, `fail`, `softfail`, `none` and so on; empty where the server said nothing."""

    spf: str = ""
    dkim: str = ""
    dmarc: str = ""
    aligned: bool = False
    """True when what passed vouches for the domain in From."""


def parse(header: str, author_domain: str, server: str = GMAIL) -> Results:
    """Read the topmost header; it counts only if `server` wrote it.

    The address of the envelope stands in it as its sender wrote it, and a quoted local part may hold anything:
    `"x; dmarc=pass"@evil.example`. What passes has to pass without quoted words; a failure counts either way.
    """
    found = _read(_statements(header, server), author_domain)
    if '"' not in header or found.dmarc == "fail":
        return found
    quoted = _read(_statements(header, server, quoted=True), author_domain)
    return replace(found, dmarc="fail", aligned=False) if quoted.dmarc == "fail" else found


def _read(statements: list[str], author_domain: str) -> Results:
    best: dict[str, str] = {}
    aligned = False
    for statement in statements:
        match = _METHOD.match(statement)
        if not match:
            continue
        method, result = match[1], match[2]
        if best.get(method) != "pass":
            best[method] = result
        found = dict(_PROPERTY.findall(match[3]))
        aligned = aligned or (result == "pass" and _vouches(method, found, author_domain))
    return Results(best.get("spf", ""), best.get("dkim", ""), best.get("dmarc", ""), aligned)


@dataclass(frozen=True, slots=True)
class Signature:
    """A DKIM signature that the server found valid; in lower case, empty where it said nothing."""

    domain: str
    selector: str = ""
    begins: str = ""
    """The first letters of the signature itself (RFC 6008)."""


def signatures(header: str, server: str = GMAIL) -> tuple[Signature, ...]:
    """The valid signatures that the topmost header names; none if another than `server` wrote it."""
    found = []
    for statement in _statements(header, server):
        match = _METHOD.match(statement)
        if match and match[1] == "dkim" and match[2] == "pass":
            told = dict(_SIGNED.findall(match[3]))
            domain = told.get("d") or told.get("i", "").rpartition("@")[2]
            if domain:
                found.append(Signature(domain, told.get("s", ""), told.get("b", "")))
    return tuple(found)


def _statements(header: str, server: str, *, quoted: bool = False) -> list[str]:
    """What `server` stated, in lower case and without comments; empty if another wrote it. `quoted` keeps quoted words."""
    text = header.lower()[:8_000]
    if not quoted:
        text = _QUOTED.sub(lambda found: found[1] if _PLAIN.fullmatch(found[1]) else "_", text)
    for _ in range(3):  # comments may nest
        text = _COMMENT.sub(" ", text)
    name, *stated = text.split(";")
    return stated if name.split()[:1] == [server] else []


def _vouches(method: str, found: Mapping[str, str], author_domain: str) -> bool:
    """Relaxed alignment (RFC 7489, 3.1): the same domain, or one below the other."""
    if method == "dmarc":
        return related(found.get("header.from", author_domain), author_domain)
    if method == "dkim":
        signer = found.get("header.d") or found.get("header.i", "")
        return related(signer.rpartition("@")[2], author_domain)
    return related(found.get("smtp.mailfrom", "").rpartition("@")[2], author_domain)


def related(one: str, other: str) -> bool:
    """True for the same domain, or when one lies below the other; a bare top level relates to nothing."""
    short, long = sorted((one.strip(".").lower(), other.strip(".").lower()), key=len)
    return "." in short and (short == long or long.endswith(f".{short}"))
