"""The ledger: nothing lost, nothing twice, whoever else is at work."""

import threading
import time
from pathlib import Path

import pytest

from mailreeve.models import ActionItem, DecidedBy, Failure, Priority, Ref, Verdict
from mailreeve.store.db import Database
from mailreeve.store.entries import EntryState, Sight
from mailreeve.store.ledger import Ledger

SIGHT = Sight("Grace <grace@example.org>", "Lunch?", 1_700_000_000_000, ("INBOX",), "77")


def refs(count: int, start: int = 0) -> list[Ref]:
    return [Ref(f"m{number}", f"t{number}") for number in range(start, start + count)]


def verdict(id_: str, by: DecidedBy = DecidedBy.OFFLINE, *, needs_human: bool = False) -> Verdict:
    return Verdict(
        id=id_,
        label="" if needs_human else "fyi",
        priority=Priority.HIGH,
        needs_reply=True,
        summary="Grace asks for lunch.",
        confidence=0.75,
        reason="a direct question",
        by=by,
        deadline="2026-11-24",
        actions=(ActionItem("answer", "ada", "2026-11-24", id_),),
        needs_human=needs_human,
        evidence=("rule: none", "offline: 0.75"),
    )


def finish(ledger: Ledger, run: str, id_: str, by: DecidedBy = DecidedBy.OFFLINE) -> None:
    assert ledger.save_verdict(run, id_, verdict(id_, by), SIGHT)
    ledger.mark_applied(run, {id_: EntryState.DONE})
    entry = ledger.entry(id_)
    assert entry is not None
    assert EntryState.DONE is entry.state


def test_a_message_is_queued_once_and_counts_as_already_when_decided(ledger: Ledger) -> None:
    """Seeing a message again before it is decided queues nothing; after that it counts as already."""
    assert (3, 0) == ledger.enqueue(refs(3))
    assert (3, 0) == ledger.enqueue([*refs(3), *refs(3)])
    run = ledger.runs.begin()
    assert ["m0", "m1", "m2"] == [entry.message for entry in ledger.claim(run)]
    finish(ledger, run, "m0")
    assert (2, 1) == ledger.enqueue(refs(3))
    assert {"m0"} == ledger.decided(["m0", "m1", "never seen"])


def test_a_verdict_comes_back_as_it_was_written(ledger: Ledger) -> None:
    """Every field of a verdict survives the store, enums and action items too."""
    ledger.enqueue(refs(1))
    run = ledger.runs.begin()
    ledger.claim(run)
    finish(ledger, run, "m0")
    assert verdict("m0") == ledger.verdict("m0")
    entry = ledger.entry("m0")
    assert entry is not None
    assert (SIGHT, 1, "t0") == (entry.sight, entry.generation, entry.thread)


def test_again_raises_the_generation_of_decided_messages_only(ledger: Ledger) -> None:
    """Asking again decides anew what was decided, and does not double what is still open."""
    ledger.enqueue(refs(2))
    run = ledger.runs.begin()
    ledger.claim(run)
    finish(ledger, run, "m0")
    assert (2, 0) == ledger.enqueue(refs(2), again=True)
    assert (set(), (2, 0)) == (ledger.decided(["m0"]), ledger.enqueue(refs(2)))
    claimed = ledger.claim(ledger.runs.begin())
    assert {("m0", 2), ("m1", 1)} == {(entry.message, entry.generation) for entry in claimed}
    assert verdict("m0") == ledger.verdict("m0")


def test_a_failure_is_kept_with_its_reason_and_tried_again_first(ledger: Ledger) -> None:
    """No message is lost: a failed one stays open, and the next run takes it up before new mail."""
    ledger.enqueue(refs(1))
    first = ledger.runs.begin()
    ledger.claim(first)
    assert ledger.fail(first, "m0", "the model is out of reach")
    assert (Failure("m0", "the model is out of reach"),) == ledger.coverage(first).failed
    assert 0 == ledger.left()
    ledger.enqueue(refs(5, 1))
    second = ledger.runs.begin()
    claimed = ledger.claim(second, limit=3)
    assert ["m0", "m1", "m2"] == [entry.message for entry in claimed]
    assert (1, "") == (claimed[0].attempts, claimed[0].error)
    assert 6 == ledger.left()


