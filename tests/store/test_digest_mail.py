"""One row for each mailed digest."""

from tests.store.conftest import ACCOUNT

from mailreeve.store.db import Database
from mailreeve.store.digest_mail import DigestMails, Stage


def test_a_day_has_one_row_whoever_comes_first(db: Database) -> None:
    """The second comer gets the first one's mark, and so finds its draft."""
    mails = DigestMails(db, ACCOUNT)
    first = mails.begin("day", "2026-11-23", "one", 1)
    second = mails.begin("day", "2026-11-23", "two", 2)
    assert ("one", "one") == (first.mark, second.mark)


def test_what_is_over_stays_over(db: Database) -> None:
    """A late process cannot make a sent digest one that is to be sent."""
    mails = DigestMails(db, ACCOUNT)
    row = mails.begin("day", "2026-11-23", "one", 1)
    mails.move(row, Stage.DRAFTED, draft="r-1")
    mails.move(row, Stage.SENT)
    mails.move(row, Stage.DRAFTED, note="late")
    found = mails.latest("day")
    assert found
    assert (Stage.SENT, "r-1", "") == (found.stage, found.draft, found.note)
    assert () == mails.unfinished()
