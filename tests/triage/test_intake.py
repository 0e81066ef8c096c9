"""Which mail a run takes up: never a gap, never the whole mailbox by surprise."""

from datetime import UTC, datetime, timedelta

from tests.sandbox_server import SandboxServer
from tests.triage.conftest import PartsFor
from tests.triage.house import mail, newsletter

from mailreeve.cancel import Cancel
from mailreeve.triage.intake import Estimate, collect, estimate
from mailreeve.triage.loop import triage
from mailreeve.triage.run import Options

DAY = 86_400


def test_the_first_run_looks_back_a_few_days_and_is_capped(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Mail older than first_days is left alone, and no more than first_cap messages are taken."""
    start = datetime.now(UTC).timestamp()
    sandbox.clock(now=start - 10 * DAY)
    old = sandbox.deliver(newsletter(0))
    sandbox.clock(now=start)
    new = [sandbox.deliver(newsletter(number)) for number in range(1, 4)]
    intake = collect(parts_for(sandbox, first_cap=2), Options(), Cancel())
    assert list(reversed(new)) == [ref.id for ref in intake.refs]
    assert old not in {ref.id for ref in intake.refs}
    assert 2 == intake.cap


def test_what_the_cap_left_is_queued_and_taken_by_the_next_run(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """No message is lost to a limit: the newest go first, the rest is told as left and comes next night."""
    ids = [sandbox.deliver(newsletter(number)) for number in range(5)]
    parts = parts_for(sandbox, first_cap=2)
    first = triage(parts, Options())
    assert (2, 3) == (first.coverage.seen, first.left)
    assert set(ids[3:]) == {entry.message for entry in first.entries}
    second = triage(parts, Options(limit=1))
    assert (1, 2) == (second.coverage.seen, second.left)
    ids += [sandbox.deliver(newsletter(number)) for number in (5, 6)]
    third = triage(parts, Options())
    assert (4, 0) == (third.coverage.seen, third.left)
    assert set(ids) == {entry.message for run in (first, second, third) for entry in run.entries}


def test_later_runs_take_what_is_new_since_the_last_one(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """The history tells the news; what was decided is not even looked at."""
    sandbox.deliver(newsletter(0))
    parts = parts_for(sandbox)
    triage(parts, Options())
    new = sandbox.deliver(mail())
    result = triage(parts, Options())
    assert [new] == [entry.message for entry in result.entries]
    assert (1, 0) == (result.coverage.seen, result.coverage.already)


def test_an_expired_history_makes_a_list_and_no_gap(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """When Gmail has forgotten the cursor, a list from a day before the last run finds everything new."""
    before = sandbox.deliver(newsletter(0))
    parts = parts_for(sandbox)
    triage(parts, Options())
    new = sandbox.deliver(mail())
    sandbox.faults([{"path": "/history", "method": "GET", "nth": 1, "kind": "expired-history"}])
    result = triage(parts, Options())
    assert [new] == [entry.message for entry in result.entries]
    assert 1 == result.coverage.already
    assert before not in {entry.message for entry in result.entries}


def test_a_wish_for_older_mail_leaves_the_cursor_alone(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """`--since` looks into the past; the next plain run goes on where the last plain run ended."""
    parts = parts_for(sandbox)
    triage(parts, Options())
    cursor = parts.ledger.cursor()
    sandbox.deliver(newsletter(0))
    triage(parts, Options(since=timedelta(hours=1)))
    assert cursor == parts.ledger.cursor()
    assert 1 == triage(parts, Options()).coverage.already


def test_again_without_an_age_looks_back_as_a_first_run_does(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Deciding anew takes the mail of the last days, although no history tells of it any more."""
    id_ = sandbox.deliver(newsletter(0))
    parts = parts_for(sandbox)
    triage(parts, Options())
    cursor = parts.ledger.cursor()
    assert [id_] == [entry.message for entry in triage(parts, Options(again=True)).entries]
    assert cursor == parts.ledger.cursor()


def test_mail_outside_the_inbox_is_not_taken(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """Sent mail, spam, the trash and what a filter archived are none of its business."""
    for labels in ("SPAM", "TRASH", "SENT", "UNREAD"):
        sandbox.deliver(mail(f"In {labels}"), labels=labels)
    parts = parts_for(sandbox)
    assert 0 == triage(parts, Options()).coverage.seen
    sandbox.deliver(mail("Later spam"), labels="SPAM")
    assert 0 == triage(parts, Options()).coverage.seen


def test_mail_that_comes_back_from_spam_is_taken(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """What the person moves into the inbox is new mail to the next run."""
    parts = parts_for(sandbox)
    id_ = sandbox.deliver(mail(), labels="SPAM,UNREAD")
    triage(parts, Options())
    parts.gmail.modify([id_], add=["INBOX"], remove=["SPAM"])
    assert [id_] == [entry.message for entry in triage(parts, Options()).entries]


def test_the_estimate_comes_close_and_costs_nearly_nothing(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Before anything is read it tells messages, units and minutes, at least what the run then spends."""
    for number in range(30):
        sandbox.deliver(newsletter(number))
    parts = parts_for(sandbox, first_cap=20)
    told = estimate(parts, Options(), Cancel())
    assert (20, 10, 0, 0.0) == (told.messages, told.left, told.model_calls, told.cost)
    assert parts.gmail.units <= 10
    before = parts.gmail.units
    spent = triage(parts, Options()).units
    assert 0.2 * told.units <= spent <= told.units
    assert before < parts.gmail.units
    assert "20 messages" in told.sentence()
    assert "10 more stay queued" in told.sentence()


def test_the_estimate_names_the_money(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """With a model and prices it says calls, tokens and money in a sentence."""
    text = Estimate(10, 0, 500, 2.4, 12, 19_200, 0.0576).sentence()
    assert (
        "10 messages: about 500 Gmail units, up to 12 model calls with about 19200 tokens for about 0.06, about 2 min."
        == text
    )


def test_an_estimate_does_not_count_what_is_decided(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """Only what would be done is told."""
    sandbox.deliver(newsletter(0))
    parts = parts_for(sandbox)
    triage(parts, Options())
    sandbox.deliver(newsletter(1))
    assert 1 == estimate(parts, Options(), Cancel()).messages
    assert 2 == estimate(parts, Options(since=timedelta(days=1), again=True), Cancel()).messages