def test_a_failed_step_is_resumed_where_it_stopped(ledger: Ledger) -> None:
    """A message whose label could not be set keeps its verdict, so the model is not asked twice."""
    ledger.enqueue(refs(1))
    first = ledger.runs.begin()
    ledger.claim(first)
    ledger.save_verdict(first, "m0", verdict("m0"), SIGHT)
    ledger.fail(first, "m0", "Gmail is out of reach")
    (entry,) = ledger.claim(ledger.runs.begin())
    assert (EntryState.JUDGED, verdict("m0")) == (entry.state, entry.verdict)


def test_more_messages_than_one_statement_asks_for_are_all_known(ledger: Ledger) -> None:
    """None is queued a second time, and none is forgotten."""
    many = refs(1_001)
    assert [(1_001, 0)] * 2 == [ledger.enqueue(many) for _ in range(2)]
    assert {ref.id: ref.thread_id for ref in many} == ledger.threads(ref.id for ref in many)


def test_seen_is_already_plus_decided_plus_needs_human_plus_failed(ledger: Ledger) -> None:
    """The coverage equation holds for a run with every kind of outcome; what left the inbox is in no count."""
    ledger.enqueue(refs(8))
    run = ledger.runs.begin()
    ledger.claim(run)
    finish(ledger, run, "m0", DecidedBy.RULE)
    finish(ledger, run, "m1", DecidedBy.LLM)
    finish(ledger, run, "m2", DecidedBy.LLM)
    ledger.save_verdict(run, "m3", verdict("m3", needs_human=True), SIGHT)
    ledger.mark_applied(run, {"m3": EntryState.NEEDS_HUMAN})
    ledger.fail(run, "m4", "why")
    ledger.close(run, "m5", EntryState.GONE, "no longer in Gmail")
    for id_ in ("m6", "m7"):
        ledger.save_verdict(run, id_, verdict(id_), SIGHT)
    ledger.fail(run, "m6", "its labels were not set")
    ledger.close(run, "m7", EntryState.OUTSIDE)
    coverage = ledger.coverage(run, already=7)
    assert {"rule": 1, "pattern": 0, "offline": 0, "llm": 2} == coverage.decided
    assert ("m3",) == coverage.needs_human
    assert {"m4", "m5", "m6"} == {failure.id for failure in coverage.failed}
    assert coverage.seen == 7 + 3 + 1 + 3
    assert not coverage.complete


def test_steps_of_a_run_that_lost_the_message_have_no_effect(ledger: Ledger) -> None:
    """Compare-and-set: whoever claimed last writes, the other one's steps change nothing."""
    ledger.enqueue(refs(1))
    slow, fast = ledger.runs.begin(), ledger.runs.begin()
    ledger.claim(slow)
    ledger.claim(fast)
    assert not ledger.save_verdict(slow, "m0", verdict("m0", DecidedBy.LLM), SIGHT)
    finish(ledger, fast, "m0")
    assert not ledger.save_verdict(fast, "m0", verdict("m0", DecidedBy.LLM), SIGHT)
    assert not ledger.fail(slow, "m0", "too late")
    assert verdict("m0") == ledger.verdict("m0")


def test_two_writers_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    """Two connections that enqueue the same mail and judge it leave one verdict per message."""
    file = tmp_path / "mailreeve.db"
    wins: list[str] = []

    def work() -> None:
        db = Database(file)
        ledger = Ledger(db, "ada@example.com")
        ledger.enqueue(refs(50))
        run = ledger.runs.begin()
        for entry in ledger.claim(run):
            if ledger.save_verdict(run, entry.message, verdict(entry.message), SIGHT):
                wins.append(entry.message)
                ledger.mark_applied(run, {entry.message: EntryState.DONE})
        db.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db = Database(file)
    rows = db.rows("select message, state, generation from ledger")
    rest = Ledger(db, "ada@example.com").claim("r-last")
    db.close()
    assert 50 == len(rows)
    assert len(wins) == len(set(wins))
    assert 50 == len(wins) + len([entry for entry in rest if entry.state is EntryState.QUEUED])


def test_an_undone_message_is_taken_up_by_again_alone(ledger: Ledger) -> None:
    """After an undo the next run leaves the message alone; `again` decides it anew."""
    ledger.enqueue(refs(2))
    run = ledger.runs.begin()
    ledger.claim(run)
    finish(ledger, run, "m0")
    ledger.undo(["m0", "m1", "never seen"])
    assert (0, 2) == ledger.enqueue(refs(2))
    assert () == ledger.claim(ledger.runs.begin())
    assert (2, 0) == ledger.enqueue(refs(2), again=True)


