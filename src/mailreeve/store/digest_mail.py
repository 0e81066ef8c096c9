"""The digests that were mailed, each written down before its draft: after any crash none is mailed twice."""

from dataclasses import dataclass
from enum import StrEnum

from mailreeve.store.db import Database, Row


class Stage(StrEnum):
    """How far a digest got."""

    BEGUN = "begun"
    """It has a mark; perhaps a draft in Gmail bears it already."""
    DRAFTED = "drafted"
    """Its draft is known; only now can it be sent."""
    ASKED = "asked"
    """It waits for a person like any other mail."""
    SENT = "sent"
    DROPPED = "dropped"
    """It will not be mailed any more; the note says why."""


OVER = frozenset({Stage.SENT, Stage.DROPPED})


@dataclass(frozen=True, slots=True)
class DigestMail:
    """One digest on its way."""

    span: str
    """day or week."""
    day: str
    """The last day that it tells of, ISO 8601: one mail for each."""
    mark: str
    """By which its draft is known in Gmail."""
    draft: str
    stage: Stage
    note: str
    """What held it up last."""


class DigestMails:
    """Those of one account."""

    def __init__(self, db: Database, account: str) -> None:
        self._db = db
        self._account = account

    def begin(self, span: str, day: str, mark: str, now: int) -> DigestMail:
        """The row of this digest: a new one under `mark`, or the one that is there."""
        self._db.execute(
            "insert into digest_mail (account, span, day, mark, at) values (?, ?, ?, ?, ?)"
            " on conflict (account, span, day) do nothing",
            (self._account, span, day, mark, now),
        )
        row = self._db.row(
            "select * from digest_mail where account = ? and span = ? and day = ?", (self._account, span, day)
        )
        assert row is not None  # noqa: S101 -- it was just written, or was there
        return _mail(row)

    def unfinished(self) -> tuple[DigestMail, ...]:
        """Those that are neither sent nor dropped, the oldest first."""
        rows = self._db.rows(
            "select * from digest_mail where account = ? and state in ('begun', 'drafted', 'asked') order by at",
            (self._account,),
        )
        return tuple(map(_mail, rows))

    def latest(self, span: str) -> DigestMail | None:
        """The newest one of a kind."""
        row = self._db.row(
            "select * from digest_mail where account = ? and span = ? order by day desc limit 1",
            (self._account, span),
        )
        return _mail(row) if row else None

    def told_until(self, span: str, before: str) -> int:
        """When the newest one before this day was begun (epoch milliseconds): it told of the runs until then."""
        row = self._db.row(
            "select at from digest_mail where account = ? and span = ? and day < ? order by day desc limit 1",
            (self._account, span, before),
        )
        return int(row["at"]) if row else 0

    def move(self, one: DigestMail, stage: Stage, *, draft: str = "", note: str = "") -> None:
        """How far it is now; one that is over stays as it is."""
        self._db.execute(
            "update digest_mail set state = ?, note = ?, draft = case when ? = '' then draft else ? end"
            " where account = ? and span = ? and day = ? and state not in ('sent', 'dropped')",
            (stage.value, note, draft, draft, self._account, one.span, one.day),
        )


def _mail(row: Row) -> DigestMail:
    return DigestMail(row["span"], row["day"], row["mark"], row["draft"], Stage(row["state"]), row["note"])
