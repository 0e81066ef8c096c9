"""The terms of a standing consent to mails of a template, and the values that it takes."""

from dataclasses import replace

import pytest

from mailreeve.errors import InputError
from mailreeve.gate.standing import Standing

ONE = Standing(
    "paid", "shop", "k1", ("@x.example",), "Order {{number}}", "Thank you.", (("number", r"(?s)[^,]*"),), 5
)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "owed"},
        {"system": "crm"},
        {"key_hash": "k2"},
        {"to": ("@y.example",)},
        {"subject": "Paid {{number}}"},
        {"body": "Thanks."},
        {"fields": (("number", "[0-9]+"),)},
        {"per_day": 6},
    ],
    ids=str,
)
def test_any_change_makes_other_terms(change: dict[str, object]) -> None:
    """The consent is to all of it, and to the key of the system."""
    assert ONE.terms != replace(ONE, **change).terms  # type: ignore[arg-type] # the values fit their names


@pytest.mark.parametrize(
    "value", ["a\nb", "a\r\nBcc: x@y.example", "a\u2028b", "a\u200bb", "a,b", "a" * 201, 7]
)
def test_a_value_is_one_line_that_matches(value: object) -> None:
    """Whatever the person's pattern lets through, a value brings no line and nothing invisible."""
    assert "Order 4711" == ONE.filled({"number": "4711"})[0]
    with pytest.raises(InputError, match="number"):
        ONE.filled({"number": value})
