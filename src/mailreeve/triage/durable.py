"""The engine of the extra `server`: DBOS writes down each step that is done, and the ledger holds what came of it.

It works inside a workflow of DBOS alone. Whoever takes the workflow over after a death goes on with the same run, at the
first step that is not written down; that one may have been done in part, which the ledger knows. The tables of
DBOS hold ids and nothing else: a failure's text may quote a person's data, so it is raised and not written down.
"""

from collections.abc import Callable
from typing import TypeVar, cast

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled
from mailreeve.models import Progress
from mailreeve.triage.engine import CHUNK, StepsOfRun

VERSION = "1"
"""Of the order of the steps. Raise it, a number, when `drain` or the workflows of `service.fleet` take other steps than
before: what an older version left half done is then begun anew, not gone on with. A release as such does not raise it."""

Ids = TypeVar("Ids")
_STOPPED = "stopped"


def recorded(name: str, step: Callable[[], Ids]) -> Ids:
    """Do a step once and write down what it returned; when it is written down already, return that.

    Raises what the step raised. Of a step that failed only this is written down: taken over, it raises Cancelled.
    """
    from dbos import DBOS

    failure: list[Exception] = []

    def done() -> Ids | str:
        try:
            return step()
        except Exception as error:  # noqa: BLE001 -- raised below; here its text would be written to the tables
            failure.append(error)
            return _STOPPED

    answer = DBOS.run_step({"name": name}, done)
    if failure:
        raise failure[0]
    if answer == _STOPPED:
        raise Cancelled("The run was stopped here.", "What was finished is kept.")
    return cast("Ids", answer)


class Durable:
    """The steps of the local loop, each written down. The order depends on nothing but what is written down."""

    def begin(self, opened: Callable[[], str]) -> str:
        """The run that this workflow opened first."""
        return recorded("begin", opened)

    def drain(self, steps: StepsOfRun, cancel: Cancel, progress: Progress) -> None:
        """Judge and label chunk by chunk, then write the drafts."""
        recorded("take", steps.take)
        ids = recorded("waiting", lambda: list(steps.waiting()))
        progress(0, len(ids), "reading and labelling")
        for start in range(0, len(ids), CHUNK):
            cancel.check()
            self._chunk(steps, ids[start : start + CHUNK])
            progress(start + CHUNK, len(ids), "reading and labelling")
        due = recorded("due", lambda: list(steps.due()))
        for number, id_ in enumerate(due):
            cancel.check()
            progress(number, len(due), "writing drafts")
            self._draft(steps, id_)

    def _chunk(self, steps: StepsOfRun, ids: list[str]) -> None:
        recorded("judge", lambda: steps.judge(ids))
        recorded("apply", lambda: steps.apply(ids))
        steps.checkpoint()

    def _draft(self, steps: StepsOfRun, id_: str) -> None:
        recorded("draft", lambda: steps.draft(id_))
        steps.checkpoint()
