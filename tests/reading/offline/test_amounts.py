"""Sums of money as people write them in four languages are numbers with a currency."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailreeve.reading.offline import amounts

MEANT = [
    ("$1,240.00 is due", "$1,240.00", "1240.00", "USD"),
    ("es kostet 1.240,00 €.", "1.240,00 €", "1240.00", "EUR"),
    ("soit 1 240,50 EUR", "1 240,50 EUR", "1240.50", "EUR"),
    ("CHF 1'240.– im Monat", "CHF 1'240.–", "1240.00", "CHF"),
    ("Fr. 20.50", "Fr. 20.50", "20.50", "CHF"),
    ("12 euros la entrada", "12 euros", "12.00", "EUR"),
    ("£30", "£30", "30.00", "GBP"),
    ("US$ 5,000", "US$ 5,000", "5000.00", "USD"),
    ("about $2.5k a year", "$2.5k", "2500.0", "USD"),
    ("3 Millionen Euro", "3 Millionen Euro", "3000000.00", "EUR"),
    ("3 millions d'euros", "3 millions d'euros", "3000000.00", "EUR"),
    ("€ 12.000", "€ 12.000", "12000.00", "EUR"),
    ("1.234.567,89 EUR", "1.234.567,89 EUR", "1234567.89", "EUR"),
    ("50 francs suisses", "50 francs suisses", "50.00", "CHF"),
]


@pytest.mark.parametrize(("text", "said", "value", "currency"), MEANT, ids=[one[0] for one in MEANT])
def test_a_sum_is_what_a_person_takes_it_for(text: str, said: str, value: str, currency: str) -> None:
    """Signs, codes and words before and behind, points and commas either way."""
    found = amounts.find(text)
    assert [(said, Decimal(value), currency)] == [(one.said, one.value, one.currency) for one in found]
    assert said == text[found[0].start : found[0].end]


@pytest.mark.parametrize("text", ["room 12", "12.50", "100 Personen", "$$$", "version 3.2", "am 20 Fr.", ""])
def test_a_number_without_a_currency_is_no_sum(text: str) -> None:
    """Nothing is guessed."""
    assert () == amounts.find(text)


@given(st.text(alphabet="0123456789.,' $€EURkmil", max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    """Every sum lies in the text and is a number."""
    for one in amounts.find(text):
        assert one.said == text[one.start : one.end]
        assert one.value >= 0
