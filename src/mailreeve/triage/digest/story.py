"""What a digest says, in which order: the most pressing first, and at the end what accounts for all of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from mailreeve.models import Priority, Story
from mailreeve.store.entries import Entry, EntryState
from mailreeve.store.owed import Owed
from mailreeve.triage import nights
from mailreeve.triage.digest.blocks import Block, Kind, Look, Piece, block, link, ours, row, theirs
from mailreeve.triage.digest.edition import Edition, Span
from mailreeve.triage.digest.markdown import one_line, plain
from mailreeve.triage.digest.threads import Strand, is_decided, strands
from mailreeve.triage.digest.todo import todo
from mailreeve.triage.digest.words import count, coverage_line, named, url
from mailreeve.triage.labels import NEEDS_HUMAN_NAME

_TITLES = {
    Priority.URGENT: "Urgent",
    Priority.HIGH: "Important",
    Priority.NORMAL: "Normal",
    Priority.LOW: "Can wait",
}
_COUNTED = {Priority.NORMAL, Priority.LOW}
"""Of these a week tells only how many there were."""
_MOST_SENDERS = 3


def title(edition: Edition) -> str:
    """What it is called."""
    if edition.span is Span.WEEK:
        return f"Mail of the week from {edition.first.isoformat()} to {edition.day.isoformat()}"
    return f"Mail of {edition.day:%A}, {edition.day.isoformat()}"


def blocks(edition: Edition) -> Iterator[Block]:
    """All of it."""
    yield block(Kind.TITLE, title(edition))
    yield from _summary(edition)
    yield from _body(edition)
    yield from _foot(edition)


def _summary(edition: Edition) -> Iterator[Block]:
    if edition.missed:
        yield block(Kind.TEXT, ours(f"No run in the nights of {nights.told(edition.missed)}.", Look.STRONG))
    for note in edition.notes:
        yield block(Kind.TEXT, theirs(note))
    if not edition.runs:
        yield block(Kind.TEXT, "There was no run yet. `mailreeve triage` makes one.")
        return
    yield block(Kind.TEXT, counts(edition))
    unread = [entry.error for entry in edition.entries if _is_failed(entry) and entry.verdict is None]
    if unread:
        common = Counter(unread).most_common(1)[0][0]
        yield block(Kind.TEXT, f"{count(len(unread), 'mail')} not judged: ", theirs(common))
    if _common_note(edition):
        yield block(Kind.TEXT, "Drafts: ", theirs(_common_note(edition)))


def counts(edition: Edition) -> str:
    """What there was, in a sentence."""
    decided = [entry for entry in edition.entries if is_decided(entry)]
    drafts = sum(bool(entry.draft) for entry in decided)
    urgent = sum(entry.verdict.priority is Priority.URGENT for entry in decided if entry.verdict)
    human = sum(entry.state is EntryState.NEEDS_HUMAN for entry in edition.entries)
    failed = sum(_is_failed(entry) for entry in edition.entries)
    return (
        f"{count(len(decided), 'mail')} decided, {urgent} urgent, {count(drafts, 'draft')} to review, "
        f"{human} for you to decide, {failed} failed."
    )


def _body(edition: Edition) -> Iterator[Block]:
    rest = [entry for entry in edition.entries if not _is_failed(entry)]
    yield from todo(edition, [entry for entry in rest if is_decided(entry)])
    human = [entry for entry in rest if entry.state is EntryState.NEEDS_HUMAN]
    if human:
        yield block(Kind.HEAD, NEEDS_HUMAN_NAME)
        for entry in human:
            yield _line(edition, entry, entry.verdict.reason if entry.verdict else "")
    decided = [entry for entry in rest if is_decided(entry)]
    told = strands(decided)
    for priority, heading in _TITLES.items():
        counted = edition.span is Span.WEEK and priority in _COUNTED
        group = [one for one in told if one.entry.verdict and one.entry.verdict.priority is priority]
        every = [entry for entry in decided if entry.verdict and entry.verdict.priority is priority]
        if every if counted else group:
            yield block(Kind.HEAD, heading)
            yield from _counts(edition, every) if counted else _by_label(edition, group, heading)
    yield from _owed(edition)
    yield from _noticed(edition, rest)
    failed = [entry for entry in edition.entries if _is_failed(entry)]
    if failed:
        yield block(Kind.HEAD, "Failed, tried again by the next run")
        for entry in failed:
            to_gmail = link("Gmail", url(edition.account, entry.thread))
            yield block(Kind.ITEM, f"{entry.message}: ", theirs(entry.error), " ", to_gmail)


def _owed(edition: Edition) -> Iterator[Block]:
    """What still waits for an answer, and what the person promised; and when the last look failed, that it did."""
    if edition.owed is None:
        return
    if edition.owed.error:
        yield block(
            Kind.TEXT, "Who still owes an answer could not be looked up: ", theirs(edition.owed.error)
        )
    asked = [one for one in edition.owed.items if one.asked]
    promised = [one for one in edition.owed.items if one.promises]
    if asked:
        yield block(Kind.HEAD, "Waiting for an answer")
        yield from (_waiting(edition, one) for one in asked)
    if promised:
        yield block(Kind.HEAD, "You promised")
        yield from (_promised(edition, one, what, due) for one in promised for what, due in one.promises)


def _waiting(edition: Edition, one: Owed) -> Block:
    days = (edition.day - datetime.fromtimestamp(one.sent / 1000, UTC).astimezone(edition.zone).date()).days
    pieces: list[Piece | str] = [
        f"{one.number}. ",
        theirs(", ".join(one.to[:3]), Look.STRONG),
        " — ",
        theirs(one.subject),
    ]
    since = f" — {count(max(days, 0), 'day')}: "
    to_gmail = link("Gmail", url(edition.account, one.thread))
    return block(Kind.ITEM, *pieces, since, theirs(one.asked[0]), " ", to_gmail)


def _promised(edition: Edition, one: Owed, what: str, due: str) -> Block:
    to_gmail = link("Gmail", url(edition.account, one.thread))
    by = (" (by ", theirs(due), ")") if due else ()
    whom = theirs(", ".join(one.to[:3]), Look.STRONG)
    return block(Kind.ITEM, f"{one.number}. to ", whom, " — ", theirs(what), *by, " ", to_gmail)


def _noticed(edition: Edition, entries: Sequence[Entry]) -> Iterator[Block]:
    """What the user's rules want told; the words are the rule's, the rest is as in any other line."""
    noticed = [
        (entry, act)
        for entry in entries
        for act in (entry.verdict.does if entry.verdict else ())
        if act.kind == "notify"
    ]
    if noticed:
        yield block(Kind.HEAD, "Your rules")
        for entry, act in noticed:
            yield _line(edition, entry, f"{act.value} (rule {act.rule.partition('@')[0]})")


def _grouped(edition: Edition, group: Sequence[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    """The entries by the names of their labels, in the order of the labels."""
    order = {label.id: (label.rank or 99, place) for place, label in enumerate(edition.labels)}
    used = {entry.verdict.label for entry in group if entry.verdict}
    for label in sorted(used, key=lambda id_: order.get(id_, (99, 99))):
        found = [entry for entry in group if entry.verdict and entry.verdict.label == label]
        yield edition.names.get(label, label), found


def _by_label(edition: Edition, group: Sequence[Strand], heading: str) -> Iterator[Block]:
    older = {one.entry.message: len(one.older) for one in group}
    for name, entries in _grouped(edition, [one.entry for one in group]):
        if name != heading:
            yield block(Kind.SUBHEAD, theirs(name))
        for entry in entries:
            story = edition.stories.get(entry.message)
            summary = entry.verdict.summary if entry.verdict and not story else ""
            line = _line(edition, entry, summary, older[entry.message])
            yield replace(line, inner=tuple(_told(edition, story))) if story else line


def _told(edition: Edition, story: Story) -> Iterator[tuple[Piece, ...]]:
    """What is new in a thread and what is to be done, a line each with its mail; and how much of the new mail was read."""
    for claims, start in ((story.news, ""), (story.todo, "To do: ")):
        for one in claims:
            yield row(start, theirs(one.text), " ", link("Gmail", url(edition.account, one.message_id)))
    seen = story.coverage
    if seen.read < seen.messages:
        yield row(
            f"{seen.read} of {count(seen.messages, 'new mail')} read, {seen.folded} told by notes, {seen.left_out} left out"
        )


def _counts(edition: Edition, group: Sequence[Entry]) -> Iterator[Block]:
    """How many of each label, and who sent most of them."""
    for name, entries in _grouped(edition, group):
        senders = Counter(named(entry.sight.sender) for entry in entries)
        pieces: list[Piece | str] = [theirs(name, Look.STRONG), f": {count(len(entries), 'mail')}, from "]
        for place, (sender, times) in enumerate(senders.most_common(_MOST_SENDERS)):
            pieces += [", " if place else "", theirs(sender), f" ({times})"]
        more = len(senders) - _MOST_SENDERS
        yield block(Kind.ITEM, *pieces, f" and {count(more, 'other')}" if more > 0 else "")


def _line(edition: Edition, entry: Entry, summary: str, earlier: int = 0) -> Block:
    """One mail: who, what about, what it says, who decided, where it is, its draft, and whom else it stands for."""
    verdict, sight = entry.verdict, entry.sight
    at = datetime.fromtimestamp(sight.received_at / 1000, UTC).astimezone(edition.zone)
    same_day = edition.span is Span.DAY and at.date() == edition.day
    when = f"{at:%H:%M}" if same_day else f"{at:%Y-%m-%d %H:%M}"
    subject, summary = one_line(sight.subject), one_line(summary)
    pieces: list[Piece | str] = [f"{when} ", theirs(named(sight.sender), Look.STRONG)]
    repeated = plain(summary).startswith(plain(subject))
    for said in filter(None, ("" if repeated else subject, summary)):
        pieces += [" — ", theirs(said)]
    if verdict and verdict.deadline:
        pieces += [" (due ", theirs(verdict.deadline), ")"]
    if verdict:
        pieces += [" ", ours(f"{verdict.by.value} {verdict.confidence:.0%}", Look.EM)]
    pieces += [" ", link("Gmail", url(edition.account, entry.thread))]
    if entry.draft:
        pieces += [" · ", ours("draft to review", Look.STRONG)]
    if earlier:
        pieces.append(f" · newest of {earlier + 1} in this thread")
    own_note = entry.note if entry.note != _common_note(edition) else ""
    return replace(block(Kind.ITEM, *pieces), under=own_note)


def _common_note(edition: Edition) -> str:
    """What is to be said of several drafts alike, and so is said once."""
    found = Counter(entry.note for entry in edition.entries if entry.note)
    note, times = found.most_common(1)[0] if found else ("", 0)
    return note if times > 1 else ""


def _foot(edition: Edition) -> Iterator[Block]:
    yield block(Kind.RULE)
    for run in edition.runs:
        at = run.started.astimezone(edition.zone)
        day = f"{at:%Y-%m-%d} " if edition.span is Span.WEEK else ""
        told = f"Run {run.id} at {day}{at:%H:%M %Z}, {run.state.value}: {coverage_line(run.result)}"
        why = run.result.get("stories", {}).get("error", "")
        yield block(Kind.LINE, told, *((" Not of all: ", theirs(why)) if why else ()))
    yield block(Kind.LINE, f"Audit head: {edition.head}")
    for line in edition.outside:
        yield block(Kind.LINE, theirs(line))


def _is_failed(entry: Entry) -> bool:
    return bool(entry.error)
