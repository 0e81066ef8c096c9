"""What a digest is made of, and making one."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from mailreeve.models import LabelSpec, Story
from mailreeve.store.entries import Entry
from mailreeve.store.owed import Looked
from mailreeve.store.runs import Run, RunState
from mailreeve.triage.labels import names_of
from mailreeve.triage.parts import Parts


class Span(StrEnum):
    """What a digest tells of."""

    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Edition:
    """What a digest is made of."""

    account: str
    zone: tzinfo
    day: date
    """In the user's zone; of a week the last one."""
    runs: tuple[Run, ...]
    """The runs that it tells of, oldest first."""
    entries: tuple[Entry, ...]
    """What they worked on."""
    labels: tuple[LabelSpec, ...]
    names: Mapping[str, str]
    """What the labels are called."""
    head: str
    """The head of the audit chain: whoever keeps this digest can prove later that the chain was not rewritten."""
    missed: tuple[date, ...] = ()
    """The nights before these runs, or after them until now, for which nothing ran."""
    span: Span = Span.DAY
    owed: Looked | None = None
    """What still waits for an answer and what was promised; None: nobody looked yet."""
    notes: tuple[str, ...] = ()
    """What else is to be said above, in the words of a program: a digest that was not mailed."""
    outside: tuple[str, ...] = ()
    """What became of events for destinations, a line each."""
    stories: Mapping[str, Story] = field(default_factory=dict)
    """What the model told of threads with several new mails, by the newest of them."""

    @property
    def first(self) -> date:
        """The first day that it tells of."""
        return self.day - timedelta(days=6) if self.span is Span.WEEK else self.day


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest, ready to read."""

    day: date
    span: Span
    title: str
    text: str
    """Markdown."""
    html: str
    """A page of its own."""
    letter: str
    """The text of a mail, with the same words as the page."""
    summary: str
    """Counts in a sentence, without a word of any mail."""
    runs: tuple[str, ...]
    head: str


def compile_digest(
    parts: Parts,
    span: Span = Span.DAY,
    *,
    owed: Looked | None = None,
    notes: Sequence[str] = (),
    outside: Sequence[str] = (),
    since: datetime | None = None,
) -> Digest:
    """The digest of the last day on which there was a run, or of the week until it; of today when there was none.

    Days are those of the user's zone. With `since` it tells of the runs from that moment on, however many days.
    """
    runs = parts.ledger.runs.latest(2000 if span is Span.WEEK else 200)
    day = (runs[0].started if runs else parts.now()).astimezone(parts.zone).date()
    first = day - timedelta(days=6) if span is Span.WEEK else day
    told = tuple(
        run
        for run in reversed(runs)
        if (run.started > since if since else first <= run.started.astimezone(parts.zone).date() <= day)
    )
    standing = [run.id for run in told if run.state is not RunState.UNDONE]
    entries = _latest(parts.ledger.entries(standing)) if standing else ()
    stories = parts.ledger.stories.of_runs(standing) if standing else {}
    edition = Edition(
        account=parts.account,
        zone=parts.zone,
        day=day,
        runs=told,
        entries=entries,
        labels=parts.labels,
        names=names_of(parts),
        head=parts.audit.head(),
        missed=_missed(parts, runs, told),
        span=span,
        owed=owed,
        notes=tuple(notes),
        outside=tuple(outside),
        stories={
            one.message: stories[key] for one in entries if (key := (one.message, one.generation)) in stories
        },
    )
    return compose(edition)


def _missed(parts: Parts, runs: Sequence[Run], told: Sequence[Run]) -> tuple[date, ...]:
    """Nights without a run: before the first of these runs, between them, and since the last one."""
    if parts.plan is None or not told:
        return ()
    before = [run for run in runs if run not in told][:1]
    chain = [*before, *told]
    skipped = [
        moment
        for one, then in itertools.pairwise(chain)
        for moment in parts.plan.skipped(one.started, then.started)
    ]
    return parts.plan.dates([*skipped, *parts.plan.overdue(told[-1].started, parts.now())])


def _latest(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Each message once, as it was decided last; the order stays."""
    newest: dict[str, int] = {}
    for entry in entries:
        newest[entry.message] = max(entry.generation, newest.get(entry.message, 0))
    return tuple(entry for entry in entries if entry.generation == newest[entry.message])


def compose(edition: Edition) -> Digest:
    """Pure: the same edition always makes the same text."""
    from mailreeve.triage.digest import story
    from mailreeve.triage.digest.letter import letter
    from mailreeve.triage.digest.markdown import markdown
    from mailreeve.triage.digest.page import page

    blocks = tuple(story.blocks(edition))
    return Digest(
        edition.day,
        edition.span,
        story.title(edition),
        markdown(blocks),
        page(blocks),
        letter(blocks),
        story.counts(edition),
        tuple(run.id for run in edition.runs),
        edition.head,
    )
