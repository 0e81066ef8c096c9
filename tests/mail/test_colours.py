"""Colours and contrast."""

import pytest

from mailreeve.mail import colours


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("#fff", ((255, 255, 255), 1.0)),
        ("#FF000080", ((255, 0, 0), 128 / 255)),
        ("White", ((255, 255, 255), 1.0)),
        ("ffffff", ((255, 255, 255), 1.0)),
        ("rgb(0, 128, 255)", ((0, 128, 255), 1.0)),
        ("rgba(0,0,0,.5)", ((0, 0, 0), 0.5)),
        ("rgb(0 0 0 / 50%)", ((0, 0, 0), 0.5)),
        ("rgb(100%,0%,0%)", ((255, 0, 0), 1.0)),
        ("hsl(0, 100%, 50%)", ((255, 0, 0), 1.0)),
        ("transparent", ((0, 0, 0), 0.0)),
        ("var(--x)", None),
        ("rgb(1)", None),
        (f"rgb({'9' * 400},0,0)", None),
        ("", None),
    ],
)
def test_colours_are_read(value: str, expected: object) -> None:
    """Hex, names and functions; what is not understood is None."""
    assert expected == colours.parse(value)


def test_contrast_is_that_of_wcag() -> None:
    """From 1 to 21."""
    assert 21 == pytest.approx(colours.contrast(colours.BLACK, colours.WHITE))
    assert 1 == colours.contrast((9, 9, 9), (9, 9, 9))


def test_translucent_colours_mix() -> None:
    """Half black over white is grey."""
    assert (128, 128, 128) == colours.over(colours.BLACK, 0.5, colours.WHITE)
