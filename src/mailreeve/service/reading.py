"""Summaries and verdicts on request: nothing here changes the mailbox."""

from collections.abc import Callable, Sequence

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError, MailreeveError
from mailreeve.models import ActionItem, Detail, Hidden, Progress, Summary, Thread, Verdict
from mailreeve.service import veil
from mailreeve.service.answers import (
    ActionJson,
    Asked,
    ClassifyAnswer,
    DetailJson,
    Failed,
    HiddenJson,
    ReadJson,
    SourcesJson,
    SummarizeAnswer,
    SummaryJson,
    VerdictJson,
)
from mailreeve.service.mail import fetch
from mailreeve.service.parsed import hidden_json

MOST_THREADS = 20
MOST_MESSAGES = 100


def summarize(
    box: Mailbox,
    *,
    thread_ids: Sequence[str] = (),
    query: str = "",
    progress: Progress,
    cancel: Cancel,
    veiled: bool = False,
) -> SummarizeAnswer:
    """Summarize threads, named by id or found by a query (the newest 20 at most), one model call each.

    `veiled` is for an MCP client: codes and links that open an account are withheld.
    """
    if query:
        page = box.gmail.bound(cancel).search(query, limit=100)
        thread_ids = [*thread_ids, *(ref.thread_id for ref in page.items)]
    wanted = list(dict.fromkeys(thread_ids))
    if not wanted:
        raise InputError("No thread was found.", "Give a thread id, or a query that matches something.")
    summaries: list[SummaryJson] = []
    reader, gmail = box.reader(), box.gmail.bound(cancel)

    def one(thread_id: str) -> None:
        found = gmail.thread(thread_id)
        # a draft was said by nobody yet, least of all one of ours
        thread = Thread(found.id, tuple(one for one in found.messages if "DRAFT" not in one.labels))
        summary = reader.summarize(thread, cancel)
        told = _summary_json(box, thread, summary)
        summaries.append(veil.summary(box, thread.messages, told) if veiled else told)

    failed = _each(wanted[:MOST_THREADS], one, progress, cancel)
    return SummarizeAnswer(summaries=summaries, coverage=_coverage(len(wanted), len(summaries), failed))


def classify(box: Mailbox, ids: Sequence[str], *, progress: Progress, cancel: Cancel) -> ClassifyAnswer:
    """Say which of the user's labels each message deserves, without setting it."""
    if not 0 < len(ids) <= MOST_MESSAGES:
        raise InputError(
            f"Between 1 and {MOST_MESSAGES} ids are taken at once.", "Call it again with the rest."
        )
    messages, missing = fetch(box, ids, cancel)
    by_id = {message.id: message for message in messages}
    cascade = box.cascade()
    verdicts: list[VerdictJson] = []

    def one(id_: str) -> None:
        verdicts.append(verdict_json(cascade.judge(by_id[id_], cancel)))

    failed = missing + _each(list(by_id), one, progress, cancel)
    return ClassifyAnswer(verdicts=verdicts, coverage=_coverage(len(set(ids)), len(verdicts), failed))


def _coverage(asked: int, done: int, failed: list[Failed]) -> Asked:
    left_out = asked - done - len(failed)
    advice = (
        f"{left_out} more were found and left out: {MOST_THREADS} threads are summarized at once. Narrow the"
        " search, with newer_than:7d or from: for instance, or name threads."
    )
    return Asked(asked=asked, done=done, failed=failed, left_out=left_out, advice=advice if left_out else "")


def _each(
    ids: Sequence[str], work: Callable[[str], None], progress: Progress, cancel: Cancel
) -> list[Failed]:
    """Do each one; a failure is kept with its id and does not stop the rest."""
    failed: list[Failed] = []
    for done, id_ in enumerate(ids):
        cancel.check()
        progress(done, len(ids), "reading")
        try:
            work(id_)
        except MailreeveError as error:
            failed.append(Failed(id=id_, reason=str(error)))
    progress(len(ids), len(ids), "done")
    return failed


def _hidden(thread: Thread) -> HiddenJson:
    """All that is hidden in the mails of a thread."""
    found = [message.hidden for message in thread.messages]
    how = tuple(dict.fromkeys(way for one in found for way in one.how))
    return hidden_json(Hidden(sum(one.chars for one in found), how, any(one.alarm for one in found)))


def _summary_json(box: Mailbox, thread: Thread, summary: Summary) -> SummaryJson:
    return SummaryJson(
        thread_id=thread.id,
        subject=thread.messages[0].subject if thread.messages else "",
        gist=summary.gist,
        decisions=[one.text for one in summary.decisions],
        actions=[_action_json(item) for item in summary.actions],
        questions=[one.text for one in summary.questions],
        dates=[_detail_json(one) for one in summary.dates],
        amounts=[_detail_json(one) for one in summary.amounts],
        sources=SourcesJson(
            gist=list(summary.sources),
            decisions=[one.message_id for one in summary.decisions],
            questions=[one.message_id for one in summary.questions],
        ),
        coverage=ReadJson(
            messages=summary.coverage.messages,
            read=summary.coverage.read,
            folded=summary.coverage.folded,
            left_out=summary.coverage.left_out,
            unsupported=summary.coverage.unsupported,
        ),
        hidden=_hidden(thread),
        by=summary.by.value,
        url=box.url(thread.id),
    )


def _detail_json(one: Detail) -> DetailJson:
    return DetailJson(text=one.text, value=one.value, message_id=one.message_id)


def _action_json(item: ActionItem) -> ActionJson:
    return ActionJson(what=item.what, who=item.who, due=item.due, message_id=item.message_id)


def verdict_json(verdict: Verdict) -> VerdictJson:
    """A verdict as the outer face shows it."""
    return VerdictJson(
        id=verdict.id,
        label=verdict.label,
        priority=verdict.priority.value,
        needs_reply=verdict.needs_reply,
        deadline=verdict.deadline,
        actions=[_action_json(item) for item in verdict.actions],
        summary=verdict.summary,
        confidence=round(verdict.confidence, 3),
        reason=verdict.reason,
        by=verdict.by.value,
        needs_human=verdict.needs_human,
    )
