"""Communication records: what was written with whom, to be kept elsewhere."""

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from typing_extensions import TypedDict

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError, MailreeveError
from mailreeve.mail import tables
from mailreeve.outbound.event import Event, Kind
from mailreeve.people import records as people
from mailreeve.service.answers import Failed
from mailreeve.store.db import now_ms

HEAD = (
    "name", "address", "company", "subject", "first", "last", "received", "written", "waits for", "thread", "url",
)  # fmt: skip
DAY_MS = 86_400_000
WEEK = 7
"""Days: what changed longer ago is told by `mailreeve records feed --days` alone."""


class RecordJson(TypedDict):
    """One thread with one person; times are ISO 8601. `waits_for` is you or them: who did not write last."""

    name: str
    address: str
    company: str
    thread_id: str
    subject: str
    first: str
    last: str
    received: int
    written: int
    waits_for: str
    message_ids: list[str]
    url: str


class RecordsAnswer(TypedDict):
    """The thread with the newest message first; `since` and `synced` say what the index covers."""

    records: list[RecordJson]
    total: int
    synced: str


def records(box: Mailbox, words: Sequence[str] = (), *, days: int = 0, limit: int = 0) -> RecordsAnswer:
    """The threads with everybody whose name, address or company have these words; 0 is all.

    Raises InputError without a local index.
    """
    found = _found(box, words, days)
    shown = found[:limit] if limit else found
    index = box.index
    at = index.progressed().synced_at if index else 0
    return RecordsAnswer(
        records=[_json(box, one) for one in shown],
        total=len(found),
        synced=box.local_time(at).isoformat(timespec="seconds") if at else "",
    )


def _found(box: Mailbox, words: Sequence[str], days: int) -> tuple[people.Record, ...]:
    from mailreeve.store.index_people import sightings

    index = box.index
    if index is None:
        raise InputError(
            "Records are made from the local index, and there is none.", "Run `mailreeve sync` first."
        )
    since = now_ms() - days * DAY_MS if days else 0
    every = people.records(sightings(index), box.own, box.contacts.all(), since)
    return tuple(one for one in every if people.about(one, words))


def _json(box: Mailbox, one: people.Record) -> RecordJson:
    return RecordJson(
        name=one.name,
        address=one.address,
        company=one.company,
        thread_id=one.thread,
        subject=one.subject,
        first=box.local_time(one.first).isoformat(timespec="seconds"),
        last=box.local_time(one.last).isoformat(timespec="seconds"),
        received=one.received,
        written=one.written,
        waits_for=one.waits_for,
        message_ids=one.ids,
        url=box.url(one.thread),
    )


def feed(box: Mailbox, *, days: int = 0) -> int:
    """Queue every changed record for the destinations that want records; returns how many were queued.

    `days` tells those of so long a time, else what changed within a week and since the consent. The same state of a
    record is told once. Only threads with people whom the person has written to or keeps as contacts: newsletters
    and notices are no communication. Without a local index there are no records, and nothing is queued.
    """
    wanted = [one for one in box.outlet.standing if Kind.RECORD in one.kinds]
    if not wanted or box.index is None:
        return 0
    recent = now_ms() - (days or WEEK) * DAY_MS
    since = {one.id: recent if days else max(recent, box.outlet.agreed_at(one)) for one in wanted}
    known = {key for one in box.contacts.all(own=True) for key in one.keys} | box.correspondents.known()
    found = [one for one in _found(box, (), 0) if one.last >= min(since.values())]
    return sum(
        box.outlet.queue(destination, _event(box, record))
        for record in found
        for destination in wanted
        if record.last >= since[destination.id] and (record.written or record.address in known)
    )


def _event(box: Mailbox, one: people.Record) -> Event:
    told, name = _json(box, one), one.name.replace("<", "").replace(">", "").strip()
    mark = hashlib.sha256(f"{one.address}\n{one.thread}".encode()).hexdigest()[:24]
    return Event(
        f"rec_{mark}_{one.last}",
        Kind.RECORD,
        datetime.fromtimestamp(one.last / 1000, UTC),
        account=box.address,
        message_id=one.ids[-1],
        thread_id=one.thread,
        subject=one.subject,
        url=told["url"],
        contact=f"{name} <{one.address}>" if name else one.address,
        company=one.company,
        first=told["first"],
        last=told["last"],
        messages_from=one.received,
        messages_to=one.written,
        waits_for=one.waits_for,
    )


def lines(box: Mailbox, words: Sequence[str], *, days: int) -> str:
    """The records as JSON Lines."""
    return "".join(
        f"{json.dumps(one, ensure_ascii=False)}\n" for one in records(box, words, days=days)["records"]
    )


def table(box: Mailbox, words: Sequence[str], *, days: int) -> str:
    """The records as CSV that runs nothing in a spreadsheet."""
    found = records(box, words, days=days)["records"]
    return tables.table(
        HEAD,
        ([one["name"], one["address"], one["company"], one["subject"], one["first"], one["last"], one["received"],
          one["written"], one["waits_for"], one["thread_id"], one["url"]] for one in found),
    )  # fmt: skip


def mailbox(
    box: Mailbox, words: Sequence[str], *, days: int, failed: list[Failed], cancel: Cancel
) -> Iterator[bytes]:
    """The messages themselves as an mbox file, each once, the oldest thread last; what cannot be had is in `failed`.

    20 quota units a message.
    """
    gmail = box.gmail.bound(cancel)
    done: set[str] = set()
    for record in _found(box, words, days):
        stamp = time.asctime(time.gmtime(record.last / 1000))
        for id_ in record.ids:
            if id_ in done:
                continue
            cancel.check()
            done.add(id_)
            try:
                yield people.mbox(gmail.raw(id_), stamp)
            except MailreeveError as error:
                if error.exit_code == 130:
                    raise
                failed.append(Failed(id=id_, reason=str(error)))
