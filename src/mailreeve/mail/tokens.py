"""How many o200k tokens a text costs: exact where tiktoken's vocabulary lies on this machine, else estimated.

tiktoken would download the vocabulary; here that never happens, and nothing waits for a network.
"""

import hashlib
import os
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoken import Encoding

_URL = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
_NAME = hashlib.sha1(_URL.encode(), usedforsecurity=False).hexdigest()
_CHUNK = 8_000
"""Characters given to tiktoken at a time: it panics on a million spaces."""

_PIECES = re.compile(r"[A-Za-z]+|[0-9]{1,3}|[^\W\d_]+|\d+|\s+|[^\w\s]+|_+")
# A space or sign before a digit is a token of its own; before a letter it joins the word.
_BEFORE_DIGIT = re.compile(r"[^\w\n](?=[0-9])")
# Tokens of a lower-case or capitalized word by its length, measured on mail; longer ones are codes.
_WORD = (0, 0.98, 1.05, 1.05, 1.05, 1.12, 1.18, 1.23, 1.35, 1.46, 1.52, 1.6, 1.95, 2.0)
_MARGIN = 1.06


def count(text: str) -> int:
    """Tokens of a text; without the vocabulary an estimate that seldom undercounts."""
    encoding = _encoding()
    if encoding is None:
        return estimate(text)
    text = text.encode("utf-8", "replace").decode("utf-8")
    chunks = (text[at : at + _CHUNK] for at in range(0, len(text), _CHUNK))
    return sum(len(encoding.encode_ordinary(chunk)) for chunk in chunks)


def estimate(text: str) -> int:
    """The number of tokens by the kinds of characters.

    Measured against the vocabulary on 972 mails: 11 % more than the truth in all; one mail in twenty is
    undercounted by over 3 %, mostly in scripts that the vocabulary knows badly.
    """
    alone = len(_BEFORE_DIGIT.findall(text)) * 0.6
    return int((sum(map(_weight, _PIECES.findall(text))) + alone) * _MARGIN + 0.999)


@cache
def _encoding() -> "Encoding | None":
    """The o200k_base of tiktoken, if its file is in the cache and whole: else tiktoken would fetch it."""
    file = _cached()
    if file is None or not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != _SHA256:
        return None
    import tiktoken

    return tiktoken.get_encoding("o200k_base")


def _cached() -> Path | None:
    """Where tiktoken looks first; these variables are its own, and no settings of Mailreeve."""
    for variable in ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"):
        folder = os.getenv(variable)
        if folder is not None:  # empty means: no cache
            return Path(folder) / _NAME if folder else None
    return Path(tempfile.gettempdir()) / "data-gym-cache" / _NAME


def _weight(piece: str) -> float:
    """The mean cost of a run of letters, digits, white space or signs."""
    first, length = piece[0], len(piece)
    if not first.isascii():
        return 0.9 * length if first > "\u2e7f" else 0.6 + 0.52 * length
    if first.isalpha():
        if length < 3 or piece[1:].islower():
            return _WORD[length] if length < len(_WORD) else 0.45 * length - 3.4
        return 0.45 + 0.24 * length if piece.isupper() and length < 16 else 1.2 + 0.37 * length
    if first.isspace():
        return 0.12 if piece == " " else 1.0 + length / 20
    if first.isdigit():
        return 1.0
    return 0.5 * length if length < 4 or piece.strip(first) else 1.0 + length / 12
