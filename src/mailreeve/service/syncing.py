"""Bringing the local index up to date: list, replay what changed meanwhile, fetch what is missing.

The place to go on from is written down only after the work before it is, so that a kill at any point costs at
most one batch, fetched again.
"""

from collections.abc import Sequence
from datetime import timedelta
from time import monotonic

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import (
    ConfigError,
    GoogleRefused,
    GoogleUnavailable,
    HistoryExpired,
    InputError,
    LoginNeeded,
    MailreeveError,
    NotFound,
    QuotaSpent,
)
from mailreeve.google.gmail import PAGE, Gmail
from mailreeve.models import Message, Page, Progress
from mailreeve.platform import exclusive
from mailreeve.service.answers import Failed, ForgetAnswer, SyncAnswer
from mailreeve.service.embedding import Filling
from mailreeve.store import index_sweep
from mailreeve.store.db import now_ms
from mailreeve.store.index import Index
from mailreeve.triage.run import parse_age

BATCH = 100
"""Messages that are fetched, written and then forgotten at once."""
_HOPELESS = (LoginNeeded, QuotaSpent, GoogleUnavailable)


def sync(
    box: Mailbox, *, since: str = "", full: bool = False, progress: Progress, cancel: Cancel
) -> SyncAnswer:
    """Bring the index up to date; the first time it is made, with the mail of `[index] first_days`.

    `since` is an age that the index is to reach back to, `full` all mail; it never reaches back less than before.
    Raises GoogleError, LoginNeeded or Cancelled: what was done is kept, and the next call goes on there.
    """
    if not box.config.index.enabled:
        raise ConfigError(
            "The local index is turned off.", "Set `enabled = true` under [index] in config.toml."
        )
    age = parse_age(since) or timedelta(days=box.config.index.first_days)
    reach = 0 if full else max(0, now_ms() // 1000 - int(age.total_seconds())) * 1000
    kept = box.config.index.keep_days
    oldest = max(0, now_ms() // 1000 - kept * 86_400) * 1000 if kept else 0
    with exclusive(box.config.home / "locks" / f"{box.local.file.stem}.index", "syncing the local index"):
        run = _Run(box, box.local.open(), progress, cancel)
        return run.sync(max(reach, oldest), oldest, widen=bool(since) or full)


def forget(box: Mailbox) -> ForgetAnswer:
    """Delete the index with all words in it; nothing changes in Gmail."""
    with exclusive(box.config.home / "locks" / f"{box.local.file.stem}.index", "syncing the local index"):
        return ForgetAnswer(account=box.address, forgotten=box.local.forget())


class _Run:
    """One sync of one account."""

    def __init__(self, box: Mailbox, index: Index, progress: Progress, cancel: Cancel) -> None:
        self._box = box
        self._index = index
        self._gmail: Gmail = box.gmail.bound(cancel, interactive=False)
        self._progress = progress
        self._cancel = cancel
        self._began = monotonic()
        self._units = self._gmail.units
        self._filling = Filling(box, index, cancel)
        self._indexed = 0
        self._failed: list[Failed] = []
        self._labels: Sequence[str] = ()

    def sync(self, reach: int, oldest: int, *, widen: bool) -> SyncAnswer:
        """Reach back to a moment; what came before `oldest` leaves the index, and Gmail is not touched."""
        index, before = self._index, self._index.count()
        labels = self._gmail.labels()
        index.name_labels(labels)
        self._labels = [label.id for label in labels]
        known = index.progressed()
        target = reach if widen or not known.start else known.listing
        target = min(target, known.since) if known.history_id else target
        if not known.history_id or known.start or (widen and target < known.since):
            self._list(target)
        current = self._catch_up()
        if self._indexed:
            current = self._catch_up()  # fetching takes hours the first time: look again
        if oldest:
            index.expire(oldest)
        waiting = index.waiting_count()
        if not waiting:
            index.note(synced_at=current)
        self._filling.fill(self._gmail, self._progress)
        if index_sweep.is_due(index):
            self._progress(0, None, "sweeping out the words of removed messages")
            index_sweep.sweep(index)
        return self._answer(before, waiting)

    def _answer(self, before: int, waiting: int) -> SyncAnswer:
        done, total = self._index.progressed(), self._index.count()
        return SyncAnswer(
            account=self._box.address,
            indexed=self._indexed,
            removed=max(0, before + self._indexed - total),
            total=total,
            waiting=waiting,
            since=self._box.local_time(done.since).isoformat() if done.since else "",
            synced=self._box.local_time(done.synced_at).isoformat(timespec="seconds")
            if done.synced_at
            else "",
            units=self._gmail.units - self._units,
            seconds=round(monotonic() - self._began, 1),
            failed=self._failed,
            semantic=self._filling.answer(),
        )

    def _list(self, reach: int) -> None:
        """Note every message since a moment that is not known yet; the history id is taken before."""
        index, known = self._index, self._index.progressed()
        if not known.start or reach != known.listing:
            start = known.history_id or self._gmail.profile().history_id
            index.note(start=start, listing=reach, page="")
            known = index.progressed()
        page = known.page
        while True:
            self._cancel.check()
            try:
                found = self._listed(reach, page)
            except (GoogleRefused, InputError):
                if not page:
                    raise
                page = ""  # the place in the list is too old: it is read from its beginning
                continue
            with index.db.transaction():
                index.wait_for(ref.id for ref in found.items)
                index.note(page=found.next)
            self._progress(index.waiting_count(), None, "messages found")
            page = found.next
            if not page:
                break
        index.note(history_id=known.start, start="", since=reach)

    def _listed(self, reach: int, page: str, labels: Sequence[str] = ()) -> Page:
        query = f"after:{reach // 1000}" if reach else ""
        return self._gmail.search(query, label_ids=labels, cursor=page, limit=PAGE, include_spam_trash=True)

    def _catch_up(self) -> int:
        """Replay the history, then fetch; returns the moment up to which the index now knows the mailbox."""
        moment = now_ms()
        try:
            self._replay()
        except HistoryExpired:
            self._compare()
            self._replay()
        self._fetch()
        return moment

    def _replay(self) -> None:
        """What changed since the saved place. That is moved on when every page of it is written."""
        index = self._index
        start, page, latest = index.progressed().history_id, "", ""
        while True:
            self._cancel.check()
            changes = self._gmail.history(start, page)
            index.change(changes)
            latest = latest or changes.history_id
            page = changes.next
            if not page:
                break
        index.note(history_id=latest)

    def _compare(self) -> None:
        """The history no longer reaches back: compare with a full list of ids and with one of every label.

        Costs 5 units for 500 ids, where fetching every message again would cost 20 each.
        """
        start, since = self._gmail.profile().history_id, self._index.progressed().since
        self._progress(0, None, "comparing with Gmail: the history no longer reaches back")
        self._see(since)
        self._index.keep_seen(since)
        for number, label in enumerate(self._labels, start=1):
            self._see(since, label)
            self._index.set_members(label, since)
            self._progress(number, len(self._labels), "labels compared")
        self._index.note(history_id=start)

    def _see(self, since: int, label: str = "") -> None:
        self._index.see_anew()
        page, more = "", True
        while more:
            self._cancel.check()
            found = self._listed(since, page, [label] if label else ())
            self._index.see(ref.id for ref in found.items)
            page, more = found.next, bool(found.next)

    def _fetch(self) -> None:
        """Fetch and index all that waits, the newest first."""
        self._failed = []
        last, done, total = "", 0, self._index.waiting_count()
        while ids := self._index.waiting(BATCH, below=last):
            self._batch(ids)
            last, done = ids[-1], done + len(ids)
            rate = self._indexed / max(0.001, monotonic() - self._began)
            units = self._gmail.units - self._units
            self._progress(done, total, f"messages read, {rate:.0f}/s, {units:,} units")

    def _batch(self, ids: Sequence[str]) -> None:
        found: list[Message] = []
        gone: list[str] = []
        errors: list[MailreeveError] = []
        try:
            for id_, result in self._gmail.get_many(ids, self._cancel):
                if isinstance(result, NotFound):
                    gone.append(id_)
                elif isinstance(result, MailreeveError):
                    errors.append(result)
                    self._failed.append(Failed(id=id_, reason=str(result)))
                else:
                    found.append(result)
        finally:
            self._indexed += self._index.add(found)
            self._index.give_up(gone)
        self._filling.learn(found)
        if len(errors) == len(ids) and isinstance(errors[0], _HOPELESS):
            raise errors[0]
