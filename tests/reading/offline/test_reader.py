"""The offline reader: the protocol, the closed set, priorities, and that nothing breaks it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reading.mails import LABELS, OWNER, WHEN, letters, mail, thread

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled
from mailreeve.models import Address, Archetype, DecidedBy, Invite, LabelSpec, Message, Priority, Usage
from mailreeve.reading.offline.reader import OfflineReader

if TYPE_CHECKING:
    from mailreeve.reading.protocol import Reader

READER = OfflineReader(own_addresses=[OWNER])


def test_it_is_a_reader_that_costs_nothing() -> None:
    """It has the shape that the rest of the house asks for."""
    checked: Reader = READER
    assert (DecidedBy.OFFLINE, Usage()) == (checked.by, checked.usage)


def test_a_verdict_is_complete() -> None:
    """Label, priority, deadline, action, summary, confidence, reason and evidence, marked as offline."""
    found = READER.classify(
        mail(
            "Hi Robin,\n\nCould you send me the revised quote by Friday?\n\nAna",
            "Stairs",
            labels=("IMPORTANT",),
        ),
        LABELS,
        Cancel(),
    )
    assert ("m1", "to_reply", Priority.HIGH, True, "2026-11-27") == (
        found.id,
        found.label,
        found.priority,
        found.needs_reply,
        found.deadline,
    )
    assert "Could you send me the revised quote by Friday?" == found.summary
    assert ["Send Ana the revised quote by Friday"] == [item.what for item in found.actions]
    assert 0 < found.confidence < 1
    assert "asks" in found.reason
    assert DecidedBy.OFFLINE == found.by
    assert found.evidence[0].startswith("offline: to_reply")


def test_labels_that_cover_nothing_need_a_person() -> None:
    """No label is invented."""
    found = READER.classify(mail("x"), [LabelSpec("cats", "", "Pictures of cats.")], Cancel())
    assert ("", True, 0.0) == (found.label, found.needs_human, found.confidence)
    assert READER.classify(mail("x"), [], Cancel()).needs_human


def test_a_label_may_stand_for_several_kinds() -> None:
    """Its share is the sum of them, so fewer labels make a surer choice."""
    few = [
        LabelSpec("people", "", "A person writes.", Archetype.TO_REPLY),
        LabelSpec("rest", "", "Newsletters, promotions, receipts, notifications.", Archetype.NEWSLETTER),
    ]
    message = mail("20% off, shop now", "Sale", headers={"List-Unsubscribe": "<x>"})
    one, many = READER.classify(message, few, Cancel()), READER.classify(message, LABELS, Cancel())
    assert ("rest", "promotion") == (one.label, many.label)
    assert one.confidence >= many.confidence


PRIORITIES = [
    (mail("The workshop is on fire, call me immediately!", "URGENT"), Priority.URGENT),
    (mail("Which oak do you want?"), Priority.NORMAL),
    (mail("Which oak do you want? I need to know by tomorrow."), Priority.HIGH),
    (
        mail("A new sign-in to your account.", "Security alert", sender="no-reply@cloud.example"),
        Priority.HIGH,
    ),
    (mail("Build 12 passed.", "Build 12", sender="no-reply@ci.example"), Priority.LOW),
    (mail("20% off everything, shop now", headers={"List-Unsubscribe": "<x>"}), Priority.LOW),
    (mail("You have won the lottery, 4 million dollars inheritance.", sender="a@win.xyz"), Priority.LOW),
]


@pytest.mark.parametrize(("message", "priority"), PRIORITIES, ids=[m.text[:30] for m, _ in PRIORITIES])
def test_priorities(message: Message, priority: Priority) -> None:
    """How soon a person should look."""
    assert priority == READER.classify(message, LABELS, Cancel()).priority


def test_a_label_that_the_user_calls_urgent_is_urgent() -> None:
    """`urgent = true` in the user's labels counts, whatever the archetype."""
    labels = [LabelSpec("boss", "", "Questions to me.", Archetype.TO_REPLY, urgent=True)]
    assert Priority.URGENT == READER.classify(mail("Which oak do you want?"), labels, Cancel()).priority


