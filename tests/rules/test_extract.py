"""Values out of a mail: what stands there, and nothing that is not there."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from mailreeve.errors import ConfigError
from mailreeve.models import Message
from mailreeve.rules import extract
from mailreeve.rules.facts import Facts, Surroundings
from mailreeve.rules.fields import read
from mailreeve.rules.load import Names, load

INVOICE = """Dear customer,

Invoice number: RE-2026/0815
Order no. 4711-A
Your customer number is K-99120.

Net      EUR 1,000.00
VAT 19 % EUR 190.00
Total due: EUR 1,190.00

Payment due by 3 December 2026. Tracking 1Z999AA10123456784
"""
RECHNUNG = """Rechnungsnummer: 2026-17
Zwischensumme 1.000,00 €
Gesamtbetrag: 1.190,00 €
Zahlbar bis 03.12.2026
"""


def found(kind: Any, text: str, told: str = "") -> object:
    facts = Facts(Message(id="m", subject="Hello", text=text), Surroundings(datetime.now(UTC), UTC))
    (field,) = read({"x": kind})
    return extract.value(field, facts, told)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("invoice_number", INVOICE, "RE-2026/0815"),
        ("order_number", INVOICE, "4711-A"),
        ("customer_number", INVOICE, "K-99120"),
        ("tracking_number", INVOICE, "1Z999AA10123456784"),
        ("amount", INVOICE, 1190),
        ("currency", INVOICE, "EUR"),
        ("due_date", INVOICE, "2026-12-03"),
        ("invoice_number", RECHNUNG, "2026-17"),
        ("amount", RECHNUNG, 1190),
        ("due_date", RECHNUNG, "2026-12-03"),
        ("amount", "It costs $ 12.50 in all.", 12.5),
        ("amount", "One is EUR 10, another EUR 20.", None),
        ("due_date", "Due on 03/04/2026.", None),
        ("order_number", "In order to help you, write back.", None),
        ({"after": ["Badge"]}, "Badge: B-17, please.", "B-17"),
        ({"type": "integer", "after": ["seats"]}, "Seats: 12", 12),
        ({"enum": ["Basic", "Gold"], "after": ["plan"]}, "Your plan: gold", "Gold"),
        ({"type": "string", "format": "date", "after": ["arrival"]}, "Arrival 2026-12-24", "2026-12-24"),
        ("date", "Date: 3 December 2026, Time: 2:30 pm", "2026-12-03"),
        ("time", "Date: 3 December 2026, Time: 2:30 pm", "14:30"),
        ("time", "Termin: 03.12.2026 um 9.30 Uhr oder 12 Uhr", "12:00"),
        ("time", "We meet at 12 a.m. sharp.", "00:00"),
        ("time", "Either 9:00 or 10:00, you choose.", None),
        ("time", "Version 10:11:12 costs 25:99.", None),
        ("date", "Perhaps 2026-12-03, perhaps 2026-12-04.", None),
        ({"type": "string", "format": "time", "after": ["doors"]}, "Doors 19:30", "19:30"),
        ({"after": ["see"]}, "See: www.evil.example/17", None),
    ],
)
def test_what_is_written_is_found(kind: Any, text: str, expected: object) -> None:
    """Numbers, amounts and dates as people write them; of several amounts without a name none is guessed."""
    assert expected == found(kind, text)


@pytest.mark.parametrize(
    ("kind", "told", "expected"),
    [
        ("order_number", "A-4711", "A-4711"),
        ("order_number", "B-1", None),
        ("amount", "129.90", 129.9),
        ("amount", "1000000", None),
        ({"description": "the city"}, "Lisbon", "Lisbon"),
        ({"description": "the city", "enum": ["Porto"]}, "Lisbon", None),
        ({"description": "the city"}, "<b>more</b>", None),
        ({"description": "the city"}, "https://x.example/more", None),
    ],
)
def test_a_model_adds_nothing_that_the_mail_does_not_say(kind: Any, told: str, expected: object) -> None:
    """What the reader found counts only if it stands in the mail."""
    assert expected == found(
        kind, "We ship A-4711 to Lisbon: 129,90 and <b>more</b>, https://x.example/more.", told
    )


def test_a_long_hostile_mail_costs_little() -> None:
    """Every way of looking is linear in what is looked at: twice the mail is far from four times the work."""

    def cost(lines: int) -> float:
        text = "total order due order number EUR 1 1.1.1.1,1 3 3 3 \n" * lines
        started = time.process_time()
        for kind in ("order_number", "amount", "due_date"):
            found(kind, text)
        return time.process_time() - started

    cost(10)
    assert cost(900) < 3.2 * max(cost(450), 0.01)


@pytest.mark.parametrize(
    ("extract_", "said"),
    [
        ('{ x = "colour" }', "does not exist"),
        ('{ X = "amount" }', "is no name"),
        ('{ x = { type = "array", after = ["a"] } }', "does not exist"),
        ('{ x = { type = "string" } }', "says nothing"),
        ('{ x = { pattern = "a+" } }', "has no key"),
    ],
)
def test_a_field_that_cannot_be_is_an_error(extract_: str, said: str) -> None:
    """It names the rule and what to write instead."""
    text = f"[[rule]]\nid='r'\nmatch={{ subject='x' }}\ndo={{ star=true }}\nextract={extract_}\n"
    with pytest.raises(ConfigError, match=said):
        load(text, Names([]))
