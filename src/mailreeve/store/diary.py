"""Which events the person's calendar at Google holds, by id and etag alone, and how far that was looked at."""

from collections.abc import Iterable

from mailreeve.models import Event
from mailreeve.store.db import Database


class DiaryItems:
    """The calendar of one account as it was seen last. No title, no guest and no time is kept."""

    def __init__(self, db: Database, account: str) -> None:
        self._db = db
        self._account = account

    def token(self) -> str:
        """Where the next look goes on; empty: from the start."""
        row = self._db.row("select token from diary_cursor where account = ?", (self._account,))
        return str(row["token"]) if row else ""

    def replace(self, events: Iterable[Event], token: str) -> None:
        """All that there is, in one transaction with the token: what is not among them is forgotten."""
        with self._db.transaction():
            self._db.execute("delete from diary_item where account = ?", (self._account,))
            self.apply(events, (), token)

    def apply(self, shown: Iterable[Event], gone: Iterable[Event] = (), token: str = "") -> None:
        """What changed, in one transaction with the token; without a token the next look starts where it did."""
        with self._db.transaction():
            for one in gone:
                self._db.execute(
                    "delete from diary_item where account = ? and (id = ? or series = ?)",
                    (self._account, one.id, one.id),
                )
            for one in shown:
                self._db.execute(
                    "insert into diary_item (account, id, series, etag) values (?, ?, ?, ?)"
                    " on conflict (account, id) do update set series = excluded.series, etag = excluded.etag",
                    (self._account, one.id, one.series, one.etag),
                )
            if token:
                self._db.execute(
                    "insert into diary_cursor (account, token) values (?, ?)"
                    " on conflict (account) do update set token = excluded.token",
                    (self._account, token),
                )

    def etags(self) -> dict[str, tuple[str, ...]]:
        """Every event and series, with its etag and those of the occurrences that differ."""
        rows = self._db.rows(
            "select id, series, etag from diary_item where account = ? order by series, id", (self._account,)
        )
        found: dict[str, list[str]] = {}
        for row in rows:  # an empty series sorts first, so that each series is there before its occurrences
            if not row["series"]:
                found[row["id"]] = [row["etag"]]
            elif row["series"] in found:
                found[row["series"]].append(row["etag"])
        return {id_: tuple(etags) for id_, etags in found.items()}

    def occurrences(self, id_: str) -> tuple[str, ...]:
        """The ids of a series' occurrences that differ."""
        rows = self._db.rows(
            "select id from diary_item where account = ? and series = ? order by id", (self._account, id_)
        )
        return tuple(row["id"] for row in rows)

    def forget_all(self) -> None:
        """As if the calendar had never been looked at."""
        with self._db.transaction():
            for table in ("diary_item", "diary_cursor"):
                self._db.execute(f"delete from {table} where account = ?", (self._account,))
