"""The digest: made, told, and brought to where the person wants it after a run."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, InputError, MailreeveError
from mailreeve.people.followups import standing
from mailreeve.platform import notify, replace_file
from mailreeve.service import destinations, mailing
from mailreeve.service.answers import DigestAnswer
from mailreeve.store.digest_mail import OVER, DigestMails
from mailreeve.store.owed import Looked
from mailreeve.triage import dead
from mailreeve.triage.digest import Digest, Span, compile_digest

_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
__all__ = ["Digest", "Span", "after_run", "digest", "mail", "make", "tell", "write"]

FORMS: dict[str, Callable[[Digest], str]] = {
    ".md": lambda made: made.text,
    ".html": lambda made: made.html,
    ".txt": lambda made: made.letter,
}
"""What a file's ending asks for."""


def digest(box: Mailbox, *, week: bool = False) -> DigestAnswer:
    """What the runs of the last day with one, or of the week until it, found, decided and drafted."""
    made = make(box, Span.WEEK if week else Span.DAY)
    return DigestAnswer(date=made.day.isoformat(), text=made.text, runs=list(made.runs), head=made.head)


def make(box: Mailbox, span: Span = Span.DAY, since: datetime | None = None) -> Digest:
    """The digest in all its forms."""
    dead.close_if_dead(box.ledger)
    return compile_digest(
        box.parts(),
        span,
        owed=_owed(box),
        notes=_notes(box),
        outside=destinations.lines(destinations.outbox(box)) if box.destinations else (),
        since=since,
    )


def _owed(box: Mailbox) -> Looked | None:
    looked = box.owed.looked()
    return replace(looked, items=standing(looked.items, datetime.now(UTC))) if looked else None


def _notes(box: Mailbox) -> list[str]:
    """Digests that should have been mailed and were not."""
    mails = DigestMails(box.app.db, box.address)
    latest = [mails.latest(span.value) for span in Span]
    return [
        f"The digest of {one.day} was not mailed: {one.note}"
        for one in latest
        if one and one.note and one.stage.value != "sent"
    ]


def write(made: Digest, file: Path) -> None:
    """Write it to a file, as its ending says: .md, .html or .txt. Raises InputError."""
    form = FORMS.get(file.suffix.lower())
    if form is None:
        raise InputError(f"{file.name}: the ending says no form.", f"Use one of {', '.join(FORMS)}.")
    try:
        replace_file(file, form(made).encode())
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.", "Choose another folder.") from None


def after_run(box: Mailbox, cancel: Cancel) -> list[str]:
    """Bring the digest to where the settings want it; returns what happened, a sentence each.

    A failure is one of the sentences: the run is done, and the next one tries again.
    """
    wanted = box.config.digest
    steps: list[Callable[[], str]] = []
    if wanted.folder:
        steps.append(lambda: _filed(box, wanted.folder))
    if wanted.notify:
        steps.append(lambda: _noticed(box))
    if wanted.mail:
        steps += [lambda span=span: _mailed(box, span, cancel) for span in _due(box)]  # type: ignore[misc]
    said = []
    for step in steps:
        try:
            said.append(step())
        except Cancelled:
            raise
        except MailreeveError as error:
            said.append(f"The digest: {error}")
    return [one for one in said if one]


def _filed(box: Mailbox, folder: Path | None) -> str:
    made = make(box)
    file = (folder or Path()) / f"mailreeve-{box.address}-{made.day.isoformat()}.html"
    write(made, file)
    return f"The digest is in {file}."


def _noticed(box: Mailbox) -> str:
    return tell(make(box))


def tell(made: Digest) -> str:
    """Show its counts as a notice on the desktop; returns why not, empty when it was shown."""
    problem = notify("Mailreeve", made.summary)
    return f"No notice was shown: {problem}" if problem else ""


def _due(box: Mailbox) -> list[Span]:
    """Which digests are to be mailed now: one each day after its first planned night, one each week."""
    now = datetime.now(UTC)
    today = now.astimezone(box.zone).date()
    midnight = datetime.combine(today, datetime.min.time(), box.zone)
    if box.app.is_planned and box.config.night.at and not box.app.plan.between(midnight - _INSTANT, now):
        return []  # tonight's run is still to come
    due = []
    if "weekly" in box.config.digest.mail and not _is_over(box, Span.WEEK, week_end(box, today)):
        due.append(Span.WEEK)
    if "daily" in box.config.digest.mail and not _is_over(box, Span.DAY, today):
        due.append(Span.DAY)
    return due


_INSTANT = timedelta(milliseconds=1)


def week_end(box: Mailbox, today: date) -> date:
    """The last day of a week that is over or ends today."""
    return today - timedelta(days=(today.weekday() - _WEEK.index(box.config.digest.week_ends)) % 7)


def _is_over(box: Mailbox, span: Span, day: date) -> bool:
    latest = DigestMails(box.app.db, box.address).latest(span.value)
    return latest is not None and latest.day >= day.isoformat() and latest.stage in OVER


def _mailed(box: Mailbox, span: Span, cancel: Cancel) -> str:
    today = datetime.now(box.zone).date()
    day = week_end(box, today) if span is Span.WEEK else today
    since = DigestMails(box.app.db, box.address).told_until(span.value, day.isoformat())
    after = datetime.fromtimestamp(since / 1000, UTC) if since and span is Span.DAY else None
    return mailing.mail(box, make(box, span, after), day, cancel)


def mail(box: Mailbox, *, week: bool, cancel: Cancel) -> str:
    """Mail it now, unless the digest of this day was mailed; a person's wish. Raises GateError without their consent."""
    return _mailed(box, Span.WEEK if week else Span.DAY, cancel)
