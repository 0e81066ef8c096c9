"""What changed in threads with several new mails, told by the model for the digest; one thread per call.

A digest without it is whole: such a thread is then told by its newest mail. So nothing here fails a run or holds up its
end for longer than SECONDS; what is not told is counted, with the reason. Done again after a crash, it asks for nothing
that is in the ledger.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import replace
from typing import TYPE_CHECKING

from mailreeve import telemetry
from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, InputError
from mailreeve.models import Archetype, Claim, LabelSpec, Priority, Progress, Story, Thread
from mailreeve.store.entries import Entry, EntryState
from mailreeve.triage.digest.threads import Strand, is_decided, strands
from mailreeve.triage.hand import Hand
from mailreeve.triage.rereading import filled, look
from mailreeve.triage.run import Told
from mailreeve.triage.work import Work, reason

if TYPE_CHECKING:
    from mailreeve.google.gmail import Gmail

SECONDS = 60.0
_NO_MAIL = {"DRAFT", "TRASH", "SPAM", "CHAT"}
_OVER = {EntryState.GONE, EntryState.OUTSIDE, EntryState.UNDONE}
_PASSED_OVER = {Archetype.NEWSLETTER, Archetype.PROMOTION, Archetype.COLD, Archetype.SUSPICIOUS}
"""Mail of these kinds says nothing that a line does not, or is not to be believed."""
_LOUD = tuple(Priority)


def tell(work: Work, progress: Progress) -> Told:
    """Have the threads of a run told of which it decided several mails, the most pressing first; says of how many.

    Raises StoreError.
    """
    most = work.parts.settings.stories
    if work.parts.llm is None or not most:
        return Told()
    every, there = worth(work.parts.ledger.entries([work.run]), work.parts.labels), _told(work)
    missing = [one for one in every[:most] if _key(one.entry) not in there]
    errors: list[Exception] = []
    if missing:
        progress(0, len(missing), "telling what changed in threads")
        with telemetry.span("triage.stories", threads=len(missing), run=work.run):
            errors += _ask(work, missing, work.cancel.within(SECONDS))
    # a thread of codes and sign-in links is no model's to tell, and its line says all
    faults = [one for one in errors if not isinstance(one, InputError)]
    there = _told(work)
    limit = f"the settings allow {most} a run" if len(every) > most else ""
    return Told(
        len(every) - len(errors) + len(faults),
        sum(_key(one.entry) in there for one in every),
        _why(faults[0]) if faults else limit,
    )


def worth(entries: Sequence[Entry], labels: Sequence[LabelSpec]) -> list[Strand]:
    """Threads with several decided mails that somebody should look at, the most pressing first, then the newest."""
    passed_over = {one.id for one in labels if one.archetype in _PASSED_OVER}
    decided = [
        one
        for one in entries
        if is_decided(one) and one.state not in _OVER and one.verdict and one.verdict.label not in passed_over
    ]
    found = [one for one in strands(decided) if one.older and _priority(one) is not Priority.LOW]
    return sorted(found, key=lambda one: _LOUD.index(_priority(one)))


def _priority(strand: Strand) -> Priority:
    return strand.entry.verdict.priority if strand.entry.verdict else Priority.LOW


def _told(work: Work) -> dict[tuple[str, int], Story]:
    return work.parts.ledger.stories.of_runs([work.run])


def _key(entry: Entry) -> tuple[str, int]:
    return entry.message, entry.generation


def _ask(work: Work, missing: Sequence[Strand], cancel: Cancel) -> Iterator[Exception]:
    """Have each told and keep what is told; what went wrong is given out."""
    gmail = work.parts.gmail.bound(cancel, interactive=False)
    with ThreadPoolExecutor(work.parts.settings.concurrency, "tell") as pool:
        asked: dict[Future[Story], tuple[Strand, Thread]] = {}
        try:
            for strand in missing:
                cancel.check()
                thread = _thread(gmail, work.parts.hand, strand.entry, cancel)
                new = {strand.entry.message, *strand.older}
                asked[pool.submit(work.cascade.tell, thread, new, cancel)] = (strand, thread)
        except Exception as error:  # noqa: BLE001 -- whatever keeps Gmail from answering costs these stories, not the run
            yield error
        for future in as_completed(asked):
            strand, thread = asked[future]
            try:
                told = _to_its_end(future.result(), strand.entry, thread)
            except Exception as error:  # noqa: BLE001 -- as above: one thread is told by its newest mail
                yield error
            else:
                work.parts.ledger.stories.save(strand.entry.message, strand.entry.generation, told)


def _thread(gmail: "Gmail", hand: Hand, entry: Entry, cancel: Cancel) -> Thread:
    """Without drafts, ours of this run among them, and what lies in spam or trash."""
    looked = look(gmail, hand, entry.thread, entry.message, texts=True)
    mail = [one for one in looked.thread.messages if not _NO_MAIL & set(one.labels)]
    return Thread(entry.thread, filled(gmail, hand, looked, mail, cancel))


def _to_its_end(story: Story, entry: Entry, thread: Thread) -> Story:
    """With the newest mail in it: when the model told nothing of that one, its own line stands in its place."""
    if entry.verdict is None or any(one.message_id == entry.message for one in story.news):
        return story
    order = {one.id: place for place, one in enumerate(thread.messages)}
    news = (*story.news, Claim(entry.verdict.summary, entry.message))
    return replace(story, news=tuple(sorted(news, key=lambda one: order.get(one.message_id, len(order)))))


def _why(error: Exception) -> str:
    if isinstance(error, Cancelled):
        return "their time was up"
    return reason(error)
