"""Sentences that carry something, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailreeve.reading.offline import sentences

MAIL = """Hi Robin,

I hope you are well. The drawings are with Dr. Pike, who leaves at 5 p.m. today. Could you call
him before? Two things:

- the handrail is oak now
- the price, 3,480.00 net, stays

Kind regards,
Ana Price
Price Studio
"""


def test_greeting_courtesy_and_sign_off_are_left_out() -> None:
    """What remains are the sentences and the list items; abbreviations do not end one."""
    assert (
        "The drawings are with Dr. Pike, who leaves at 5 p.m. today.",
        "Could you call him before?",
        "Two things:",
        "the handrail is oak now",
        "the price, 3,480.00 net, stays",
    ) == sentences.of(MAIL)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Am 3. Dezember um 10 Uhr passt es. Bis Freitag!",
            ("Am 3. Dezember um 10 Uhr passt es.", "Bis Freitag!"),
        ),
        ("¿Puedes venir? ¡Claro!", ("¿Puedes venir?", "¡Claro!")),
        ("Faut-il venir ? Oui, demain.", ("Faut-il venir ?", "Oui, demain.")),
        (
            "One line\nof wrapped prose that is long enough to be wrapped by a program\nand goes on here.",
            None,
        ),
        ("When: Tuesday\nWhere: here", ("When: Tuesday", "Where: here")),
        ("Unsubscribe here\nReal news today.", ("Real news today.",)),
        ("", ()),
        ("Thanks!\nAna", ()),
    ],
)
def test_splitting(text: str, expected: tuple[str, ...] | None) -> None:
    """Languages, wrapped lines, forms and boilerplate."""
    found = sentences.of(text)
    if expected is None:
        assert (
            "One line",
            "of wrapped prose that is long enough to be wrapped by a program and goes on here.",
        ) == found
    else:
        assert expected == found


NAMES = frozenset({"priya", "alex", "tomasz"})


@pytest.mark.parametrize(
    ("piece", "name", "rest"),
    [
        ("Priya, can you check it?", "Priya", "Can you check it?"),
        ("Hi Alex, the import is through.", "Alex", "The import is through."),
        ("Alex — the import is through.", "Alex", "The import is through."),
        ("Can you check it, Tomasz?", "Tomasz", "Can you check it, Tomasz?"),
        ("the import is through.", "", "The import is through."),
        ("However, can you check it?", "", "However, can you check it?"),
        ("Yes, that works.", "", "Yes, that works."),
        ("On Monday, we meet.", "", "On Monday, we meet."),
        ("Hello team, we meet on Monday.", "", "We meet on Monday."),
    ],
)
def test_who_is_called(piece: str, name: str, rest: str) -> None:
    """Only somebody in the headers can be called by name; other words before a comma stay."""
    assert (name, rest) == sentences.called(piece, NAMES)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Ana Price", "Ana"),
        ("Price, Ana", "Ana"),
        ("Dr. Ana Price", "Ana"),
        ("Fairhaven Bank", "Fairhaven Bank"),
        ("Site office", "Site office"),
        ("Herr Kößler", "Kößler"),
        ("", ""),
    ],
)
def test_what_to_call_somebody(name: str, first: str) -> None:
    """The first name of a person, the whole name of an organisation."""
    assert first == sentences.first_name(name)


@given(st.text(max_size=600))
def test_no_text_breaks_it(text: str) -> None:
    """Every sentence is one line and not empty."""
    for piece in sentences.of(text):
        assert piece.strip()
        assert "\n" not in piece


LEFT_OUT = [
    ("Yes, it does.\nOn Saturday 07 September 2002 23:22 CET Dan Quin wrote:\n> does it work?\nAnd well.", ("Yes, it does.", "And well.")),
    ("CW> is it fixed?\nIt is fixed now.", ("It is fixed now.",)),
    ("See this:\nhttp://example.org/a/b\n[1] http://example.org/c", ("See this:",)),
    ("Nos vemos el lunes en el puerto.\n\nUn saludo,\nLucía", ("Nos vemos el lunes en el puerto.",)),
    ("Das Paket ist da.\n\nGruß\nTom", ("Das Paket ist da.",)),
    ("Le contrat est signé.\n\nBonne journée,\nLuc", ("Le contrat est signé.",)),
    ("The sync is on Fridays at 11:00. Who takes the notes?", ("The sync is on Fridays at 11:00.", "Who takes the notes?")),
    ("We meet in room 4. It has 14 seats.", ("We meet in room 4.", "It has 14 seats.")),
    ("Bitte bis spätestens 9. März zurücksenden.", ("Bitte bis spätestens 9. März zurücksenden.",)),
    ("It is so hard nowadays\nto write a line that is not broken.", ("It is so hard nowadays to write a line that is not broken.",)),
    ("We sell: • shoes • hats", ("We sell:", "shoes", "hats")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LEFT_OUT)
def test_what_is_no_sentence_of_the_author_is_left_out(text: str, expected: tuple[str, ...]) -> None:
    """Quoted lines and who wrote them, bare links, closings in four languages; broken lines are joined."""
    assert expected == sentences.of(text)


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        ("Moin Alex, kannst du kommen?", "Kannst du kommen?"),
        ("Guten Tag, wir erinnern Sie an den Termin.", "Wir erinnern Sie an den Termin."),
        ("Bonjour Monsieur Moreno, le colis est parti.", "Le colis est parti."),
        ("Buenos días, le llamamos ayer.", "Le llamamos ayer."),
        ("Dear Dr. Moreno, thank you for the map.", "Thank you for the map."),
        (
            "Hello world programs are short, and so is this.",
            "Hello world programs are short, and so is this.",
        ),
        ("Hallo Welt", "Hallo Welt"),
    ],
)
def test_a_greeting_on_the_same_line_is_left_out(piece: str, expected: str) -> None:
    """In several languages, with or without a name that can be called."""
    assert ("", expected) == sentences.called(piece, frozenset())


def test_a_name_with_a_trade_below_a_mail_is_no_sentence() -> None:
    """A bare name with what somebody does signs; a sentence that begins with a name stays."""
    assert ("Leo se ha caído.",) == sentences.of("Leo se ha caído.\n\nAna Ruiz, secretaría")
    assert ("Leo se ha caído.", "Ana Ruiz, la secretaria, lo lleva.") == sentences.of(
        "Leo se ha caído.\n\nAna Ruiz, la secretaria, lo lleva."
    )
