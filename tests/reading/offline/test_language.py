"""The language of a text, and the few phrases of our own in it."""

from datetime import UTC, timedelta, timezone

import pytest

from mailreeve.reading.offline import language, phrases


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Could you send me the plan for the stairs?", "en"),
        ("Könnten Sie mir bitte den Plan für die Treppe schicken?", "de"),
        ("Pourriez-vous m'envoyer le plan de l'escalier avec les cotes ?", "fr"),
        ("¿Podrías mandarme el plano de la escalera con las medidas?", "es"),
        ("", "en"),
        ("12345 !!!", "en"),
        ("漢字かな交じり文", "en"),
    ],
)
def test_detect(text: str, expected: str) -> None:
    """By the commonest words; English when nothing speaks for another one."""
    assert expected == language.detect(text)


@pytest.mark.parametrize("tongue", ["en", "de", "fr", "es"])
def test_every_phrase_exists_in_every_language(tongue: str) -> None:
    """The languages have the same phrases with the same holes."""
    english = phrases.holes("en")
    assert english == phrases.holes(tongue)


def test_values_are_not_read_as_phrases() -> None:
    """Braces in a subject stay braces."""
    assert "about “{names} {0}”" in phrases.say("thread", "en", count="2", names="a", subject="{names} {0}")


@pytest.mark.parametrize(
    ("names", "expected"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "you"], "a, b and you")],
)
def test_names_in_a_row(names: list[str], expected: str) -> None:
    """With commas and a last "and"."""
    assert expected == phrases.listed(names, "en")


def test_moments_are_written_as_people_do() -> None:
    """In the zone asked for; what is no date stays."""
    assert "Thu 26 Nov 10:00" == phrases.moment("2026-11-26T09:00:00+00:00", timezone(timedelta(hours=1)))
    assert "Thu 26 Nov" == phrases.moment("2026-11-26")
    assert "Thu 26 Nov 09:00" == phrases.moment("2026-11-26T09:00", UTC)
    assert "soon" == phrases.moment("soon")
