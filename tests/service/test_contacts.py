"""Contacts, from Google's address book and from mail."""

import csv
import io
from dataclasses import replace
from typing import Any

import pytest
from tests import logins
from tests.boxes import OpenBox
from tests.sandbox_server import Factory, SandboxServer
from tests.service.conftest import Open

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import QuotaSpent, ScopeMissing
from mailreeve.mail import vcards
from mailreeve.models import Contact
from mailreeve.sandbox import people
from mailreeve.service import account, contacts, syncing, triage

DIANE = "diane.whitlock@saltmere-harbor.example"


@pytest.fixture
def demo(sandbox_factory: Factory, open_box: OpenBox) -> Mailbox:
    return open_box(sandbox_factory(demo=True))


def put(sandbox: SandboxServer, name: str, mail: str) -> str:
    with sandbox.state_file() as state:
        fields: dict[str, Any] = {
            "names": [people.named({"givenName": name})],
            "emailAddresses": [{"value": mail}],
        }
        return people.put(state, "people", fields)


def test_the_address_book_follows_google(box: Mailbox, sandbox: SandboxServer) -> None:
    """All at first, then changes and deletions; after seven days all again, and what went meanwhile is gone."""
    first, gone = put(sandbox, "Ana", "ana@example.org"), put(sandbox, "Bo", "bo@example.org")
    whole = contacts.sync(box, cancel=Cancel())
    assert (True, 2) == (whole["full"], whole["kept"])
    box.book.delete(gone)
    again = contacts.sync(box, cancel=Cancel())
    assert (False, 1, 1) == (again["full"], again["gone"], again["kept"])
    box.book.people.delete(first)
    third = put(sandbox, "Cy", "cy@example.org")
    sandbox.clock(advance=8 * 86_400)
    late = contacts.sync(box, cancel=Cancel())
    assert (True, [third]) == (late["full"], [one.id for one in box.contacts.all()])


def test_a_list_that_breaks_off_keeps_what_was_known(box: Mailbox, sandbox: SandboxServer) -> None:
    """Half a list replaces nothing, and the next look starts where the last whole one ended."""
    put(sandbox, "Ana", "ana@example.org")
    contacts.sync(box, cancel=Cancel())
    token = box.contacts.token(own=True)
    sandbox.faults([{"path": "/v1/people/me/connections", "method": "GET", "kind": "403-daily"}])
    put(sandbox, "Bo", "bo@example.org")
    with pytest.raises(QuotaSpent):
        contacts.sync(box, cancel=Cancel(5))
    assert (1, token) == (len(box.contacts.all()), box.contacts.token(own=True))


def test_people_are_found_with_what_mail_tells(demo: Mailbox) -> None:
    """A contact is told with counts from the index; a stranger to the address book is found in mail."""
    syncing.sync(demo, progress=lambda *_: None, cancel=Cancel(60))
    found = contacts.find(demo, "priya", cancel=Cancel())
    assert ("contact", "index") == (found["people"][0]["source"], found["counted_in"])
    assert found["people"][0]["received"] >= 5
    assert found["people"][0]["answered_you"] >= 1
    assert ["mail"] == [one["source"] for one in contacts.find(demo, "odile", cancel=Cancel())["people"]]
    assert ["noted"] == [one["source"] for one in contacts.find(demo, "castelo", cancel=Cancel())["people"]]


def test_without_an_index_gmail_is_asked(demo: Mailbox) -> None:
    """The newest mails with the name are counted, and the answer says so."""
    found = contacts.find(demo, "odile", cancel=Cancel())
    assert ("gmail", 1) == (found["counted_in"], found["people"][0]["received"])


