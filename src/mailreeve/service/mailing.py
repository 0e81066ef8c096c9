"""The digest by mail to the account's own address: under a person's standing consent, and each one once.

The order of the steps is what keeps it once: a row with the draft's mark, then the draft, then the row knows the
draft, and only then the gate, which sends a draft once. A process that dies on the way leaves a row from which the
next run goes on.
"""

import hashlib
import secrets
from datetime import date, datetime

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import (
    Cancelled,
    DraftChanged,
    GateError,
    InputError,
    MailreeveError,
    NotApproved,
    NotFound,
)
from mailreeve.gate import policy
from mailreeve.mail.compose import Compose, compose
from mailreeve.models import Address, ChangeState, Draft, Proposal
from mailreeve.models import ProposalState as State
from mailreeve.service.acts import new_act
from mailreeve.store.consents import Consent, Consents
from mailreeve.store.db import now_ms
from mailreeve.store.digest_mail import OVER, DigestMail, DigestMails, Stage
from mailreeve.triage import posting
from mailreeve.triage.digest import Digest

_LOOKING = 30.0
_RECENT = 1000
_HOW = "Run `mailreeve digest consent` on a terminal."


def consented(box: Mailbox) -> Consent | None:
    """The consent that stands; None when there is none to exactly this address."""
    found = Consents(box.app.db, box.address)
    return found.get(policy.DIGEST) if found.stands(policy.DIGEST, policy.digest_terms(box.address)) else None


def consent(box: Mailbox, address: str, *, by: str, how: str) -> None:
    """A person agrees that digests are mailed to the address that they were shown. Raises NotApproved for another."""
    if address.lower() != box.address.lower():
        raise NotApproved(f"The digest goes to {box.address} and nowhere else.", "Look at it again.")
    Consents(box.app.db, box.address).give(policy.DIGEST, policy.digest_terms(box.address), by, how)
    box.audit.append("digest.consent", {"how": how}, by)


def revoke(box: Mailbox, *, by: str) -> bool:
    """No digest is mailed from now on; False when there was no consent."""
    found = Consents(box.app.db, box.address).revoke(policy.DIGEST)
    if found:
        box.audit.append("digest.revoke", {}, by)
    return found


def mail(box: Mailbox, made: Digest, day: date, cancel: Cancel) -> str:
    """Mail the digest of a day, or go on with what an earlier try left; returns what happened in a sentence.

    Raises GateError when sending is off or nobody agreed: no draft is made then.
    """
    if "send" not in box.config.policy.capabilities:
        raise GateError("It was not mailed: sending is switched off.", policy.advice(policy.Policy()))
    if not consented(box):
        raise GateError("It was not mailed: you have not agreed to that.", _HOW)
    name = hashlib.sha256(box.address.encode()).hexdigest()[:16]
    with box.app.db.alone(f"digest-{name}", "mailing the digest"):
        mails = DigestMails(box.app.db, box.address)
        mark = secrets.token_hex(16)
        row = mails.begin(made.span.value, day.isoformat(), mark, now_ms())
        for old in mails.unfinished():
            if (old.span, old.day) != (row.span, row.day):
                _tried(box, mails, old, None, cancel)
        if row.stage in OVER:
            return f"The digest of {row.day} was mailed already." if row.stage is Stage.SENT else ""
        return _tried(box, mails, row, made, cancel, new=row.mark == mark)


def _tried(
    box: Mailbox,
    mails: DigestMails,
    row: DigestMail,
    made: Digest | None,
    cancel: Cancel,
    *,
    new: bool = False,
) -> str:
    """One step forward for one row; what stops it is kept with the row and told by the next digest."""
    stage: Stage | None
    try:
        stage, note = _advanced(box, mails, row, made, cancel, new=new)
    except Cancelled:
        raise
    except MailreeveError as error:
        stage, note = (Stage.DROPPED if isinstance(error, DraftChanged) else None), error.message
    if stage is None:
        current = next((one.stage for one in mails.unfinished() if one.mark == row.mark), row.stage)
        mails.move(row, current, note=note)
        return f"The digest of {row.day} was not mailed: {note}"
    mails.move(row, stage, note=note)
    said = {Stage.SENT: "was mailed", Stage.ASKED: "waits for your yes", Stage.DROPPED: "is not mailed"}
    return f"The digest of {row.day} {said[stage]}{f': {note}' if note else '.'}"


