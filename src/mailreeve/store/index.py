"""The local index of one account: a file of its own beside the main database, safe to delete at any time."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mailreeve.models import HistoryPage, Label, Message, Relabel
from mailreeve.store.db import Database, now_ms
from mailreeve.store.index_query import dashed
from mailreeve.store.index_schema import BINS, COLUMNS, STEPS, files

SNIPPET = 120
"""Characters of new text that are kept to be shown with a hit."""
_CHUNK = 500
_CODES = re.compile(r"https?://\S+|\w*\d\w*")
_FIELDS = ("from", "to", "cc", "bcc", "delivered-to", "x-original-to", "list-id")
_INSERT_WORDS = f"insert into words (rowid, {', '.join(COLUMNS)}) values (?{', ?' * len(COLUMNS)})"


@dataclass(frozen=True, slots=True)
class Progressed:
    """How far the index is. Times are epoch milliseconds."""

    history_id: str = ""
    """Everything up to this change of the mailbox is in the index or in `waiting`; empty before the first sync."""
    synced_at: int = 0
    """When the index last had everything; 0 is never."""
    since: int = 0
    """Mail from this moment on is covered; 0 is all mail."""
    start: str = ""
    """The history id that was taken before a listing that is under way; empty when none is."""
    listing: int = 0
    """The listing under way goes back to this moment."""
    page: str = ""
    """Where that listing goes on."""


class Index:
    """What is written to the file; store/index_search.py reads it."""

    def __init__(self, file: Path, account: str, secret: Callable[[Message], object] = lambda _: "") -> None:
        """`secret` tells mails whose codes and links are not written down."""
        self.db = Database(file, STEPS)
        self.account = account
        self._secret = secret

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    def forget(self) -> None:
        """Delete the file with everything in it."""
        self.db.close()
        for file in files(self.db.file):
            file.unlink(missing_ok=True)

    # --- how far it is ------------------------------------------------------------------------------

    def progressed(self) -> Progressed:
        """How far the index is."""
        kept = {row["key"]: row["value"] for row in self.db.rows("select key, value from meta")}
        return Progressed(
            history_id=kept.get("history_id", ""),
            synced_at=int(kept.get("synced_at", 0)),
            since=int(kept.get("since", 0)),
            start=kept.get("start", ""),
            listing=int(kept.get("listing", 0)),
            page=kept.get("page", ""),
        )

    def note(self, **values: str | int) -> None:
        """Write down how far the index is; the keys are those of Progressed."""
        self.db.many(
            "insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value",
            [(key, str(value)) for key, value in values.items()],
        )

    def count(self) -> int:
        """How many messages the index holds."""
        return self.number("select count(*) from message")

    def waiting(self, limit: int, below: str = "") -> tuple[str, ...]:
        """Ids of messages that are still to be fetched, the newest first, from behind the id `below`."""
        rows = self.db.rows(
            "select id from todo where ? = '' or id < ? order by id desc limit ?", (below, below, limit)
        )
        return tuple(row["id"] for row in rows)

    def waiting_count(self) -> int:
        """How many messages are still to be fetched."""
        return self.number("select count(*) from todo")

    def number(self, sql: str, values: Sequence[object] = ()) -> int:
        """The one number that a query gives; 0 for none."""
        row = self.db.row(sql, values)
        return int(row[0] or 0) if row else 0

    # --- messages -----------------------------------------------------------------------------------

    def add(self, messages: Iterable[Message]) -> int:
        """Take up messages that are not known yet, in one transaction; returns how many.

        A known message gets the labels that it has now: nothing else of a message ever changes.
        """
        by_id = {message.id: message for message in messages if message.id}
        with self.db.transaction():
            known = self.rows_of(by_id)
            for id_, n in known.items():
                self._set_labels(n, by_id[id_].labels)
            fresh = [message for id_, message in by_id.items() if id_ not in known]
            # Full-text rows must come in ascending order, else each is written by itself.
            self._insert(sorted(self._numbered(fresh), key=lambda pair: pair[0]))
            self.db.many("delete from todo where id = ?", [(id_,) for id_ in by_id])
        return len(fresh)

    def rows_of(self, ids: Iterable[str]) -> dict[str, int]:
        """The row numbers of those that are known."""
        found: dict[str, int] = {}
        wanted = list(ids)
        for start in range(0, len(wanted), _CHUNK):
            part = wanted[start : start + _CHUNK]
            marks = ", ".join("?" * len(part))
            rows = self.db.rows(f"select id, n from message where id in ({marks})", part)
            found.update((row["id"], row["n"]) for row in rows)
        return found

    def _numbered(self, messages: Sequence[Message]) -> list[tuple[int, Message]]:
        """Each message with the first free row number at or after its moment."""
        taken: set[int] = set()
        numbered: list[tuple[int, Message]] = []
        used = self._used(max(1, message.internal_date) for message in messages)
        furthest = shift = self.number("select value from meta where key = 'shift'")
        for message in messages:
            n = max(1, message.internal_date)
            while n in taken or n in used or (n > max(1, message.internal_date) and self._used([n])):
                n += 1
            taken.add(n)
            furthest = max(furthest, n - message.internal_date)
            numbered.append((n, message))
        if furthest > shift:
            self.note(shift=furthest)
        return numbered

    def _used(self, numbers: Iterable[int]) -> set[int]:
        """Which row numbers have words already, also of removed messages."""
        found: set[int] = set()
        wanted = list(numbers)
        for start in range(0, len(wanted), _CHUNK):
            part = wanted[start : start + _CHUNK]
            marks = ", ".join("?" * len(part))
            for table in ("message", "gone"):
                rows = self.db.rows(f"select n from {table} where n in ({marks})", part)
                found.update(row["n"] for row in rows)
        return found

    def _insert(self, mails: Sequence[tuple[int, Message]]) -> None:
        numbered = [(n, _without_codes(m) if self._secret(m) else m) for n, m in mails]
        self.db.many("insert into message values (?, ?, ?, ?, ?, ?, ?)", [_facts(n, m) for n, m in numbered])
        self.db.many("insert into head values (?, ?, ?, ?, ?, ?, ?)", [_head(n, m) for n, m in numbered])
        self.db.many(
            "insert into tag values (?, ?)", [(tag, n) for n, m in numbered for tag in set(m.labels)]
        )
        self.db.many(_INSERT_WORDS, [(n, *_words(m)) for n, m in numbered])

    def drop(self, ids: Iterable[str]) -> int:
        """Take messages out of every search at once; their words are swept out later. Returns how many."""
        with self.db.transaction():
            rows = [(n,) for n in self.rows_of(ids).values()]
            self.db.many("insert into gone (n, at) values (?, ?)", [(n, now_ms()) for (n,) in rows])
            for table in ("message", "head", "tag", "vector", "sign"):
                self.db.many(f"delete from {table} where n = ?", rows)
        return len(rows)

    def expire(self, oldest: int) -> int:
        """Drop what came before a moment, and say that the index reaches back to it. Returns how many messages."""
        with self.db.transaction():
            old = self.db.rows("select id from message where date < ?", (oldest,))
            if self.progressed().since < oldest:
                self.note(since=oldest)
            return self.drop(row["id"] for row in old)

    def change(self, page: HistoryPage) -> None:
        """What a page of the history says, in one transaction; added messages wait to be fetched."""
        with self.db.transaction():
            self.wait_for(ref.id for ref in page.added)
            self.drop(page.deleted)
            self.db.many("delete from todo where id = ?", [(id_,) for id_ in page.deleted])
            rows = self.rows_of(change.id for change in page.changes)
            for change in page.changes:
                if change.id in rows:
                    self._relabel(rows[change.id], change)

    def wait_for(self, ids: Iterable[str]) -> None:
        """Note messages to be fetched, except those that are known."""
        wanted = list(dict.fromkeys(ids))
        with self.db.transaction():
            known = self.rows_of(wanted)
            fresh = [(id_,) for id_ in wanted if id_ not in known]
            self.db.many("insert or ignore into todo (id) values (?)", fresh)

    def give_up(self, ids: Iterable[str]) -> None:
        """Messages that are gone from Gmail before they were fetched."""
        self.db.many("delete from todo where id = ?", [(id_,) for id_ in ids])

    # --- labels -------------------------------------------------------------------------------------

    def _relabel(self, n: int, change: Relabel) -> None:
        self.db.many("insert or ignore into tag values (?, ?)", [(label, n) for label in change.added])
        self.db.many("delete from tag where label = ? and n = ?", [(label, n) for label in change.removed])
        self._mark_bin(n)

    def _set_labels(self, n: int, labels: Iterable[str]) -> None:
        self.db.execute("delete from tag where n = ?", (n,))
        self.db.many("insert into tag values (?, ?)", [(label, n) for label in set(labels)])
        self._mark_bin(n)

    def _mark_bin(self, n: int) -> None:
        self.db.execute(
            "update message set bin = exists (select 1 from tag where tag.n = message.n"
            " and label in ('SPAM', 'TRASH')) where n = ?",
            (n,),
        )

    def name_labels(self, labels: Sequence[Label]) -> None:
        """The labels of the mailbox as they are called now."""
        with self.db.transaction():
            self.db.execute("delete from label")
            self.db.many(
                "insert into label values (?, ?, ?)", [(one.id, one.name, not one.system) for one in labels]
            )

    def label_names(self) -> Mapping[str, str]:
        """Label ids and the names that a person sees."""
        return {row["id"]: row["name"] for row in self.db.rows("select id, name from label")}

    def label_ids(self) -> Mapping[str, str]:
        """Names as searches write them, and ids in lower case, with the label's id."""
        names = self.label_names()
        return {id_.lower(): id_ for id_ in names} | {dashed(name): id_ for id_, name in names.items()}

    # --- comparing with a list of the mailbox ----------------------------------------------------------

    def see_anew(self) -> None:
        """Begin a comparison."""
        self.db.execute("delete from seen")

    def see(self, ids: Iterable[str]) -> None:
        """These ids are in the list."""
        with self.db.transaction():
            self.db.many("insert or ignore into seen values (?)", [(id_,) for id_ in ids])

    def keep_seen(self, since: int) -> int:
        """End a comparison of the mail since a moment: drop what is not there any more, wait for what is new.

        Returns how many messages were dropped.
        """
        with self.db.transaction():
            lost = self.db.rows(
                "select id from message where date >= ? and id not in (select id from seen)", (since,)
            )
            self.drop(row["id"] for row in lost)
            self.db.execute(
                "insert or ignore into todo select id from seen where id not in (select id from message)"
            )
            self.db.execute("delete from seen")
        return len(lost)

    def set_members(self, label: str, since: int) -> None:
        """Make the label stand on exactly the messages since a moment that were seen."""
        with self.db.transaction():
            self.db.execute(
                "delete from tag where label = ? and n in (select n from message where date >= ?"
                " and id not in (select id from seen))",
                (label, since),
            )
            self.db.execute(
                "insert or ignore into tag select ?, n from message where id in (select id from seen)",
                (label,),
            )
            if label in BINS:
                self.db.execute(
                    "update message set bin = exists (select 1 from tag where tag.n = message.n"
                    " and label in ('SPAM', 'TRASH'))"
                )
            self.db.execute("delete from seen")


