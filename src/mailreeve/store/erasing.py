"""What is kept of an account: erased when it is old, erased altogether, or told row by row.

Nothing here touches the audit, which store/audit.py erases by itself. SQLite overwrites what is deleted
(`secure_delete`); `Database.compact` then empties the log beside the file and writes the file anew.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from mailreeve.models import Json
from mailreeve.store.db import Database

TABLES = {
    "account": "address",
    **dict.fromkeys(
        (
            *("run", "ledger", "cursor", "tombstone", "change", "audit", "quota", "proposal", "drafted_text"),
            *(
                "kept",
                "correspondent",
                "correspondents_seen",
                "consent",
                "outbox",
                "ticket",
                "observation",
                "wish",
                "contact",
                "contact_cursor",
                "dav_item",
                "diary_item",
                "diary_cursor",
                "system",
                "asked",
                "owed",
                "owed_look",
                "digest_mail",
                "style",
                "style_phrase",
                "style_draft",
                "watch",
                "mark",
                "story",
            ),
        ),
        "account",
    ),
}
"""Every table that names an account, and its column for that."""
_CLOSED = "state in ('done', 'failed', 'rejected', 'expired', 'cancelled')"
_OVER = "state in ('done', 'needs_human', 'gone', 'outside', 'undone')"
_AGED = (
    ("run", "finished_at < ? and state <> 'running'"),
    ("proposal", f"finished_at > 0 and finished_at < ? and {_CLOSED}"),
    ("drafted_text", "at < ?"),
    ("story", "at < ?"),
)


@dataclass(frozen=True, slots=True)
class Ages:
    """Moments (epoch milliseconds) before which things are erased."""

    decisions: int
    drafts: int


class Erasing:
    """The rows of one account."""

    def __init__(self, db: Database, account: str) -> None:
        self._db = db
        self._account = account.lower()

    def aged(self, before: Ages) -> dict[str, int]:
        """Erase what is older; returns how many rows by table.

        Of a decided message its id and state stay, so that it is not taken up anew; sender, subject, verdict and notes go.
        What is not finished is never touched: an open message, a change or a send whose end is not known.
        """
        with self._db.transaction():
            found = {"ledger": self._emptied(before.decisions), "change": self._changes(before.decisions)}
            for table, where in _AGED:
                found[table] = self._db.execute(
                    f"delete from {table} where account = ? and {where}", (self._account, before.decisions)
                )
            found["kept"] = self._db.execute(
                "delete from kept where account = ? and at < ?", (self._account, before.drafts)
            )
        return {table: count for table, count in found.items() if count}

    def everything(self) -> dict[str, int]:
        """Erase all rows of the account but those of the audit; returns how many by table."""
        with self._db.transaction():
            found = {"change": self._changes(None)}
            for table, column in TABLES.items():
                if table not in {"audit", "change"}:
                    found[table] = self._db.execute(
                        f"delete from {table} where {column} = ?", (self._account,)
                    )
        return {table: count for table, count in found.items() if count}

    def leaving(self) -> int:
        """How many messages are approved, planned or on their way, or may have left without an answer."""
        row = self._db.row(
            "select count(*) from proposal where account = ?"
            " and state in ('approved', 'scheduled', 'executing', 'unknown')",
            (self._account,),
        )
        return int(row[0]) if row else 0

    def rows(self) -> Iterator[Json]:
        """Every row that is kept about the account, as it lies there; bytes as base64."""
        for table, column in TABLES.items():
            for row in self._db.rows(f"select * from {table} where {column} = ?", (self._account,)):
                yield {"table": table, **{name: _plain(row[name]) for name in row.keys()}}  # noqa: SIM118 -- a Row iterates over values

    def _emptied(self, before: int) -> int:
        return self._db.execute(
            "update ledger set sender = '', subject = '', verdict = null, labels = '[]', history_id = '', note = '',"
            f" error = '' where account = ? and updated_at < ? and {_OVER}"
            " and (sender <> '' or subject <> '' or verdict is not null or note <> '' or error <> '')",
            (self._account, before),
        )

    def _changes(self, before: int | None) -> int:
        """Delete changes, settled ones of a certain age or all; the newest one is emptied, so that no number is used again."""
        mine, values = "account = ?", [self._account]
        if before is not None:
            mine += f" and at < {int(before)} and state not in ('intended', 'unknown')"
        emptied = self._db.execute(
            f"""update change set run = '', account = '', kind = '', target = '', "do" = '{{}}', inverse = '{{}}',
                note = '' where {mine} and seq = (select max(seq) from change)""",
            values,
        )
        return emptied + self._db.execute(f"delete from change where {mine}", values)


def accounts(db: Database) -> tuple[str, ...]:
    """Every account of which something is kept, logged in or not."""
    found = db.rows(
        "select address as name from account union select account from ledger union select account from run"
        " union select account from change union select account from proposal union select account from audit"
    )
    return tuple(sorted({row["name"] for row in found if row["name"]}))


def _plain(value: object) -> object:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
