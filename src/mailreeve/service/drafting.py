"""Drafts: written into Gmail, changed there, shown. Nothing is sent from here."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailreeve.app import Mailbox
from mailreeve.attachments import outgoing
from mailreeve.cancel import Cancel
from mailreeve.errors import GateError, InputError
from mailreeve.google.gmail import Gmail
from mailreeve.mail import addresses, compose, mime
from mailreeve.mail.letter import Compose, File
from mailreeve.models import Address, ChangeState, Draft, Json, Message, Thread
from mailreeve.service.acts import new_act
from mailreeve.service.answers import DraftAnswer
from mailreeve.store.journal import Intent
from mailreeve.triage.drafting import until
from mailreeve.triage.posting import MARK, create, sha256

KINDS = ("new", "reply", "reply_all", "forward", "edit")
UPDATE = "draft_update"
LOOKING = 30.0
"""Seconds; so long a draft is looked for whose answer was lost, even when the caller has given up."""


@dataclass(frozen=True, slots=True)
class _Written:
    """What is to be put into Gmail."""

    letter: Compose
    thread_id: str = ""
    by: str = ""
    """Who proposed the text, when a reader did."""


def draft(
    box: Mailbox,
    *,
    kind: str = "new",
    to: Sequence[str] = (),
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    from_: str = "",
    subject: str | None = None,
    body: str | None = None,
    reply_to_id: str = "",
    draft_id: str = "",
    attachments: Sequence[str] = (),
    by: str = "",
    system: str = "",
    mark: str = "",
    thread: Thread | None = None,
    cancel: Cancel,
) -> DraftAnswer:
    """Write a new mail, a reply, a forward, or change a draft. Recipients that are given replace the usual ones.

    A reply without a body gets one proposed by the reader: an answer, or a reminder of the person's own message. `by` says whose words the body is when it is a
    program's; `system` is one that a person let in; by `mark` a new draft is found again; `thread` is that of a reply, when the
    caller has just fetched it. Raises InputError naming the wrong field.
    """
    gmail = box.gmail.bound(cancel)
    if kind not in KINDS:
        raise InputError(f"{kind[:40]!r} is no kind of draft.", f"Use one of {', '.join(KINDS)}.")
    if kind == "edit":
        old = gmail.draft(_needed(draft_id, "draft_id", kind))
        start = _Written(compose.read_compose(old.raw), old.thread_id)
    elif kind == "new":
        if not (to or cc or bcc or subject or body):
            raise InputError("There is nothing to write down.", "Give a recipient, a subject or a text.")
        start = _Written(Compose(from_=_identity(box, ""), date=_now(box)))
    else:
        id_ = _needed(reply_to_id, "reply_to_id", kind)
        start = (
            _forward(box, gmail, gmail.get(id_), to)
            if kind == "forward"
            else _reply(box, gmail, id_, kind, body, thread, cancel)
        )
    written = replace(
        start, letter=_filled(box, start.letter, to, cc, bcc, from_, subject, body, attachments)
    )
    author = f"system:{system}" if system else by.replace(":", " ")  # programs name themselves
    written = replace(written, by=author if body is not None else start.by)
    made, act = (
        _update(box, gmail, old, written)
        if kind == "edit"
        else _create(box, gmail, written, mark or secrets.token_hex(16))
    )
    return _answer(box, made, act)


def show(box: Mailbox, draft_id: str) -> DraftAnswer:
    """A draft as it lies in Gmail now."""
    return _answer(box, box.gmail.draft(draft_id), "")


def _needed(value: str, field: str, kind: str) -> str:
    if not value:
        raise InputError(f"A draft of kind {kind} needs {field}.", "search_mail and review give the ids.")
    return value


def _now(box: Mailbox) -> datetime:
    return datetime.now(box.zone)


def _identity(box: Mailbox, wished: str) -> Address:
    """One of the account's own addresses. Raises InputError for any other."""
    known = box.send_as
    if not wished:
        return next((one.address for one in known if one.default), Address("", box.address))
    found = next((one.address for one in known if one.address.key == wished.strip().lower()), None)
    if found is None:
        raise InputError(
            f"from: {wished[:80]!r} is none of your addresses.",
            f"Use one of {', '.join(sorted(box.own))}.",
        )
    return found


def _reply(
    box: Mailbox, gmail: Gmail, id_: str, kind: str, body: str | None, thread: Thread | None, cancel: Cancel
) -> _Written:
    if body is None and thread is None:
        thread = gmail.thread(gmail.thread_of(id_))
    parent = next((one for one in thread.messages if one.id == id_), None) if thread else None
    parent = parent or gmail.get(id_)
    proposed, by = "", ""
    if body is None and thread is not None:
        times = box.times(parent, cancel) if box.config.llm.configured else ""
        answer = box.reader().draft(until(parent, thread), times, cancel)
        proposed, by = answer.body, answer.by.value
    letter = compose.reply(
        parent,
        own=box.own,
        everyone=kind == "reply_all",
        now=_now(box),
        body=proposed,
        send_as=box.send_as,
        zone=box.zone,
    )
    return _Written(letter, parent.thread_id, by)


