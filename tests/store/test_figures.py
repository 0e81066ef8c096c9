"""Counts over the ledger and the observations, on both stores."""

from tests.store.conftest import ACCOUNT

from mailreeve.models import DecidedBy, Priority, Ref, Verdict
from mailreeve.store.db import Database
from mailreeve.store.entries import EntryState, Sight
from mailreeve.store.figures import Decided, Figures
from mailreeve.store.ledger import Ledger
from mailreeve.store.patterns import Learned, Sighting, Source


def decide(ledger: Ledger, message: str, received: int, *, again: bool = False, label: str = "fyi") -> None:
    ledger.enqueue([Ref(message, "t1")], again=again)
    ledger.claim("r-1")
    verdict = Verdict(message, label, Priority.NORMAL, False, "", 0.9, "", DecidedBy.OFFLINE)
    assert ledger.save_verdict("r-1", message, verdict, Sight(received_at=received))
    ledger.mark_applied("r-1", {message: EntryState.DONE})
    assert {message} == ledger.decided([message])


def test_a_mail_counts_once_with_its_last_decision(db: Database, ledger: Ledger) -> None:
    """Decided again it has the newer label; what came before, or is another account's, is left out."""
    decide(ledger, "m1", 1000)
    decide(ledger, "m1", 1000, again=True, label="urgent")
    decide(ledger, "m2", 500)
    decide(Ledger(db, "bo@example.com"), "m3", 2000)
    assert (Decided(1000, "offline", "urgent", needs_human=False, failed=False),) == Figures(
        db, ACCOUNT
    ).decided(1000)


def test_an_answer_counts_from_the_mails_arrival(db: Database, ledger: Ledger) -> None:
    """Once, in milliseconds; other acts are no answer."""
    learned = Learned(db, ACCOUNT)
    for n, source in ((1, Source.REPLIED), (2, Source.KEPT)):
        decide(ledger, f"m{n}", 1000)
        learned.saw([Sighting(f"m{n}", "t1", "a@x.example", "", "fyi")])
        learned.observe(f"m{n}", "fyi", source, 2**50)
    assert (2**50 - 1000,) == Figures(db, ACCOUNT).answered(0)
    assert () == Figures(db, ACCOUNT).answered(1001)
