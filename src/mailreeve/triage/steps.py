"""The steps of one run, by message ids: an engine may repeat each of them, in any process, after any crash."""

from collections.abc import Callable, Sequence

from mailreeve import telemetry
from mailreeve.errors import Cancelled, GoogleUnavailable, LoginNeeded, MailreeveError, QuotaSpent, StoreError
from mailreeve.store.entries import EntryState
from mailreeve.triage import drafting, judging, labelling
from mailreeve.triage.work import Work

_STOPS = (Cancelled, LoginNeeded, StoreError)
"""What ends a run instead of failing a message: a stop, a dead login, a store that cannot be written."""


class Steps:
    """Judge, apply, draft. What fails is in the ledger, with its id and its reason."""

    def __init__(self, work: Work, checkpoint: Callable[[], None], take: Callable[[], None]) -> None:
        """`checkpoint` keeps the run's figures, for whoever looks while it goes on; `take` finds its mail."""
        self._work = work
        self.take = take
        self._out_of_reach: MailreeveError | None = None
        self.checkpoint = checkpoint

    def waiting(self) -> tuple[str, ...]:
        """What is to be judged or applied, in order: after a crash some of it is judged already."""
        ledger, run = self._work.parts.ledger, self._work.run
        states = (EntryState.JUDGED, EntryState.QUEUED)
        return tuple(entry.message for state in states for entry in ledger.held(run, state))

    def due(self) -> tuple[str, ...]:
        """What gets a draft next, in order."""
        return tuple(
            entry.message for entry in self._work.parts.ledger.held(self._work.run, EntryState.APPLIED)
        )

    def judge(self, ids: Sequence[str]) -> None:
        """Read and decide what is queued among these."""
        queued = self._in_state(EntryState.QUEUED, ids)
        if queued:
            self._guarded(
                EntryState.QUEUED, queued, lambda: judging.judge(self._work, queued, self.checkpoint)
            )

    def apply(self, ids: Sequence[str]) -> None:
        """Set the labels of what is judged among these."""
        self._guarded(EntryState.JUDGED, ids, lambda: labelling.apply(self._work, ids))

    def draft(self, id_: str) -> None:
        """Write the draft of one message."""
        self._guarded(EntryState.APPLIED, [id_], lambda: drafting.draft(self._work, id_))

    def _in_state(self, state: EntryState, ids: Sequence[str]) -> list[str]:
        held = {entry.message for entry in self._work.parts.ledger.held(self._work.run, state)}
        return [id_ for id_ in ids if id_ in held]

    def _guarded(self, state: EntryState, ids: Sequence[str], step: Callable[[], None]) -> None:
        """The worker loop: a failure is recorded, and only what makes going on senseless goes up."""
        if self._out_of_reach:
            self._fail(state, ids, self._out_of_reach)
            return
        try:
            with telemetry.span("triage.step", begins=state.value, mails=len(ids), run=self._work.run):
                step()
        except _STOPS:
            raise
        except (GoogleUnavailable, QuotaSpent) as error:
            self._out_of_reach = error  # after all its retries: asking for the rest would take hours
            self._fail(state, ids, error)
        except Exception as error:  # noqa: BLE001 -- the worker loop: a fault of ours costs these messages, not the run
            self._fail(state, ids, error)

    def _fail(self, state: EntryState, ids: Sequence[str], error: Exception) -> None:
        """Note the failure for those that the step did not finish."""
        for id_ in self._in_state(state, ids):
            if state is not EntryState.APPLIED or not drafting.no_more(self._work, id_, error):
                self._work.failed(id_, error)
