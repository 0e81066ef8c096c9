"""Erasing what is kept here: what is old by the settings, or everything about an account; and telling what is kept.

Mail itself lies at Google and is not touched by any of this.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from typing_extensions import TypedDict

from mailreeve.app import App
from mailreeve.errors import AlreadyRunning, GateError, LoginNeeded, MailreeveError
from mailreeve.models import Json
from mailreeve.service import account as logins
from mailreeve.store import erasing
from mailreeve.store.audit import Audit
from mailreeve.store.db import now_ms
from mailreeve.store.erasing import Ages, Erasing
from mailreeve.store.ledger import Ledger
from mailreeve.triage.run import parse_age


class PurgeAnswer(TypedDict):
    """What was erased; `status` is done, partial, declined or needs_user.

    `removed` counts rows by table, `audit` the rows of the audit that were emptied, `files` what was deleted beside the
    database; `by_hand` are accounts whose login a person has to remove at Google.
    """

    status: str
    accounts: list[str]
    removed: dict[str, int]
    audit: int
    files: list[str]
    by_hand: list[str]
    advice: str


@dataclass(frozen=True, slots=True)
class Doomed:
    """Accounts of which everything goes, and the files that go with the last one."""

    accounts: tuple[str, ...]
    files: tuple[Path, ...]


def which(app: App, address: str = "") -> tuple[str, ...]:
    """The account, or every account of which something is kept here, logged in or not."""
    if address:
        return (address.lower(),)
    on_server = app.config.store.url is not None and not app.config.demo
    there = on_server or (app.config.home / "mailreeve.db").exists() or "db" in app.__dict__
    return erasing.accounts(app.db) if there else ()


def expire(app: App, accounts: Sequence[str], older_than: str = "") -> PurgeAnswer:
    """Erase what is older than the settings say, or than one age (such as 30d) for everything.

    What is not finished stays: messages to decide, changes and sends whose end is not known. Raises InputError for
    what is no age.
    """
    kept, now, age = app.config.privacy, now_ms(), parse_age(older_than)

    def before(days: int) -> int:
        return now - int((timedelta(days=days) if age is None else age).total_seconds() * 1000)

    answer = _answer(accounts)
    for address in accounts:
        with Ledger(app.db, address).alone(f"triage or purge of {address}"):
            found = Erasing(app.db, address).aged(Ages(before(kept.decisions_days), before(kept.drafts_days)))
        _count(answer, found)
    answer["audit"] = Audit(app.db, "", app.audit_key()).erase(before(kept.audit_days))
    if answer["removed"] or answer["audit"] or age is not None:
        _compact(app, answer)
    return answer


def expire_quietly(app: App, address: str) -> None:
    """The same after a run of the triage; one that cannot be made now is made after the next run."""
    with suppress(AlreadyRunning):
        expire(app, (address,))


def doomed(app: App, accounts: Sequence[str]) -> Doomed:
    """What `erase` will take, to be shown before.

    Raises GateError when a message is on its way or planned: it would be lost unseen, or sent twice later.
    """
    for address in accounts:
        leaving = Erasing(app.db, address).leaving()
        if leaving:
            raise GateError(
                f"{leaving} messages of {address} are approved, planned or have an unknown end.",
                "`mailreeve review` shows them: send, cancel or settle them first.",
            )
    last = not set(erasing.accounts(app.db)) - set(accounts)
    home, name = app.config.home, app.db.file.name
    beside = sorted(home.glob(f"{name}.v*")) if name else []
    shared = [home / "attachments"] if last and (home / "attachments").is_dir() else []
    return Doomed(tuple(accounts), (*beside, *shared))


def erase(app: App, found: Doomed) -> PurgeAnswer:
    """Erase everything about accounts: their rows, index and login, the files beside them, and what the audit says of them.

    The login is revoked at Google first; one that Google could not be told of is named in `by_hand`.
    """
    answer = _answer(found.accounts)
    for address in found.accounts:
        with Ledger(app.db, address).alone(f"triage or purge of {address}"):
            if not (app.google.token or app.config.demo):
                _take_back(app, address, answer)
            logins.forget(app, address)
            _count(answer, Erasing(app.db, address).everything())
            answer["audit"] += Audit(app.db, address, app.audit_key()).erase()
    for file in found.files:
        _remove(file)
        answer["files"].append(str(file))
    _compact(app, answer)
    return answer


def export(app: App, accounts: Sequence[str]) -> Iterator[Json]:
    """Every row that is kept about the accounts. Logins are not among them; the words of mail in an index neither."""
    for address in accounts:
        yield from Erasing(app.db, address).rows()


def _answer(accounts: Sequence[str]) -> PurgeAnswer:
    return PurgeAnswer(
        status="done", accounts=list(accounts), removed={}, audit=0, files=[], by_hand=[], advice=""
    )


def _count(answer: PurgeAnswer, found: dict[str, int]) -> None:
    for table, count in found.items():
        answer["removed"][table] = answer["removed"].get(table, 0) + count


def _compact(app: App, answer: PurgeAnswer) -> None:
    if not app.db.compact():
        answer["status"] = "partial"
        answer["advice"] = (
            "Another Mailreeve holds the database, so old pages may still lie in its log. Stop it (close your MCP"
            " client) and run `mailreeve purge` again."
        )


def _take_back(app: App, address: str, answer: PurgeAnswer) -> None:
    try:
        logins.revoke(app, address)
    except LoginNeeded:
        return  # there is none
    except MailreeveError:
        answer["by_hand"].append(address)


def _remove(file: Path) -> None:
    import shutil

    if file.is_dir() and not file.is_symlink():
        shutil.rmtree(file)
    else:
        file.unlink(missing_ok=True)
