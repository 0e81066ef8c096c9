"""CSV that runs nothing."""

import csv
import io

import pytest

from mailreeve.mail import tables


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_a_formula_becomes_text(text: str) -> None:
    """What a spreadsheet would run starts with an apostrophe."""
    assert f"'{text}" == tables.cell(text)


def test_other_values_stay_as_they_are() -> None:
    """Names, numbers and quotes are written so that a reader gets them back."""
    made = tables.table(["a", "b"], [['say "x", y', 3], ["line\nbreak", ""]])
    assert [["a", "b"], ['say "x", y', "3"], ["line\nbreak", ""]] == list(
        csv.reader(io.StringIO(made, newline=""))
    )
