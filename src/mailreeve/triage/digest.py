"""The digest: what the last runs found, for a person to read in a minute. Markdown that reads as plain text.

Mail text in it is data: no markup, no link and no address of a mail stays clickable; the only links are ours
to Gmail.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from urllib.parse import quote

from mailreeve.mail import invisible
from mailreeve.models import Json, LabelSpec, Priority
from mailreeve.store.ledger import Entry, EntryState
from mailreeve.store.runs import Run, RunState
from mailreeve.triage import nights
from mailreeve.triage.labels import NEEDS_HUMAN_NAME, names_of
from mailreeve.triage.parts import Parts

_MARKUP = re.compile(r"([\\`*_{}\[\]#|~!])")
_ANGLES = str.maketrans("<>", "‹›")
_MAILBOX = re.compile(r"(.+) <[^<>@]*@([^<>@]+)>")
_SCHEME = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,15}):(?=//)|\b(mailto|javascript|data|tel):")
_HOST = re.compile(r"(?i)\b((?:[a-z0-9-]{1,63}\.)+)(?=[a-z]{2,24}\b)|\bwww\.")
_TITLES = {
    Priority.URGENT: "Urgent",
    Priority.HIGH: "Important",
    Priority.NORMAL: "Normal",
    Priority.LOW: "Can wait",
}


@dataclass(frozen=True, slots=True)
class Edition:
    """What a digest is made of."""

    account: str
    zone: tzinfo
    day: date
    """In the user's zone."""
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


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest, ready to read."""

    day: date
    text: str
    runs: tuple[str, ...]
    head: str


def compile_digest(parts: Parts) -> Digest:
    """The digest of the last day on which there was a run, in the user's zone; of today when there was none."""
    runs = parts.ledger.runs.latest(200)
    day = (runs[0].started if runs else parts.now()).astimezone(parts.zone).date()
    told = tuple(run for run in reversed(runs) if run.started.astimezone(parts.zone).date() == day)
    standing = [run.id for run in told if run.state is not RunState.UNDONE]
    entries = _latest(parts.ledger.entries(standing)) if standing else ()
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
    )
    return compose(edition)


def _missed(parts: Parts, runs: Sequence[Run], told: Sequence[Run]) -> tuple[date, ...]:
    if parts.plan is None or not told:
        return ()
    before = [run for run in runs if run not in told][:1]
    skipped = [moment for run in before for moment in parts.plan.skipped(run.started, told[0].started)]
    return parts.plan.dates([*skipped, *parts.plan.overdue(told[-1].started, parts.now())])


