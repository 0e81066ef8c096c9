"""New mail since a cursor: each message comes, none is lost, nothing else comes."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest
from tests.google.wire_server import NoNap, Reply, Seen, WireServer, google_error
from tests.sandbox_server import SandboxServer

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, GoogleUnavailable
from mailreeve.google.gmail import Gmail
from mailreeve.google.sync import OVERLAP, Cursor, Delta, new_since
from mailreeve.google.transport import Transport

Connect = Callable[..., Transport]


def mail(subject: str, *more: str) -> bytes:
    return "\r\n".join(
        ["From: Ada <ada@example.org>", "To: me@example.org", f"Subject: {subject}", *more, "", "Hello.", ""]
    ).encode()


def ids(delta: Delta) -> list[str]:
    return [ref.id for ref in delta.refs]


def since(gmail: Gmail, cursor: Cursor) -> Delta:
    return new_since(gmail, cursor, NoNap())


def first(sandbox: SandboxServer, gmail: Gmail, days: int = 3) -> Delta:
    return since(gmail, Cursor("", int(sandbox.clock(advance=0)) - days * 86_400))


def test_the_first_run_lists_the_inbox_of_some_days(gmail: Gmail, sandbox: SandboxServer) -> None:
    """Mail of the last three days, oldest first; older mail, archived, sent, spam and drafts stay out."""
    sandbox.deliver(mail("Old"))
    sandbox.clock(advance=4 * 86_400)
    one = sandbox.deliver(mail("One"))
    sandbox.clock(advance=3_600)
    two = sandbox.deliver(mail("Two"))
    for labels in ("UNREAD", "SENT", "SENT,INBOX", "SPAM", "TRASH", "DRAFT"):
        sandbox.deliver(mail(f"Other {labels}"), labels=labels)
    gmail.create_draft(mail("Draft"))
    delta = first(sandbox, gmail)
    assert ([one, two], True) == (ids(delta), delta.listed)
    assert delta.history_id == gmail.profile().history_id


def test_the_next_run_has_only_what_is_new(gmail: Gmail, sandbox: SandboxServer) -> None:
    """From the saved cursor the history is read, not the list."""
    sandbox.deliver(mail("One"))
    delta = first(sandbox, gmail)
    two, three = sandbox.deliver(mail("Two")), sandbox.deliver(mail("Three"))
    gmail.create_draft(mail("Draft"))
    sandbox.deliver(mail("Spam"), labels="SPAM")
    delta = since(gmail, delta.cursor)
    assert ([two, three], False) == (ids(delta), delta.listed)
    assert [] == ids(since(gmail, delta.cursor))


def test_a_saved_cursor_gives_the_same_again(gmail: Gmail, sandbox: SandboxServer) -> None:
    """A run that died before it saved its cursor finds the same mail again."""
    cursor = first(sandbox, gmail).cursor
    ids_ = [sandbox.deliver(mail(f"Number {n}")) for n in range(3)]
    assert ids_ == ids(since(gmail, cursor)) == ids(since(gmail, cursor))


def test_what_the_person_did_meanwhile_counts(gmail: Gmail, sandbox: SandboxServer) -> None:
    """Archived, trashed or deleted before the run: not new. Taken out of spam: new."""
    cursor = first(sandbox, gmail).cursor
    archived, trashed, read = (sandbox.deliver(mail(name)) for name in ("A", "B", "C"))
    rescued = sandbox.deliver(mail("D"), labels="SPAM,UNREAD")
    gmail.modify([archived], remove=["INBOX"])
    gmail.trash(trashed)
    gmail.modify([read], remove=["UNREAD"])
    gmail.modify([rescued], add=["INBOX"], remove=["SPAM"])
    assert [read, rescued] == ids(since(gmail, cursor))


def test_the_history_is_read_to_its_last_page(gmail: Gmail, sandbox: SandboxServer) -> None:
    """More changes than a page holds: all new messages come, each once."""
    cursor = first(sandbox, gmail).cursor
    new = [sandbox.deliver(mail(f"Number {n}")) for n in range(260)]
    for id_ in new[:130]:
        gmail.modify([id_], add=["STARRED"])
        gmail.modify([id_], remove=["STARRED"])
    assert new == ids(since(gmail, cursor))


def test_an_expired_history_is_no_gap(gmail: Gmail, sandbox: SandboxServer) -> None:
    """After ten days of silence the mail since the last run is listed, with a day's overlap."""
    known = sandbox.deliver(mail("Known"))
    saved = first(sandbox, gmail).cursor
    cursor = Cursor(saved.history_id, int(sandbox.clock(advance=0)))
    new = []
    for day in range(10):
        sandbox.clock(advance=86_400)
        new.append(sandbox.deliver(mail(f"Day {day}")))
    delta = since(gmail, cursor)
    assert ([known, *new], True) == (ids(delta), delta.listed)
    assert delta.history_id == gmail.profile().history_id


