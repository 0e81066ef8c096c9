"""Which mail a run takes up, and what that would cost."""

from dataclasses import dataclass, replace
from datetime import timedelta

from mailreeve.cancel import Cancel
from mailreeve.google import sync
from mailreeve.models import Ref
from mailreeve.store.ledger import Cursor
from mailreeve.triage.parts import Parts, Settings
from mailreeve.triage.run import Options

_PER_CHUNK = 203
"""Units around a chunk of 100: profile, history, and about four calls that set labels."""
_PER_DRAFT = 75
"""Units of a draft: thread, list, create, read back."""
_OLDER = 40
"""Units of what was said before in its thread, which a model is shown."""


@dataclass(frozen=True, slots=True)
class Intake:
    """New mail, the newest first."""

    refs: tuple[Ref, ...]
    history_id: str
    """Save it as the cursor once the mail is queued; empty when the cursor must stay where it is."""
    cap: int | None
    """How many messages this run may take."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run would cost at most."""

    messages: int
    left: int
    """More messages than the run may take."""
    units: int
    minutes: float
    model_calls: int
    tokens: int
    cost: float

    def beside(self, units: int, settings: Settings) -> "Estimate":
        """With what is spent on other things before and after it."""
        minutes = _waiting(units, settings)
        return replace(self, units=self.units + units, minutes=self.minutes + minutes)

    def sentence(self) -> str:
        """For the person who is asked."""
        model = (
            f", up to {self.model_calls} model calls with about {self.tokens} tokens"
            if self.model_calls
            else ", read by the built-in reader"
        )
        money = f" for about {self.cost:.2f}" if self.cost else ""
        left = f" {self.left} more stay queued for the next run." if self.left else ""
        return (
            f"{self.messages} messages: about {self.units} Gmail units{model}{money}, "
            f"about {max(1, round(self.minutes))} min.{left}"
        )


def collect(parts: Parts, options: Options, cancel: Cancel) -> Intake:
    """Page the history from the saved cursor, or list what is as new as asked for.

    An expired cursor makes a bounded list, never a gap. `again` without an age looks back as far as a first
    run does. Nothing is written.
    """
    now, cursor = parts.now(), parts.ledger.cursor()
    first = cursor is None and options.since is None
    listed = options.since is not None or options.again
    if listed or cursor is None:
        age = options.since or timedelta(days=parts.settings.first_days)
        start = sync.Cursor("", int((now - age).timestamp()))
    else:
        start = sync.Cursor(cursor.history_id, _known_until(parts, cursor))
    delta = sync.new_since(parts.gmail, start, cancel, clock=now.timestamp)
    keeps = listed and cursor is not None
    caps = [cap for cap in (options.limit, parts.settings.first_cap if first else 0) if cap]
    return Intake(tuple(reversed(delta.refs)), "" if keeps else delta.history_id, min(caps, default=None))


def _known_until(parts: Parts, cursor: Cursor) -> int:
    """Epoch seconds: our clock's time of the last run, or Gmail's of the newest mail if ours was ahead of it."""
    saved, newest = int(cursor.saved_at.timestamp()), parts.ledger.newest() // 1000
    return min(saved, newest) if newest else saved


def estimate(parts: Parts, options: Options, cancel: Cancel) -> Estimate:
    """What a run would cost at most; asks Gmail for lists only, and no model."""
    intake = collect(parts, options, cancel)
    ledger = parts.ledger
    ids = {ref.id for ref in intake.refs}
    todo = ids if options.again else ids - ledger.decided(ids)
    found = len(todo | {entry.message for entry in ledger.open()})
    count = found if intake.cap is None else min(found, intake.cap)
    settings = parts.settings
    drafts = min(settings.max_drafts, count) if settings.drafts else 0
    units = (
        count * settings.units_per_get
        + -(-count // 100) * _PER_CHUNK
        + drafts * (_PER_DRAFT + (_OLDER if parts.llm else 0))
    )
    calls = count + drafts if parts.llm else 0
    tokens = calls * settings.tokens_per_mail
    reading = calls * settings.seconds_per_call / settings.concurrency / 60
    return Estimate(
        messages=count,
        left=found - count,
        units=units,
        minutes=max(reading, _waiting(units, settings)),
        model_calls=calls,
        tokens=tokens,
        cost=tokens * settings.price_per_million / 1_000_000,
    )


def _waiting(units: int, settings: Settings) -> float:
    """Minutes that these units take at the pace that Gmail allows."""
    return units / (settings.units_per_minute * 0.8) if settings.units_per_minute else 0.0