def test_duplicates_are_merged_as_previewed_and_undone(demo: Mailbox) -> None:
    """One contact with both numbers remains; undo gives both back as they were, and a second undo changes nothing."""
    before = {(one.name, one.keys, one.phones) for one in contacts_of(demo)}
    preview = contacts.duplicates(demo, cancel=Cancel())
    assert [sorted(["Diane Whitlock", "D. Whitlock"])] == [sorted(one["names"]) for one in preview["groups"]]
    done = contacts.merge(demo, preview, cancel=Cancel())
    assert (1, []) == (done["merged"], done["failed"])
    merged = [one for one in contacts_of(demo) if DIANE in one.keys]
    assert [("+44 1632 960104", "Harbor master")] == [(one.phones[0].value, one.title) for one in merged]
    undone = triage.undo(demo, done["change"], cancel=Cancel())
    assert (1, [], []) == (undone["undone"], undone["skipped"], undone["failed"])
    assert before == {(one.name, one.keys, one.phones) for one in contacts_of(demo)}
    assert 0 == triage.undo(demo, done["change"], cancel=Cancel())["undone"]


def contacts_of(box: Mailbox) -> tuple[Contact, ...]:
    """What Google has now."""
    return box.book.people.page().items


def test_a_merged_contact_that_was_changed_since_is_left_alone(demo: Mailbox) -> None:
    """Undo skips what the person has touched, and says so."""
    done = contacts.merge(demo, contacts.duplicates(demo, cancel=Cancel()), cancel=Cancel())
    now = next(one for one in contacts_of(demo) if DIANE in one.keys)
    demo.book.update(now, replace(now, title="Retired"))
    undone = triage.undo(demo, done["change"], cancel=Cancel())
    assert (0, 1) == (undone["undone"], len(undone["skipped"]))


def test_what_changed_since_the_preview_is_not_merged(demo: Mailbox) -> None:
    """The merge is of what was shown, or not at all."""
    preview = contacts.duplicates(demo, cancel=Cancel())
    one = next(each for each in contacts_of(demo) if each.title == "Harbor master")
    demo.book.update(one, replace(one, organization="Elsewhere"))
    done = contacts.merge(demo, preview, cancel=Cancel())
    assert (0, 1, "partial") == (done["merged"], len(done["failed"]), done["status"])


def test_the_export_is_read_back(demo: Mailbox) -> None:
    """A vCard and CSV hold every contact."""
    contacts.sync(demo, cancel=Cancel())
    text, count = contacts.export(demo, "vcard4")
    cards = [vcards.read(f"BEGIN:VCARD{piece}") for piece in text.split("BEGIN:VCARD")[1:]]
    assert (7, 7) == (count, len(cards))
    assert "Jürgen Kößler" in {card.contact.name for card in cards if card}
    made, _ = contacts.export(demo, "csv", others=True)
    rows = list(csv.reader(io.StringIO(made, newline="")))
    assert (9, "'+49 30 555 0102") == (len(rows), next(row[5] for row in rows if row[2] == "Kößler"))


def test_contacts_are_asked_for_only_when_they_are_turned_on(open_app: Open, sandbox: SandboxServer) -> None:
    """A usual login has none; one with them has, keeps them at the next login, and logout forgets them."""
    app = open_app()
    account.login(app, show=str, open_page=logins.browser, paste=None, cancel=Cancel(30))
    with pytest.raises(ScopeMissing, match="not connected"):
        contacts.sync(app.mailbox(), cancel=Cancel())
    login = account.login(
        app, show=str, open_page=logins.browser, paste=None, cancel=Cancel(30), more=("contacts",)
    )
    assert ("contacts" in login["capabilities"], []) == (True, login["missing"])
    app.forget(sandbox.account)
    put(sandbox, "Ana", "ana@example.org")
    assert 1 == contacts.sync(app.mailbox(), cancel=Cancel())["kept"]
    again = account.login(app, show=str, open_page=logins.browser, paste=None, cancel=Cancel(30))
    assert "contacts" in again["capabilities"]
    account.logout(app)
    assert [] == app.db.rows("select * from contact")
