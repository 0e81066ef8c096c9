"""The queue to destinations, in the database alone."""

import threading

import pytest

from mailreeve.store.consents import Consents
from mailreeve.store.db import Database
from mailreeve.store.outbox import LEASE_MS, Outbox, RowState

ME = "ada@example.com"


@pytest.fixture
def outbox(db: Database) -> Outbox:
    return Outbox(db, ME)


def fill(outbox: Outbox, *events: str, destination: str = "d") -> None:
    for event in events:
        assert outbox.add(destination, event, "k", "t", event.encode(), 1)


def test_an_event_is_queued_once_for_a_destination(outbox: Outbox) -> None:
    """Whatever became of it; another destination gets its own."""
    fill(outbox, "a")
    assert not outbox.add("d", "a", "k", "t", b"x", 2)
    row = outbox.take(["d"], 5)
    assert row
    assert outbox.delivered(row, 5)
    assert not outbox.add("d", "a", "k", "t", b"x", 6)
    assert outbox.add("e", "a", "k", "t", b"x", 6)


def test_rows_of_a_destination_go_one_after_the_other(outbox: Outbox) -> None:
    """While the first is on its way or waits, the second stays; another destination is not held up."""
    fill(outbox, "a", "b")
    first = outbox.take(["d"], 5)
    assert first
    assert first.event == "a"
    assert outbox.take(["d"], 5) is None
    fill(outbox, "c", destination="e")
    other = outbox.take(["d", "e"], 5)
    assert other
    assert other.event == "c"
    assert outbox.again(first, 100, "busy")
    assert outbox.take(["d"], 99) is None
    again = outbox.take(["d"], 100)
    assert again
    assert ("a", 2, 5, "busy") == (again.event, again.attempts, again.first_at, again.error)


def test_a_row_whose_holder_died_is_taken_over(outbox: Outbox) -> None:
    """When its lease is over; the first holder then has no say in it."""
    fill(outbox, "a")
    first = outbox.take(["d"], 5)
    assert outbox.take(["d"], 4 + LEASE_MS) is None
    second = outbox.take(["d"], 5 + LEASE_MS)
    assert first
    assert second
    assert first.lease != second.lease
    assert [False, False, False] == [
        outbox.delivered(first, 9),
        outbox.again(first, 9, ""),
        outbox.give_up(first, "", 9),
    ]
    assert outbox.delivered(second, 9)
    assert not outbox.delivered(second, 9)


def test_two_threads_never_take_the_same_row(outbox: Outbox) -> None:
    """Sixty rows of sixty destinations, four takers: each row goes to one of them."""
    names = [f"d{number}" for number in range(60)]
    for name in names:
        fill(outbox, "a", destination=name)
    taken: list[int] = []

    def work() -> None:
        misses = 0
        while misses < 20:
            row = outbox.take(names, 5)
            if row is None:
                misses += 1
            else:
                taken.append(row.seq)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted({*taken})
    assert 60 == len(taken)


def test_what_was_given_up_is_tried_again_while_its_bytes_are_kept(outbox: Outbox) -> None:
    """It does not hold up the next; its bytes go with time, its place in the list stays."""
    fill(outbox, "a", "b")
    row = outbox.take(["d"], 5)
    assert row
    assert outbox.give_up(row, "no", 6)
    following = outbox.take(["d"], 7)
    assert following
    assert following.event == "b"
    assert outbox.retry(row.seq, 8)
    assert not outbox.retry(row.seq, 8)
    again = outbox.take(["d"], 9)
    assert again
    assert ("a", 1, 9, b"a") == (again.event, again.attempts, again.first_at, again.payload)
    assert outbox.give_up(again, "no", 10)
    assert [0, 1, 0] == [outbox.forget(10), outbox.forget(11), outbox.forget(11)]
    assert not outbox.retry(row.seq, 12)
    assert [b""] == [one.payload for one in outbox.listed(RowState.DEAD)]


def test_what_was_delivered_leaves_no_bytes(outbox: Outbox) -> None:
    """Mail does not lie about longer than it has to."""
    fill(outbox, "a")
    row = outbox.take(["d"], 5)
    assert row
    assert outbox.delivered(row, 6)
    assert [("a", b"")] == [(one.event, one.payload) for one in outbox.listed(RowState.DELIVERED)]


def test_another_account_sees_nothing_of_it(db: Database, outbox: Outbox) -> None:
    """Rows and consents belong to one account."""
    fill(outbox, "a")
    assert Outbox(db, "other@example.com").take(["d"], 5) is None
    Consents(db, ME).give("d", "t", "ada", "terminal")
    assert not Consents(db, "other@example.com").stands("d", "t")


def test_what_was_placed_earlier_goes_first(outbox: Outbox) -> None:
    """Mails of a thread are decided in any order, and told in the order in which they came."""
    for event, placed in (("second", 20), ("first", 10)):
        assert outbox.add("d", event, "k", "t", b"x", 30, placed=placed)
    row = outbox.take(["d"], 30)
    assert row
    assert "first" == row.event


def test_what_a_rule_wants_waits_until_its_terms_are_agreed_to(outbox: Outbox) -> None:
    """Nothing of it leaves before, and while it is on its way it is neither made anew nor put aside."""
    assert outbox.add("d", "a", "k", "t", b"x", 1, rule="r@1")
    assert [None, None] == [outbox.take(["d"], 5, agreed) for agreed in ((), ("other",))]
    row = outbox.take(["d"], 5, ("t",))
    assert row
    assert [False, False] == [outbox.renew(row, "u", b"y"), outbox.drop(row, "gone", 6)]


def test_a_consent_of_one_account_is_not_anothers(db: Database) -> None:
    """Neither given nor taken back by it."""
    mine, theirs = Consents(db, ME), Consents(db, "bob@example.com")
    mine.give("d", "t", "ada", "terminal")
    assert [False, False] == [theirs.stands("d", "t"), theirs.revoke("d")]
    assert mine.stands("d", "t")


def test_a_consent_stands_for_its_terms_only(db: Database) -> None:
    """Other terms are not agreed to; a new consent takes the place of the old; taken back is gone."""
    consents = Consents(db, ME)
    assert not consents.stands("d", "t")
    consents.give("d", "t", "ada", "terminal")
    assert [True, False, False] == [consents.stands(*one) for one in (("d", "t"), ("d", "u"), ("e", "t"))]
    consents.give("d", "u", "bob", "terminal")
    found = consents.get("d")
    assert found
    assert ("u", "bob", "terminal") == (found.terms, found.by, found.how)
    assert [True, False] == [consents.revoke("d"), consents.revoke("d")]
    assert not consents.stands("d", "u")
