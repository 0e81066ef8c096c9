"""The threads with each person."""

import mailbox
from pathlib import Path

from mailreeve.models import Address, Contact, Labelled, Sighting
from mailreeve.people import records

ME, ANA, BO = Address("", "me@example.org"), Address("Ana", "ana@corp.example"), Address("Bo", "bo@gmail.com")


def mail(date: int, author: Address, *to: Address, thread: str = "t") -> Sighting:
    return Sighting(f"m{date}", thread, date, author, to, f"Subject {thread}", "", sent=author == ME)


def test_a_thread_is_a_record_for_each_person_in_it() -> None:
    """Counts, who waits for whom, and the company: of the book, else the domain, none of a public one."""
    book = [Contact(name="Ana Lima", emails=(Labelled("ANA@corp.example"),), organization="Corp Ltd")]
    seen = [mail(1, ANA, ME), mail(2, ME, ANA, BO), mail(3, BO, ME, thread="u")]
    found = records.records(seen, {"me@example.org"}, book)
    told = [(r.name, r.company, r.thread, r.received, r.written, r.waits_for, r.ids) for r in found]
    assert [
        ("Bo", "", "u", 1, 0, "you", ["m3"]),
        ("Ana Lima", "Corp Ltd", "t", 1, 1, "them", ["m1", "m2"]),
        ("Bo", "", "t", 0, 1, "them", ["m2"]),
    ] == told
    assert ["u"] == [r.thread for r in records.records(seen, {"me@example.org"}, (), since=3)]
    assert [True, False, False] == [records.about(r, ["CORP", "ana"]) for r in (found[1], found[0], found[2])]


def test_an_mbox_is_read_back(tmp_path: Path) -> None:
    """A line that begins with From does not begin another message."""
    raw = b"Subject: a\r\n\r\nFrom here\r\n>From there\r\n"
    file = tmp_path / "all.mbox"
    file.write_bytes(records.mbox(raw, "Tue Nov 24 05:00:00 2026") * 2)
    read = mailbox.mbox(file)
    assert ["a", "a"] == [one["subject"] for one in read]
    assert b">From here\n>>From there" in read.get_bytes(read.keys()[0])
    read.close()