def _advanced(
    box: Mailbox, mails: DigestMails, row: DigestMail, made: Digest | None, cancel: Cancel, *, new: bool
) -> tuple[Stage, str]:
    if row.draft:
        box.gate.recover()  # what an earlier try left open is looked at again
        last = next((one for one in box.gate.recent(_RECENT) if one.draft_id == row.draft), None)
        ended = _ended(last) if last else None
        if ended:
            return ended
        try:
            draft = box.gmail.bound(cancel).draft(row.draft)
        except NotFound:
            return Stage.DROPPED, "its draft is no longer in Gmail."
    else:
        found = None if new else _found(box, row, cancel)
        if found is None and made is None:
            return Stage.DROPPED, "a newer one took its place."
        draft = box.gmail.draft(found.id) if found else _drafted(box, row, made)
        mails.move(row, Stage.DRAFTED, draft=draft.id)
    return _sent(box, row, draft)


def _found(box: Mailbox, row: DigestMail, cancel: Cancel) -> Draft | None:
    """The draft of an earlier try."""
    changes = box.journal.of_target(_target(row), posting.KIND)
    return posting.earlier(box.gmail.bound(cancel), changes, row.mark, box.settle_seconds, cancel)


def _ended(last: Proposal) -> tuple[Stage, str] | None:
    """What became of an earlier try; None when it is to be tried again."""
    if last.state is State.DONE:
        return Stage.SENT, ""
    if last.state is State.PROPOSED:
        return Stage.ASKED, "`mailreeve review` shows it."
    if last.state in {State.REJECTED, State.CANCELLED}:
        return Stage.DROPPED, last.outcome
    if last.state in {State.EXECUTING, State.UNKNOWN}:
        raise InputError(f"it is not known whether it left. {last.outcome}", "`mailreeve review` shows it.")
    return None


def _drafted(box: Mailbox, row: DigestMail, made: Digest | None) -> Draft:
    assert made is not None  # noqa: S101 -- the caller looked
    raw = compose(
        Compose(
            from_=Address("Mailreeve", box.address),
            date=datetime.now(box.zone),
            to=(Address("", box.address),),
            subject=made.title,
            body=made.letter.rstrip("\n"),
            html=made.html,
            headers=((posting.MARK, row.mark),),
        )
    )
    return posting.create(
        box.gmail,
        box.journal,
        new_act(),
        _target(row),
        raw,
        mark=row.mark,
        thread="",
        cancel=Cancel(_LOOKING),
        interactive=False,
    )


def _target(row: DigestMail) -> str:
    return f"digest-{row.span}-{row.day}"


def _sent(box: Mailbox, row: DigestMail, draft: Draft) -> tuple[Stage, str]:
    """Through the gate, if the draft is still what we wrote."""
    changes = box.journal.of_target(_target(row), posting.KIND)
    known = [one for one in changes if one.state is ChangeState.DONE]
    if known and not posting.is_unchanged(known[-1], draft.raw):
        raise DraftChanged("its draft was changed; it is left to you in Gmail.")
    proposal = box.gate.propose_digest(draft.id, posting.written(box.journal, _target(row)))
    if proposal.state is State.PROPOSED:
        return Stage.ASKED, "`mailreeve review` shows it."
    outcome = box.gate.execute(proposal.id)
    if outcome.state is State.DONE:
        return Stage.SENT, ""
    raise InputError(outcome.reason, "The next run looks again.")
