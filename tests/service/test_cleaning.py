"""Clearing up by sender, over a local mailbox."""

import pytest
from tests.sandbox_server import SandboxServer
from tests.triage.house import mail, newsletter

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.service import cleaning, syncing, triage

QUERY = "in:inbox"
PAPER = "newsletter@news.example.net"


def filled(sandbox: SandboxServer) -> list[str]:
    """Three newsletters, the first of them opened, and a question."""
    ids = [sandbox.deliver(newsletter(number)) for number in range(3)]
    sandbox.api("POST", f"/messages/{ids[0]}/modify", {"removeLabelIds": ["UNREAD"]})
    sandbox.deliver(mail())
    return ids


def look(box: Mailbox, **wish: object) -> cleaning.Preview:
    return cleaning.preview(box, QUERY, progress=lambda *_: None, cancel=Cancel(), **wish)  # type: ignore[arg-type] # as given


def labels(sandbox: SandboxServer) -> dict[str, list[str]]:
    return {one["id"]: sorted(one["labels"]) for one in sandbox.state()["messages"]}


@pytest.mark.parametrize("indexed", [False, True])
def test_the_preview_counts_by_sender_and_changes_nothing(
    box: Mailbox, sandbox: SandboxServer, *, indexed: bool
) -> None:
    """How many, how many unread, how large, whether written to, how the list is left; the same from the index."""
    filled(sandbox)
    before = labels(sandbox)
    if indexed:
        syncing.sync(box, progress=lambda *_: None, cancel=Cancel())
    told = cleaning.told(box, look(box))
    rows = [
        (one["address"], one["mails"], one["unread"], one["written"], one["unsubscribe"])
        for one in told["senders"]
    ]
    assert [(PAPER, 3, 2, False, "link"), ("grace@example.org", 1, 1, False, "")] == rows
    assert all(one["bytes"] > 0 for one in told["senders"])
    assert before == labels(sandbox)


@pytest.mark.parametrize(
    ("action", "after"),
    [
        ("archive", [["UNREAD"], ["UNREAD"], []]),
        ("trash", [["TRASH", "UNREAD"], ["TRASH", "UNREAD"], ["TRASH"]]),
        ("read", [["INBOX"], ["INBOX"], ["INBOX"]]),
        ("Papers", [["INBOX", "Papers", "UNREAD"], ["INBOX", "Papers", "UNREAD"], ["INBOX", "Papers"]]),
    ],
)
def test_what_is_chosen_is_done_and_undone_as_a_whole(
    box: Mailbox, sandbox: SandboxServer, action: str, after: list[list[str]]
) -> None:
    """Only the chosen sender's mail changes; one undo brings the mailbox back, labels that were made included."""
    ids = filled(sandbox)
    before, names = labels(sandbox), [one["name"] for one in sandbox.state()["labels"]]
    found = look(box, senders=[PAPER])
    done = cleaning.clean(box, found, found.rows, action, cancel=Cancel())
    assert "done" == done["status"]
    assert after == [labels(sandbox)[id_] for id_ in reversed(ids)]
    assert {id_: was for id_, was in before.items() if id_ not in ids} == {
        id_: now for id_, now in labels(sandbox).items() if id_ not in ids
    }
    assert [] == triage.undo(box, done["change"], cancel=Cancel())["failed"]
    assert (before, names) == (labels(sandbox), [one["name"] for one in sandbox.state()["labels"]])


def test_what_the_person_moved_since_the_preview_is_left_alone(box: Mailbox, sandbox: SandboxServer) -> None:
    """A mail that no longer matches is not touched, and one that came since is not either."""
    ids = filled(sandbox)
    found = look(box, senders=[PAPER])
    sandbox.api("POST", f"/messages/{ids[1]}/modify", {"removeLabelIds": ["INBOX"]})
    new = sandbox.deliver(newsletter(9))
    done = cleaning.clean(box, found, found.rows, "trash", cancel=Cancel())
    assert (2, 3) == (done["changed"], done["looked"])
    assert ["UNREAD"] == labels(sandbox)[ids[1]]
    assert ["INBOX", "UNREAD"] == labels(sandbox)[new]


def test_what_could_not_be_read_is_told_with_what_was_done(box: Mailbox, sandbox: SandboxServer) -> None:
    """A mail that the look could not read may be of the same sender: it is named, and the act is partial."""
    ids = filled(sandbox)
    sandbox.faults([{"path": f"/messages/{ids[0]}$", "method": "GET", "kind": "403-daily"}])
    found = look(box, senders=[PAPER])
    done = cleaning.clean(box, found, found.rows, "archive", cancel=Cancel())
    assert ("partial", 2, [ids[0]]) == (
        done["status"],
        done["changed"],
        [one["id"] for one in done["failed"]],
    )


def test_a_limit_says_what_is_left(box: Mailbox, sandbox: SandboxServer) -> None:
    """The newest are looked at, and how many more match is told."""
    filled(sandbox)
    found = look(box, limit=2)
    assert (2, 2) == (found.looked, found.left)


def test_nonsense_is_refused(box: Mailbox, sandbox: SandboxServer) -> None:
    """A sender without mail, nothing chosen, and a label that cannot be one."""
    filled(sandbox)
    with pytest.raises(InputError, match="No such mail"):
        look(box, senders=["nobody@x.example"])
    found = look(box)
    rows = found.rows
    for some, action in (((), "archive"), (rows, " "), (rows, "x" * 300), (rows, "SENT")):
        with pytest.raises(InputError):
            cleaning.clean(box, found, some, action, cancel=Cancel())
