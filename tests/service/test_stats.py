"""The figures agree with what was done, in the person's days."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from tests.sandbox_server import SandboxServer
from tests.triage.house import mail

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.service import night, triage
from mailreeve.service.stats import stats
from mailreeve.store.patterns import Source


def test_every_mail_is_in_the_figures_once(sandbox: SandboxServer, box: Mailbox) -> None:
    """Totals, days and labels add up to the run's own counts; a second decision of a mail replaces its first."""
    for n in range(4):
        sandbox.deliver(mail(f"Question {n}"))
    run = triage.triage(box, since="1d", cancel=Cancel())
    again = triage.triage(box, since="1d", again=True, cancel=Cancel())
    found = stats(box, "7d")
    assert (4, 7, 2) == (found["received"], len(found["days"]), found["runs"])
    assert again["decided"] == found["decided"]
    assert 4 == sum(one["count"] for one in found["labels"]) + found["needs_human"]
    assert run["units"] + again["units"] == found["units"] == sum(day["units"] for day in found["days"])
    assert [0, 0, 0, 0, 0, 0, 4] == [day["received"] for day in found["days"]]


def test_a_correction_counts_against_the_label_that_was_wrong(sandbox: SandboxServer, box: Mailbox) -> None:
    """With its share of the decisions; one that is undone counts no longer."""
    ids = [sandbox.deliver(mail(f"Question {n}")) for n in range(4)]
    triage.triage(box, since="1d", cancel=Cancel())
    old = stats(box)["labels"][0]["id"]
    other = next(spec.id for spec in box.labels if spec.id != old)
    undo = night.correct(box, ids[0], other, cancel=Cancel())
    found = stats(box)
    assert (1, 0.25) == (found["corrected"], found["corrected_share"])
    assert {old: 1} == {one["id"]: one["corrected"] for one in found["labels"] if one["corrected"]}
    night.undo(box, undo, cancel=Cancel())
    assert 0 == stats(box)["corrected"]


def test_how_soon_the_person_answers(sandbox: SandboxServer, box: Mailbox) -> None:
    """From the mail's arrival to the run that saw the answer."""
    ids = [sandbox.deliver(mail(f"Question {n}")) for n in range(3)]
    triage.triage(box, since="1d", cancel=Cancel())
    assert {"count": 0, "median_hours": None, "p90_hours": None, "within": []} == stats(box)["answered"]
    for hours, id_ in zip((1, 2, 6), ids, strict=True):
        entry = box.ledger.entry(id_)
        assert entry is not None
        at = entry.sight.received_at + hours * 3_600_000
        box.learned.observe(id_, "", Source.REPLIED, at)
    found = stats(box)["answered"]
    assert (3, 2.0, 5.2) == (found["count"], found["median_hours"], found["p90_hours"])
    assert [(1, 1), (4, 1), (24, 1), (72, 0), (None, 0)] == [
        (one["hours"], one["count"]) for one in found["within"]
    ]


def test_a_day_is_the_persons_day(sandbox: SandboxServer, box: Mailbox) -> None:
    """A mail of half past eleven at night in UTC is tomorrow's in Auckland."""
    sandbox.clock(now="2026-03-10T23:30:00Z")
    sandbox.deliver(mail("Late"))
    triage.triage(box, since="50y", cancel=Cancel())
    moment = datetime(2026, 3, 11, 2, tzinfo=UTC)
    for zone, day in (("UTC", "2026-03-10"), ("Pacific/Auckland", "2026-03-11")):
        box.zone = ZoneInfo(zone)
        assert [day] == [one["date"] for one in stats(box, "7d", moment)["days"] if one["received"]]


def test_an_empty_time_has_no_shares(box: Mailbox) -> None:
    """Nothing is divided by nothing; more than a year, or nonsense, is refused."""
    found = stats(box)
    assert (0, None, 30) == (found["received"], found["corrected_share"], len(found["days"]))
    for wrong in ("2y", "soon"):
        with pytest.raises(InputError):
            stats(box, wrong)
