"""The headers that servers add on the way: Received, DKIM-Signature and Gmail's Authentication-Results.

Addresses are those of documentation (RFC 5737), signatures are of the right form and sign nothing.
"""

import hashlib
from base64 import b64encode
from datetime import datetime, timedelta
from email.utils import format_datetime

Headers = list[tuple[str, str]]


def token(*parts: str, length: int = 16) -> str:
    """A hex string that is the same in every run for the same parts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:length]


def inbound(
    key: str, sender: str, sent: datetime, *, auth: str, via: str, signed: tuple[str, ...]
) -> Headers:
    """What stands above a received message, topmost first; `sender` is the address in From."""
    domain = sender.rpartition("@")[2]
    envelope = f"bounce+{token(key, 'bounce')}@{via}" if via else sender
    relay = f"mta.{via or domain}"
    number = 2 + int(token(key, "ip", length=4), 16) % 250
    ip = f"203.0.113.{number}" if auth == "fail" else f"192.0.2.{number}"
    arrived = format_datetime(sent + timedelta(seconds=delay(key)))
    received = (
        f"from {relay} ({relay}. [{ip}])\n        by mx.example.com with ESMTPS id {token(key, 'queue', length=20)}"
        f"\n        for <alex.moreno@example.com>;\n        {arrived}"
    )
    headers = [
        ("Delivered-To", "alex.moreno@example.com"),
        ("Received", received),
        ("Return-Path", f"<{envelope}>" if sender.partition("@")[0] != "mailer-daemon" else "<>"),
    ]
    if auth == "none":
        return headers
    headers.append(("Authentication-Results", results(key, domain, envelope, ip, auth=auth, via=via)))
    if auth == "pass":
        headers.append(("DKIM-Signature", signature(key, domain, sent, signed)))
    return headers


def delay(key: str) -> int:
    """Seconds between writing and arriving."""
    return 1 + int(token(key, "delay", length=2), 16) % 8


def results(key: str, domain: str, envelope: str, ip: str, *, auth: str, via: str) -> str:
    """Authentication-Results (RFC 8601) as Gmail writes it."""
    said = {
        "pass": ("designates", "as permitted sender", "pass", "QUARANTINE"),
        "spf": ("designates", "as permitted sender", "pass", "NONE"),
        "fail": ("does not designate", "as permitted sender", "fail", "NONE"),
    }
    verb, end, spf, policy = said[auth]
    lines = [
        f"dkim=pass header.i=@{name} header.s=s{index} header.b={_base64(key, name, 6)}"
        for index, name in enumerate([domain, via] if via else [domain], start=1)
        if auth == "pass"
    ]
    lines.append(f"spf={spf} (google.com: domain of {envelope} {verb} {ip} {end}) smtp.mailfrom={envelope}")
    dmarc = {"pass": "pass", "spf": "pass", "fail": "fail"}[auth]
    lines.append(f"dmarc={dmarc} (p={policy} sp={policy} dis=NONE) header.from={domain}")
    return "mx.google.com;\n       " + ";\n       ".join(lines)


def signature(key: str, domain: str, sent: datetime, signed: tuple[str, ...]) -> str:
    """A DKIM-Signature (RFC 6376) that names the signed headers."""
    body = _base64(key, "body", 32)
    seal = _base64(key, domain, 96)
    folded = "\n         ".join(seal[start : start + 64] for start in range(0, len(seal), 64))
    return (
        f"v=1; a=rsa-sha256; c=relaxed/relaxed;\n        d={domain}; s=s1; t={int(sent.timestamp())};\n"
        f"        h={':'.join(signed)};\n        bh={body};\n        b={folded}"
    )


def _base64(key: str, salt: str, size: int) -> str:
    digest = b"".join(hashlib.sha256(f"{key}\0{salt}\0{n}".encode()).digest() for n in range(size // 32 + 1))
    return b64encode(digest[:size]).decode()
