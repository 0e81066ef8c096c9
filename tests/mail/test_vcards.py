"""vCards, written and read."""

import pytest

from mailreeve.mail import vcards
from mailreeve.models import Contact, Labelled

ANA = Contact(
    name="Ana Lima",
    given="Ana",
    family="Lima",
    emails=(Labelled("ana@example.org", "work"), Labelled("a,b;c@home.example")),
    phones=(Labelled("+351 555 0101", "mobile"),),
    organization="Lima; Filhos, Lda",
    title="Chefe \\ dona",
    note="Two\nlines, with \\n in them; " + "é" * 90,
)


@pytest.mark.parametrize("version", ["4.0", "3.0"])
def test_a_card_comes_back_as_it_was_written(version: vcards.Version) -> None:
    """Every field, with commas, semicolons, backslashes and line breaks in it, in both versions."""
    text = vcards.write(ANA, "uid-1", version)
    card = vcards.read(text)
    assert card is not None
    assert (ANA, "uid-1") == (card.contact, card.uid)
    assert f"VERSION:{version}" in text


def test_lines_are_folded_at_75_octets() -> None:
    """RFC 6350, 3.2: no line is longer, and no character is cut in two."""
    lines = vcards.write(ANA).encode().split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode() or True for line in lines)


def test_what_we_do_not_know_of_a_card_stays() -> None:
    """A picture and a birthday survive our change of the name; our own fields are not doubled."""
    before = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:Old\r\nBDAY:1980-01-02\r\nitem1.X-KIND:a\r\nPHOTO:data:,x\r\nEND:VCARD\r\n"
    after = vcards.write(ANA, "1", "3.0", before)
    assert ("BDAY:1980-01-02" in after, "PHOTO:data:,x" in after, "item1.X-KIND:a" in after) == (
        True,
        True,
        True,
    )
    assert ("FN:Old" in after, after.count("UID:")) == (False, 1)


@pytest.mark.parametrize(
    "text", ["", "BEGIN:VCALENDAR\r\nEND:VCALENDAR", "FN:Ana", "BEGIN:VCARD" + "\n" * 9, "\x00" * 50]
)
def test_what_is_no_card_is_none_or_empty(text: str) -> None:
    """Nothing of it raises."""
    card = vcards.read(text)
    assert card is None or card.contact == Contact()


def test_a_hostile_card_starts_no_line_of_its_own() -> None:
    """An escaped line break in a name becomes a space, so nothing is injected when the card is written again."""
    card = vcards.read("BEGIN:VCARD\nVERSION:3.0\nFN:Ana\\nEMAIL:evil@example.org\nEND:VCARD\n")
    assert card is not None
    assert (card.contact.emails, 0) == ((), vcards.write(card.contact).count("\r\nEMAIL"))


def test_a_foreign_spelling_is_understood() -> None:
    """Groups, lower case, quoted types, tel: URIs, folded lines, names without FN."""
    text = (
        'begin:vcard\nversion:4.0\nn:Lima;Ana;;;\nitem1.email;type="WORK,pref":mailto:a\n na@example.org\n'
        "TEL;VALUE=uri;TYPE=cell:tel:+351-555\nend:vcard\n"
    )
    card = vcards.read(text)
    assert card is not None
    expected = Contact(
        name="Ana Lima", given="Ana", family="Lima",
        emails=(Labelled("ana@example.org", "work"),), phones=(Labelled("+351-555", "mobile"),),
    )  # fmt: skip
    assert expected == card.contact
