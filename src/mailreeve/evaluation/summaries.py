"""Rule checks of thread summaries: facts told, stale ones not, who does what by when, pointers, coverage, length."""

from collections.abc import Iterator, Sequence

from mailreeve.evaluation import facts, oracle, tasks
from mailreeve.evaluation.checks import Checked
from mailreeve.evaluation.thread_cases import Expectation, ThreadCase
from mailreeve.models import ActionItem, DecidedBy, Json, Story, Summary
from mailreeve.reading.offline import language

CHECKS = (
    *("mentions", "not_stale", "actions", "questions", "pointers", "coverage", "length", "language", "plain"),
)
GIST_CHARS = 600
"""No gist is longer, whatever the thread."""


class Task(Expectation):
    """Something that is to be done: `who` is "you" for the owner; empty `who` and `due` are not compared."""

    what: str
    who: str = ""
    due: str = ""
    """ISO 8601; a date alone is compared with the date alone."""


class SummaryExpect(Expectation):
    """What a summary is checked for. Facts are words as the mail has them, or lists of ways to write them."""

    mentions: tuple[str | tuple[str, ...], ...] = ()
    """Facts that have to stand somewhere in it."""
    stale: tuple[str | tuple[str, ...], ...] = ()
    """Facts that a newer message made void: nowhere in it as something that holds."""
    actions: tuple[Task, ...] = ()
    done: tuple[str, ...] = ()
    """Tasks that are done already, and so are listed nowhere."""
    questions: tuple[str | tuple[str, ...], ...] = ()
    """Facts of questions that are still open."""
    language: str = ""
    new: int = 0
    """So many of the newest messages are new: a model tells what they changed, as for the digest."""
    gist_chars: int = GIST_CHARS


def checked(case: ThreadCase[SummaryExpect], summary: Summary) -> Checked:
    """The checks of one summary."""
    expect, text = case.expect, _text(summary)
    shown = "\n".join(f"{mail.subject}\n{mail.text}\n{mail.quoted}" for mail in case.thread.messages)
    problems: dict[str, list[str]] = {
        "pointers": list(_pointers(case, summary)),
        "coverage": list(_coverage(case, summary)),
        "length": _length(summary, expect.gist_chars),
        "plain": [f"shows {one[:60]!r}" for one in oracle.active(text, shown)],
    }
    if expect.mentions:
        problems["mentions"] = [f"says nothing of {one!r}" for one in facts.missing(text, expect.mentions)]
    if expect.stale:
        stale = [facts.ways(one)[0] for one in expect.stale if facts.states(text, one)]
        problems["not_stale"] = [f"still says {one!r}" for one in stale]
    if expect.actions or expect.done:
        problems["actions"] = [*wrong_tasks(expect.actions, summary.actions), *_still(expect, summary)]
    if expect.questions:
        asked = "\n".join(one.text for one in summary.questions)
        problems["questions"] = [f"not open: {one!r}" for one in facts.missing(asked, expect.questions)]
    if expect.language:
        found = language.detect(summary.gist)
        problems["language"] = [] if found == expect.language else [f"written in {found}"]
    return Checked(case.id, problems, as_json(summary))


def of_story(story: Story) -> Summary:
    """What a digest would tell of a thread, in the form in which summaries are checked."""
    return Summary(
        thread_id=story.thread_id,
        gist=" ".join(one.text for one in story.news),
        sources=tuple(one.message_id for one in story.news),
        actions=tuple(ActionItem(one.text, "you", message_id=one.message_id) for one in story.todo),
        coverage=story.coverage,
        by=DecidedBy.LLM,
    )


def as_json(summary: Summary) -> Json:
    """What was said, for people who look."""
    return {
        "gist": summary.gist,
        "decisions": [one.text for one in summary.decisions],
        "actions": [
            {"what": one.what, "who": one.who, "due": one.due, "message_id": one.message_id}
            for one in summary.actions
        ],
        "questions": [one.text for one in summary.questions],
        "by": summary.by.value,
    }


def wrong_tasks(expected: Sequence[Task], found: Sequence[ActionItem]) -> Iterator[str]:
    """Expected tasks that are not there, or are somebody else's or due another day."""
    pairs = dict(tasks.paired([one.what for one in found], [one.what for one in expected]))
    for place, want in enumerate(expected):
        got = found[pairs[place]] if place in pairs else None
        if got is None:
            yield f"no task {want.what!r}"
        elif want.who and got.who.casefold() != want.who.casefold():
            yield f"{want.what!r} is for {want.who}, not {got.who}"
        elif want.due and not got.due.startswith(want.due):
            yield f"{want.what!r} is due {want.due}, not {got.due or 'undated'}"


def _still(expect: SummaryExpect, summary: Summary) -> Iterator[str]:
    for one in expect.done:
        if tasks.paired([item.what for item in summary.actions], [one]):
            yield f"{one!r} is done already"


def _text(summary: Summary) -> str:
    parts = [summary.gist, *(one.text for one in (*summary.decisions, *summary.questions))]
    return "\n".join([*parts, *(f"{one.who} {one.what} {one.due}" for one in summary.actions)])


def _pointers(case: ThreadCase[SummaryExpect], summary: Summary) -> Iterator[str]:
    ids = {mail.id for mail in case.thread.messages}
    if not summary.sources:
        yield "the gist points to no message"
    pointed = [("the gist", one) for one in summary.sources]
    pointed += [(repr(one.text[:40]), one.message_id) for one in (*summary.decisions, *summary.questions)]
    pointed += [(repr(one.what[:40]), one.message_id) for one in summary.actions]
    for what, id_ in pointed:
        if id_ not in ids:
            yield f"{what} points to {id_!r}, which is no message of the thread"


def _coverage(case: ThreadCase[SummaryExpect], summary: Summary) -> Iterator[str]:
    told, n = summary.coverage, len(case.thread.messages)
    if summary.by is DecidedBy.LLM and case.expect.new:
        n = case.expect.new
    if told.messages != n:
        yield f"counts {told.messages} messages of {n}"
    if told.read + told.folded + told.left_out != told.messages:
        yield "read, folded and left out do not add up"


def _length(summary: Summary, most: int) -> list[str]:
    length = len(summary.gist)
    return [] if 0 < length <= most else [f"the gist has {length} characters, at most {most}"]
