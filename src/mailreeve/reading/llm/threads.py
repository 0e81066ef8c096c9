"""A thread in prompts. A long one is folded: notes are made of its older messages first, the newest stay whole.

Every statement of the model names a message by its number. A number that is none of the thread's, or that of a
message that was not shown, is invented: what it is said of is not told, and counted.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from mailreeve.errors import InputError, ReaderAnswerInvalid
from mailreeve.models import Claim, DecidedBy, Json, Message, Story, Summary, Thread, ThreadCoverage
from mailreeve.reading import plain
from mailreeve.reading.llm import items, render, schemas
from mailreeve.reading.offline import details

WHOLE = 24
"""A thread of so many messages is shown as it is."""
NEWEST = 12
"""Of a longer one so many are: the last word counts most."""
GROUP = 16
"""So many older messages at most become notes in one call."""
MOST_GROUPS = 8
"""What is older than these is left out, except the first message."""
BEFORE = 6
"""So many messages before the new ones are shown with them, so that a story knows what it goes on with."""
_NOTES = 12
_NEWS, _TODO = 3, 2
"""So many claims of a story at most; of more the newest are told."""
_LEAST_TOKENS = 60

Ask = Callable[[str, dict[str, str], Json], Json]
"""Prompt name, values and schema to the model's answer."""
Mask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Plan:
    """Which messages, counted from 0, are shown as they are, and which become notes, group by group."""

    whole: tuple[int, ...]
    groups: tuple[tuple[int, ...], ...] = ()


