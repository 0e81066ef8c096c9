"""How the person writes: counts of forms by language, phrases that they chose, and hashes of drafts to compare with."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from mailreeve.store.db import Database, now_ms

_DRAFTED_DAYS = 30
"""So long a draft is compared with what is sent in its thread."""


@dataclass(frozen=True, slots=True)
class Trait:
    """One form that was seen, such as greeting: `Hi {name},`."""

    language: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Drafted:
    """The text of a draft that a reader wrote, as far as it is kept."""

    hash: str
    words: int

    def is_text(self, text: str) -> bool:
        """True when it was sent as it was written; line breaks do not count."""
        return self.hash == _hash(text)


class Styles:
    """The rows of one account."""

    def __init__(self, db: Database, account: str) -> None:
        self._db = db
        self._account = account

    def add(self, counts: Mapping[Trait, int]) -> None:
        """Count forms."""
        self._db.many(
            "insert into style (account, language, kind, value, count) values (?, ?, ?, ?, ?)"
            " on conflict (account, language, kind, value) do update set count = style.count + excluded.count",
            [(self._account, one.language, one.kind, one.value, count) for one, count in counts.items()],
        )

    def counts(self) -> dict[Trait, int]:
        """All forms that were seen, and how often."""
        rows = self._db.rows(
            "select * from style where account = ? order by language, kind, count desc, value",
            (self._account,),
        )
        return {Trait(row["language"], row["kind"], row["value"]): int(row["count"]) for row in rows}

    def forget_counts(self) -> int:
        """Forget what was counted; returns how many forms."""
        return self._db.execute("delete from style where account = ?", (self._account,))

    def keep(self, language: str, words: str) -> None:
        """The person chose a phrase."""
        self._db.execute(
            "insert into style_phrase (account, language, words, at) values (?, ?, ?, ?)"
            " on conflict (account, language, words) do nothing",
            (self._account, language, words, now_ms()),
        )

    def drop(self, words: str) -> int:
        """Forget a phrase, or all of them with an empty one; returns how many."""
        return self._db.execute(
            "delete from style_phrase where account = ? and (words = ? or ? = '')",
            (self._account, words, words),
        )

    def phrases(self) -> tuple[tuple[str, str], ...]:
        """The chosen phrases with their language, the newest first."""
        rows = self._db.rows(
            "select language, words from style_phrase where account = ? order by at desc, words",
            (self._account,),
        )
        return tuple((row["language"], row["words"]) for row in rows)

    def note_draft(self, mark: str, thread: str, text: str) -> None:
        """A reader wrote a draft: its hash and its length, to see later what the person made of it."""
        now = now_ms()
        with self._db.transaction():
            self._db.execute(
                "insert into style_draft (account, mark, thread, hash, words, at) values (?, ?, ?, ?, ?, ?)"
                " on conflict (account, mark) do update set thread = excluded.thread, hash = excluded.hash,"
                " words = excluded.words, at = excluded.at",
                (self._account, mark, thread, _hash(text), len(text.split()), now),
            )
            self._db.execute(
                "delete from style_draft where account = ? and at < ?",
                (self._account, now - _DRAFTED_DAYS * 86_400_000),
            )

    def drafted(self, mark: str, thread: str) -> Drafted | None:
        """What a reader wrote for a sent mail: by its mark, else the newest of its thread."""
        row = self._db.row(
            "select hash, words from style_draft where account = ? and (mark = ? or (? = '' and thread = ?))"
            " order by at desc limit 1",
            (self._account, mark, mark, thread),
        )
        return Drafted(row["hash"], int(row["words"])) if row else None


def _hash(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()
