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
from mailreeve.models import Json, LabelSpec, Progress, Verdict
from mailreeve.service.bench import LLM, OFFLINE, Readers

if TYPE_CHECKING:
    from mailreeve.evaluation.tape import Tape
    from mailreeve.triage.cascade import Cascade

CASCADE = "cascade"
READERS = (OFFLINE, LLM, CASCADE)


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


class _Bench(Readers):
    """The readers, each alone and as triage joins them; `model` says whether the cascade has one."""

    def __init__(
        self, app: App, labels: tuple[LabelSpec, ...], tape: "Tape | None", *, model: bool, asks: bool
    ) -> None:
        from mailreeve.evaluation.tape import Player, Recorder
        from mailreeve.reading.llm.client import ChatClient

        self._labels, self.model = labels, model
        if tape is None:
            super().__init__(app, ChatClient(app.endpoint), zone=app.zone)
        else:
            client = Recorder(app.endpoint, tape) if asks else Player(tape)
            super().__init__(app, client, zone=app.zone, now=lambda: tape.at)
        self._cascade = cache(self._new_cascade)

    def by_offline(self, case: Case, cancel: Cancel) -> Verdict:
        """The built-in reader alone."""
        return self.offline(case.owner).classify(case.message, self._labels, cancel)

    def by_llm(self, case: Case, cancel: Cancel) -> Verdict:
        """The model alone."""
        return self.llm(case.owner).classify(case.message, self._labels, cancel)

    def by_cascade(self, case: Case, cancel: Cancel) -> Verdict:
        """What triage would decide."""
        return self._cascade(case.owner).judge(case.message, cancel)

    def _new_cascade(self, owner: str) -> "Cascade":
        from mailreeve.triage.cascade import Cascade

        model = self.llm(owner) if self.model else None
        bar = self._app.config.triage.offline_bar
        return Cascade(self._labels, self.offline(owner), model, bar=bar)
