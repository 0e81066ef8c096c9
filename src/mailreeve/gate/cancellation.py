"""Leaving a mailing list with one click (RFC 8058), as the bytes that a person confirms, and the one request.

It is written like a mail, so that every way to show a mail to a person shows it; nobody is its recipient. The
exact address lies in it twice, in words and as JSON, both under the digest. The request is never repeated: when
its answer is lost nobody can look what became of it, so the outcome stays unknown until a person says more.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any, Protocol

from mailreeve.cancel import Cancel
from mailreeve.errors import (
    DestinationUnavailable,
    DestinationUnreached,
    DraftChanged,
    GateError,
    InputError,
    OutboundError,
    OutcomeUnknown,
)
from mailreeve.gate.ports import AuditLog, Clock
from mailreeve.gate.proposal import digest, same
from mailreeve.gate.reconcile import Finding
from mailreeve.gate.steps import SETTLE_SECONDS, Steps
from mailreeve.mail import parts
from mailreeve.mail.authentication import related
from mailreeve.mail.invisible import one_line
from mailreeve.mail.unsubscribe import ONE_CLICK
from mailreeve.models import Draft, Flag, Message, Proposal, Weight
from mailreeve.models import ProposalState as State
from mailreeve.outbound.place import Place, place
from mailreeve.outbound.wire import Answer, Wire
from mailreeve.store.proposals import Proposals

PREFIX = "unsubscribe:"
"""How the ids begin under which this waits; Gmail's id of the mail follows."""
KIND = "unsubscribe"
ASK = "Unsubscribe with one request to this address?"
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}
_TAKEN, _AWAY, _REFUSED, _BROKEN = 200, 300, 400, 500
_LOST = "It is not known whether the request arrived; it is not repeated."


def flags(message: Message, url: str, recent: Sequence[Proposal]) -> tuple[Flag, ...]:
    """What to know before: mail that Gmail calls spam, another server than the sender's, a request made before."""
    found, host = [], _place(url).host
    if "SPAM" in message.labels:
        told = "Gmail put this mail into Spam: the request tells its sender that somebody reads here."
        found.append(Flag("spam", Weight.WARN, told))
    if not related(host, message.author.domain):
        told = f"The server {host} is not of the sender's domain {message.author.domain}."
        found.append(Flag("other_server", Weight.NOTE, told))
    before = (one for one in recent if one.draft_id == PREFIX + message.id and one.state is State.DONE)
    for one in before:
        day = datetime.fromtimestamp(one.finished_at / 1000, UTC)
        found.append(Flag("repeated", Weight.WARN, f"You asked for this on {day:%Y-%m-%d} already."))
        break
    return tuple(found)


class Poster(Protocol):
    """outbound.wire.Wire: pinned addresses, no redirects, cookies or credentials, bounded in time and size."""

    def post(self, place: Place, body: bytes, headers: Mapping[str, str], cancel: Cancel) -> Answer:
        """One POST to exactly the place."""


def to_one(where: Place) -> Poster:
    """A wire that reaches this place alone."""
    return Wire({where})


def draft(message: Message, url: str, account: str) -> Draft:
    """What waits for a person. Raises InputError for an address that may not be reached."""
    where = _place(url)
    letter = EmailMessage(policy=SMTP)
    letter["From"] = account
    letter["Subject"] = one_line(f"Unsubscribe from {_list(message)}")[:300]
    letter["Message-ID"] = (
        f"<{hashlib.sha256(message.id.encode()).hexdigest()[:24]}@unsubscribe.mailreeve.invalid>"
    )
    letter.set_content(_words(message, where, url), cte="base64")
    request = {"method": "POST", "url": url, "body": ONE_CLICK}
    data = json.dumps(request, sort_keys=True, separators=(",", ":")).encode()
    letter.add_attachment(data, "application", "json", filename="request.json")
    letter.set_boundary(f"unsubscribe-{hashlib.sha256(data).hexdigest()[:16]}")
    return Draft(f"{PREFIX}{message.id}", "", message.thread_id, letter.as_bytes())


def read(raw: bytes) -> Place:
    """Where the confirmed bytes lead. Raises GateError when they hold no such request."""
    root, _ = parts.split(raw)
    found = [part for part in root.walk() if part.type == "application/json"]
    try:
        told: dict[str, Any] = json.loads(found[0].decoded(20_000)) if len(found) == 1 else {}
        if (told["method"], told["body"]) != ("POST", ONE_CLICK):
            raise ValueError(told["method"])
        return _place(told["url"])
    except (ValueError, KeyError, InputError):
        raise GateError("The request to unsubscribe cannot be read.", "Propose it again.") from None


def _place(url: str) -> Place:
    try:
        found = place(url)
    except InputError as error:
        raise InputError(
            f"The mail's address to unsubscribe cannot be used. {error.message}",
            "Open the mail in Gmail and use its own link, if you trust it.",
        ) from None
    return found


def _list(message: Message) -> str:
    return message.author.name or message.author.address or message.list_id or "a list"


def _words(message: Message, where: Place, url: str) -> str:
    return "\n".join((
        f"One POST, without cookies or your name, to the server {where.authority}.",
        "The address holds what tells the sender who you are; they learn that it is read.",
        "",
        url,
        "",
        f"It came with this mail, under the valid signature of {message.author.domain}:",
        f"  {one_line(str(message.author))}",
        f"  {one_line(message.subject)[:200]}",
        "",
    ))  # fmt: skip


class Cancellations(Steps):
    """Carries out what a person confirmed: one request, once."""

    done = "The sender's server took the request."
    kept = "You are still subscribed."

    def __init__(
        self,
        proposals: Proposals,
        audit: AuditLog,
        clock: Clock,
        locks: Path,
        wire: Callable[[Place], Poster] = to_one,
        settle_seconds: float = SETTLE_SECONDS,
    ) -> None:
        super().__init__(proposals, audit, clock, locks, settle_seconds)
        self._wire = wire

    def _confirmed(self, proposal: Proposal) -> Draft:
        if not same(digest(proposal), proposal.digest):
            self.close(proposal, State.CANCELLED, "What was confirmed is damaged.")
            raise DraftChanged("What is stored is not what was confirmed; nothing was asked for.")
        return Draft(proposal.draft_id, "", proposal.thread_id, proposal.raw)

    def _carry(self, draft: Draft) -> str:
        where = read(draft.raw)
        try:
            answer = self._wire(where).post(where, ONE_CLICK.encode(), HEADERS, Cancel())
        except DestinationUnreached:
            raise
        except DestinationUnavailable as error:
            raise OutcomeUnknown(error.message) from None
        if answer.status >= _BROKEN:
            raise OutcomeUnknown(f"{where.host} broke off ({answer.status}).")
        if not _TAKEN <= answer.status < _AWAY:
            elsewhere = "points elsewhere, which is not followed" if answer.status < _REFUSED else "refused"
            raise OutboundError(f"{where.host} {elsewhere} ({answer.status}).", "Use the mail's own link.")
        return f"HTTP {answer.status}"

    def _search(self, proposal: Proposal) -> Finding:
        return self._look(proposal, settled=True)

    def _look(self, proposal: Proposal, *, settled: bool) -> Finding:
        return Finding(State.UNKNOWN, _LOST)

    def _check_recipients(self, proposal: Proposal) -> tuple[str, ...]:
        return ()