def test_a_wrong_clock_on_this_machine_is_covered(gmail: Gmail, sandbox: SandboxServer) -> None:
    """A machine whose clock was twenty hours ahead still finds its mail when the history has expired."""
    saved = first(sandbox, gmail).cursor
    ahead = Cursor(saved.history_id, int(sandbox.clock(advance=0)) + 20 * 3_600)
    new = sandbox.deliver(mail("Just after"))
    sandbox.clock(advance=9 * 86_400)
    sandbox.deliver(mail("Later"), labels="SPAM")
    assert 20 * 3_600 < OVERLAP
    assert [new] == ids(since(gmail, ahead))


@pytest.mark.parametrize("kind", ["429", "503", "lost", "truncated", "html"])
def test_a_storm_loses_nothing(gmail: Gmail, sandbox: SandboxServer, kind: str) -> None:
    """Two failures on every call: the same delta."""
    cursor = first(sandbox, gmail).cursor
    new = [sandbox.deliver(mail(f"Number {n}")) for n in range(3)]
    sandbox.faults([{"path": "/history", "nth": n, "kind": kind, "seconds": 0} for n in (1, 2)])
    assert new == ids(since(gmail, cursor))


def test_a_failure_gives_no_cursor(gmail: Gmail, sandbox: SandboxServer) -> None:
    """When a page does not come there is an error and no delta: the old cursor stays the right one."""
    cursor = first(sandbox, gmail).cursor
    new = sandbox.deliver(mail("New"))
    sandbox.faults([{"path": "/history", "kind": "503"}])
    with pytest.raises(GoogleUnavailable):
        since(gmail, cursor)
    sandbox.faults([])
    assert [new] == ids(since(gmail, cursor))


def test_giving_up_between_pages(gmail: Gmail, sandbox: SandboxServer) -> None:
    """A set Cancel ends it before the next call."""
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        new_since(gmail, Cursor("", 0), cancel)


def listing(new: list[str], calls: list[str]) -> Callable[[Seen], Reply]:
    """A server where a message arrives between the profile, the list and the history."""

    def answer(seen: Seen) -> Reply:
        name = seen.path.rsplit("/", 1)[1]
        calls.append(name)
        if name == "profile":
            return Reply(200, {"emailAddress": "me@example.org", "historyId": "100"})
        if name == "messages":
            return Reply(200, {"messages": [{"id": "listed", "threadId": "t"}]})
        added = [{"message": {"id": id_, "threadId": "t", "labelIds": ["INBOX"]}} for id_ in new]
        return Reply(200, {"historyId": "101", "history": [{"id": "101", "messagesAdded": added}]})

    return answer


def test_what_comes_during_the_first_list_is_not_lost(wire: WireServer, connect: Connect) -> None:
    """The history id is taken before the list and replayed after it; what both tell comes once."""
    calls: list[str] = []
    wire.then(listing(["listed", "between"], calls))
    delta = since(Gmail(connect(wire.base)), Cursor("", 0))
    assert (["profile", "messages", "history"], ["listed", "between"]) == (calls, ids(delta))
    assert "startHistoryId=100" in wire.seen[2].target


