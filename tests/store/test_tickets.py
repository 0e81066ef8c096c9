"""Which ticket a thread has."""

from mailreeve.store.db import Database
from mailreeve.store.tickets import Ticket, Tickets


def test_a_thread_has_one_ticket_at_a_destination(db: Database) -> None:
    """A later word takes the place of the earlier one; a link that is known stays; accounts do not mix."""
    tickets = Tickets(db, "ada@example.com")
    tickets.put("desk", "t1", "7", "https://desk.example/7")
    tickets.put("desk", "t1", "7", "")
    tickets.put("other", "t1", "9", "")
    assert Ticket("desk", "t1", "7", "https://desk.example/7") == tickets.get("desk", "t1")
    assert None is tickets.get("desk", "t2")
    assert None is Tickets(db, "bob@example.com").get("desk", "t1")
    assert (2, 0) == (len(tickets.since(0)), len(tickets.since(2**60)))
