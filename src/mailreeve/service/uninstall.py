"""Leaving without a trace: our labels and unchanged drafts in Gmail, the logins, and our files here.

First everything is looked for and shown; what is removed then is what was shown. When something fails the
logins and the files stay, so that it can be run again.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import TypedDict

from mailreeve.app import AUDIT_KEY, App, Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, ConfigError, LoginNeeded, MailreeveError, NotFound, OutcomeUnknown
from mailreeve.models import Change, ChangeState, Label, Progress
from mailreeve.service.account import CONNECTIONS, forget, revoke
from mailreeve.service.acts import new_act
from mailreeve.service.answers import Failed
from mailreeve.store.accounts import Account
from mailreeve.store.db import backup
from mailreeve.store.migrations import MIGRATIONS

_DATABASES = tuple(f"{name}.db{end}" for name in ("mailreeve", "mailbox") for end in ("", "-wal", "-shm"))
_COPIES = tuple(backup(Path("mailreeve.db"), version).name for version in range(1, len(MIGRATIONS)))
OURS = (
    *_DATABASES,
    *_COPIES,
    "config.toml",
    "tokens",
    "locks",
    "index",
    "attachments",
    "demo",
    "sandbox.log",
)
"""What Mailreeve keeps in its folder. Anything else there is not ours and stays, with the folder."""


class UninstallAnswer(TypedDict):
    """What was removed, or would be; `status` is done, partial, declined or needs_user.

    `drafts` are ids of changes and `subjects` those of the drafts, `by_hand` are accounts whose login a person has to remove at Google.
    """

    status: str
    labels: list[str]
    drafts: list[str]
    subjects: list[str]
    edited_drafts: int
    logins: list[str]
    files: list[str]
    stays: list[str]
    failed: list[Failed]
    by_hand: list[str]


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What of ours lies in one mailbox."""

    box: Mailbox
    labels: tuple[Label, ...]
    drafts: tuple[Change, ...]
    """The changes that made drafts which nobody edited since."""
    subjects: tuple[str, ...]
    """Of these drafts, in the same order."""
    edited: int
    """Drafts of ours that a person edited: they are the person's now."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that goes, and what stays."""

    mailboxes: tuple[Leftovers, ...]
    accounts: tuple[str, ...]
    files: tuple[Path, ...]
    stays: tuple[Path, ...]
    unseen: tuple[Failed, ...]
    """Accounts that could not be looked into, and why."""

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to remove, and nothing that could not be looked into."""
        found = any(one.labels or one.drafts for one in self.mailboxes)
        return not (found or self.accounts or self.files or self.unseen)

    def answer(self, status: str) -> UninstallAnswer:
        """As the outer face tells it, before anything is done."""
        return UninstallAnswer(
            status=status,
            labels=[label.name for one in self.mailboxes for label in one.labels],
            drafts=[change.id for one in self.mailboxes for change in one.drafts],
            subjects=[subject for one in self.mailboxes for subject in one.subjects],
            edited_drafts=sum(one.edited for one in self.mailboxes),
            logins=list(self.accounts),
            files=[str(file) for file in self.files],
            stays=[str(file) for file in self.stays],
            failed=list(self.unseen),
            by_hand=[],
        )


def plan(app: App, progress: Progress, cancel: Cancel, *, local_only: bool = False) -> Plan:
    """Look for everything that is ours; with `local_only` not in Gmail. Nothing is changed."""
    home = app.config.home
    there = sorted(home.iterdir()) if home.is_dir() else []
    known, unseen = _accounts(app, local_only=local_only)
    found: list[Leftovers] = []
    for account in () if local_only else known:
        try:
            found.append(_leftovers(app.mailbox(account.address), progress, cancel))
        except Cancelled:
            raise
        except MailreeveError as error:
            unseen.append(Failed(id=account.address, reason=str(error)))
    return Plan(
        tuple(found),
        () if app.google.token else tuple(account.address for account in known),
        tuple(file for file in there if file.name in OURS) if there or not home.is_dir() else (home,),
        tuple(file for file in there if file.name not in OURS),
        tuple(unseen),
    )


def _accounts(app: App, *, local_only: bool) -> tuple[list[Account], list[Failed]]:
    """The accounts of this home; opening the store would make it, so a home without one has none."""
    try:
        if app.google.token:
            return ([] if local_only else [app.account()]), []
        if (app.config.home / "mailreeve.db").exists():
            return list(app.accounts.list()), []
    except MailreeveError as error:
        return [], [Failed(id="accounts", reason=str(error))]
    return [], []


def _leftovers(box: Mailbox, progress: Progress, cancel: Cancel) -> Leftovers:
    """Our labels, and the drafts that we wrote and nobody changed since."""
    from mailreeve.mail.mime import from_bytes
    from mailreeve.triage.posting import KIND, is_unchanged

    gmail = box.gmail.bound(cancel)
    prefix = box.config.triage.label_prefix.casefold()
    labels = [
        label
        for label in gmail.labels()
        if not label.system and f"{label.name.casefold()}/".startswith(f"{prefix}/")
    ]
    written = [change for change in box.journal.standing(KIND) if "delete_draft" in change.inverse]
    drafts: list[tuple[Change, str]] = []
    edited = 0
    for done, change in enumerate(written):
        progress(done, len(written), "drafts looked at")
        try:
            raw = gmail.draft(change.inverse["delete_draft"]).raw
        except NotFound:
            continue  # sent or deleted
        if is_unchanged(change, raw):
            drafts.append((change, from_bytes(raw).subject))
        else:
            edited += 1
    changes, subjects = tuple(change for change, _ in drafts), tuple(subject for _, subject in drafts)
    return Leftovers(box, tuple(labels), changes, subjects, edited)


def remove(
    app: App, found: Plan, progress: Progress, cancel: Cancel, *, local_only: bool = False
) -> UninstallAnswer:
    """Remove what was found: first in Gmail, then the logins, then the files.

    Each stage begins only when the one before it succeeded. With `local_only` the logins and the files go
    whatever happens.
    """
    answer = found.answer("partial")
    for one in found.mailboxes:
        answer["failed"] += _clean(one, progress, cancel)
    if answer["failed"] and not local_only:
        return answer
    for address in found.accounts:
        _take_back(app, address, answer, force=local_only)
    if answer["failed"] and not local_only:
        return answer
    for address in found.accounts:
        answer["failed"] += _tried(address, lambda address=address: forget(app, address))  # type: ignore[misc]
    answer["failed"] += _remove_files(app, found)
    answer["status"] = "partial" if answer["failed"] else "done"
    return answer


def _clean(one: Leftovers, progress: Progress, cancel: Cancel) -> list[Failed]:
    """Delete our drafts, then our labels: each is journalled, and one failure does not stop the rest."""
    failed: list[Failed] = []
    total = len(one.drafts) + len(one.labels)
    for done, change in enumerate(one.drafts):
        progress(done, total, "drafts")
        failed += _tried(change.id, lambda change=change: _undo(one.box, change, cancel))  # type: ignore[misc]
    act = new_act()
    for done, label in enumerate(one.labels, start=len(one.drafts)):
        progress(done, total, "labels")
        failed += _tried(label.name, lambda label=label: _delete(one.box, act, label, cancel))  # type: ignore[misc]
    return failed


def _undo(box: Mailbox, change: Change, cancel: Cancel) -> None:
    """Take one draft back; it stays if it was edited since it was shown."""
    from mailreeve.triage.undo import undo

    for failure in undo(box.parts(), change.id, cancel).failed:
        raise MailreeveError(failure.reason)


def _delete(box: Mailbox, act: str, label: Label, cancel: Cancel) -> None:
    with box.ledger.alone(f"triage or uninstall of {box.address}"):
        change = box.journal.intend(act, "label_delete", label.id, {"name": label.name}, {})
        try:
            box.gmail.bound(cancel).delete_label(label.id)
        except NotFound:
            box.journal.settle(change, ChangeState.SKIPPED, "it was gone already")
        except MailreeveError as error:
            lost = isinstance(error, OutcomeUnknown)
            box.journal.settle(change, ChangeState.UNKNOWN if lost else ChangeState.FAILED, error.message)
            raise
        else:
            box.journal.settle(change, ChangeState.DONE)


def _take_back(app: App, address: str, answer: UninstallAnswer, *, force: bool) -> None:
    """Revoke a login at Google; one that cannot be read here can only be removed there, by hand."""
    try:
        revoke(app, address)
    except (LoginNeeded, ConfigError):
        answer["by_hand"].append(address)
    except MailreeveError as error:
        if force:
            answer["by_hand"].append(address)
        else:
            reason = f"{error} Or remove Mailreeve at {CONNECTIONS} and run it with --local-only."
            answer["failed"].append(Failed(id=address, reason=reason))


def _remove_files(app: App, found: Plan) -> list[Failed]:
    """Delete the files that were shown, the key of the audit, and the folder if nothing else is in it."""
    failed = _tried("audit-key", lambda: _forget_audit_key(app))
    app.close()
    home = app.config.home
    left = [file for name in OURS if (file := home / name).exists() or file.is_symlink()]
    for file in dict.fromkeys(file for file in (*found.files, *left) if file != home):
        failed += _tried(str(file), lambda file=file: _remove(file))  # type: ignore[misc]
    if home.is_dir() and not any(home.iterdir()):
        failed += _tried(str(home), home.rmdir)
    return failed


def _forget_audit_key(app: App) -> None:
    from keyring.errors import KeyringError

    from mailreeve.google.tokens import SERVICE

    if app.keyring is None:
        return
    try:
        if app.keyring.get_password(SERVICE, AUDIT_KEY) is not None:
            app.keyring.delete_password(SERVICE, AUDIT_KEY)
    except KeyringError:
        advice = f'Delete the entry "{SERVICE}" in your keyring by hand.'
        raise MailreeveError("The keyring did not delete the key of the audit log.", advice) from None


def _remove(file: Path) -> None:
    """Delete a file or a whole folder; of a link the link."""
    if file.is_dir() and not file.is_symlink():
        shutil.rmtree(file)
    else:
        file.unlink(missing_ok=True)


def _tried(what: str, work: Callable[[], object]) -> list[Failed]:
    """Do it, or say why not."""
    try:
        work()
    except Cancelled:
        raise
    except MailreeveError as error:
        return [Failed(id=what, reason=str(error))]
    except OSError as error:
        return [Failed(id=what, reason=f"{error.strerror or type(error).__name__}.")]
    return []
