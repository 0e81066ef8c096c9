"""CSS numbers and lengths in pixels (CSS Values 4): units, exponents, calc(), min(), max() and clamp()."""

import math
import re
from functools import lru_cache

_NUMBER = r"[+-]?(?:\d{1,9}\.?\d{0,9}|\.\d{1,9})(?:e[+-]?\d{1,2})?"
_PLAIN = re.compile(rf"({_NUMBER})\s*(%|[a-z]{{0,5}})$")
_TOKEN = re.compile(rf"\s*(?:({_NUMBER})(%|[a-z]{{0,5}})|([a-z-]{{0,12}})(\()|([-+*/,)]))")
_UNITS = {
    "": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "q": 0.945, "rem": 16.0,
    "vw": 10.0, "vi": 10.0, "vmax": 10.0, "vh": 8.0, "vb": 8.0, "vmin": 8.0, "dvw": 10.0, "svw": 10.0, "lvw": 10.0,
    "dvh": 8.0, "svh": 8.0, "lvh": 8.0, "cqw": 10.0, "cqi": 10.0, "cqh": 8.0, "cqb": 8.0, "cqmin": 8.0, "cqmax": 10.0,
}  # fmt: skip
_OF_LETTERS = {"em": 1.0, "ex": 0.5, "ch": 0.5, "lh": 1.2, "rlh": 1.2, "cap": 0.7, "ic": 1.0}
_TURNS = {"deg": 1.0, "grad": 0.9, "rad": 180 / math.pi, "turn": 360.0}
_FUNCTIONS = frozenset(("", "calc", "-webkit-calc", "min", "max", "clamp"))
_DEPTH = 12


@lru_cache(maxsize=4096)
def pixels(value: str, size: float = 16.0, percent: float = 10.0) -> float | None:
    """A length; `size` is that of the letters, `percent` one percent (of a window of 1,000 pixels).

    None for what is no length, such as `auto`.
    """
    value = value.strip()
    plain = _PLAIN.match(value)
    if plain:
        return _scaled(plain[1], plain[2], size, percent)
    if "(" not in value or len(value) > 200:
        return None
    result = _Sum(value, size, percent).whole()
    return result if result is not None and math.isfinite(result) else None


def number(value: str) -> float | None:
    """A number or a percentage of 1."""
    return pixels(value, 16.0, 0.01)


def degrees(value: str) -> float:
    """An angle; 0 for what is none."""
    plain = _PLAIN.match(value.strip())
    return float(plain[1]) * _TURNS.get(plain[2], 0.0) if plain else 0.0


def _scaled(digits: str, unit: str, size: float, percent: float) -> float | None:
    if unit == "%":
        return float(digits) * percent
    scale = _UNITS.get(unit) or (_OF_LETTERS.get(unit, 0.0) * size if unit in _OF_LETTERS else None)
    return None if scale is None else float(digits) * scale


class _Unreadable(Exception):
    """It is no sum."""


class _Sum:
    """Reads a mathematical function from left to right."""

    def __init__(self, text: str, size: float, percent: float) -> None:
        self._tokens: list[tuple[str, str, str, str, str]] = []
        at = 0
        while at < len(text) and (found := _TOKEN.match(text, at)):
            self._tokens.append(found.groups(""))  # type: ignore[arg-type] # five groups
            at = found.end()
        self._whole = at == len(text)
        self._size, self._percent = size, percent
        self._at = 0

    def whole(self) -> float | None:
        try:
            value = self._factor(0)
        except (_Unreadable, ArithmeticError, IndexError):
            return None
        return value if self._whole and self._at == len(self._tokens) else None

    def _sign(self) -> str:
        return self._tokens[self._at][4] if self._at < len(self._tokens) else ""

    def _sum(self, depth: int) -> float:
        value = self._product(depth)
        while (sign := self._sign()) in {"+", "-"}:
            self._at += 1
            other = self._product(depth)
            value += other if sign == "+" else -other
        return value

    def _product(self, depth: int) -> float:
        value = self._factor(depth)
        while (sign := self._sign()) in {"*", "/"}:
            self._at += 1
            other = self._factor(depth)
            value = value * other if sign == "*" else value / other
        return value

    def _factor(self, depth: int) -> float:
        digits, unit, name, opening, _ = self._tokens[self._at]
        self._at += 1
        if digits:
            value = _scaled(digits, unit, self._size, self._percent)
            if value is None:
                raise _Unreadable
            return value
        if not opening or name not in _FUNCTIONS or depth > _DEPTH:
            raise _Unreadable
        values = [self._sum(depth + 1)]
        while self._sign() == ",":
            self._at += 1
            values.append(self._sum(depth + 1))
        if self._sign() != ")":
            raise _Unreadable
        self._at += 1
        return _called(name, values)


def _called(name: str, values: list[float]) -> float:
    if name == "clamp" and len(values) == 3:
        return max(values[0], min(values[1], values[2]))
    if name in {"min", "max"}:
        return min(values) if name == "min" else max(values)
    if len(values) != 1:
        raise _Unreadable
    return values[0]
