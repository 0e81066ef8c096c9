"""One run of the triage, from the mailbox's history to the result."""

import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from mailreeve import telemetry
from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, RunOver, StoreError
from mailreeve.models import Failure, Json, Progress, Usage
from mailreeve.store.entries import Entry, EntryState
from mailreeve.store.runs import Run, RunState
from mailreeve.triage import dead, telling
from mailreeve.triage.cascade import Cascade
from mailreeve.triage.engine import Engine, LocalLoop
from mailreeve.triage.intake import Intake, collect
from mailreeve.triage.judging import sight, verdicts
from mailreeve.triage.labels import Shelf
from mailreeve.triage.learn import patterns_of
from mailreeve.triage.parts import Parts
from mailreeve.triage.run import Options, RunResult, Told, coverage_of
from mailreeve.triage.steps import Steps
from mailreeve.triage.work import Work, reason


def silent(done: int, total: int | None, what: str) -> None:
    """Progress that nobody watches."""


def triage(
    parts: Parts,
    options: Options,
    progress: Progress = silent,
    cancel: Cancel | None = None,
    engine: Engine | None = None,
) -> RunResult:
    """Take up new mail, what earlier runs left, and what failed before; decide, label, draft.

    Killed at any point and run again it comes to the same end: nothing lost, nothing twice. Raises
    AlreadyRunning when another process works on the account, and Cancelled (which names the run), LoginNeeded
    or StoreError when it had to stop; the ledger then holds what was finished, and the next run goes on there.
    """
    cancel = cancel or Cancel()
    parts = replace(parts, gmail=parts.gmail.bound(cancel, interactive=False))
    if options.dry_run:
        return _dry(parts, options, progress, cancel)
    with parts.ledger.alone(f"triage of {parts.account}"):
        parts.ledger.demand_sound()
        dead.close(parts.ledger)
        engine = engine or LocalLoop()
        run = parts.ledger.runs.reopen(engine.begin(parts.ledger.runs.begin))
        if run is None:
            raise RunOver("This run came to its end before.", "`mailreeve runs` shows it.")
        with telemetry.span("triage.run", run=run.id):
            return _Running(parts, run).go(options, progress, cancel, engine)


def cascade_of(parts: Parts) -> Cascade:
    """The stages of the decision for this account."""
    return Cascade(
        parts.labels,
        parts.offline,
        parts.llm,
        bar=parts.settings.offline_bar,
        patterns=patterns_of(parts.learned),
        ruling=parts.ruling,
    )


class _Meter:
    """What was spent since it was made, and before it by a process that left the run."""

    def __init__(self, parts: Parts, before: Json | None = None) -> None:
        self._parts = parts
        self._before = before = before or {}
        self.started = datetime.fromisoformat(before["started"]) if before else parts.now()
        self._clock = time.monotonic() - float(before.get("seconds", 0))
        self._units = parts.gmail.units - int(before.get("units", 0))
        self._usage = parts.llm.usage if parts.llm else Usage()

    @property
    def units(self) -> int:
        return self._parts.gmail.units - self._units

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._clock

    @property
    def usage(self) -> Usage:
        now, before, earlier = (
            (self._parts.llm.usage if self._parts.llm else Usage()),
            self._usage,
            self._before,
        )
        tokens = earlier.get("tokens", {})
        return Usage(
            now.calls - before.calls + int(earlier.get("model_calls", 0)),
            now.tokens_in - before.tokens_in + int(tokens.get("in", 0)),
            now.tokens_out - before.tokens_out + int(tokens.get("out", 0)),
            now.cost - before.cost + float(earlier.get("cost", 0)),
        )


