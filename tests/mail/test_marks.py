"""The lines that mail programs add."""

import pytest

from mailreeve.mail import marks


@pytest.mark.parametrize(
    ("subject", "answered", "forwarded"),
    [
        ("Re: x", True, False),
        ("AW: x", True, False),
        ("Re[2]: x", True, False),
        ("Fwd: x", False, True),
        ("WG: x", False, True),
        ("Report: x", False, False),
        ("x", False, False),
    ],
)
def test_subjects_tell_answers_and_forwards(subject: str, answered: bool, forwarded: bool) -> None:
    """In several languages."""
    assert answered == bool(marks.ANSWER_SUBJECT.match(subject))
    assert forwarded == bool(marks.FORWARD_SUBJECT.match(subject))


@pytest.mark.parametrize("line", ["--", "-- ", "—", "__"])
def test_signature_delimiters(line: str) -> None:
    """And what is typed for them."""
    assert marks.DASHES.match(line)


@pytest.mark.parametrize("line", ["---", "-", "- item", "--flag"])
def test_other_dashes(line: str) -> None:
    """Lists, options, rules."""
    assert not marks.DASHES.match(line)
