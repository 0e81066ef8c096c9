"""Measuring on labelled mail: needs no account, and touches none."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.errors import ConfigError, InputError
from mailreeve.evaluation import cases as case_file
from mailreeve.evaluation import comparison, report, runner
from mailreeve.evaluation import labels as label_file
from mailreeve.evaluation.cases import Case
from mailreeve.models import Json, LabelSpec, Progress, Usage, Verdict

if TYPE_CHECKING:
    from mailreeve.evaluation.tape import Tape
    from mailreeve.reading.llm.reader import LlmReader
    from mailreeve.reading.offline.reader import OfflineReader
    from mailreeve.triage.cascade import Cascade

OFFLINE, LLM, CASCADE = READERS = ("offline", "llm", "cascade")


def triage(
    app: App,
    cases: Path,
    labels: Path,
    *,
    reader: str = CASCADE,
    owner: str = "",
    record: Path | None = None,
    replay: Path | None = None,
    baseline: Path | None = None,
    progress: Progress,
    cancel: Cancel,
) -> Json:
    """Judge the cases and compare: `offline` and `llm` each alone, or `cascade`, which is what triage does.

    `record` keeps the model's answers in a file, `replay` takes them from there and asks nobody. `baseline` is a file
    of figures measured before: the answer's `baseline` then tells how these differ.

    Raises InputError naming the line of a file that is wrong, ConfigError when `llm` has no model to ask.
    """
    specs = label_file.read(labels)
    found = case_file.read(cases, [label.id for label in specs], owner)
    was = comparison.read(baseline, cases, reader) if baseline else None
    settings = app.config.llm
    tape = _tape(settings.configured, settings.model, reader, record, replay)
    if reader == LLM and not (settings.configured or replay):
        raise ConfigError("No model is configured.", "Set [llm] base_url and model, or use --reader offline.")
    bench = _Bench(
        app,
        specs,
        tape,
        model=(settings.configured or replay is not None) and reader != OFFLINE,
        asks=not replay,
    )
    judge = {OFFLINE: bench.by_offline, LLM: bench.by_llm, CASCADE: bench.by_cascade}[reader]
    try:
        at_once = settings.concurrency if bench.model else 1
        made = runner.run(found, judge, at_once=at_once, progress=progress, cancel=cancel)
        answer = report.triage(made, specs, bench.usage, reader)
        return answer | ({"baseline": comparison.compare(was, answer)} if was else {})
    finally:
        bench.close()


def _tape(
    configured: bool, model: str, reader: str, record: Path | None, replay: Path | None
) -> "Tape | None":
    from mailreeve.evaluation.tape import Tape

    if not (record or replay):
        return None
    if record and replay:
        raise InputError("--record and --replay exclude each other.", "--record also uses what the file has.")
    if reader == OFFLINE:
        raise InputError("The offline reader has no answers to record.", "Use --reader llm or cascade.")
    if replay:
        return Tape.open(replay)
    if not configured:
        raise ConfigError("No model is configured.", "Set [llm] base_url and model to record its answers.")
    assert record is not None  # noqa: S101 -- one of the two is there
    return Tape.begin(record, model)


class _Bench:
    """The readers of one measurement: a set for each owner, one model and one budget for all."""

    def __init__(
        self, app: App, labels: tuple[LabelSpec, ...], tape: "Tape | None", *, model: bool, asks: bool
    ) -> None:
        from mailreeve.evaluation.tape import Player, Recorder
        from mailreeve.reading.llm.budget import Budget, Limits
        from mailreeve.reading.llm.client import ChatClient

        self._app, self._settings, self._labels, self.model = app, app.config.llm, labels, model
        self._tape = tape
        if tape is None:
            self._client = ChatClient(app.endpoint)
        else:
            self._client = Recorder(app.endpoint, tape) if asks else Player(tape)
        llm = self._settings
        self._budget = Budget(
            Limits(
                llm.max_tokens_per_run,
                llm.max_cost_per_run,
                llm.price_in_per_million,
                llm.price_out_per_million,
            )
        )
        self._offline = cache(self._new_offline)
        self._llm = cache(self._new_llm)
        self._cascade = cache(self._new_cascade)

    @property
    def usage(self) -> Usage:
        """What the model cost so far."""
        return self._budget.usage

    def close(self) -> None:
        """Close the connections to the model."""
        self._client.close()

    def by_offline(self, case: Case, cancel: Cancel) -> Verdict:
        """The built-in reader alone."""
        return self._offline(case.owner).classify(case.message, self._labels, cancel)

    def by_llm(self, case: Case, cancel: Cancel) -> Verdict:
        """The model alone."""
        return self._llm(case.owner).classify(case.message, self._labels, cancel)

    def by_cascade(self, case: Case, cancel: Cancel) -> Verdict:
        """What triage would decide."""
        return self._cascade(case.owner).judge(case.message, cancel)

    def _new_offline(self, owner: str) -> "OfflineReader":
        from mailreeve.reading.offline.reader import OfflineReader

        return OfflineReader((), _own(owner), name=self._app.config.user.name, zone=self._app.zone)

    def _new_llm(self, owner: str) -> "LlmReader":
        from mailreeve.reading.llm.reader import LlmReader

        user = self._app.config.user
        about = " ".join(filter(None, (user.name, owner and f"<{owner}>", user.about)))
        body = self._settings.body_tokens
        if (tape := self._tape) is None:
            return LlmReader(self._client, self._budget, about=about, body_tokens=body)
        return LlmReader(self._client, self._budget, about=about, body_tokens=body, now=lambda: tape.at)

    def _new_cascade(self, owner: str) -> "Cascade":
        from mailreeve.triage.cascade import Cascade

        model = self._llm(owner) if self.model else None
        bar = self._app.config.triage.offline_bar
        return Cascade(self._labels, self._offline(owner), model, bar=bar)


def _own(owner: str) -> frozenset[str]:
    return frozenset({owner} - {""})
