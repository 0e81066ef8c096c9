"""Contacts at Google and on a real CardDAV server, kept in step."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.boxes import OpenBox
from tests.radicale_server import PASSWORD, USER, Client, running
from tests.sandbox_server import SandboxServer

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import NotApproved
from mailreeve.mail import vcards
from mailreeve.models import Contact, Labelled
from mailreeve.service import contacts, mirroring, triage

ANA = Contact(name="Ana Lima", given="Ana", family="Lima", emails=(Labelled("ana@example.org", "work"),))
BO = Contact(name="Bo Berg", given="Bo", family="Berg", phones=(Labelled("+47 555 0101", "mobile"),))


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "radicale"
    folder.mkdir()
    with running(folder) as address:
        yield address


class There(Client):
    """The server as another program sees it."""

    def cards(self) -> dict[str, Contact]:
        whole, _ = self.call("GET")
        found = [vcards.read(f"BEGIN:VCARD{piece}") for piece in whole.split("BEGIN:VCARD")[1:]]
        return {card.contact.name: card.contact for card in found if card}

    def name_of(self, person: str) -> str:
        pages, _ = self.call("PROPFIND")
        names = {piece.partition("<")[0].rpartition("/")[2] for piece in pages.split("<href>")[1:]} - {""}
        return next(name for name in names if f"FN:{person}" in self.call("GET", name)[0])

    def put(self, name: str, contact: Contact, before: str = "") -> None:
        self.call("PUT", name, vcards.write(contact, name.removesuffix(".vcf"), "3.0", before))


@pytest.fixture
def there(url: str) -> There:
    return There(url)


def settings(url: str, **more: Any) -> str:
    book = {"id": "home", "url": url, "user": USER, "secret": PASSWORD, "wins": "google", **more}
    lines = "\n".join(f'{name} = "{value}"' for name, value in book.items())
    allowed = 'capabilities = ["read", "label", "draft", "send", "outbound", "contacts"]'
    return f'[policy]\n{allowed}\n[google]\nquota = "off"\n[[address_book]]\n{lines}\nprivate = true\n'


@pytest.fixture
def box(url: str, sandbox: SandboxServer, open_box: OpenBox) -> Mailbox:
    made = open_box(sandbox, settings(url))
    agree(made)
    return made


def agree(box: Mailbox) -> None:
    one = mirroring.servers(box.mirrors)[0]
    mirroring.agree(box.mirrors, "home", one["terms"], by="ada", how="terminal")


def sync(box: Mailbox, **more: bool) -> mirroring.ServerAnswer:
    return contacts.sync(box, cancel=Cancel(60), **more)["servers"][0]


def here(box: Mailbox) -> dict[str, Contact]:
    return {one.name: one for one in box.book.people.page().items}


def plain(found: dict[str, Contact]) -> list[Contact]:
    return sorted((replace(one, id="", etag="") for one in found.values()), key=lambda one: one.name)


def test_without_a_consent_nothing_leaves(
    url: str, there: There, sandbox: SandboxServer, open_box: OpenBox
) -> None:
    """No card goes out, and a consent to other terms is none; a changed address voids it."""
    box = open_box(sandbox, settings(url))
    box.book.create(ANA)
    assert [] == contacts.sync(box, cancel=Cancel(60))["servers"]
    with pytest.raises(NotApproved):
        mirroring.agree(box.mirrors, "home", "0" * 64, by="ada", how="terminal")
    agree(box)
    assert {} == there.cards()
    assert [] == contacts.sync(open_box(sandbox, settings(url, wins="server")), cancel=Cancel(60))["servers"]


def test_both_sides_hold_the_same_after_each_change(
    box: Mailbox, there: There, sandbox: SandboxServer
) -> None:
    """Made, changed and deleted on either side, and with an expired token at Google; then nothing is left to do."""
    box.book.create(ANA)
    there.put("bo.vcf", BO)
    first = sync(box)
    assert ([], 1, 1) == (first["failed"], first["to_server"], first["to_google"])
    assert plain(here(box)) == plain(there.cards()) == plain({"a": ANA, "b": BO})

    box.book.update(here(box)["Ana Lima"], replace(here(box)["Ana Lima"], title="Owner"))
    there.put("bo.vcf", replace(BO, note="from there"), "NICKNAME:Bobo")
    second = sync(box)
    assert (1, 1, []) == (second["to_server"], second["to_google"], second["conflicts"])
    assert ("from there", "Owner") == (here(box)["Bo Berg"].note, there.cards()["Ana Lima"].title)

    box.book.delete(here(box)["Bo Berg"].id)
    there.call("DELETE", there.name_of("Ana Lima"))
    sandbox.clock(advance=8 * 86_400)
    third = sync(box)
    assert (1, 1, []) == (third["deleted_there"], third["deleted_here"], third["failed"])
    assert ({}, {}) == (here(box), there.cards())
    quiet = sync(box)
    assert (0, 0, 0, 0, "") == (
        quiet["to_server"], quiet["to_google"], quiet["deleted_here"], quiet["deleted_there"], quiet["change"],
    )  # fmt: skip


def test_an_unknown_field_of_a_card_survives_our_change(box: Mailbox, there: There) -> None:
    """A birthday that only the server knows stays when a contact changes at Google."""
    there.call("PUT", "bo.vcf", vcards.write(BO, "bo", "3.0").replace("END:", "BDAY:1980-01-02\r\nEND:"))
    sync(box)
    box.book.update(here(box)["Bo Berg"], replace(here(box)["Bo Berg"], note="new"))
    sync(box)
    text, _ = there.call("GET", "bo.vcf")
    assert ("BDAY:1980-01-02" in text, "NOTE:new" in text) == (True, True)


@pytest.mark.parametrize("wins", ["google", "server"])
def test_the_settings_say_who_wins(
    wins: str, url: str, there: There, sandbox: SandboxServer, open_box: OpenBox
) -> None:
    """Where both sides changed, one version stays on both, the conflict is told, and undo has what Google had."""
    box = open_box(sandbox, settings(url, wins=wins))
    agree(box)
    there.put("bo.vcf", BO)
    sync(box)
    mine = box.book.update(here(box)["Bo Berg"], replace(here(box)["Bo Berg"], note="google"))
    there.put("bo.vcf", replace(BO, note="server"))
    done = sync(box)
    assert ([mine.id], wins, wins) == (
        done["conflicts"],
        here(box)["Bo Berg"].note,
        there.cards()["Bo Berg"].note,
    )
    assert (wins == "server") == bool(done["change"])
    if done["change"]:
        triage.undo(box, done["change"], cancel=Cancel())
        assert "google" == here(box)["Bo Berg"].note


def test_a_change_beats_a_deletion(box: Mailbox, there: There) -> None:
    """Whichever side deleted, the changed contact is on both."""
    box.book.create(ANA)
    there.put("bo.vcf", BO)
    sync(box)
    box.book.delete(here(box)["Bo Berg"].id)
    there.put("bo.vcf", replace(BO, note="kept"))
    there.call("DELETE", there.name_of("Ana Lima"))
    box.book.update(here(box)["Ana Lima"], replace(here(box)["Ana Lima"], note="kept"))
    assert 2 == len(sync(box)["conflicts"])
    assert ["kept", "kept"] == [one.note for one in (*here(box).values(),)]
    assert plain(here(box)) == plain(there.cards())


def test_who_is_on_both_sides_already_is_not_doubled(box: Mailbox, there: There) -> None:
    """The first sync pairs by address; a sync that was cut off before its links were written is gone on with."""
    box.book.create(ANA)
    there.put("x.vcf", replace(ANA, name="A. Lima", given="A."))
    sync(box)
    assert (["Ana Lima"], ["Ana Lima"]) == (list(here(box)), list(there.cards()))
    box.app.db.execute("delete from dav_item")
    again = sync(box)
    assert ([], 1, 1) == (again["failed"], len(here(box)), len(there.cards()))


def test_an_emptied_server_does_not_empty_google(box: Mailbox, there: There) -> None:
    """Many deletions wait for a person's word; with it they are done, and undo brings the contacts back."""
    for number in range(7):
        box.book.create(
            replace(
                ANA,
                name=f"N {number}",
                given="N",
                family=f"{number}",
                emails=(Labelled(f"n{number}@example.org"),),
            )
        )
    sync(box)
    for number in range(7):
        there.call("DELETE", there.name_of(f"N {number}"))
    refused = sync(box)
    assert ("needs_user", 7) == (refused["status"], len(here(box)))
    done = sync(box, deletions=True)
    assert (7, 0) == (done["deleted_here"], len(here(box)))
    assert 7 == triage.undo(box, done["change"], cancel=Cancel())["undone"]
    assert 7 == len(here(box))


def test_a_wrong_password_is_told(url: str, sandbox: SandboxServer, open_box: OpenBox) -> None:
    """The rest of the sync is done all the same."""
    box = open_box(sandbox, settings(url, secret="wrong"))
    agree(box)
    box.book.create(ANA)
    done = sync(box)
    assert ("failed", True) == (done["status"], "password" in done["advice"])
