"""Bytes to text: the declared charset if it is on the list, then strict UTF-8, then detection."""

import codecs

# Python's codecs for text that mail is really written in. A list, because Python also knows codecs that
# execute escapes (unicode_escape), transform (rot13) or blow up (punycode). Keys as normalized by `_key`.
_CODECS = {
    # WHATWG reads Latin-1 and ASCII as windows-1252, as every mail client does: 0x80-0x9f are no controls.
    **dict.fromkeys(("usascii", "ascii", "iso88591", "latin1", "l1", "cp819", "windows1252"), "cp1252"),
    **dict.fromkeys(("cp1252", "ansi", "ansix341968", "ansix34", "iso646us", "us"), "cp1252"),
    **dict.fromkeys(("utf8", "utf", "unicode11utf8", "cp65001", "utf8mb4", "unicode"), "utf-8"),
    **dict.fromkeys(("utf16", "ucs2", "iso10646ucs2"), "utf-16"),
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
    **dict.fromkeys(("utf32", "ucs4"), "utf-32"),
    "utf7": "utf-7",
    "unicode11utf7": "utf-7",
    **{f"iso8859{n}": f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)},
    **{f"windows{n}": f"cp{n}" for n in (1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)},
    **{f"cp{n}": f"cp{n}" for n in (1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)},
    **{
        f"{p}{n}": f"cp{n}" for p in ("cp", "ibm") for n in (437, 850, 852, 855, 857, 858, 862, 863, 865, 866)
    },
    **{f"latin{n}": f"iso8859-{m}" for n, m in ((2, 2), (3, 3), (4, 4), (5, 9), (6, 10), (7, 13), (9, 15))},
    "iso88598i": "iso8859-8",
    "iso88598e": "iso8859-8",
    **dict.fromkeys(("tis620", "windows874", "cp874"), "cp874"),
    **dict.fromkeys(("koi8r", "koi8"), "koi8-r"),
    "koi8u": "koi8-u",
    **dict.fromkeys(("macintosh", "macroman", "xmacroman", "mac"), "mac-roman"),
    **dict.fromkeys(("xmaccyrillic", "maccyrillic"), "mac-cyrillic"),
    # GB18030 is a superset of GBK, GBK of GB 2312, and senders do not tell them apart.
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "gb", "xgbk", "cp936", "csgb2312", "euccn"), "gb18030"),
    **dict.fromkeys(("hzgb2312", "hz"), "hz"),
    **dict.fromkeys(("big5", "big5hkscs", "big5eten", "cp950", "xxbig5"), "big5hkscs"),
    # cp932 and cp949 are what "Shift_JIS" and "EUC-KR" mail holds (Microsoft's extensions).
    **dict.fromkeys(("shiftjis", "sjis", "xsjis", "cp932", "mskanji", "windows31j", "csshiftjis"), "cp932"),
    **dict.fromkeys(("eucjp", "xeucjp", "ujis"), "euc-jp"),
    **dict.fromkeys(("iso2022jp", "csiso2022jp", "iso2022jp1"), "iso2022-jp-1"),
    "iso2022jp2": "iso2022-jp-2",
    "iso2022jp3": "iso2022-jp-3",
    "iso2022jpext": "iso2022-jp-ext",
    "iso2022kr": "iso2022-kr",
    **dict.fromkeys(("euckr", "ksc56011987", "ksc5601", "cp949", "uhc", "ks", "windows949"), "cp949"),
    "johab": "johab",
    "viscii": "cp1258",
}
_SAMPLE = 20_000
"""Bytes shown to the detector: its time grows with the sample."""


def codec(label: str) -> str:
    """Python's codec for a charset label (RFC 2978), or an empty string when it is not on the list."""
    key = "".join(c for c in label.lower()[:40] if c.isascii() and c.isalnum())
    return _CODECS.get(key, "")


def decode(data: bytes, label: str, *, utf8_first: bool = False, detect: bool = True) -> tuple[str, str]:
    """The text, and what was wrong with its charset ("" when nothing was).

    `utf8_first` is for Gmail's payloads: non-ASCII bytes that are valid UTF-8 are UTF-8, whatever was
    declared. `detect=False` leaves out the detector, which takes some 25 ms. Never raises; NUL becomes U+FFFD.
    """
    text, defect = _decode(data, label.strip(), utf8_first, detect)
    return text.replace("\0", "\ufffd"), defect


def _decode(data: bytes, label: str, utf8_first: bool, detect: bool) -> tuple[str, str]:
    if data.startswith(codecs.BOM_UTF8):
        data = data[3:]
        utf8_first = True
    name = codec(label)
    ascii_only = data.isascii()
    if name == "utf-8" or (ascii_only and name == "cp1252") or not label:
        utf8_first = True
    if utf8_first and not (ascii_only and name not in {"", "utf-8", "cp1252"}):
        strict = _strict(data, "utf-8")
        if strict is not None:
            return strict, "" if name or not label else f"charset {_shown(label)} is unknown, read as UTF-8"
    if name and name != "utf-8":
        # Plain "US-ASCII" with other bytes is a false label: UTF-8 is likelier than windows-1252.
        if name == "cp1252" and "ascii" in label.lower() and (guess := _strict(data, "utf-8")) is not None:
            return guess, f"charset {_shown(label)} is wrong, read as UTF-8"
        strict = _strict(data, name)
        if strict is not None:
            return strict, ""
    return _fallback(data, label, name, detect)


def _fallback(data: bytes, label: str, name: str, detect: bool) -> tuple[str, str]:
    strict = _strict(data, "utf-8")
    if strict is not None:
        return strict, f"charset {_shown(label)} is wrong or unknown, read as UTF-8"
    said = f"charset {_shown(label)}" if label else "no charset"
    if name in {"cp1252", "utf-8"}:
        # A few bad bytes in otherwise right text, e.g. a text cut inside a character.
        text = data.decode(name, "replace")
        if text.count("\ufffd") * 20 <= len(text):
            return text, f"{said}: bytes that do not fit are shown as \ufffd"
    guess = _detected(data) if detect else ""
    if guess:
        return data.decode(guess, "replace"), f"{said} does not fit, read as {guess}"
    return data.decode(name or "cp1252", "replace"), f"{said} does not fit, read with losses"


def _strict(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except ValueError:
        return None


def _detected(data: bytes) -> str:
    """A codec of the list that charset-normalizer finds for the bytes, or an empty string."""
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE], steps=3, chunk_size=512).best()
    found = best.encoding if best else ""
    return codec(found.replace("_", "")) or ""


def _shown(label: str) -> str:
    return repr(label[:40])
