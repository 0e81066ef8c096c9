"""Values out of a mail's text, in linear time: what stands there, and nothing that is not there."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta

from mailreeve.rules.facts import Facts
from mailreeve.rules.model import Field
from mailreeve.rules.wording import TEXT_LIMIT, folded

Value = str | int | float | bool

_LINES, _LINE = 2_000, 500
"""Lines of a mail that are looked at, and characters of one."""
_MOST = 200
"""Characters of a value."""
_REACH = timedelta(days=366)
_MARKUP = re.compile(
    r"[<>`{}\[\]|]|://|\bwww\.|\b(?:javascript|data|mailto):|[\w-]\.[a-z]{2,24}(?:/|$)", re.IGNORECASE
)
"""What looks like markup, a template or an address of the web: no value is one."""
_AFTER = {
    "order_number": ("order number", "order no", "order id", "order", "bestellnummer", "auftragsnummer", "bestellung",
                     "numéro de commande", "commande", "número de pedido", "pedido", "ordine"),
    "invoice_number": ("invoice number", "invoice no", "invoice id", "invoice", "rechnungsnummer", "rechnung",
                       "numéro de facture", "facture", "número de factura", "factura", "fattura"),
    "customer_number": ("customer number", "customer no", "customer id", "account number", "kundennummer",
                        "numéro de client", "número de cliente", "codice cliente"),
    "tracking_number": ("tracking number", "tracking no", "tracking id", "tracking", "sendungsnummer",
                        "numéro de suivi", "número de seguimiento"),
    "amount": ("amount due", "total due", "balance due", "grand total", "total", "amount", "zu zahlen", "gesamtbetrag",
               "rechnungsbetrag", "gesamt", "summe", "betrag", "montant", "importe", "totale"),
    "due_date": ("due date", "payment due", "payable by", "pay by", "due by", "due on", "due", "zahlbar bis", "fällig am",
                 "fällig", "fälligkeit", "échéance", "à payer avant", "vencimiento", "scadenza"),
    "date": ("date", "when", "on", "day", "check-in", "departure", "datum", "termin", "am", "wann", "date", "le", "quand",
             "fecha", "cuándo", "data", "quando"),
    "time": ("time", "at", "when", "begins", "starts", "uhrzeit", "um", "zeit", "heure", "à", "hora", "a las", "ora", "alle"),
}  # fmt: skip
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{1,39}")
_GAP = re.compile(r"[\s:#.°º=–-]*(?:n[o°º]\.?|nr\.?|number|id|is|ist)?[\s:#.°º=–-]*", re.IGNORECASE)
_CURRENCIES = {
    "€": "EUR",
    "$": "USD",
    "£": "GBP",
    "eur": "EUR",
    "usd": "USD",
    "gbp": "GBP",
    "chf": "CHF",
    "¥": "JPY",
}
_SIGN = r"€|\$|£|¥|\beur\b|\busd\b|\bgbp\b|\bchf\b"
_NUMBER = r"\d[\d.,'’]{0,17}"
_MONEY = re.compile(rf"(?P<a>{_SIGN})\s?(?P<x>{_NUMBER})|(?P<y>{_NUMBER})\s?(?P<b>{_SIGN})", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES = {"mär": 3, "mai": 5, "okt": 10, "dez": 12, "fév": 2, "fev": 2, "avr": 4, "jui": 0, "aoû": 8, "déc": 12,
          "ene": 1, "abr": 4, "ago": 8, "dic": 12}  # fmt: skip
_DATES = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
    re.compile(r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})"),
    re.compile(
        r"(?P<d>\d{1,2})(?:st|nd|rd|th|\.|º)?\s(?:de\s)?(?P<name>[^\W\d_]{3,10})\.?,?\s(?:de\s)?(?P<y>\d{4})"
    ),
    re.compile(r"(?P<name>[^\W\d_]{3,10})\.?\s(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s(?P<y>\d{4})"),
)
_TIME = re.compile(
    r"(?<![\d.:])(?:(?P<h>\d{1,2})[:h](?P<m>\d{2})(?:\s?(?P<half>[ap]\.?m\b))?|(?P<g>\d{1,2})\s?(?:(?P<half2>[ap]\.?m\b)|uhr\b))"
    r"(?![\d:])",
    re.IGNORECASE,
)


def value(field: Field, facts: Facts, told: str = "") -> Value | None:
    """The value of a field; `told` is what the reader found, which counts only if the mail says so too."""
    found = _checked(field, told.strip(), facts) if told.strip() else None
    return _offline(field, facts) if found is None else found


def _checked(field: Field, told: str, facts: Facts) -> Value | None:
    """A model cannot add anything: its words have to stand in the mail. A day may be told in other words (`next Friday`)."""
    whole = f"{facts.subject} {facts.text}"
    made = _typed(field, told[:_LINE])
    if isinstance(made, bool) or made is None:
        return made
    if field.type == "date":
        return made if made in _written(facts) or _soon(str(made), facts) else None
    if field.type == "time":
        return made if made in {one for line in _lines(facts) for one in _times(line)} else None
    if isinstance(made, int | float):
        return made if any(_same(made, one) for one in re.findall(_NUMBER, whole)) else None
    if field.kind == "currency":
        return made if made in {one for _, one in _amounts(_lines(facts))} else None
    return made if folded(str(made)) in whole else None


def _same(wanted: float, text: str) -> bool:
    found = _number(text)
    return found is not None and abs(found - wanted) < 0.005


def _written(facts: Facts) -> set[str]:
    """The days that the mail writes out."""
    return {one for line in _lines(facts) for one in _dates(line)}


def _soon(day: str, facts: Facts) -> bool:
    """Within a year of the mail, which is as far as words such as `next Friday` reach."""
    return facts.arrived is not None and abs(date.fromisoformat(day) - facts.arrived.date()) <= _REACH


def _typed(field: Field, text: str) -> Value | None:
    if field.enum:
        return next((one for one in field.enum if one.casefold() == text.casefold()), None)
    if field.type == "boolean":
        return {"true": True, "false": False, "yes": True, "no": False}.get(text.lower())
    if field.type == "date":
        return next(_dates(text), None)
    if field.type == "time":
        return next(_times(text), None)
    if field.type in {"number", "integer"}:
        found = _number(text)
        return int(found) if found is not None and (field.type == "integer" or found.is_integer()) else found
    line = " ".join(text.split())[:_MOST]
    return None if _MARKUP.search(line) or not line.isprintable() else line


def _offline(field: Field, facts: Facts) -> Value | None:
    lines = _lines(facts)
    if field.kind in {"amount", "currency"}:
        return _total(lines, currency=field.kind == "currency")
    behind = _behind(lines, field.after or _AFTER.get(field.kind, ()))
    if field.type in {"date", "time"}:
        find = _dates if field.type == "date" else _times
        return next((one for rest in behind for one in find(rest)), None) or _unnamed(field, facts, find)
    for rest in behind:
        token = _TOKEN.match(rest)
        found = token[0].rstrip("./-_") if token else ""
        if field.type == "string" and not field.enum and not any(one.isdigit() for one in found):
            continue
        made = _typed(field, found) if found else None
        if made is not None:
            return made
    return None


def _unnamed(field: Field, facts: Facts, find: Callable[[str], Iterator[str]]) -> str | None:
    """A day or a time that no word announces: the deadline that was read, or the only one there is."""
    if field.kind == "due_date":
        return _deadline(facts)
    every = {one for line in _lines(facts) for one in find(line)} if field.kind in {"date", "time"} else ()
    return next(iter(every)) if len(every) == 1 else None


def _deadline(facts: Facts) -> str | None:
    """The day that the reading found."""
    return (facts.reading.deadline[:10] or None) if facts.reading else None


def _lines(facts: Facts) -> list[str]:
    text = f"{facts.message.subject}\n{facts.message.text[:TEXT_LIMIT]}"
    return [one[:_LINE] for one in (" ".join(line.split()) for line in text.splitlines()[:_LINES]) if one]


def _behind(lines: Sequence[str], words: Sequence[str]) -> Iterator[str]:
    """What stands behind one of the words, on its line or on the next one; the more exact words first."""
    for word in sorted((one.casefold() for one in words), key=len, reverse=True):
        for number, line in enumerate(lines):
            low = line.casefold()
            at = low.find(word) if len(low) == len(line) else -1
            while at >= 0:
                end = at + len(word)
                if not (low[at - 1 : at].isalnum() or low[end : end + 1].isalnum()):
                    rest = line[_GAP.match(line, end).end() :]  # type: ignore[union-attr] # it fits the empty text
                    yield rest or (lines[number + 1] if number + 1 < len(lines) else "")
                at = low.find(word, end)


def _total(lines: Sequence[str], *, currency: bool) -> Value | None:
    """The amount beside a word such as `total`, else the only amount there is; never a guess among several."""
    named = [found for rest in _behind(lines, _AFTER["amount"]) for found in _amounts([rest])]
    found = named[:1] or list(dict.fromkeys(_amounts(lines)))
    if not found or (not named and len(found) > 1):
        return None
    return found[0][1] if currency else found[0][0]


def _amounts(lines: Sequence[str]) -> Iterator[tuple[float, str]]:
    for line in lines:
        for found in _MONEY.finditer(line):
            number = _number(found["x"] or found["y"])
            if number is not None:
                yield number, _CURRENCIES[(found["a"] or found["b"]).lower()]


def _number(text: str) -> float | None:
    """1,234.50 and 1.234,50 and 1'234.50: the last separator before one or two digits is the decimal one."""
    text = text.strip().rstrip(".,'’")
    match = re.fullmatch(r"(-?[\d.,'’]*?)(?:[.,](\d{1,2}))?", text)
    whole = re.sub(r"[.,'’]", "", match[1]) if match else ""
    return float(f"{whole}.{match[2] or 0}") if match and whole.lstrip("-").isdigit() else None


def _dates(text: str) -> Iterator[str]:
    """The dates that are written out, as ISO 8601; 03/04/2026 says too little and is none."""
    for shape in _DATES:
        for found in shape.finditer(text[:_LINE]):
            parts = found.groupdict()
            month = int(parts["m"]) if parts.get("m") else _month(parts["name"])
            with suppress(ValueError):
                yield date(int(parts["y"]), month, int(parts["d"])).isoformat()


def _times(text: str) -> Iterator[str]:
    """The times of day in a line, as 14:30."""
    for found in _TIME.finditer(text[:_LINE]):
        hour, minute = int(found["h"] or found["g"]), int(found["m"] or 0)
        half = (found["half"] or found["half2"] or "").lower()
        if half and not 1 <= hour <= 12:
            continue
        hour = hour % 12 + 12 * half.startswith("p") if half else hour
        if hour < 24 and minute < 60:
            yield f"{hour:02}:{minute:02}"


def _month(name: str) -> int:
    low = name.casefold()
    if low.startswith(("juin", "juni", "june", "junio")):
        return 6
    if low.startswith(("juil", "juli", "july")):
        return 7
    start = low[:3]
    return _MONTHS.index(start) + 1 if start in _MONTHS else _NAMES.get(start, 0)
