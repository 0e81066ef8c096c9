"""A thread in prompts. A long one is folded: notes are made of its older messages first, the newest stay whole.

Every statement of the model names a message by its number. A number that is none of the thread's, or that of a
message that was not shown, is invented: what it is said of is not told, and counted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from mailreeve.errors import ReaderAnswerInvalid
from mailreeve.models import Claim, DecidedBy, Json, Message, Summary, Thread, ThreadCoverage
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
_NOTES = 12
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
    planned = plan(len(told))
    notes: dict[tuple[int, ...], str] = {}
    for group in planned.groups:
        try:
            notes[group] = _folded(told, group, ask, mask, tokens)
        except ReaderAnswerInvalid:
            continue
    filled = {
        "thread": _laid_out(told, planned.whole, notes, mask, tokens),
        "count": str(len(told)),
    }
    found = schemas.checked(schemas.SummaryAnswer, ask("summarize", filled, schemas.summary_schema()))
    seen = (*planned.whole, *(place for group in notes for place in group))
    folded = sum(map(len, notes))
    coverage = ThreadCoverage(
        messages=len(thread.messages),
        read=len(planned.whole),
        folded=folded,
        left_out=len(thread.messages) - len(planned.whole) - folded,
    )
    return _record(thread.id, found, {place + 1: told[place].id for place in seen}, coverage, told)


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
