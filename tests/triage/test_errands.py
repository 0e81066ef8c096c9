"""What rules want in the calendar and in the address book: a question first, a change that can be taken back."""

import json
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from tests.boxes import OpenBox, opening
from tests.sandbox_server import SandboxServer
from tests.triage.house import mail

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import ConfigError
from mailreeve.models import Contact, Labelled
from mailreeve.sandbox import calendar as google
from mailreeve.service import digest, ruling, sending, triage

ALL = '"read", "label", "calendar", "contacts"'
INVITATION = (
    "BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:tea@example.org\r\nSUMMARY:Tea\r\n"
    "DTSTART;TZID={zone}:20261202T150000\r\nDTEND;TZID={zone}:20261202T160000\r\nLOCATION:Garden\r\n"
    "ORGANIZER:mailto:grace@example.org\r\nATTENDEE:mailto:mallory@example.net\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
DAYS = '[rule.extract]\nday = "date"\nat = "time"\nphone = { type = "string", after = ["phone"], description = "phone" }\n'
TERMIN = "Your appointment at the dentist\nDate: 3 December 2026\nTime: 2:30 pm\nPhone: 030-1234567\n"


@pytest.fixture
def open_box(tmp_path: Path) -> Iterator[OpenBox]:
    with opening(tmp_path / "home") as make:
        yield make


def opened(open_box: OpenBox, sandbox: SandboxServer, do: str, extract: str = "", can: str = ALL) -> Mailbox:
    made = open_box(sandbox, f'[policy]\ncapabilities = [{can}]\n[user]\ntimezone = "Europe/Berlin"\n')
    text = f"[[rule]]\nid='mine'\nmatch={{ from='@example.org' }}\ndo={{ {do} }}\n{extract}"
    (made.config.home / "rules.toml").write_text(text, encoding="utf-8")
    return made


def invitation(method: str = "REQUEST", zone: str = "Europe/Berlin") -> bytes:
    message = message_from_bytes(mail("Come to tea", "Please come.\n"), policy=SMTP)
    message.add_attachment(
        INVITATION.format(method=method, zone=zone).encode(), "text", "calendar", params={"method": method}
    )
    return message.as_bytes()


def run(box: Mailbox, *, again: bool = False) -> dict[str, Any]:
    return dict(triage.triage(box, again=again, cancel=Cancel()))


def events(sandbox: SandboxServer) -> list[dict[str, Any]]:
    with sandbox.state_file() as state:
        return [json.loads(row["body"]) for row in state.rows("select body from events where not gone")]


def test_an_invitation_is_in_the_calendar_after_a_yes(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """One question, also after doubled runs and a no; then its own time and place, and nobody is invited."""
    box = opened(open_box, sandbox, "event=true")
    sandbox.deliver(invitation())
    run(box)
    run(box, again=True)
    (asked,) = box.gate.waiting()
    assert (("event_new", "Tea"), []) == ((asked.kind, asked.subject), events(sandbox))
    assert "waits for your yes: mailreeve review. (rule mine)" in digest.digest(box)["text"]
    (told,) = (row.body for row in box.audit.rows() if row.event == "rule.event")
    assert (asked.id, "mine") == (told["proposal"], told["rule"].partition("@")[0])
    sending.confirm(box, asked.id, asked.digest, channel="tty", by="ada")
    (made,) = events(sandbox)
    assert ("Tea", "Garden", "2026-12-02T15:00:00+01:00", "Europe/Berlin") == (
        made["summary"],
        made["location"],
        made["start"]["dateTime"],
        made["start"]["timeZone"],
    )
    assert (None, []) == (made.get("attendees"), sandbox.sent())
    run(box, again=True)
    assert ((), 1) == (box.gate.waiting(), len(events(sandbox)))


def test_after_a_no_nobody_is_asked_again(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """Not by a doubled run either, and nothing is in the calendar."""
    box = opened(open_box, sandbox, "event=true")
    sandbox.deliver(invitation())
    run(box)
    box.gate.reject(box.gate.waiting()[0].id, "No.")
    run(box, again=True)
    assert ((), []) == (box.gate.waiting(), events(sandbox))


def test_what_the_calendar_has_is_not_asked_for(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """Google put the invitation there by itself: the digest says so."""
    box = opened(open_box, sandbox, "event=true")
    with sandbox.state_file() as state:
        span = {"start": {"date": "2026-12-02"}, "end": {"date": "2026-12-03"}}
        google.put(state, {"summary": "Tea", "iCalUID": "tea@example.org", **span})
    sandbox.deliver(invitation())
    run(box)
    assert ((), True) == (box.gate.waiting(), "is in your calendar" in digest.digest(box)["text"])


@pytest.mark.parametrize(
    ("do", "start"),
    [
        ("event={ day='day', at='at', title='Dentist: {{ subject }}' }", {"dateTime": "2026-12-03T14:30:00+01:00"}),
        ("event={ day='day', at='09:00', title='Dentist: {{ subject }}' }", {"dateTime": "2026-12-03T09:00:00+01:00"}),
        ("event={ day='day', title='Dentist: {{ subject }}' }", {"date": "2026-12-03"}),
    ],
)  # fmt: skip
def test_a_day_in_a_mail_becomes_a_question(
    sandbox: SandboxServer, open_box: OpenBox, do: str, start: dict[str, str]
) -> None:
    """With the time that stands there, one that the rule names, or the whole day; the title is the rule's."""
    box = opened(open_box, sandbox, do, DAYS)
    sandbox.deliver(mail("Your visit", TERMIN))
    run(box)
    (asked,) = box.gate.waiting()
    sending.confirm(box, asked.id, asked.digest, channel="tty", by="ada")
    (made,) = events(sandbox)
    assert ("Dentist: Your visit", start) == (
        made["summary"],
        {key: value for key, value in made["start"].items() if key != "timeZone"},
    )


@pytest.mark.parametrize(
    ("raw", "do", "said"),
    [
        (invitation("CANCEL"), "event=true", "it cancels or answers"),
        (invitation(zone="Nowhere Standard Time"), "event=true", "is not known"),
        (mail("Hello", "Nothing.\n"), "event=true", "holds no invitation"),
        (mail("Hello", "Nothing.\n"), "event={ day='day' }", "no day was found"),
        (
            mail("Visit", "Date: 28 March 2027\nTime: 02:30\n"),
            "event={ day='day', at='at' }",
            "the clocks change",
        ),
    ],
)
def test_what_cannot_be_an_event_is_said(
    sandbox: SandboxServer, open_box: OpenBox, raw: bytes, do: str, said: str
) -> None:
    """The digest tells why; nobody is asked, and the mail is decided all the same."""
    box = opened(open_box, sandbox, do, DAYS)
    sandbox.deliver(raw)
    told = run(box)
    assert ((), [], True) == (box.gate.waiting(), told["failed"], said in digest.digest(box)["text"])


def test_without_the_capability_nothing_is_done_and_the_digest_says_how(
    sandbox: SandboxServer, open_box: OpenBox
) -> None:
    """Neither the calendar nor the address book is touched before the person connects them."""
    box = opened(open_box, sandbox, "event=true, contact=true", can='"read", "label"')
    sandbox.deliver(invitation())
    run(box)
    text = digest.digest(box)["text"]
    assert (True, True) == ("login --calendar" in text, "login --contacts" in text)


def people(box: Mailbox) -> list[Contact]:
    box.book.sync(Cancel())
    return list(box.contacts.all(own=True))


CARD = "contact={ organization='Navy', phone='{{ extracted.phone }}' }"


def test_a_sender_becomes_a_contact_once_and_undo_takes_it_back(
    sandbox: SandboxServer, open_box: OpenBox
) -> None:
    """Journalled under the rule's name; a doubled run and a second mail make no second one; what was undone stays so."""
    box = opened(open_box, sandbox, CARD, DAYS)
    sandbox.deliver(mail("Your visit", TERMIN))
    sandbox.deliver(mail("Your visit again", TERMIN))
    told = run(box)
    (made,) = people(box)
    assert ("Grace Hopper", ("grace@example.org",), "Navy", "030-1234567") == (
        made.name,
        made.keys,
        made.organization,
        made.phones[0].value,
    )
    (change,) = box.journal.standing("contact_merge")
    rules = box.ruling()
    assert rules is not None
    assert ([rules.rules[0].name], told["run"]) == (change.do["rules"], change.run)
    assert "grace@example.org" not in str([row.body for row in box.audit.rows()])
    run(box, again=True)
    assert 1 == len(people(box))
    triage.undo(box, told["run"], cancel=Cancel())
    assert [] == people(box)
    run(box, again=True)
    assert [] == people(box)


def test_a_contact_that_is_there_is_only_added_to(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """What the person wrote stays; undo brings back what was."""
    box = opened(open_box, sandbox, CARD, DAYS)
    box.book.create(
        Contact(name="Amazing Grace", emails=(Labelled("Grace@example.org"),), organization="Yale")
    )
    before = people(box)
    sandbox.deliver(mail("Your visit", TERMIN))
    told = run(box)
    (now,) = people(box)
    assert ("Amazing Grace", "Yale", "030-1234567") == (now.name, now.organization, now.phones[0].value)
    triage.undo(box, told["run"], cancel=Cancel())
    (then,) = people(box)
    assert (before[0].phones, before[0].name) == (then.phones, then.name)


def test_a_contact_that_the_person_deleted_stays_away(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """Their act wins, also when the next mail comes."""
    box = opened(open_box, sandbox, "contact=true")
    sandbox.deliver(mail())
    run(box)
    box.book.people.delete(people(box)[0].id)
    sandbox.deliver(mail("Another one"))
    run(box)
    assert [] == people(box)


def test_a_lost_answer_makes_no_second_contact(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """Made, and the answer gone: the next run finds it, and undo still takes it back."""
    box = opened(open_box, sandbox, "contact=true")
    sandbox.deliver(mail())
    sandbox.faults([{"path": "/v1/people:createContact", "method": "POST", "kind": "lost"}])
    first = run(box)
    assert 1 == len(first["failed"])
    second = run(box)
    assert (1, []) == (len(people(box)), second["failed"])
    triage.undo(box, first["run"], cancel=Cancel())
    assert [] == people(box)


def test_a_sender_who_is_no_single_stranger_is_no_contact(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """Two authors, or a name that is an address of the web, put nothing of theirs into the address book."""
    box = opened(open_box, sandbox, "contact=true")
    sandbox.deliver(mail("One", "Hi.\n", sender='"https://evil.example <b>" <eve@example.org>'))
    sandbox.deliver(mail("Two", "Hi.\n", sender="A <a@example.org>, B <b@example.org>"))
    run(box)
    assert [("", ("eve@example.org",))] == [(one.name, one.keys) for one in people(box)]


def test_google_out_of_reach_loses_no_contact(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """The mail failed by its id and is tried again."""
    box = opened(open_box, sandbox, "contact=true")
    id_ = sandbox.deliver(mail())
    sandbox.faults([{"path": "/v1/people:createContact", "method": "POST", "nth": 1, "kind": "403-daily"}])
    assert [id_] == run(box)["failed"]
    assert ([], 1) == (run(box)["failed"], len(people(box)))


@pytest.mark.parametrize(
    ("do", "said"),
    [
        ("event={ day='due' }", "no date that the rule extracts"),
        ("event={ day='day', at='soon' }", "neither a time"),
        ("event={ at='09:00' }", "a time and no day"),
        ("event={ day='day', minutes=1 }", "minutes"),
        ("event={ day='day', guests='x@y.z' }", "guests"),
        ("event={ day='day', title='{{ x' }", "template"),
        ("contact={ email='x@y.z' }", "email"),
        ("contact='yes'", "contact"),
    ],
)
def test_a_wrong_errand_is_told_before_a_run_begins(
    sandbox: SandboxServer, open_box: OpenBox, do: str, said: str
) -> None:
    """With what to write instead; guests and addresses cannot be named by a rule at all."""
    box = opened(open_box, sandbox, do, DAYS)
    with pytest.raises(ConfigError) as wrong:
        run(box)
    assert said in wrong.value.message
    assert wrong.value.advice


def test_the_try_out_lists_errands_and_does_none(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """`rules test` says what would be asked and written."""
    box = opened(open_box, sandbox, "event={ day='day' }, contact=true", DAYS)
    sandbox.deliver(mail("Your visit", TERMIN))
    told = ruling.try_out_past(box, since="3650d", cancel=Cancel())
    assert (1, ["event day", "contact"]) == (told["rules"][0]["fired"], told["rules"][0]["does"])
    assert ((), []) == (box.gate.waiting(), people(box))
