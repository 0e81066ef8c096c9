"""Which ticket a thread has at a destination."""

from dataclasses import dataclass

from mailreeve.store.db import Database, Row, now_ms


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket outside."""

    destination: str
    thread: str
    ticket: str
    """Its id there."""
    link: str
    """Its page; empty when its system names none."""


class Tickets:
    """The tickets of one account."""

    def __init__(self, db: Database, account: str) -> None:
        self._db = db
        self._account = account

    def put(self, destination: str, thread: str, ticket: str, link: str) -> None:
        """Write down what was found or made; a link that is known stays when none is told."""
        self._db.execute(
            "insert into ticket (account, destination, thread, ticket, link, at) values (?, ?, ?, ?, ?, ?)"
            " on conflict (account, destination, thread) do update set ticket = excluded.ticket,"
            " link = case when excluded.link = '' then ticket.link else excluded.link end",
            (self._account, destination, thread, ticket, link, now_ms()),
        )

    def get(self, destination: str, thread: str) -> Ticket | None:
        """The ticket of a thread, or None."""
        row = self._db.row(
            "select * from ticket where account = ? and destination = ? and thread = ?",
            (self._account, destination, thread),
        )
        return _ticket(row) if row else None

    def since(self, at: int) -> tuple[Ticket, ...]:
        """Tickets that came since a moment (epoch milliseconds), oldest first."""
        rows = self._db.rows(
            "select * from ticket where account = ? and at >= ? order by at, destination, thread",
            (self._account, at),
        )
        return tuple(_ticket(row) for row in rows)


def _ticket(row: Row) -> Ticket:
    return Ticket(row["destination"], row["thread"], row["ticket"], row["link"])
