"""Stories of threads, in either store: kept once, found by the runs that decided their mail, gone with the rest."""

import json
from dataclasses import replace

from tests.store.conftest import ACCOUNT

from mailreeve.models import Claim, DecidedBy, Priority, Ref, Story, ThreadCoverage, Verdict
from mailreeve.store.db import Database, now_ms
from mailreeve.store.entries import EntryState, Sight
from mailreeve.store.erasing import Ages, Erasing
from mailreeve.store.ledger import Ledger

STORY = Story(
    "t", (Claim("Moved to Thursday, “schön”.", "m1"),), (Claim("Send it.", "m0"),), ThreadCoverage(2, 1, 1)
)
VERDICT = Verdict("m1", "fyi", Priority.HIGH, False, "x", 0.9, "x", DecidedBy.LLM)


def decided(ledger: Ledger, *, again: bool = False) -> str:
    """A run that decided one mail."""
    run = ledger.runs.begin()
    ledger.enqueue([Ref("m1", "t")], again=again)
    ledger.claim(run)
    ledger.save_verdict(run, "m1", VERDICT, Sight())
    return run


def test_a_story_is_found_by_the_run_of_its_newest_mail(ledger: Ledger) -> None:
    """With every claim and its message; another account and another run know nothing of it."""
    run = decided(ledger)
    assert {} == ledger.stories.of_runs([run])
    ledger.stories.save("m1", 1, STORY)
    assert {("m1", 1): STORY} == ledger.stories.of_runs(["r-other", run])
    assert {} == ledger.stories.of_runs(["r-other"])


def test_a_story_that_is_there_stays(ledger: Ledger) -> None:
    """Saved again after a crash it is the first one; decided anew, a mail has a story of its own."""
    run = decided(ledger)
    ledger.stories.save("m1", 1, STORY)
    ledger.stories.save("m1", 1, Story("t", (Claim("Another.", "m1"),)))
    assert {("m1", 1): STORY} == ledger.stories.of_runs([run])
    ledger.mark_applied(run, {"m1": EntryState.DONE})
    anew = decided(ledger, again=True)
    assert {} == ledger.stories.of_runs([anew])
    ledger.stories.save("m1", 2, replace(STORY, todo=()))
    assert {("m1", 2): replace(STORY, todo=())} == ledger.stories.of_runs([anew])


def test_stories_are_told_by_an_export_and_erased_with_the_rest(db: Database, ledger: Ledger) -> None:
    """By age with the decisions, and altogether."""
    decided(ledger)
    ledger.stories.save("m1", 1, STORY)
    erasing = Erasing(db, ACCOUNT)
    (row,) = [one for one in erasing.rows() if one["table"] == "story"]
    assert ("m1", "Send it.") == (row["message"], json.loads(str(row["told"]))["todo"][0]["text"])
    later = now_ms() + 1000
    assert "story" not in erasing.aged(Ages(1000, 1000))
    assert 1 == erasing.aged(Ages(later, later))["story"]
    ledger.stories.save("m1", 1, STORY)
    assert 1 == erasing.everything()["story"]
