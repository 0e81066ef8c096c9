"""How the triage does over time: volume, who decided, cost, corrections, how fast the person answers.

Counts only, out of the ledger, the runs and the audit. Asks nobody, changes nothing.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import quantiles
from typing import TypeVar

from mailreeve.app import Mailbox
from mailreeve.errors import InputError
from mailreeve.service.answers.stats import AnsweredJson, DayJson, LabelCountJson, StatsAnswer, WithinJson
from mailreeve.service.answers.triage import DecidedJson, TokensJson
from mailreeve.store.corrections import Correction, Corrections
from mailreeve.store.figures import Decided, Figures
from mailreeve.store.runs import Run, Runs
from mailreeve.triage.run import parse_age

LONGEST = timedelta(days=366)
"""What is older is not asked for: most of it is erased by then ([privacy] decisions_days)."""
_HOUR = 3_600_000
_WITHIN = (1, 4, 24, 72)
"""Hours that tell soon from late."""

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class _Found:
    """What the store has since the first day."""

    mails: tuple[Decided, ...]
    corrections: tuple[Correction, ...]
    runs: tuple[Run, ...]
    answers: tuple[int, ...]


def stats(box: Mailbox, since: str = "30d", now: datetime | None = None) -> StatsAnswer:
    """Everything since `7d`, `4w` or the like, in whole days of the person's time zone. Raises InputError."""
    age = parse_age(since) or timedelta(days=30)
    if age > LONGEST:
        raise InputError("At most a year can be counted.", "Ask for 366d or less.")
    today = (now or datetime.now(UTC)).astimezone(box.zone).date()
    first = today - max(age - timedelta(days=1), timedelta())
    found = _find(box, datetime.combine(first, datetime.min.time(), box.zone))
    days = _days(box, first, today, found)
    decided = _decided(found.mails)
    total = decided["rule"] + decided["pattern"] + decided["offline"] + decided["llm"]
    tokens = [run.result.get("tokens", {}) for run in found.runs]
    return StatsAnswer(
        account=box.address,
        since=first.isoformat(),
        received=len(found.mails),
        decided=decided,
        needs_human=sum(day["needs_human"] for day in days),
        failed=sum(day["failed"] for day in days),
        corrected=len(found.corrections),
        corrected_share=round(len(found.corrections) / total, 4) if total else None,
        runs=len(found.runs),
        model_calls=sum(day["model_calls"] for day in days),
        tokens=TokensJson({"in": _sum(tokens, "in"), "out": _sum(tokens, "out")}),
        cost=round(sum(day["cost"] for day in days), 6),
        units=sum(day["units"] for day in days),
        answered=_answered(found.answers),
        labels=_labels(box, found),
        days=days,
    )


def _find(box: Mailbox, start: datetime) -> _Found:
    since = int(start.timestamp() * 1000)
    figures = Figures(box.app.db, box.address)
    standing = Corrections(box.audit).standing().values()
    return _Found(
        figures.decided(since),
        tuple(one for one in standing if one.at >= start),
        Runs(box.app.db, box.address).since(since),
        figures.answered(since),
    )


def _days(box: Mailbox, first: date, today: date, found: _Found) -> list[DayJson]:
    def day_of(moment: datetime) -> date:
        return moment.astimezone(box.zone).date()

    mails = _grouped(found.mails, lambda one: day_of(datetime.fromtimestamp(one.received / 1000, UTC)))
    corrections = _grouped(found.corrections, lambda one: day_of(one.at))
    runs = _grouped(found.runs, lambda one: day_of(one.started))
    every = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    return [_day(one, mails[one], corrections[one], [run.result for run in runs[one]]) for one in every]


def _grouped(things: Iterable[Thing], day: Callable[[Thing], date]) -> defaultdict[date, list[Thing]]:
    found: defaultdict[date, list[Thing]] = defaultdict(list)
    for one in things:
        found[day(one)].append(one)
    return found


def _day(
    day: date, mails: Sequence[Decided], corrections: Sequence[Correction], runs: Sequence[dict[str, object]]
) -> DayJson:
    return DayJson(
        date=day.isoformat(),
        received=len(mails),
        decided=_decided(mails),
        needs_human=sum(one.needs_human for one in mails),
        failed=sum(one.failed for one in mails),
        corrected=len(corrections),
        model_calls=_sum(runs, "model_calls"),
        cost=round(sum(float(str(run.get("cost", 0))) for run in runs), 6),
        units=_sum(runs, "units"),
    )


def _decided(mails: Iterable[Decided]) -> DecidedJson:
    by = Counter(one.by for one in mails)
    return DecidedJson(rule=by["rule"], pattern=by["pattern"], offline=by["offline"], llm=by["llm"])


def _sum(results: Iterable[dict[str, object]], key: str) -> int:
    return sum(int(str(one.get(key, 0))) for one in results)


def _answered(after: Sequence[int]) -> AnsweredJson:
    hours = sorted(one / _HOUR for one in after)
    if not hours:
        return AnsweredJson(count=0, median_hours=None, p90_hours=None, within=[])
    tenths = quantiles(hours, n=10, method="inclusive") if len(hours) > 1 else hours * 9
    places = Counter(bisect_left(_WITHIN, one) for one in hours)
    return AnsweredJson(
        count=len(hours),
        median_hours=round(tenths[4], 1),
        p90_hours=round(tenths[8], 1),
        within=[WithinJson(hours=one, count=places[n]) for n, one in enumerate((*_WITHIN, None))],
    )


def _labels(box: Mailbox, found: _Found) -> list[LabelCountJson]:
    """The most frequent first; a label that is no longer among the user's keeps its id as its name."""
    counts = Counter(one.label for one in found.mails if one.label)
    wrong = Counter(one.old for one in found.corrections)
    names = {spec.id: spec.name or spec.id for spec in box.labels}
    return [
        LabelCountJson(id=id_, name=names.get(id_, id_), count=count, corrected=wrong[id_])
        for id_, count in counts.most_common()
    ]