def _latest(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Each message once, as it was decided last; the order stays."""
    newest: dict[str, int] = {}
    for entry in entries:
        newest[entry.message] = max(entry.generation, newest.get(entry.message, 0))
    return tuple(entry for entry in entries if entry.generation == newest[entry.message])


def compose(edition: Edition) -> Digest:
    """Pure: the same edition always makes the same text."""
    text = "\n".join([*_title(edition), *_body(edition), *_foot(edition)]) + "\n"
    return Digest(edition.day, text, tuple(run.id for run in edition.runs), edition.head)


def _title(edition: Edition) -> Iterator[str]:
    yield f"# Mail of {edition.day:%A}, {edition.day.isoformat()}"
    yield ""
    if edition.missed:
        yield from (f"**No run in the nights of {nights.told(edition.missed)}.**", "")
    decided = [entry for entry in edition.entries if _is_decided(entry)]
    drafts = sum(bool(entry.draft) for entry in decided)
    urgent = sum(entry.verdict.priority is Priority.URGENT for entry in decided if entry.verdict)
    human = sum(entry.state is EntryState.NEEDS_HUMAN for entry in edition.entries)
    failed = sum(_is_failed(entry) for entry in edition.entries)
    if not edition.runs:
        yield "There was no run yet. `mailreeve triage` makes one."
        return
    yield (
        f"{_count(len(decided), 'mail')} decided, {urgent} urgent, {_count(drafts, 'draft')} to review, "
        f"{human} for you to decide, {failed} failed."
    )
    unread = [entry.error for entry in edition.entries if _is_failed(entry) and entry.verdict is None]
    if unread:
        yield from (
            "",
            f"{_count(len(unread), 'mail')} not judged: {plain(Counter(unread).most_common(1)[0][0])}",
        )
    if _common_note(edition):
        yield from ("", f"Drafts: {plain(_common_note(edition))}")


def _body(edition: Edition) -> Iterator[str]:
    rest = [entry for entry in edition.entries if not _is_failed(entry)]
    human = [entry for entry in rest if entry.state is EntryState.NEEDS_HUMAN]
    if human:
        yield from ("", f"## {NEEDS_HUMAN_NAME}", "")
        for entry in human:
            yield _line(edition, entry, entry.verdict.reason if entry.verdict else "")
    for priority, title in _TITLES.items():
        group = [
            entry
            for entry in rest
            if _is_decided(entry) and entry.verdict and entry.verdict.priority is priority
        ]
        if group:
            yield from ("", f"## {title}")
            yield from _by_label(edition, group)
    yield from _noticed(edition, rest)
    failed = [entry for entry in edition.entries if _is_failed(entry)]
    if failed:
        yield from ("", "## Failed, tried again by the next run", "")
        for entry in failed:
            yield f"- {entry.message}: {plain(entry.error)} [Gmail]({url(edition.account, entry.thread)})"


def _noticed(edition: Edition, entries: Sequence[Entry]) -> Iterator[str]:
    """What the user's rules want told; the words are the rule's, the rest is as in any other line."""
    noticed = [
        (entry, act)
        for entry in entries
        for act in (entry.verdict.does if entry.verdict else ())
        if act.kind == "notify"
    ]
    if noticed:
        yield from ("", "## Your rules", "")
        for entry, act in noticed:
            yield _line(edition, entry, f"{act.value} (rule {act.rule.partition('@')[0]})")


def _by_label(edition: Edition, group: Sequence[Entry]) -> Iterator[str]:
    order = {label.id: (label.rank or 99, place) for place, label in enumerate(edition.labels)}
    used = {entry.verdict.label for entry in group if entry.verdict}
    for label in sorted(used, key=lambda id_: order.get(id_, (99, 99))):
        yield from ("", f"### {plain(edition.names.get(label, label))}", "")
        for entry in group:
            if entry.verdict and entry.verdict.label == label:
                yield _line(edition, entry, entry.verdict.summary)


def _line(edition: Edition, entry: Entry, summary: str) -> str:
    """One mail: who, what about, what it says, who decided, where it is, and its draft."""
    verdict, sight = entry.verdict, entry.sight
    at = datetime.fromtimestamp(sight.received_at / 1000, UTC).astimezone(edition.zone)
    when = f"{at:%H:%M}" if at.date() == edition.day else f"{at:%Y-%m-%d %H:%M}"
    subject, summary = plain(sight.subject), plain(summary)
    said = [f"{when} **{who(sight.sender)}**", "" if summary.startswith(subject) else subject, summary]
    line = "- " + " — ".join(filter(None, said))
    if verdict and verdict.deadline:
        line += f" (due {plain(verdict.deadline)})"
    if verdict:
        line += f" _{verdict.by.value} {verdict.confidence:.0%}_"
    line += f" [Gmail]({url(edition.account, entry.thread)})"
    if entry.draft:
        line += " · **draft to review**"
    own_note = entry.note if entry.note != _common_note(edition) else ""
    return f"{line}\n  {plain(own_note)}" if own_note else line


def _common_note(edition: Edition) -> str:
    """What is to be said of several drafts alike, and so is said once."""
    notes = Counter(entry.note for entry in edition.entries if entry.note)
    note, count = notes.most_common(1)[0] if notes else ("", 0)
    return note if count > 1 else ""


def who(sender: str) -> str:
    """Name and domain of a sender, both as text: a name alone could claim to be anybody."""
    match = _MAILBOX.fullmatch(sender)
    return plain(f"{match[1]} ({match[2]})" if match else sender) or "unknown sender"


def _foot(edition: Edition) -> Iterator[str]:
    yield from ("", "---", "")
    for run in edition.runs:
        at = run.started.astimezone(edition.zone)
        yield f"Run {run.id} at {at:%H:%M %Z}, {run.state.value}: {coverage_line(run.result)}"
    yield f"Audit head: {edition.head}"


def coverage_line(result: Json) -> str:
    """How many were seen, and what became of every one of them."""
    decided = ", ".join(f"{count} by {who}" for who, count in result.get("decided", {}).items() if count)
    line = (
        f"{result.get('seen', 0)} seen = {result.get('already', 0)} decided before + "
        f"{sum(result.get('decided', {}).values())} decided now{f' ({decided})' if decided else ''} + "
        f"{len(result.get('needs_human', ()))} for you + {len(result.get('failed', ()))} failed"
    )
    return f"{line}; {result['left']} left for the next run." if result.get("left") else f"{line}."


def plain(text: str) -> str:
    """Mail text that cannot become markup or a link: marks escaped, tags, addresses and schemes broken."""
    line = " ".join(invisible.clean(text).text.split()).translate(_ANGLES).replace("](", "] (")
    line = _MARKUP.sub(r"\\\1", line)
    line = _SCHEME.sub(lambda found: f"{found[1]}[:]" if found[1] else f"{found[2]}[:] ", line)
    return _HOST.sub(lambda found: found[0].replace(".", "[.]"), line)


def url(account: str, thread: str) -> str:
    """The thread in Gmail's web page, in the right one of the person's accounts."""
    return f"https://mail.google.com/mail/?authuser={quote(account, safe='')}#all/{quote(thread, safe='')}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _is_failed(entry: Entry) -> bool:
    return bool(entry.error)


def _is_decided(entry: Entry) -> bool:
    return entry.verdict is not None and not entry.verdict.needs_human and not entry.error
