"""What the steps of one run share, and how a step tells that a message failed."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from mailreeve.cancel import Cancel
from mailreeve.errors import GoogleUnavailable, LoginNeeded, MailreeveError, NotFound, QuotaSpent
from mailreeve.models import DecidedBy, Message
from mailreeve.store.entries import EntryState, Sight
from mailreeve.triage.cascade import Cascade
from mailreeve.triage.decide import undecided
from mailreeve.triage.labels import Shelf
from mailreeve.triage.parts import Parts

GIVE_UP = 5
"""After so many runs a message that could not be judged is handed to the person."""

OUT_OF_REACH = (QuotaSpent, GoogleUnavailable)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """One run. `parts.gmail` ends its waiting with `cancel`."""

    parts: Parts
    run: str
    cancel: Cancel
    cascade: Cascade
    shelf: Shelf

    def failed(self, id_: str, error: Exception, *, judging: bool = False) -> None:
        """Note why a message failed; the next run tries it again.

        Gone for the second time, it is over. Failing to be judged for the fifth time, it goes to the person.
        A dead login ends the run instead: raises LoginNeeded.
        """
        if isinstance(error, LoginNeeded):
            raise error
        ledger = self.parts.ledger
        entry = ledger.entry(id_)
        before = entry.attempts if entry else 0
        if isinstance(error, NotFound) and before:
            ledger.close(self.run, id_, EntryState.GONE, "It is no longer in Gmail; it is not tried again.")
        elif judging and before + 1 >= GIVE_UP and not isinstance(error, OUT_OF_REACH):
            why = f"it failed in {before + 1} runs, at last: {reason(error)}"
            ledger.save_verdict(
                self.run,
                id_,
                undecided(Message(id=id_), DecidedBy.RULE, why),
                entry.sight if entry else Sight(),
            )
        else:
            ledger.fail(self.run, id_, reason(error))

    def all_failed(self, ids: Iterable[str], error: Exception) -> None:
        """The same for several messages."""
        for id_ in ids:
            self.failed(id_, error)


def reason(error: Exception) -> str:
    """What a person reads about a failure; a fault of ours is called one."""
    if isinstance(error, MailreeveError):
        return str(error)
    log.error("a fault in Mailreeve", exc_info=error)
    return f"A fault in Mailreeve: {type(error).__name__}. Please report it."
