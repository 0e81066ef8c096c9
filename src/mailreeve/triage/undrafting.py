"""Taking back what was done to a draft, while its bytes are ours. The newest version goes first."""

from collections.abc import Sequence

from mailreeve.errors import MailreeveError, NotFound
from mailreeve.mail import mime
from mailreeve.models import Change, ChangeState, Draft, Thread
from mailreeve.triage import posting
from mailreeve.triage.undone import Books

UPDATE, DELETE = "draft_update", "draft_delete"
STANDING = {ChangeState.DONE, ChangeState.INTENDED, ChangeState.UNKNOWN}
"""States of a change that stands, or may."""
_SENT = "the mail was sent; it cannot be taken back"


class Undrafting:
    """The steps of one undo that concern drafts."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._gmail = books.parts.gmail
        self._journal = books.parts.journal

    # --- a draft that was written

    def created(self, change: Change) -> None:
        """Delete the draft."""
        id_ = self._made(change)
        now = self._now(id_) if id_ else None
        if now is None:
            self._gone(change, str(change.do.get("mark", "")))
        elif "sha256" not in change.do:
            self._books.skip(change, "the draft was found, not written here")
        elif posting.is_unchanged(change, now.raw):
            self._journal.undoing([change.id])
            self._gmail.delete_draft(now.id)
            self._books.settled(change)
        else:
            self._touched(change, now, self._journal.of_target(now.id, UPDATE))

    def _made(self, change: Change) -> str | None:
        """The draft's id; when the answer got lost it is looked for by its mark."""
        if change.inverse:
            return str(change.inverse["delete_draft"])
        thread = self._thread(str(change.do.get("thread", "")))
        found: Draft | None = posting.find(self._gmail, thread, change.do["mark"]) if thread else None
        return found.id if found else None

    # --- a draft that was changed

    def updated(self, change: Change) -> None:
        """Put the earlier version back."""
        before = self._kept(change)
        if before is None:
            self._books.final(change, "the earlier version of the draft is no longer kept")
            return
        now = self._now(change.target)
        updates = self._journal.of_target(change.target, UPDATE)
        if now is None:
            self._gone(change, mime.from_bytes(before).header(posting.MARK))
        elif posting.is_unchanged(change, now.raw):
            self._journal.undoing([change.id])
            self._gmail.update_draft(change.target, before, now.thread_id)
            self._books.settled(change)
            self._known_again(change, before, updates)
        else:
            ids = [one.id for one in updates]
            self._touched(change, now, updates[ids.index(change.id) + 1 :])

    def _known_again(self, change: Change, before: bytes, updates: Sequence[Change]) -> None:
        """Gmail may have written the restored bytes anew: whoever made that version can still be undone."""
        made = [
            one
            for one in self._journal.standing(posting.KIND)
            if one.inverse.get("delete_draft") == change.target
        ]
        stored = posting.sha256(self._gmail.draft(change.target).raw)
        for one in (*made, *updates):
            if one.state is ChangeState.DONE and posting.is_unchanged(one, before):
                self._journal.settle(one.id, ChangeState.DONE, do={**one.do, "stored": stored})

    # --- a draft that was thrown away

    def discarded(self, change: Change) -> None:
        """Put a deleted draft back, under a new id; never twice, even when an answer was lost."""
        before = self._kept(change)
        if before is None:
            self._books.final(change, "the deleted draft is no longer kept")
        elif self._restored(change):
            self._books.settled(change)
        elif change.state is not ChangeState.DONE:
            self._books.final(change, "it is not known whether it is back; look at Gmail's drafts")
        else:
            self._journal.undoing([change.id])
            self._put_back(change, before)
            self._books.settled(change)

    def _put_back(self, change: Change, raw: bytes) -> None:
        """Make the draft anew; a change of its own, so that it waits for review again and can be undone."""
        thread = change.do["thread"] if self._thread(change.do["thread"]) else ""
        do = {"thread": thread, "mark": change.do["mark"], "sha256": change.do["sha256"]}
        new = self._journal.intend(f"a-{change.id}", posting.KIND, change.target, do, {})
        try:
            made = self._gmail.create_draft(raw, thread)
        except MailreeveError as error:
            self._journal.settle(new, ChangeState.UNKNOWN, error.message)
            raise
        done = {**do, "draft": made.id}
        self._journal.settle(new, ChangeState.DONE, do=done, inverse={"delete_draft": made.id})

    def _restored(self, change: Change) -> bool:
        """True when the draft is there: never deleted, or put back by an undo whose answer was lost."""
        if change.state is ChangeState.DONE:
            return False
        if self._now(change.target) is not None:
            return True
        thread, mark = self._thread(change.do["thread"]), change.do["mark"]
        return bool(thread and mark and posting.find(self._gmail, thread, mark))

    # --- what they share

    def _touched(self, change: Change, now: Draft, later: Sequence[Change]) -> None:
        """Its bytes are not the change's: another change of ours has to go first, or the person's words stay."""
        ours = [one for one in later if one.state in STANDING and posting.is_unchanged(one, now.raw)]
        if ours and self._kept(ours[-1]) is None:
            why = "the draft was changed again since, and its earlier version is no longer kept"
            self._books.final(change, why)
        elif ours:
            self._books.fail(change, f"the draft was changed again since: undo {ours[-1].run} first")
        else:
            self._books.skip(change, "you edited the draft")

    def _gone(self, change: Change, mark: str) -> None:
        """The sent mail keeps the mark of its draft."""
        thread = self._thread(str(change.do.get("thread", "")))
        messages = thread.messages if thread and mark else ()
        if any("SENT" in one.labels and one.header(posting.MARK) == mark for one in messages):
            self._books.final(change, _SENT)
        else:
            self._books.skip(change, "the draft is no longer in Gmail")

    def _now(self, id_: str) -> Draft | None:
        try:
            return self._gmail.draft(id_)
        except NotFound:
            return None

    def _kept(self, change: Change) -> bytes | None:
        kept = self._books.parts.kept
        return kept.get(change.id) if kept else None

    def _thread(self, id_: str) -> Thread | None:
        try:
            return self._gmail.thread(id_) if id_ else None
        except NotFound:
            return None
