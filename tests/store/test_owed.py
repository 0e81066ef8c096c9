"""The kept list of follow-ups: numbers that stay, and a failed look that takes nothing away."""

from tests.store.conftest import ACCOUNT

from mailreeve.store.db import Database
from mailreeve.store.owed import Owed, OwedList


def owed(thread: str, sent: int) -> Owed:
    return Owed(
        thread, f"m-{thread}", ("bo@firm.example",), "Plan", sent, ("When?",), (("Send it", "2026-11-25"),)
    )


def test_a_thread_keeps_its_number_while_it_is_listed(db: Database) -> None:
    """What a person read as number 2 is number 2 after the next look, and a new thread gets a new one."""
    store = OwedList(db, ACCOUNT)
    assert None is store.looked()
    store.renew([owed("a", 1), owed("b", 2)], 10)
    store.renew([owed("c", 3), owed("b", 2)], 20)
    looked = store.looked()
    assert looked
    assert [("c", 3), ("b", 2)] == [(one.thread, one.number) for one in looked.items]
    assert (20, "") == (looked.at, looked.error)
    assert None is store.get(1)


def test_a_look_that_failed_keeps_what_was_found_and_says_so(db: Database) -> None:
    """The reason stands until a look comes through."""
    store = OwedList(db, ACCOUNT)
    store.renew([owed("a", 1)], 10)
    store.failed(20, "no connection")
    looked = store.looked()
    assert looked
    assert (20, "no connection", 1) == (looked.at, looked.error, len(looked.items))
    store.renew([], 30)
    assert "" == (store.looked() or looked).error
