"""Who is the same person, and what becomes of them."""

from mailreeve.models import Contact, Labelled
from mailreeve.people import merging


def one(id_: str, name: str = "", *mails: str, phone: str = "", **more: str) -> Contact:
    return Contact(
        id=id_, name=name, emails=tuple(Labelled(mail) for mail in mails),
        phones=(Labelled(phone),) if phone else (), organization=more.get("organization", ""),
        note=more.get("note", ""),
    )  # fmt: skip


def test_a_shared_address_or_name_and_number_joins() -> None:
    """Across steps too, whatever the case; the fullest is kept and gets what the others have."""
    found = merging.groups([
        one("1", "Ana", "a@x.example"),
        one("2", "Ana Lima", "A@X.example", "b@x.example", phone="+351 555 123 456", note="n"),
        one("3", "ANA  LIMA", phone="(351) 555-123-456", organization="Lima"),
        one("4", "Bo", "bo@x.example"),
    ])  # fmt: skip
    assert [("2", "1", "3")] == [
        tuple(sorted((each.id for each in g.members), key="213".index)) for g in found
    ]
    assert (("A@X.example", "b@x.example"), "Lima", "n") == (
        tuple(mail.value for mail in found[0].merged.emails), found[0].merged.organization, found[0].merged.note,
    )  # fmt: skip
    assert 1 == len(found[0].merged.phones)


def test_a_name_alone_makes_nobody_the_same() -> None:
    """Two people may be called alike, share a switchboard's number, or have no name."""
    assert () == merging.groups([
        one("1", "Ana", "a@x.example", phone="555 1234567"), one("2", "Ana", "b@x.example"),
        one("3", "Bo", phone="555 1234567"), one("4"), one("5"),
    ])  # fmt: skip
