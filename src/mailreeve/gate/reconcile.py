"""What became of a send whose answer was lost: looking, never sending.

The sent message is known by our Message-ID, else by our X-Mailreeve-Id header, else, when the draft is gone,
by what it says and to whom. Only messages with Gmail's own label SENT, not older than the attempt and not
taken for another proposal, are looked at: no mail from outside can pass for ours, and neither can another one
of the same words.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from mailreeve.errors import MailreeveError, NotFound
from mailreeve.gate.ports import MailReader
from mailreeve.gate.proposal import body_hash
from mailreeve.mail import mime
from mailreeve.models import Message, Proposal
from mailreeve.models import ProposalState as State

MARK = "X-Mailreeve-Id"
SKEW_MS = 10 * 60_000
"""How far Google's clock and ours may differ."""
NEWEST = 20
"""Sent messages that are looked at when the thread does not hold ours."""
_PLAIN_ID = re.compile(r"<([A-Za-z0-9._%+=@$!#&'*/?^`|~-]+)>")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look found: done, failed, or still unknown, and why."""

    state: State
    reason: str
    sent_id: str = ""


def look(reader: MailReader, proposal: Proposal, *, settled: bool, taken: Collection[str] = ()) -> Finding:
    """Look once. Not being able to look is `unknown`, never an error.

    `settled` says that the request can no longer be under way; before that, a draft that is still there
    proves nothing. `taken` are the ids of messages that other proposals became.
    """
    try:
        # The draft first: if it leaves between the two looks, the second one finds it.
        there = _draft_is_there(reader, proposal)
        sent = find_sent(reader, proposal, taken, by_words=not there)
    except MailreeveError as error:
        return Finding(State.UNKNOWN, f"Gmail could not be asked whether it left: {error.message}")
    if sent:
        return Finding(State.DONE, "It was sent; the answer was lost, the sent message was found.", sent)
    if there and settled:
        return Finding(State.FAILED, "It was not sent: the draft is still there, and no sent message.")
    if there:
        return Finding(State.UNKNOWN, "The draft is still there, but the request may be under way.")
    return Finding(State.UNKNOWN, "The draft is gone, but no sent message was found.")


def find_sent(
    reader: MailReader, proposal: Proposal, taken: Collection[str] = (), *, by_words: bool = True
) -> str:
    """Gmail's id of the sent message, or an empty string."""
    seen = set(taken)
    for messages in _places(reader, proposal):
        fresh = [one for one in messages if one.id not in seen and _can_be_ours(one, proposal)]
        seen.update(one.id for one in fresh)
        found = _ours(fresh, proposal) or (by_words and _alike(reader, fresh, proposal))
        if found:
            return found
    return ""


def _places(reader: MailReader, proposal: Proposal) -> Iterator[Sequence[Message]]:
    """Where it can be, the likeliest first: its thread, Gmail's index, the newest sent mail."""
    if proposal.thread_id:
        yield _thread(reader, proposal.thread_id)
    match = _PLAIN_ID.fullmatch(proposal.message_id)
    if match:
        yield _sent(reader, f"rfc822msgid:{match[1]}")
    yield _sent(reader, "in:sent")


def _thread(reader: MailReader, thread_id: str) -> Sequence[Message]:
    try:
        return reader.thread(thread_id).messages
    except NotFound:
        return ()


def _sent(reader: MailReader, query: str) -> Sequence[Message]:
    page = reader.search(query, label_ids=("SENT",), limit=NEWEST)
    return [reader.get(item.id) for item in page.items]


def _ours(messages: Sequence[Message], proposal: Proposal) -> str:
    """The id of the message that bears our Message-ID, else our mark."""
    by_id = (one.id for one in messages if proposal.message_id and one.message_id == proposal.message_id)
    by_mark = (one.id for one in messages if proposal.mark and one.header(MARK) == proposal.mark)
    return next(by_id, "") or next(by_mark, "")


def _alike(reader: MailReader, messages: Sequence[Message], proposal: Proposal) -> str:
    """The id of the message that says the same to the same people."""
    return next((one.id for one in messages if _same_words(reader, one, proposal)), "")


def _draft_is_there(reader: MailReader, proposal: Proposal) -> bool:
    try:
        reader.draft(proposal.draft_id)
    except NotFound:
        return False
    return True


def _can_be_ours(message: Message, proposal: Proposal) -> bool:
    return "SENT" in message.labels and message.internal_date >= proposal.executing_at - SKEW_MS


def _same_words(reader: MailReader, message: Message, proposal: Proposal) -> bool:
    if differences(message, proposal) or message.header(MARK) not in {"", proposal.mark}:
        return False
    return body_hash(mime.from_bytes(reader.raw(message.id))) == proposal.body_hash


def differences(message: Message, proposal: Proposal) -> tuple[str, ...]:
    """Where a sent message's recipients are not the confirmed ones; empty when they are."""
    confirmed = sorted(address.lower() for address in proposal.envelope.recipients)
    sent = sorted(one.key for one in (*message.to, *message.cc, *message.bcc))
    more = [f"{key} was added" for key in sent if key not in confirmed]
    less = [f"{key} is missing" for key in confirmed if key not in sent]
    return tuple(dict.fromkeys((*more, *less)))
