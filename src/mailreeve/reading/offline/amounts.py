"""Sums of money in running text, as numbers with their currency.

English, German, French and Spanish ways to write them: "$1,240.00", "1.240,00 €", "1 240,50 EUR", "CHF 1'240.–",
"12 euros". A number without a currency is no sum.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "US$": "USD", "A$": "AUD", "C$": "CAD", "R$": "BRL"}
_CODES = [
    "USD",
    "EUR",
    "GBP",
    "CHF",
    "JPY",
    "CAD",
    "AUD",
    "NZD",
    "SEK",
    "NOK",
    "DKK",
    "PLN",
    "CZK",
    "HUF",
    "MXN",
    "BRL",
    "INR",
    "CNY",
]
_WORDS = {
    "euro": "EUR", "euros": "EUR", "dollar": "USD", "dollars": "USD", "dólares": "USD", "pound": "GBP", "pounds": "GBP",
    "livres sterling": "GBP", "libras": "GBP", "franken": "CHF", "francs suisses": "CHF",
}  # fmt: skip
_NUMBER = r"(?:\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?:[.,]\d\d|[.,][-–—]+)?|\d{1,9}(?:[.,]\d\d?|[.,][-–—]+)?)(?![\d])"
_MANY = r"(?:million(?:en|es|s)?|millones|mio|thousand|tausend|mille|mil|bn|k|m)\b"
_BEFORE = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
_AFTER = "|".join(sorted((*_CODES, *_WORDS), key=len, reverse=True))
_SUM = re.compile(
    rf"(?<![\w.,])(?P<sign>{_BEFORE}|(?:{'|'.join(_CODES)})\b|Fr\.)\s?(?P<first>{_NUMBER})(?:\s?(?P<many1>{_MANY}))?"
    rf"|(?<![\w.,$€£])(?P<second>{_NUMBER})(?:\s?(?P<many2>{_MANY})\.?)?(?:\sde\b|\sd')?\s?(?P<unit>[$€£](?!\d)|(?:{_AFTER})\b)",
    re.IGNORECASE,
)
_TIMES = {"k": 1000, "thousand": 1000, "tausend": 1000, "mille": 1000, "mil": 1000, "bn": 10**9}


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum in a text: where it stands, how it is written, and what it is."""

    start: int
    end: int
    said: str
    value: Decimal
    currency: str
    """ISO 4217."""


def find(text: str) -> tuple[Amount, ...]:
    """All sums of a text, in order."""
    return tuple(_all(text))


def _all(text: str) -> Iterator[Amount]:
    for match in _SUM.finditer(text):
        unit = match["sign"] or match["unit"]
        number = match["first"] or match["second"]
        many = (match["many1"] or match["many2"] or "").lower().rstrip(".")
        times = _TIMES.get(many, 10**6 if many else 1)
        said = match[0].rstrip(" .")
        yield Amount(match.start(), match.start() + len(said), said, _value(number) * times, _currency(unit))


def _currency(unit: str) -> str:
    upper = unit.upper()
    # "Fr." is the one unit that is neither sign, code nor word
    return _SIGNS.get(upper) or (upper if upper in _CODES else _WORDS.get(unit.lower(), "CHF"))


def _value(number: str) -> Decimal:
    """One or two digits behind the last point or comma are cents; every other sign parts thousands."""
    cents = re.search(r"[.,](\d\d?)$", number)
    whole = number[: cents.start()] if cents else re.sub(r"[.,][-–—]+$", "", number)
    digits = re.sub(r"\D", "", whole)
    return Decimal(f"{digits}.{cents[1] if cents else '00'}")