def test_what_leaves_during_the_listing_is_not_told(wire: WireServer, connect: Connect) -> None:
    """Listed, or arrived on one page, and archived on a later one: not new."""

    def change(kind: str, id_: str) -> dict[str, object]:
        message = {"id": id_, "threadId": "t", "labelIds": ["INBOX"]}
        return {"id": "101", kind: [{"message": message, "labelIds": ["INBOX"]}]}

    wire.then(
        Reply(200, {"historyId": "100"}),
        Reply(200, {"messages": [{"id": "b", "threadId": "t"}, {"id": "a", "threadId": "t"}]}),
        Reply(
            200,
            {
                "historyId": "103",
                "nextPageToken": "p",
                "history": [change("messagesAdded", "c"), change("messagesAdded", "d")],
            },
        ),
        Reply(200, {"history": [change("labelsRemoved", "a"), change("messagesDeleted", "c")]}),
        Reply(500),
    )
    assert ["b", "d"] == ids(since(Gmail(connect(wire.base)), Cursor("", 0)))


def test_the_cursor_is_the_first_pages(wire: WireServer, connect: Connect) -> None:
    """A later page may tell a newer id than the records that came before it: that would be a gap."""
    wire.then(
        Reply(200, {"historyId": "50", "nextPageToken": "p"}), Reply(200, {"historyId": "60"}), Reply(500)
    )
    assert "50" == since(Gmail(connect(wire.base)), Cursor("40", 0)).history_id


def test_the_next_cursor_has_the_time_before_the_calls(wire: WireServer, connect: Connect) -> None:
    """Mail that comes while the run asks is after the saved time."""
    wire.then(Reply(200, {"historyId": "50"}))
    times = iter([1_000.5])
    delta = new_since(Gmail(connect(wire.base)), Cursor("40", 0), NoNap(), clock=lambda: next(times))
    assert Cursor("50", 1_000) == delta.cursor
    assert delta.cursor.at < time.time()


def test_a_history_that_expires_twice_is_an_error_not_a_loop(wire: WireServer, connect: Connect) -> None:
    """A server that forgets its own newest id is told as it is."""

    def forgetful(seen: Seen) -> Reply:
        if seen.path.endswith("history"):
            return google_error(404, "notFound")
        return Reply(200, {"historyId": "100"})

    wire.then(forgetful)
    with pytest.raises(Exception, match="no longer keeps"):
        since(Gmail(connect(wire.base)), Cursor("40", 0))
    assert len(wire.seen) <= 4


def nights(sandbox: SandboxServer, gmail: Gmail, seed: int, count: int) -> tuple[set[str], set[str]]:
    """Random nights with arrivals, the person's acts, silence and crashes: what came in, what was told."""
    dice = random.Random(seed)  # noqa: S311 - a test's dice
    started = datetime.fromtimestamp(sandbox.clock(advance=0), UTC).timestamp()
    cursor, told, expected = Cursor("", int(started) - 86_400), set[str](), set[str]()
    for _ in range(count):
        for n in range(dice.randrange(6)):
            id_ = sandbox.deliver(mail(f"Mail {n}"))
            act = dice.choice(["stay", "stay", "stay", "archive", "trash", "star"])
            if act == "archive":
                gmail.modify([id_], remove=["INBOX"])
            elif act == "trash":
                gmail.trash(id_)
            else:
                expected.add(id_)
            if act == "star":
                gmail.modify([id_], add=["STARRED"])
        sandbox.clock(advance=dice.choice([3_600, 86_400, 86_400, 9 * 86_400]))
        moment = sandbox.clock(advance=0)
        delta = new_since(gmail, cursor, NoNap(), clock=partial(float, moment))
        if dice.random() < 0.8:  # else the run died before it saved: nothing it found counts
            told |= set(ids(delta))
            cursor = delta.cursor
    last = new_since(gmail, cursor, NoNap(), clock=lambda: sandbox.clock(advance=0))
    return expected, told | set(ids(last))


@pytest.mark.parametrize("seed", range(2))
def test_over_random_nights_every_mail_comes(gmail: Gmail, sandbox: SandboxServer, seed: int) -> None:
    """Whatever the nights were like: what is in the inbox was told, and nothing else."""
    expected, told = nights(sandbox, gmail, seed, count=12)
    assert expected == told
    assert expected


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(100, 140))
def test_over_random_nights_every_mail_comes_in_full(gmail: Gmail, sandbox: SandboxServer, seed: int) -> None:
    """The same over forty mailboxes."""
    expected, told = nights(sandbox, gmail, seed, count=12)
    assert expected == told