def _forward(box: Mailbox, gmail: Gmail, parent: Message, to: Sequence[str]) -> _Written:
    """The parent's text and attachments, to somebody else."""
    files: list[File] = []
    if parent.attachments:
        raw = gmail.raw(parent.id)
        whole = mime.from_bytes(raw)
        files = [
            File(one.name, one.type, mime.part_bytes(raw, one.part_id))
            for one in whole.attachments
            if not one.inline
        ]
    letter = compose.forward(
        parent,
        own=box.own,
        to=_people("to", to),
        now=_now(box),
        attachments=files,
        send_as=box.send_as,
        zone=box.zone,
    )
    return _Written(letter)


def _filled(
    box: Mailbox,
    letter: Compose,
    to: Sequence[str],
    cc: Sequence[str],
    bcc: Sequence[str],
    from_: str,
    subject: str | None,
    body: str | None,
    attachments: Sequence[str],
) -> Compose:
    """The letter with what was given in place of what it had."""
    files = tuple(outgoing.load(box.config.policy.attach_folder, name) for name in attachments)
    changed = replace(
        letter,
        to=_people("to", to) if to else letter.to,
        cc=_people("cc", cc) if cc else letter.cc,
        bcc=_people("bcc", bcc) if bcc else letter.bcc,
        from_=_identity(box, from_) if from_ or not letter.from_.address else letter.from_,
        subject=letter.subject if subject is None else subject,
        attachments=(*letter.attachments, *files),
    )
    return changed if body is None else replace(changed, body=body, html="")


def _people(field: str, values: Sequence[str]) -> tuple[Address, ...]:
    """Each value is one or more mailboxes as RFC 5322 writes them; a blank one is nobody."""
    found: list[Address] = []
    for value in filter(str.strip, values):
        if any(ord(char) < 32 for char in value):
            raise InputError(f"{field} holds a line break or another control character.", "Remove it.")
        some = addresses.parse(value)
        if not some or any("@" not in one.address for one in some):
            raise InputError(
                f"{field}: {value[:80]!r} is no e-mail address.", "Write it as name@example.com."
            )
        found += some
    return tuple(found)


def _create(box: Mailbox, gmail: Gmail, written: _Written, mark: str) -> tuple[Draft, str]:
    act = new_act()
    raw = compose.compose(replace(written.letter, headers=((MARK, mark),)))
    stored = create(
        gmail,
        box.journal,
        act,
        mark,
        raw,
        mark=mark,
        thread=written.thread_id,
        cancel=Cancel(LOOKING),
        interactive=True,
    )
    _note(box, stored, written)
    return stored, act


def _update(box: Mailbox, gmail: Gmail, old: Draft, written: _Written) -> tuple[Draft, str]:
    """Keep the old version, journal, replace, journal."""
    act = new_act()
    raw = compose.compose(written.letter)
    do: Json = {"draft": old.id, "thread": old.thread_id, "sha256": sha256(raw)}
    back = {"restore_draft": old.id, "sha256": sha256(old.raw)}
    with box.journal.intending(act, [Intent(UPDATE, old.id, do, back)], once=True) as (change,):
        box.kept.keep(change, old.raw)
        gmail.update_draft(old.id, raw, old.thread_id)
    box.journal.settle(change, ChangeState.DONE)
    stored = gmail.draft(old.id)
    if sha256(stored.raw) != do["sha256"]:
        box.journal.settle(change, ChangeState.DONE, do={**do, "stored": sha256(stored.raw)})
    _note(box, stored, written)
    return stored, act


def _note(box: Mailbox, made: Draft, written: _Written) -> None:
    """Remember whose words they are, so that the person is told before it leaves."""
    if written.by:
        box.note_draft(made, written.by)


def _answer(box: Mailbox, made: Draft, act: str) -> DraftAnswer:
    message = mime.from_bytes(made.raw)
    try:
        flags = [flag.text for flag in box.gate.examine(made).flags]
    except GateError as error:
        flags = [str(error)]
    return DraftAnswer(
        draft_id=made.id,
        message_id=message.message_id,
        thread_id=made.thread_id,
        to=[one.address for one in message.to],
        cc=[one.address for one in message.cc],
        bcc=[one.address for one in message.bcc],
        subject=message.subject,
        digest=sha256(made.raw),
        flags=flags,
        text=message.text,
        url=box.url(made.thread_id),
        change=act,
    )
