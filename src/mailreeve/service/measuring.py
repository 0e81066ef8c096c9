"""Measuring what is understood: summaries, action items, follow-ups and drafts. Needs no account, touches none."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.errors import ConfigError
from mailreeve.evaluation import checks, drafts, extraction, judging, summaries, thread_cases, waiting
from mailreeve.evaluation.checks import Checked
from mailreeve.evaluation.extraction import MailCase
from mailreeve.evaluation.judging import Verdicts
from mailreeve.evaluation.runner import Attempt, attempts
from mailreeve.evaluation.thread_cases import ThreadCase
from mailreeve.models import ActionItem, Json, Judgement, Progress
from mailreeve.people import followups as waiting_mail
from mailreeve.service.bench import LLM, OFFLINE, READERS, Bench
from mailreeve.triage.labels import BUILT_IN

__all__ = ["LLM", "OFFLINE", "READERS", "Judge", "actions", "drafted", "followups", "summarized"]


@dataclass(frozen=True, slots=True)
class Judge:
    """That a model judges too: which one (empty: the configured one), and the hand labels it is compared with."""

    model: str = ""
    hand: Path | None = None


def summarized(
    app: App, file: Path, *, reader: str, judge: Judge | None, progress: Progress, cancel: Cancel
) -> Json:
    """Summarize the threads of a file and check each summary.

    Raises InputError naming the line of a file that is wrong, ConfigError without a model that is needed.
    """
    cases = thread_cases.read(file, summaries.SummaryExpect)
    with closing(Bench(app, reader)) as bench:

        def work(case: ThreadCase[summaries.SummaryExpect], stop: Cancel) -> Checked:
            if case.expect.new and bench.by_model:
                new = {one.id for one in case.thread.messages[-case.expect.new :]}
                return summaries.checked(
                    case, summaries.of_story(bench.llm(case.owner, "").tell(case.thread, new, stop))
                )
            return summaries.checked(case, bench.reader(case.owner).summarize(case.thread, stop))

        made = attempts(cases, work, at_once=bench.at_once, progress=progress, cancel=cancel)
        answer = _report(cases, made, summaries.CHECKS, bench, reader)
    texts = [(case, _told(one.result.shown)) for case, one in zip(cases, made, strict=True) if one.result]
    return answer | {"judge": judge and _judged(app, judge, "a summary", cases, texts, progress, cancel)}


def drafted(
    app: App, file: Path, *, reader: str, judge: Judge | None, progress: Progress, cancel: Cancel
) -> Json:
    """Draft an answer to the threads of a file and check each draft. Raises as `summarized` does."""
    cases = thread_cases.read(file, drafts.DraftExpect)
    with closing(Bench(app, reader)) as bench:

        def work(case: ThreadCase[drafts.DraftExpect], stop: Cancel) -> Checked:
            writer = bench.reader(case.owner, case.expect.name)
            return drafts.checked(case, writer.draft(case.thread, case.expect.instructions, stop))

        made = attempts(cases, work, at_once=bench.at_once, progress=progress, cancel=cancel)
        answer = _report(cases, made, drafts.CHECKS, bench, reader)
    texts = [
        (case, str(one.result.shown["body"])) for case, one in zip(cases, made, strict=True) if one.result
    ]
    return answer | {"judge": judge and _judged(app, judge, "a draft", cases, texts, progress, cancel)}


def actions(app: App, file: Path, *, reader: str, progress: Progress, cancel: Cancel) -> Json:
    """Find the action items of the mails of a file and compare. Raises as `summarized` does."""
    cases = extraction.read(file)
    with closing(Bench(app, reader)) as bench:

        def work(case: MailCase, stop: Cancel) -> tuple[ActionItem, ...]:
            return bench.reader(case.owner).classify(case.message, BUILT_IN, stop).actions

        made = attempts(cases, work, at_once=bench.at_once, progress=progress, cancel=cancel)
        return extraction.report(list(zip(cases, made, strict=True)), bench.usage, reader)


def followups(app: App, file: Path, *, progress: Progress, cancel: Cancel) -> Json:
    """Say of the threads of a file which wait for an answer, and compare. Raises InputError."""
    cases = thread_cases.read(file, waiting.WaitExpect)

    def work(case: ThreadCase[waiting.WaitExpect], _: Cancel) -> tuple[str, ...]:
        zone = case.expect.now.tzinfo or app.zone
        found = waiting_mail.of(case.thread, {case.owner}, case.expect.now, zone)
        return found.asked if found else ()

    made = attempts(cases, work, at_once=1, progress=progress, cancel=cancel)
    return waiting.report(list(zip(cases, made, strict=True)))


def _report(
    cases: Sequence[ThreadCase[Any]],
    made: Sequence[Attempt[Checked]],
    names: Sequence[str],
    bench: Bench,
    reader: str,
) -> Json:
    ids = [case.id for case in cases]
    return checks.report(list(zip(ids, made, strict=True)), names, bench.usage, reader)


def _judged(
    app: App,
    judge: Judge,
    kind: str,
    cases: Sequence[ThreadCase[Any]],
    texts: Sequence[tuple[ThreadCase[Any], str]],
    progress: Progress,
    cancel: Cancel,
) -> Json:
    """What a model says of the texts, and of those that people labelled."""
    if not app.config.llm.configured:
        raise ConfigError(
            "No model is configured to judge.", "Set [llm] base_url and model, or leave out --judge."
        )
    threads = {case.id: case for case in cases}
    labels = judging.read(judge.hand, threads) if judge.hand else ()
    with closing(Bench(app, LLM, judge.model)) as bench:

        def ask(item: tuple[ThreadCase[Any], str], stop: Cancel) -> Judgement:
            case, text = item
            return bench.llm(case.owner, "").judge(case.thread, kind, text, stop)

        def all_of(items: Sequence[tuple[ThreadCase[Any], str]]) -> tuple[Attempt[Judgement], ...]:
            return attempts(items, ask, at_once=bench.at_once, progress=progress, cancel=cancel)

        made = all_of(texts)
        hand = all_of([(threads[label.case], label.text) for label in labels])
        verdicts = Verdicts(
            [(case.id, one) for (case, _), one in zip(texts, made, strict=True)],
            list(zip(labels, hand, strict=True)),
        )
        return judging.report(verdicts, bench.model, bench.usage)


def _told(shown: Json) -> str:
    """A summary as a judge reads it."""
    lines = [shown["gist"]]
    lines += [f"decided: {one}" for one in shown["decisions"]]
    lines += [
        f"to do: {one['what']} ({one['who']}{', by ' + one['due'] if one['due'] else ''})"
        for one in shown["actions"]
    ]
    return "\n".join([*lines, *(f"open: {one}" for one in shown["questions"])])
