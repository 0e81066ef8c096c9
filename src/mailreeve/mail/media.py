"""Media queries (Media Queries 5), answered for the window a mail is imagined in: a screen in light colours."""

import re

from mailreeve.mail import lengths

WIDTH, HEIGHT = 1_000.0, 800.0
"""Pixels of the window."""

_TYPES = frozenset(("screen", "all"))
_FEATURE = re.compile(r"\(([^()]{0,200})\)")
_RANGE = re.compile(
    r"(?:(?P<low>[^<>=]+)(?P<one>[<>]=?|=))?\s*(?P<name>[a-z-]+)\s*(?:(?P<two>[<>]=?|=)(?P<high>[^<>=]+))?$"
)
_RATIO = {"dpi": 96, "pcm": 37.8}
_SIZES = {"width": WIDTH, "device-width": WIDTH, "height": HEIGHT, "device-height": HEIGHT}
_RATIOS = frozenset(("resolution", "device-pixel-ratio", "aspect-ratio", "device-aspect-ratio"))
_WORDS = {
    "prefers-color-scheme": "light", "orientation": "landscape", "scripting": "none", "hover": "hover",
    "any-hover": "hover", "pointer": "fine", "any-pointer": "fine", "prefers-reduced-motion": "no-preference",
    "prefers-contrast": "no-preference", "forced-colors": "none", "inverted-colors": "none", "update": "fast",
    "prefers-reduced-transparency": "no-preference", "display-mode": "browser", "overflow-block": "scroll",
    "overflow-inline": "scroll", "dynamic-range": "standard", "color-gamut": "srgb", "grid": "0",
}  # fmt: skip
_YES, _NO = "\x01", "\x02"


def applies(query: str) -> bool:
    """Whether a media query list (behind `@media`, in lower case) counts; an unknown feature does not."""
    return any(_one(part.strip()) for part in query[:2_000].split(",")) or not query.strip()


def _one(text: str) -> bool:
    for _ in range(6):  # conditions in conditions
        reduced = _FEATURE.sub(lambda match: _YES if _condition(match[1].strip()) else _NO, text)
        if reduced == text:
            break
        text = reduced
    return _condition(text)


def _condition(text: str) -> bool:
    if text in {_YES, _NO}:
        return text == _YES
    words = [word for word in re.sub(f"([{_YES}{_NO}])", r" \1 ", text).split() if word != "only"]
    if not {_YES, _NO, "and", "or", "not", "screen", "all", "print", "speech"}.issuperset(words):
        return _feature(text)
    negated = words[:1] == ["not"]
    said = [word == _YES or word in _TYPES for word in words if word not in {"and", "or", "not"}]
    return bool(said) and negated != (any(said) if "or" in words else all(said))


def _feature(text: str) -> bool:
    name, colon, value = (part.strip() for part in text.replace("-webkit-", "").partition(":"))
    if not colon:
        return _ranged(text)
    bound, _, rest = name.partition("-") if name.startswith(("min-", "max-")) else ("", "", name)
    if rest in _SIZES:
        length = lengths.pixels(value)
        return length is not None and _compared(
            _SIZES[rest], {"min": ">=", "max": "<="}.get(bound, "="), length
        )
    if rest in _RATIOS:
        return bound == "min" and (lengths.pixels(re.sub(r"[a-z]+$", "", value)) or 0) <= _RATIO.get(
            value[-3:], 1
        )
    if rest in {"color", "color-index", "monochrome"}:
        return (bound == "min") == (rest == "color")
    return _WORDS.get(name) == value


def _ranged(text: str) -> bool:
    found = _RANGE.match(text)
    if not found:
        return False
    name, actual = found["name"], _SIZES.get(found["name"])
    if not found["one"] and not found["two"]:
        return name in _SIZES or name in {
            "color",
            "hover",
            "any-hover",
            "pointer",
            "any-pointer",
            "scripting",
        } - {"scripting"}
    if actual is None:
        return name in _RATIOS
    flipped = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
    low, high = (lengths.pixels(found[side] or "") for side in ("low", "high"))
    first = not found["one"] or (low is not None and _compared(actual, flipped.get(found["one"], "="), low))
    return first and (not found["two"] or (high is not None and _compared(actual, found["two"], high)))


def _compared(one: float, how: str, other: float) -> bool:
    if how.startswith("<"):
        return one < other or (how == "<=" and one == other)
    if how.startswith(">"):
        return one > other or (how == ">=" and one == other)
    return one == other
