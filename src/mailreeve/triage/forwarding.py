"""Forwards that rules want: a draft each, and a question at the gate. Nothing leaves without a person's yes."""

import hashlib
from dataclasses import replace

from mailreeve.errors import GateError
from mailreeve.mail import compose, mime
from mailreeve.mail.letter import File
from mailreeve.models import Action, Address, ChangeState, Message
from mailreeve.store.entries import Entry
from mailreeve.triage import posting
from mailreeve.triage.work import Work


def forward(work: Work, entry: Entry, message: Message) -> tuple[str, str]:
    """Write and propose the forwards of a message; returns the last draft's id and what the person should know.

    Repeated after a crash it makes no second draft and asks no second time. Raises OutcomeUnknown when it is not
    known whether a draft was made.
    """
    wanted = [one for one in entry.verdict.does if one.kind == "forward"] if entry.verdict else []
    made, told = "", []
    for act in wanted:
        made = _draft(work, entry, message, act)
        told.append(_asked(work, made, f"{act.value} (rule {act.rule.partition('@')[0]})"))
    return made, " ".join(told)


def _asked(work: Work, draft_id: str, whom: str) -> str:
    if work.parts.propose is None:
        return f"The forward to {whom} lies in your drafts."
    try:
        work.parts.propose(draft_id)
    except GateError as error:
        return f"The forward to {whom} lies in your drafts: {error.message}"
    return f"The forward to {whom} waits for your yes: mailreeve review."


def _draft(work: Work, entry: Entry, message: Message, act: Action) -> str:
    """The draft of one forward: the one that is there, or a new one."""
    parts, address = work.parts, act.value
    mark = hashlib.sha256(f"{parts.account}\n{entry.message}\nforward\n{address}".encode()).hexdigest()[:32]
    target = f"{entry.message}>{mark[:12]}"
    for change in parts.journal.of_target(target, posting.KIND):
        if change.state is ChangeState.DONE:
            return str(change.do["draft"])
        if change.state in {ChangeState.INTENDED, ChangeState.UNKNOWN}:
            patience = parts.settings.settle_seconds
            found = posting.earlier(parts.gmail, [change], mark, patience, work.cancel)
            if found is not None:
                known = {**change.do, "draft": found.id}
                parts.journal.settle(
                    change.id, ChangeState.DONE, do=known, inverse={"delete_draft": found.id}
                )
                return found.id
            parts.journal.settle(change.id, ChangeState.FAILED, "looked for and not found")
    letter = compose.forward(
        message,
        own=(parts.account, *parts.own),
        to=(Address("", address),),
        now=parts.now().astimezone(parts.zone),
        attachments=_files(work, message),
        send_as=parts.send_as,
        zone=parts.zone,
    )
    raw = compose.compose(replace(letter, headers=((posting.MARK, mark),)))
    return posting.create(
        parts.gmail,
        parts.journal,
        work.run,
        target,
        raw,
        mark=mark,
        thread="",
        cancel=work.cancel,
        interactive=False,
        rule=act.rule,
    ).id


def _files(work: Work, message: Message) -> list[File]:
    """The attachments to take along."""
    if not message.attachments:
        return []
    raw = work.parts.gmail.raw(message.id)
    return [
        File(one.name, one.type, mime.part_bytes(raw, one.part_id))
        for one in mime.from_bytes(raw).attachments
        if not one.inline
    ]
