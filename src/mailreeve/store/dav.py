"""Which contact lies under which name on a server, and how both were when they were last the same."""

from dataclasses import dataclass

from mailreeve.store.db import Database


@dataclass(frozen=True, slots=True)
class Link:
    """One contact on both sides."""

    local: str
    local_etag: str
    href: str
    etag: str


class Links:
    """The links of one account with one server."""

    def __init__(self, db: Database, account: str, destination: str) -> None:
        self._db = db
        self._key = (account, destination)

    def all(self) -> tuple[Link, ...]:
        """Every link."""
        rows = self._db.rows(
            "select * from dav_item where account = ? and destination = ? order by local", self._key
        )
        return tuple(Link(row["local"], row["local_etag"], row["href"], row["etag"]) for row in rows)

    def put(self, link: Link) -> None:
        """Keep a link; it takes the place of an older one."""
        with self._db.transaction():
            self.drop(link.local)
            self._db.execute(
                "insert into dav_item (account, destination, local, local_etag, href, etag)"
                " values (?, ?, ?, ?, ?, ?)",
                (*self._key, link.local, link.local_etag, link.href, link.etag),
            )

    def drop(self, local: str) -> None:
        """Forget a link."""
        self._db.execute(
            "delete from dav_item where account = ? and destination = ? and local = ?", (*self._key, local)
        )
