"""Content-Transfer-Encoding (RFC 2045, 6) to bytes: linear, and wrong input gives what can be read."""

import binascii
import re

_NOT_BASE64 = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
)
_TRAILING = re.compile(rb"(?<![ \t])[ \t]+(?=\r?\n)")
_CHUNK = 1 << 20
_OLD_NAMES = {"b64": "base64", "qp": "quoted-printable", "quoted_printable": "quoted-printable"}


def decoded(data: bytes, encoding: str) -> bytes:
    """The bytes behind base64 or quoted-printable; any other encoding is taken as none."""
    if encoding == "base64":
        return from_base64(data)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(_TRAILING.sub(b"", data))
    return data


def from_base64(data: bytes) -> bytes:
    """Base64 with anything between its letters; padding in the middle starts a new run."""
    clean = data.translate(bytes.maketrans(b"-_", b"+/"), _NOT_BASE64.translate(None, b"-_"))
    if clean.count(b"=") > 1_000:
        clean = clean.translate(None, b"=")
    return b"".join(_run(run) for run in clean.split(b"=") if run)


def size(data: bytes, start: int, end: int, encoding: str) -> int:
    """How many bytes `decoded` gives for this span, without decoding it."""
    if encoding == "base64":
        chunks = (data[at : min(at + _CHUNK, end)] for at in range(start, end, _CHUNK))
        return sum(len(chunk.translate(None, _NOT_BASE64 + b"=")) for chunk in chunks) * 3 // 4
    if encoding == "quoted-printable":
        soft = data.count(b"=\n", start, end), data.count(b"=\r\n", start, end)
        escapes = data.count(b"=", start, end) - sum(soft)
        return end - start - 2 * escapes - 2 * soft[0] - 3 * soft[1]
    return end - start


def normalized(value: str) -> str:
    """The name of an encoding in lower case, without comments and quotes."""
    name = re.sub(r"\([^()]*\)", "", value).strip(" \t\"';").lower()
    return _OLD_NAMES.get(name, name)


def _run(run: bytes) -> bytes:
    run = run[: len(run) - (len(run) % 4 == 1)]
    return binascii.a2b_base64(run + b"=" * (-len(run) % 4))