def _without_codes(message: Message) -> Message:
    """Its words but no digits and no addresses of pages: a one-time code or link is not kept."""
    subject, text, quoted = (_CODES.sub("•", one) for one in (message.subject, message.text, message.quoted))
    return replace(message, subject=subject, text=text, quoted=quoted, links=())


def _facts(n: int, message: Message) -> tuple[int | str, ...]:
    named = sum(1 for one in message.attachments if one.name)
    binned = int(bool(BINS & set(message.labels)))
    own_id = message.message_id.strip("<>")
    return n, message.id, message.internal_date, message.size, named, binned, own_id


def _head(n: int, message: Message) -> tuple[int | str, ...]:
    to = ", ".join(str(one) for one in message.to)[:300]
    line = " ".join(message.text[: 8 * SNIPPET].split())
    snippet = line if len(line) <= SNIPPET else line[: SNIPPET - 1].rsplit(" ", 1)[0] + "…"
    return (
        n,
        message.thread_id,
        str(message.author)[:300],
        to,
        message.subject[:1000],
        snippet,
        message.list_id[:300],
    )


def _words(message: Message) -> tuple[str, ...]:
    """What each column is searched by, in the order of COLUMNS: headers as written, all text that is seen."""
    fields = dict.fromkeys(_FIELDS, "")
    for name, value in message.headers:
        low = name.lower()
        if low in fields:
            fields[low] += f"{value}\n"
    texts = (
        fields["from"],
        fields["to"],
        fields["cc"],
        fields["bcc"],
        message.subject,
        f"{message.text}\n{message.quoted}\n{message.signature}",
        fields["delivered-to"] + fields["x-original-to"],
        fields["list-id"],
        "\n".join([one.name for one in message.attachments]),
    )
    return tuple([text if text.isascii() else _storable(text) for text in texts])


def _storable(text: str) -> str:
    """One form of each letter (NFC), and no lone surrogates."""
    return unicodedata.normalize("NFC", text).encode("utf-8", "replace").decode()