def plan(count: int) -> Plan:
    """How a thread of so many messages is read."""
    if count <= WHOLE:
        return Plan(tuple(range(count)))
    newest = range(count - NEWEST, count)
    older = range(1, newest.start)[-GROUP * MOST_GROUPS :]
    groups = -(-len(older) // GROUP)
    size = -(-len(older) // groups)
    cut = tuple(tuple(older[at : at + size]) for at in range(0, len(older), size))
    return Plan((0, *newest), cut)


def newest(told: Sequence[Message], mask: Mask, tokens: int) -> str:
    """A thread within a number of tokens: the first message and the newest ones, and how many are left out."""
    count = len(told)
    places = range(count) if count <= WHOLE else (0, *range(count - WHOLE + 1, count))
    return _laid_out(told, places, {}, mask, tokens)


def summary(thread: Thread, told: Sequence[Message], ask: Ask, mask: Mask, tokens: int) -> Summary:
    """What a thread says; `told` are those of its messages that a model may see.

    Raises what `ask` raises. When notes cannot be made of some older messages, they count as left out.
    """
    seen = _read(told, 0, ask, mask, tokens)
    filled = {"thread": seen.text, "count": str(len(told))}
    found = schemas.checked(schemas.SummaryAnswer, ask("summarize", filled, schemas.summary_schema()))
    return _record(thread.id, found, seen.ids(told), seen.coverage(thread.messages), told)


def story(
    thread: Thread, told: Sequence[Message], new: Collection[str], ask: Ask, mask: Mask, tokens: int
) -> Story:
    """What changed in a thread with its new messages, of which `new` holds the ids, and those after the first of them.

    They are shown with a few older ones; only of more than a prompt holds the older new ones become notes. News that
    rest on an older message are none, and not told. Raises what `ask` raises, ReaderAnswerInvalid when nothing is left
    to tell, and InputError when no new message may be shown.
    """
    first = next((place for place, mail in enumerate(told) if mail.id in new), None)
    if first is None:
        raise InputError("No new message of this thread may be shown to a model.", "Open it in Gmail.")
    seen = _read(told, max(0, first - BEFORE), ask, mask, tokens)
    filled = {"thread": seen.text, "count": str(len(told)), "first": str(first + 1)}
    found = schemas.checked(schemas.StoryAnswer, ask("digest", filled, schemas.story_schema()))
    ids = seen.ids(told)
    news = _newest(found.news, {number: id_ for number, id_ in ids.items() if number > first}, _NEWS)
    if not news:
        raise ReaderAnswerInvalid("The model told nothing that a new message says.")
    fresh = thread.messages[thread.messages.index(told[first]) :]
    unsupported = sum(one.message <= first or one.message not in ids for one in found.news)
    unsupported += sum(one.message not in ids for one in found.todo)
    coverage = replace(seen.coverage(fresh, first), unsupported=unsupported)
    return Story(thread.id, news, _newest(found.todo, ids, _TODO), coverage)


def _newest(answers: Sequence[schemas.ClaimAnswer], ids: Mapping[int, str], most: int) -> tuple[Claim, ...]:
    """The newest claims that rest on these messages, in the order of the messages."""
    supported = sorted((one for one in answers if one.message in ids), key=lambda one: one.message)
    claims = [Claim(plain.one_line(one.text, 200), ids[one.message]) for one in supported]
    return tuple([one for one in claims if one.text][-most:])


@dataclass(frozen=True, slots=True)
class _Seen:
    """What of a thread goes into a prompt: its text, and which messages, counted from 0, are in it."""

    text: str
    whole: tuple[int, ...]
    folded: tuple[int, ...]

    def ids(self, told: Sequence[Message]) -> dict[int, str]:
        """The messages that were shown, by their numbers."""
        return {place + 1: told[place].id for place in (*self.whole, *self.folded)}

    def coverage(self, messages: Sequence[Message], first: int = 0) -> ThreadCoverage:
        """How much of these messages was shown, the first of which has the place `first`."""
        read, folded = (sum(place >= first for place in places) for places in (self.whole, self.folded))
        return ThreadCoverage(len(messages), read, folded, len(messages) - read - folded)


def _read(told: Sequence[Message], start: int, ask: Ask, mask: Mask, tokens: int) -> _Seen:
    """A thread from one place on, as a prompt shows it: a long one with notes on its older messages."""
    planned = plan(len(told) - start)
    whole = tuple(start + place for place in planned.whole)
    notes: dict[tuple[int, ...], str] = {}
    for group in planned.groups:
        places = tuple(start + place for place in group)
        try:
            notes[places] = _folded(told, places, ask, mask, tokens)
        except ReaderAnswerInvalid:
            continue
    text = _laid_out(told, whole, notes, mask, tokens)
    return _Seen(text, whole, tuple(place for group in notes for place in group))


def _record(
    thread_id: str,
    found: schemas.SummaryAnswer,
    ids: Mapping[int, str],
    coverage: ThreadCoverage,
    told: Sequence[Message],
) -> Summary:
    """The answer as a record; `ids` are the messages that were shown, by their numbers."""
    shown = render.shown(told)
    # of one message nothing else can be meant
    only = next(iter(ids.values())) if len(told) == 1 else ""

    def claims(answers: Sequence[schemas.ClaimAnswer]) -> tuple[Claim, ...]:
        return tuple(
            Claim(plain.one_line(one.text, 240, shown), ids.get(one.message, only))
            for one in answers
            if one.text.strip()
        )

    decisions, questions = claims(found.decisions), claims(found.questions)
    actions = tuple(
        items.item(one, shown, ids.get(one.message, only)) for one in found.actions if one.what.strip()
    )
    pointers = [one.message_id for one in (*decisions, *questions)] + [one.message_id for one in actions]
    dates, amounts = details.named(told)  # by rules: no model counts days and figures as well
    sources = [ids[number] for number in found.gist_messages if number in ids] or [only]
    return Summary(
        thread_id=thread_id,
        gist=plain.one_line(found.gist, 600, shown),
        sources=tuple(dict.fromkeys(filter(None, sources))),
        decisions=tuple(one for one in decisions if one.message_id),
        actions=tuple(one for one in actions if one.message_id),
        questions=tuple(one for one in questions if one.message_id),
        dates=dates,
        amounts=amounts,
        coverage=replace(coverage, unsupported=pointers.count("")),
        by=DecidedBy.LLM,
    )


def _folded(told: Sequence[Message], group: Sequence[int], ask: Ask, mask: Mask, tokens: int) -> str:
    """Notes on a group of messages, one a line, each with number, day and author of its message."""
    each = max(_LEAST_TOKENS, tokens // len(group))
    filled = {
        "thread": "\n\n".join(_one(told, place, each, mask) for place in group),
        "count": str(len(group)),
    }
    found = schemas.checked(schemas.FoldAnswer, ask("fold", filled, schemas.fold_schema()))
    numbers = {place + 1 for place in group}
    shown = render.shown([told[place] for place in group])
    lines = [
        f"[{note.message}] {_by(told[note.message - 1])}: {plain.one_line(note.text, 200, shown)}"
        for note in found.notes
        if note.message in numbers and note.text.strip()
    ]
    if not lines:
        raise ReaderAnswerInvalid("The model made no note of any of these messages.")
    head = f"Notes on messages {group[0] + 1} to {group[-1] + 1}, made before this:"
    return "\n".join((head, *lines[:_NOTES]))


def _by(mail: Message) -> str:
    day = mail.date.date().isoformat() if mail.date else ""
    return f"{day} {str(mail.author)[:80]}".strip()


def _one(told: Sequence[Message], place: int, tokens: int, mask: Mask) -> str:
    return f"Message {place + 1} of {len(told)}\n{render.message(told[place], tokens, mask)}"


def _laid_out(
    told: Sequence[Message],
    places: Sequence[int],
    notes: Mapping[tuple[int, ...], str],
    mask: Mask,
    tokens: int,
) -> str:
    """Messages and notes in their order, and where something is missing, how much. The newest gets half."""
    last = len(told) - 1
    newest = tokens // 2
    each = max(_LEAST_TOKENS, (tokens - newest) // max(1, len(places) - 1))
    blocks = [(place, place, _one(told, place, newest if place == last else each, mask)) for place in places]
    blocks += [(group[0], group[-1], text) for group, text in notes.items()]
    parts: list[str] = []
    before = -1
    for start, end, text in sorted(blocks):
        if start > before + 1:
            parts.append(f"[{start - before - 1} messages left out]")
        parts.append(text)
        before = end
    return "\n\n".join(parts)
