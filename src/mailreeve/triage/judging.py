"""The step that reads and decides: queued -> judged. It changes nothing in Gmail."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, MailreeveError
from mailreeve.mail import invisible
from mailreeve.models import Message, Verdict
from mailreeve.reading import secrets_mail
from mailreeve.store.entries import EntryState, Sight
from mailreeve.triage import acting, learn
from mailreeve.triage.cascade import Cascade
from mailreeve.triage.labelling import wants_draft, wants_errand
from mailreeve.triage.parts import Parts
from mailreeve.triage.work import OUT_OF_REACH, Work

HELD = 20_000_000
"""Characters of mail text that wait for their verdicts at the same time, and then one mail more."""
_ELSEWHERE = {"SPAM", "TRASH", "DRAFT", "CHAT"}


@dataclass(frozen=True, slots=True)
class Judged:
    """One message: its verdict, or what went wrong; neither when it is no longer in the inbox."""

    id: str
    message: Message | None = None
    verdict: Verdict | None = None
    error: Exception | None = None


def judge(work: Work, ids: Sequence[str], checkpoint: Callable[[], None]) -> None:
    """Fetch messages, decide several at once, and save each verdict; `checkpoint` keeps the run's figures.

    A message that left the inbox meanwhile is left alone. Raises Cancelled or LoginNeeded, and
    GoogleUnavailable or QuotaSpent when not one message came; verdicts that were reached before are saved.
    """
    history_id = work.parts.gmail.profile().history_id
    errors: list[Exception] = []
    for batch in _batches(work.parts, work.cascade, ids, work.cancel):
        with work.parts.ledger.transaction():  # what was reached at the same time is one write to the disk
            for one in batch:
                _keep(work, one, history_id)
        for one in batch:
            if one.error is not None:
                errors.append(one.error)
                work.failed(one.id, one.error, judging=True)
        checkpoint()
    if len(errors) == len(ids) and all(isinstance(error, OUT_OF_REACH) for error in errors):
        raise errors[0]


def _keep(work: Work, one: Judged, history_id: str) -> None:
    if one.error is not None:
        return
    if one.verdict is None or one.message is None:
        work.parts.ledger.close(work.run, one.id, EntryState.OUTSIDE)
        return
    if work.parts.ledger.save_verdict(work.run, one.id, one.verdict, sight(one.message, history_id)):
        acting.order(work.parts, one.message)  # what rules want outside is written down with it, or neither
    work.parts.hand.keep(
        one.message, again=wants_draft(one.verdict, work.parts.labels) or wants_errand(one.verdict)
    )
    _learn(work.parts, one.message, one.verdict)


def _learn(parts: Parts, message: Message, verdict: Verdict) -> None:
    """Note what a pattern could come of, once the person has done something with the mail."""
    found = learn.sighting(message, verdict) if parts.learned else None
    if parts.learned and found:
        parts.learned.saw([found])


def verdicts(parts: Parts, cascade: Cascade, ids: Sequence[str], cancel: Cancel) -> Iterator[Judged]:
    """Every id once, in the order in which they are decided. Raises Cancelled after what was decided."""
    for batch in _batches(parts, cascade, ids, cancel):
        yield from batch


def _batches(
    parts: Parts, cascade: Cascade, ids: Sequence[str], cancel: Cancel
) -> Iterator[tuple[Judged, ...]]:
    """The same, together what is decided by the time that somebody asks."""
    stopped: Cancelled | None = None
    for batch in _all(parts, cascade, ids, cancel):
        stopped = next((one.error for one in batch if isinstance(one.error, Cancelled)), stopped)
        yield tuple(one for one in batch if not isinstance(one.error, Cancelled))
    if stopped:
        raise stopped


def _all(parts: Parts, cascade: Cascade, ids: Sequence[str], cancel: Cancel) -> Iterator[tuple[Judged, ...]]:
    """The same, with what was cancelled; no more text is held than HELD and one mail."""
    pending: dict[Future[Verdict], Message] = {}
    held = 0
    with ThreadPoolExecutor(parts.settings.concurrency, "judge") as pool:
        try:
            threads = dict.fromkeys(ids, "") | parts.ledger.threads(ids)
            for id_, found in parts.gmail.get_by_thread(threads, cancel, parts.hand.keep):
                if isinstance(found, MailreeveError):
                    yield (Judged(id_, error=found),)
                elif not is_incoming(found):
                    yield (Judged(id_),)
                else:
                    pending[pool.submit(cascade.judge, found, cancel)] = found
                    held += len(found.text) + len(found.quoted)
                if held > HELD:
                    yield from _decided(parts, pending)
                    held = 0
        except Cancelled as error:
            yield (Judged("", error=error),)
        yield from _decided(parts, pending)


def _decided(parts: Parts, pending: dict[Future[Verdict], Message]) -> Iterator[tuple[Judged, ...]]:
    """Wait for these verdicts; they are let go of when they are given out."""
    if parts.remember:
        parts.remember(list(pending.values()))
    while pending:
        done, _ = wait(pending, return_when=FIRST_COMPLETED)
        yield tuple(_outcome(pending.pop(future), future) for future in done)


def _outcome(message: Message, future: Future[Verdict]) -> Judged:
    try:
        return Judged(message.id, message, future.result())
    except Exception as error:  # noqa: BLE001 -- the worker loop: the caller records it with the message's id
        return Judged(message.id, message, error=error)


def is_incoming(message: Message) -> bool:
    """True for mail that lies in the inbox."""
    return "INBOX" in message.labels and not _ELSEWHERE & set(message.labels)


def sight(message: Message, history_id: str) -> Sight:
    """What the ledger keeps of a message: its heading, and no subject of a mail that is a secret."""
    subject = "" if secrets_mail.is_secret_mail(message) else _line(message.subject)
    return Sight(
        _line(str(message.author))[:200], subject[:300], message.internal_date, message.labels, history_id
    )


def _line(text: str) -> str:
    """One line without characters that nobody sees."""
    return " ".join(invisible.clean(text).text.split())
