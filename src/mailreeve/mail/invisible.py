"""Characters that no person sees: controls, zero-width, bidi, tags, variation selectors.

They hide instructions from people (Unicode tags spell ASCII), split words, or reorder what is seen. Emoji,
Persian and Indic text need the joiners, and emoji variation selector 16: those stay where they have work.
"""

import re
from dataclasses import dataclass

_ZERO_WIDTH = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
)
_BIDI = "\u200e\u200f\u202a-\u202e"
_TAGS = "\U000e0000-\U000e007f"
_SELECTORS = "\ufe00-\ufe0e\U000e0080-\U000e0fff"
_JOINERS = "\u200c\u200d\ufe0f"

_KINDS = (
    ("control characters", re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")),
    ("zero-width characters", re.compile(f"[{_ZERO_WIDTH}]")),
    ("bidi controls", re.compile(f"[{_BIDI}]")),
    ("tag characters", re.compile(f"[{_TAGS}]")),
    ("variation selectors", re.compile(f"[{_SELECTORS}]")),
)
_ANY = re.compile(
    f"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff{_ZERO_WIDTH}{_BIDI}{_TAGS}{_SELECTORS}{_JOINERS}]"
)
_JOINER_RUN = re.compile(f"[{_JOINERS}]+")
_OVERRIDE = re.compile("[\u202d\u202e]([^\u202c\n]*)\u202c?")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_GAPS = re.compile(" {2,}")
_BREAKS = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029]+")
# Runs that carry a message: spelled in tags or selectors, or as binary in two zero-width characters.
_SPELLED = re.compile(f"[{_TAGS}{_SELECTORS}]{{8,}}")
_BINARY = re.compile(f"[{_ZERO_WIDTH}{_JOINERS}]{{12,}}")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Text without invisible characters, and what was taken out."""

    text: str
    chars: int = 0
    how: tuple[str, ...] = ()
    alarm: bool = False


def clean(text: str) -> Cleaned:
    """Remove what cannot be seen, line ends become newlines. Linear in the text."""
    text = _LINE_ENDS.sub("\n", text)
    if text.isascii() and text.isprintable():
        return Cleaned(text)
    if not _ANY.search(text):
        return Cleaned(text)
    alarm = bool(_SPELLED.search(text)) or any(len(set(run)) > 1 for run in _BINARY.findall(text))
    how, chars = [], 0
    text, reversed_chars = _without_overridden(text)
    if reversed_chars:
        how.append("bidi override")
        alarm = alarm or reversed_chars > 40
    for name, pattern in _KINDS:
        text, count = pattern.subn("", text)
        if count:
            how.append(name)
            chars += count
    before = len(text)
    text = _JOINER_RUN.sub(_working_joiners, text)
    if len(text) < before and "zero-width characters" not in how:
        how.append("zero-width characters")
    return Cleaned(text, chars + reversed_chars + before - len(text), tuple(how), alarm)


def one_line(text: str) -> str:
    """For header values: controls and line breaks of any kind become one space, the invisible goes."""
    return _GAPS.sub(" ", clean(_BREAKS.sub(" ", text)).text).strip()


def _without_overridden(text: str) -> tuple[str, int]:
    """Drop Latin text under a right-to-left override: a person sees it backwards, a model does not."""
    removed = 0

    def drop(match: re.Match[str]) -> str:
        nonlocal removed
        if not any("a" <= c.lower() <= "z" for c in match[1]):
            return match[0]
        removed += len(match[1])
        return ""

    return (_OVERRIDE.sub(drop, text), removed) if "\u202e" in text or "\u202d" in text else (text, 0)


def _working_joiners(match: re.Match[str]) -> str:
    """Keep a joiner behind a script that joins, and joiner or selector 16 behind a symbol."""
    run, start = match[0], match.start()
    if not start or run not in {"\u200c", "\u200d", "\ufe0f", "\ufe0f\u200d"}:
        return ""
    before = ord(match.string[start - 1])
    joins = 0x0590 <= before <= 0x0FFF or 0x1780 <= before <= 0x18AF
    symbol = before >= 0x2010 or before in {0x23, 0x2A, 0xA9, 0xAE} or 0x30 <= before <= 0x39
    if run[0] == "\ufe0f":
        return run if symbol else ""
    return run if joins or (run == "\u200d" and symbol) else ""