@pytest.mark.parametrize(
    ("text", "deadline"),
    [
        ("They sign on Thursday. Could you tell me the price before then?", "2026-11-26"),
        ("The invoice must be paid by 4 December.", "2026-12-04"),
        ("Please answer by 4pm.", "2026-11-24T16:00+00:00"),
        ("I will send it by Friday.", ""),
        ("We met on Friday.", ""),
    ],
)
def test_the_deadline_is_what_the_owner_has_to_keep(text: str, deadline: str) -> None:
    """Other people's promises and past dates are none."""
    sender = "no-reply@billing.example" if "invoice" in text else "Ana Price <ana@price-studio.example>"
    assert deadline == READER.classify(mail(text, sender=sender), LABELS, Cancel()).deadline


def test_worthless_mail_sets_no_deadline_and_no_tasks() -> None:
    """A sale that ends on Sunday is nobody's duty."""
    message = mail(
        "Save 20% and order now by Sunday! Please shop now.", "Sale", headers={"List-Unsubscribe": "<x>"}
    )
    found = READER.classify(message, LABELS, Cancel())
    assert ("promotion", "", (), False) == (found.label, found.deadline, found.actions, found.needs_reply)


def test_codes_are_not_repeated() -> None:
    """A one-time code is told as such; its digits are in no field."""
    found = READER.classify(
        mail("Your sign-in code is 482916.", "482916", sender="Acme <no-reply@acme.example>"),
        LABELS,
        Cancel(),
    )
    assert "One-time code from Acme" == found.summary
    assert "482916" not in repr(found)


def test_an_invitation_needs_no_reply_by_mail() -> None:
    """It has buttons."""
    event = Invite("REQUEST", "u", "Review", "2026-11-26T10:00", "2026-11-26T11:00", "", "")
    found = READER.classify(
        mail("Please have a look at the plan beforehand.", invite=event), LABELS, Cancel()
    )
    assert ("calendar", False) == (found.label, found.needs_reply)


def test_a_message_without_a_date_is_read_by_googles_clock() -> None:
    """The Date header may be missing or unreadable."""
    at = int(datetime(2026, 11, 24, 9, tzinfo=UTC).timestamp() * 1000)
    found = READER.classify(
        mail("Could you answer by Friday?", date=None, internal_date=at), LABELS, Cancel()
    )
    assert "2026-11-27" == found.deadline


def test_a_set_cancel_is_obeyed() -> None:
    """The caller gave up."""
    cancel = Cancel()
    cancel.set()
    for call in (
        lambda: READER.classify(mail("x"), LABELS, cancel),
        lambda: READER.summarize(thread(mail("x")), cancel),
        lambda: READER.draft(thread(mail("x")), "", cancel),
    ):
        with pytest.raises(Cancelled):
            call()


def test_it_says_the_same_twice() -> None:
    """No chance is involved."""
    for letter in letters():
        assert READER.classify(letter.mail, LABELS, Cancel()) == READER.classify(
            letter.mail, LABELS, Cancel()
        )


ODD = st.text(max_size=200)


@settings(max_examples=60, deadline=None)
@given(subject=ODD, text=ODD, name=ODD, address=ODD, header=ODD)
def test_no_mail_breaks_it(subject: str, text: str, name: str, address: str, header: str) -> None:
    """Any mail gets a label of the set, a summary, a thread summary and a draft, each within its bounds."""
    message = Message(
        id="x",
        subject=subject,
        text=text,
        from_=(Address(name, address),),
        to=(Address("", OWNER),),
        date=WHEN,
        headers=(("Auto-Submitted", header), ("List-Post", header)),
        list_id=header,
    )
    found = READER.classify(message, LABELS, Cancel())
    assert found.label in {label.id for label in LABELS}
    assert 0 <= found.confidence <= 1
    assert len(found.summary) <= 160
    assert "\n" not in found.summary
    assert len(READER.summarize(thread(message, message), Cancel()).gist) < 2000
    assert READER.draft(thread(message), text, Cancel()).body.endswith("\n")