@pytest.mark.parametrize("state", [EntryState.GONE, EntryState.OUTSIDE])
def test_a_message_that_left_is_queued_when_it_is_seen_again(ledger: Ledger, state: EntryState) -> None:
    """A message that comes back into the inbox is no stranger to the queue."""
    ledger.enqueue(refs(1))
    run = ledger.runs.begin()
    ledger.claim(run)
    ledger.close(run, "m0", state)
    assert () == ledger.claim(run)
    assert (1, 0) == ledger.enqueue(refs(1))
    assert ["m0"] == [entry.message for entry in ledger.claim(run)]


def test_accounts_do_not_see_each_other(db: Database, ledger: Ledger) -> None:
    """Two accounts in one file share no row, no cursor, no run and no tombstone."""
    other = Ledger(db, "bob@example.com")
    ledger.enqueue(refs(2))
    ledger.save_cursor("100")
    ledger.tombstones.bury("m0", ["Label_1"])
    ledger.runs.begin()
    assert () == other.claim("r")
    assert None is other.cursor()
    assert frozenset() == other.tombstones.on("m0")
    assert () == other.runs.latest()


def test_the_cursor_moves_and_keeps_its_time(ledger: Ledger) -> None:
    """The saved history id comes back with the moment it was saved."""
    ledger.save_cursor("100")
    ledger.save_cursor("200")
    cursor = ledger.cursor()
    assert cursor is not None
    assert "200" == cursor.history_id


def test_a_tombstone_stays(ledger: Ledger) -> None:
    """What the person took off is remembered, once, however often it is told."""
    ledger.tombstones.bury("m0", ["Label_1", "INBOX"])
    ledger.tombstones.bury("m0", ["Label_1"])
    assert {"Label_1", "INBOX"} == ledger.tombstones.on("m0")
    assert [{"m0"}, set()] == [set(ledger.tombstones.among(ids)) for ids in (["m0", "m1"], [])]
    assert frozenset() == ledger.tombstones.on("m1")


def test_what_runs_touched_is_listed_newest_first(ledger: Ledger) -> None:
    """The digest gets the rows of the runs it tells of, in the order in which the mail came."""
    ledger.enqueue(refs(2))
    run = ledger.runs.begin()
    ledger.claim(run)
    ledger.save_verdict(run, "m0", verdict("m0"), Sight("a", "old", 1))
    ledger.save_verdict(run, "m1", verdict("m1"), Sight("b", "new", 2))
    ledger.mark_applied(run, {"m1": EntryState.APPLIED})
    ledger.mark_drafted(run, "m1", "r-7")
    assert ["m1", "m0"] == [entry.message for entry in ledger.entries([run])]
    assert ["r-7", ""] == [entry.draft for entry in ledger.entries([run, "r-other"])]


def test_a_queue_keeps_the_order_in_which_it_was_told(ledger: Ledger) -> None:
    """However long queueing takes, the first of a listing is the first to be worked on; newer listings go before."""
    ledger.enqueue(refs(300))
    assert [ref.id for ref in refs(300)] == [entry.message for entry in ledger.open()]
    time.sleep(0.002)
    ledger.enqueue(refs(2, 300))
    assert ["m300", "m301", "m0"] == [entry.message for entry in ledger.open()][:3]


def test_what_a_run_asks_of_all_mail_is_found_by_an_index(tmp_path: Path) -> None:
    """The rows of a run, the newest mail and what has become old read no other rows, however many there are."""
    db = Database(tmp_path / "mailreeve.db")
    asked = {
        "ledger_run (account=? AND run=?)": "select * from ledger where account = 'a' and run in ('x')"
        " order by received_at + 0 desc, place",
        "COVERING INDEX ledger_received": "select max(received_at) as at from ledger where account = 'a'",
        "ledger_aged (account=? AND updated_at<?)": "update ledger set sender = '' where account = 'a' and"
        " updated_at < 5 and state in ('done') and (sender <> '' or subject <> '' or verdict is not null"
        " or note <> '' or error <> '')",
    }
    for index, sql in asked.items():
        assert any(index in row["detail"] for row in db.rows(f"explain query plan {sql}")), sql
    db.close()