class _Running:
    """A run that goes on."""

    def __init__(self, parts: Parts, run: Run) -> None:
        self._parts = parts
        self._run = run.id
        self._meter = _Meter(parts, run.result)
        self._already = int(run.result.get("already", 0))
        self._next = 0.0
        self._told = Told()
        self._keep()

    def go(self, options: Options, progress: Progress, cancel: Cancel, engine: Engine) -> RunResult:
        parts, ledger = self._parts, self._parts.ledger
        try:
            work = Work(parts, self._run, cancel, cascade_of(parts), Shelf(parts, self._run))

            def take() -> None:
                progress(0, None, "looking for new mail")
                self._enqueue(collect(parts, options, cancel), options)

            engine.drain(Steps(work, self._checkpoint, take), cancel, progress)
            self._told = telling.tell(work, progress)
        except (Cancelled, KeyboardInterrupt):
            raise self._stopped() from None
        except BaseException:
            with suppress(StoreError):  # the store itself may be what failed
                self._close(RunState.INTERRUPTED)
            raise
        complete = ledger.coverage(self._run).complete
        result = self._close(RunState.DONE if complete else RunState.PARTIAL)
        _tell(result)
        parts.audit.append("run.finished", {"run": self._run, "state": result.state.value, **_counts(result)})
        return result

    def _enqueue(self, intake: Intake, options: Options) -> None:
        ledger = self._parts.ledger
        _, self._already = ledger.enqueue(intake.refs, again=options.again)
        if intake.history_id:
            ledger.save_cursor(intake.history_id)
        ledger.claim(self._run, intake.cap)
        self._keep()

    def _close(self, state: RunState) -> RunResult:
        result = self._result(state)
        self._parts.ledger.runs.finish(self._run, state, result.as_json())
        return result

    def _stopped(self) -> Cancelled:
        """What the person reads who stopped it: what is done, how to go on, how to take it back."""
        result = self._close(RunState.INTERRUPTED)
        decided = sum(result.coverage.decided.values()) + len(result.coverage.needs_human)
        undo = f" Take back what it did with `mailreeve undo {self._run}`."
        return Cancelled(
            f"Run {self._run} was stopped before its end: {decided} mails decided, "
            f"{len(result.drafts)} drafts written, {result.left} mails not finished.",
            "`mailreeve triage` goes on from there."
            + (undo if self._parts.journal.changes(self._run) else ""),
        )

    def _checkpoint(self) -> None:
        """Keep the figures, for at most a twentieth of the time: the longer the run, the longer it takes."""
        if time.monotonic() >= self._next:
            self._keep()

    def _keep(self) -> None:
        start = time.monotonic()
        self._parts.ledger.runs.save(self._run, self._result(RunState.RUNNING).as_json())
        self._next = time.monotonic() + 19 * (time.monotonic() - start)

    def _result(self, state: RunState) -> RunResult:
        ledger, meter = self._parts.ledger, self._meter
        entries = ledger.entries([self._run])
        return RunResult(
            run=self._run,
            account=self._parts.account,
            started=meter.started,
            coverage=ledger.coverage(self._run, self._already, entries),
            drafts=tuple(entry.draft for entry in entries if entry.draft),
            units=meter.units,
            usage=meter.usage,
            seconds=meter.seconds,
            left=ledger.left(),
            state=state,
            entries=entries,
            stories=self._told,
        )


def _tell(result: RunResult) -> None:
    coverage, usage = result.coverage, result.usage
    for by, number in coverage.decided.items():
        telemetry.count("mailreeve.mails", number, outcome=by)
    telemetry.count("mailreeve.mails", len(coverage.needs_human), outcome="needs_human")
    telemetry.count("mailreeve.mails", len(coverage.failed), outcome="failed")
    telemetry.count("mailreeve.gmail.units", result.units)
    telemetry.count("mailreeve.llm.tokens", usage.tokens_in, direction="in")
    telemetry.count("mailreeve.llm.tokens", usage.tokens_out, direction="out")
    telemetry.count("mailreeve.llm.cost", usage.cost)


def _counts(result: RunResult) -> Json:
    coverage = result.coverage
    return {
        "seen": coverage.seen,
        "already": coverage.already,
        "decided": coverage.decided,
        "needs_human": len(coverage.needs_human),
        "failed": len(coverage.failed),
        "drafts": len(result.drafts),
    }


def _dry(parts: Parts, options: Options, progress: Progress, cancel: Cancel) -> RunResult:
    """Decide what a run would decide, and forget it."""
    meter = _Meter(parts)
    intake = collect(parts, options, cancel)
    ids = list(
        dict.fromkeys([*(one.message for one in parts.ledger.open()), *(ref.id for ref in intake.refs)])
    )
    known = set() if options.again else parts.ledger.decided(ids)
    todo = [id_ for id_ in ids if id_ not in known]
    taken = todo[: intake.cap]
    entries: list[Entry] = []
    failed: list[Failure] = []
    progress(0, len(taken), "reading")
    for one in verdicts(parts, cascade_of(parts), taken, cancel):
        if one.error is not None:
            failed.append(Failure(one.id, reason(one.error)))
        elif one.message is not None and one.verdict is not None:
            seen, thread = sight(one.message, ""), one.message.thread_id
            entries.append(Entry(one.id, thread, 0, EntryState.JUDGED, "", 0, "", one.verdict, seen, "", ""))
        progress(len(entries) + len(failed), len(taken), "reading")
    coverage = coverage_of(entries, failed, len(known))
    return RunResult(
        run="",
        account=parts.account,
        started=meter.started,
        coverage=coverage,
        units=meter.units,
        usage=meter.usage,
        seconds=meter.seconds,
        left=len(todo) - len(taken),
        dry_run=True,
        state=RunState.DONE if coverage.complete else RunState.PARTIAL,
        entries=tuple(entries),
    )
