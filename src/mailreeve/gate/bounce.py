"""Reports that a sent message did not arrive (RFC 3464, and the X-Failed-Recipients of Gmail and Exim).

A report is mail like any other, so anybody can write one. It changes nothing but a sentence beside the
proposal, and names only people whom the message was for.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from mailreeve.errors import NotFound
from mailreeve.gate.ports import AuditLog, MailReader
from mailreeve.mail import addresses, headers, mime, parts
from mailreeve.mail.invisible import one_line
from mailreeve.mail.parts import Part
from mailreeve.models import Proposal
from mailreeve.models import ProposalState as State
from mailreeve.store.proposals import Proposals

WITHIN_MS = 7 * 24 * 3_600_000
"""How long after a send its reports are looked for: servers try for up to five days."""
NEWEST = 30
"""Reports that are read in one look."""
QUERY = "{from:mailer-daemon from:postmaster} newer_than:7d"
_SENDERS = frozenset({"mailer-daemon", "postmaster"})
_STATUS_LIMIT = 64_000
_REASON = 200
"""Characters of a server's reason that are kept."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says: who was not reached and why, and the Message-IDs that it speaks of."""

    failed: tuple[tuple[str, str], ...]
    """Address in lower case, and the reason."""
    about: frozenset[str]


def read(raw: bytes) -> Report | None:
    """The report in a message; None when it is none."""
    message = mime.from_bytes(raw)
    if message.author.address.partition("@")[0].lower() not in _SENDERS:
        return None
    root, _ = parts.split(raw)
    failed: dict[str, str] = {}
    about = {message.in_reply_to, *message.references}
    for part in root.walk():
        if part.type == "message/delivery-status":
            failed |= dict(_failures(part))
        about |= {_original(part)}
    for one in addresses.parse(message.header("X-Failed-Recipients")):
        failed.setdefault(one.key, "")
    if not failed:
        return None
    return Report(tuple(failed.items()), frozenset(about - {""}))


def _failures(part: Part) -> Iterator[tuple[str, str]]:
    """The groups of a delivery-status part that say `Action: failed` (RFC 3464, 2.3)."""
    for group in part.decoded(_STATUS_LIMIT).replace(b"\r\n", b"\n").split(b"\n\n"):
        fields = headers.split(group, 0, len(group)).fields
        if headers.first(fields, "action").strip().lower() != "failed":
            continue
        who = headers.first(fields, "original-recipient") or headers.first(fields, "final-recipient")
        why = headers.first(fields, "diagnostic-code").partition(";")[2] or headers.first(fields, "status")
        address = one_line(who.rpartition(";")[2]).strip("<> ").lower()
        if address:
            yield address, one_line(why)[:_REASON]


def _original(part: Part) -> str:
    """The Message-ID of the message that a report gives back, whole or its headers."""
    if part.type == "message/rfc822" and part.children:
        fields = part.children[0].fields
    elif part.type in {"text/rfc822-headers", "message/rfc822-headers"}:
        data = part.decoded(_STATUS_LIMIT)
        fields = headers.split(data, 0, len(data)).fields
    else:
        return ""
    return next(iter(headers.message_ids(headers.first(fields, "message-id"))), "")


def note(reader: MailReader, proposals: Proposals, audit: AuditLog, now: int) -> tuple[Proposal, ...]:
    """Look for reports about what was sent lately, and keep what they say; returns what is new."""
    sent = [
        one
        for one in proposals.recent(1000)
        if one.state in {State.DONE, State.UNKNOWN} and now - one.executing_at <= WITHIN_MS
    ]
    told: dict[str, str] = {}
    for thread_id, report in _reports(reader) if sent else ():
        for one in sent:
            if one.message_id in report.about or (not report.about and one.thread_id == thread_id):
                told[one.id] = _joined(told.get(one.id, ""), report, one.envelope.recipients)
    news = [one for one in sent if told.get(one.id, one.bounce) not in {"", one.bounce}]
    for one in news:
        proposals.note_bounce(one.id, told[one.id])
        audit.append("send.bounced", {"proposal": one.id, "digest": one.digest})
    return tuple(found for one in news if (found := proposals.get(one.id)))


def _reports(reader: MailReader) -> Iterator[tuple[str, Report]]:
    for ref in reader.search(QUERY, limit=NEWEST).items:
        try:
            report = read(reader.raw(ref.id))
        except NotFound:
            continue  # deleted a moment ago
        if report:
            yield ref.thread_id, report


def _joined(before: str, report: Report, recipients: Collection[str]) -> str:
    """`address: reason`, for those whom the message was for, each once."""
    meant = {addresses.key(one) for one in recipients}
    lines = [line for line in before.split("; ") if line]
    known = {line.partition(":")[0] for line in lines}
    lines += [
        f"{who}: {why.replace(';', ',') or 'no reason given'}"
        for who, why in report.failed
        if addresses.key(who) in meant and who not in known
    ]
    return "; ".join(sorted(lines))
