"""Throwing a draft away, so that undo can put it back."""

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import MailreeveError, NotFound
from mailreeve.mail import mime
from mailreeve.models import ChangeState, Json
from mailreeve.service.acts import new_act
from mailreeve.triage.posting import MARK, sha256

KIND = "draft_delete"


def discard(box: Mailbox, draft_id: str, *, cancel: Cancel) -> str:
    """Delete a draft in Gmail; returns what undo takes. Its bytes are kept for a week.

    Raises NotFound when it is gone already.
    """
    gmail = box.gmail.bound(cancel)
    old = gmail.draft(draft_id)
    do: Json = {
        "draft": old.id,
        "thread": old.thread_id,
        "mark": mime.from_bytes(old.raw).header(MARK),
        "sha256": sha256(old.raw),
    }
    act = new_act()
    change = box.journal.intend(act, KIND, old.id, do, {"create_draft": do["sha256"]})
    box.kept.keep(change, old.raw)
    try:
        gmail.delete_draft(old.id)
    except MailreeveError as error:
        gone = isinstance(error, NotFound)
        box.journal.settle(change, ChangeState.FAILED if gone else ChangeState.UNKNOWN, error.message)
        raise
    box.journal.settle(change, ChangeState.DONE)
    return act
