"""The person's calendar as it was seen last, without a gap: what changed comes by sync tokens."""

from dataclasses import dataclass

from mailreeve.cancel import Cancel
from mailreeve.errors import HistoryExpired
from mailreeve.google.calendar import Calendar
from mailreeve.models import Entry, Event
from mailreeve.store.diary import DiaryItems

_KINDS = frozenset({"default", "fromGmail"})
"""Google's event types that are appointments; working places and birthdays are none."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What a look at Google brought."""

    changed: int
    gone: int
    full: bool
    """Everything was listed: the first time, or because Google no longer took the sync token (410)."""


class Diary:
    """One account's calendar, here by ids and etags, and at Google."""

    def __init__(self, calendar: Calendar, store: DiaryItems) -> None:
        self.calendar = calendar
        self.store = store
        self._seen: dict[str, Event] = {}

    def bound(self, cancel: Cancel) -> "Diary":
        """The same diary, where waiting ends with `cancel`."""
        return Diary(self.calendar.bound(cancel), self.store)

    def sync(self, cancel: Cancel) -> Glance:
        """See what changed since the last look. Raises GoogleError, LoginNeeded, Cancelled: nothing is half kept."""
        token = self.store.token()
        try:
            items, following = self._gathered(token, cancel)
        except HistoryExpired:
            token = ""
            items, following = self._gathered("", cancel)
        shown = [one for one in items.values() if is_shown(one)]
        gone = [one for one in items.values() if not is_shown(one)]
        if token:
            self.store.apply(shown, gone, following)
        else:
            self.store.replace(shown, following)
        self._seen = items
        return Glance(len(shown), len(gone), not token)

    def _gathered(self, token: str, cancel: Cancel) -> tuple[dict[str, Event], str]:
        items: dict[str, Event] = {}
        cursor = ""
        while True:
            cancel.check()
            page = self.calendar.changes(token, cursor)
            items.update((one.id, one) for one in page.items)
            cursor = page.next
            if not cursor:
                return items, page.token

    def etags(self) -> dict[str, str]:
        """Every event and series as it was seen last: ids and etags."""
        return {id_: " ".join(sorted(etags)) for id_, etags in self.store.etags().items()}

    def entry(self, id_: str) -> Entry:
        """An event, or a series with its occurrences that differ, as the last look saw it. Raises NotFound."""
        return Entry(self._event(id_), tuple(map(self._event, self.store.occurrences(id_))))

    def look(self, id_: str) -> Event:
        """An event as it is at Google now, cancelled when it was deleted. Raises NotFound."""
        return self.calendar.get(id_)

    def _event(self, id_: str) -> Event:
        return self._seen.get(id_) or self.calendar.get(id_)

    def keep(self, event: Event) -> None:
        """Note what was just written at Google."""
        self._seen[event.id] = event
        self.store.apply((event,))

    def drop(self, event: Event) -> None:
        """Note that it was just deleted at Google."""
        self._seen.pop(event.id, None)
        self.store.apply((), (event,))


def is_shown(event: Event) -> bool:
    """An appointment that stands and was not declined; a cancelled occurrence says that its series leaves it out."""
    if event.series:
        return True
    return not event.gone and event.answer != "declined" and event.kind in _KINDS
