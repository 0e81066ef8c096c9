"""Labels on request, and what undoes them."""

import pytest
from tests.sandbox_server import SandboxServer

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.service import labels, triage

MAIL = b"From: a@x.example\r\nTo: alex.moreno@example.com\r\nSubject: s%d\r\nMessage-ID: <%d@x.example>\r\n\r\nHi\r\n"


def names(sandbox: SandboxServer) -> list[list[str]]:
    """The labels of all messages, by name."""
    return [sorted(one["labels"]) for one in sandbox.state()["messages"]]


@pytest.mark.parametrize(
    ("add", "remove", "after"),
    [
        (["archive"], [], ["UNREAD"]),
        (["read", "star"], [], ["INBOX", "STARRED"]),
        ([], ["unread"], ["INBOX"]),
        (["Travel/2026"], [], ["INBOX", "Travel/2026", "UNREAD"]),
        (["to-reply"], [], ["INBOX", "Mailreeve/To reply", "UNREAD"]),
        (["trash"], [], ["TRASH", "UNREAD"]),
    ],
    ids=["archive", "read-and-star", "remove-unread", "new-label", "triage-label", "trash"],
)
def test_labels_change_as_asked_and_undo_restores_everything(
    sandbox: SandboxServer, box: Mailbox, add: list[str], remove: list[str], after: list[str]
) -> None:
    """Only the named labels change, and undo leaves the mailbox as it was, made labels included."""
    ids = [sandbox.deliver(MAIL % (n, n)) for n in range(3)]
    before = names(sandbox), [one["name"] for one in sandbox.state()["labels"]]
    done = labels.label_mail(box, ids, add=add, remove=remove, cancel=Cancel())
    assert (3, [], [after] * 3) == (done["changed"], done["failed"], names(sandbox))
    undone = triage.undo(box, done["change"], cancel=Cancel())
    assert [] == undone["failed"]
    assert before == (names(sandbox), [one["name"] for one in sandbox.state()["labels"]])


def test_a_label_that_had_to_be_made_is_named(sandbox: SandboxServer, box: Mailbox) -> None:
    """A misspelt name shows itself; a label that exists is not told."""
    id_ = sandbox.deliver(MAIL % (1, 1))
    made = labels.label_mail(box, [id_], add=["star", "Travel/2026", "to-reply"], cancel=Cancel())
    again = labels.label_mail(box, [id_], remove=["travel/2026"], cancel=Cancel())
    assert (["Travel/2026", "Mailreeve/To reply"], []) == (made["created"], again["created"])


def test_what_the_person_changed_since_stays(sandbox: SandboxServer, box: Mailbox) -> None:
    """Undo takes back our part only."""
    id_ = sandbox.deliver(MAIL % (1, 1))
    done = labels.label_mail(box, [id_], add=["star", "read"], cancel=Cancel())
    box.gmail.modify([id_], remove=["STARRED"])
    triage.undo(box, done["change"], cancel=Cancel())
    assert [["INBOX", "UNREAD"]] == names(sandbox)


def test_a_missing_message_is_told_and_the_others_are_done(sandbox: SandboxServer, box: Mailbox) -> None:
    """Partial success carries the id that failed."""
    id_ = sandbox.deliver(MAIL % (1, 1))
    done = labels.label_mail(box, [id_, "18f0000000000000"], add=["star"], cancel=Cancel())
    assert (1, ["18f0000000000000"]) == (done["changed"], [one["id"] for one in done["failed"]])


def test_asking_for_what_is_there_changes_nothing(sandbox: SandboxServer, box: Mailbox) -> None:
    """No request, no journal row, nothing to undo."""
    id_ = sandbox.deliver(MAIL % (1, 1))
    done = labels.label_mail(box, [id_], add=["unread"], cancel=Cancel())
    assert (0, "") == (done["changed"], done["change"])


@pytest.mark.parametrize(
    ("add", "remove"),
    [([], []), (["SENT"], []), (["x" * 300], []), ([], ["No such label"]), (["star"], ["star"])],
)
def test_a_senseless_wish_is_refused(
    sandbox: SandboxServer, box: Mailbox, add: list[str], remove: list[str]
) -> None:
    """The error says what to do, and nothing changes."""
    id_ = sandbox.deliver(MAIL % (1, 1))
    with pytest.raises(InputError):
        labels.label_mail(box, [id_], add=add, remove=remove, cancel=Cancel())
    assert [["INBOX", "UNREAD"]] == names(sandbox)
