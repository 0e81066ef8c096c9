"""Undo: the mailbox as before, except for what the person did since."""

from datetime import timedelta

import pytest
from tests.sandbox_server import SandboxServer
from tests.triage.conftest import PartsFor, mailbox, ours
from tests.triage.house import NoNap, code, mail, newsletter

from mailreeve.errors import AlreadyRunning, InputError
from mailreeve.models import ChangeState
from mailreeve.store.runs import RunState
from mailreeve.triage.labelling import Plan
from mailreeve.triage.loop import triage
from mailreeve.triage.parts import Parts
from mailreeve.triage.posting import sha256
from mailreeve.triage.run import Options, RunResult
from mailreeve.triage.undo import undo

NIGHT = timedelta(days=1)


def night(sandbox: SandboxServer, parts: Parts) -> tuple[RunResult, dict[str, str]]:
    """A run over a question, a newsletter and a code; their ids by what they are."""
    ids = {
        "question": sandbox.deliver(mail()),
        "paper": sandbox.deliver(newsletter()),
        "code": sandbox.deliver(code()),
    }
    return triage(parts, Options()), ids


def label_id(parts: Parts, name: str) -> str:
    return next(label.id for label in parts.gmail.labels() if label.name == name)


def test_undoing_a_run_brings_the_mailbox_back(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """Labels off the messages, the draft deleted, the labels that the run made removed: as before, bit by bit."""
    sandbox.deliver(mail("An old one", "Nothing to see.\n"), labels="INBOX")
    parts = parts_for(sandbox)
    ids = [sandbox.deliver(mail()), sandbox.deliver(newsletter()), sandbox.deliver(code())]
    before = mailbox(sandbox)
    result = triage(parts, Options())
    assert before != mailbox(sandbox)
    done = undo(parts, result.run)
    assert before == mailbox(sandbox)
    assert ((), (), ()) == (done.skipped, done.final, done.failed)
    assert done.undone >= len(ids) + 1
    assert RunState.UNDONE is parts.ledger.runs.get(result.run).state
    assert parts.audit.verify().ok


def test_what_was_undone_is_not_done_again_by_the_next_run(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """The next night leaves it alone, listed by date or by history; `again` takes it up anew, draft and all."""
    parts = parts_for(sandbox)
    result, ids = night(sandbox, parts)
    undo(parts, result.run)
    after = mailbox(sandbox)
    assert 3 == triage(parts, Options(since=NIGHT)).coverage.already
    assert 0 == triage(parts, Options()).coverage.seen
    assert after == mailbox(sandbox)
    again = triage(parts, Options(since=NIGHT, again=True))
    assert {"Mailreeve/Newsletter"} == ours(sandbox, ids["paper"])
    assert 1 == len(again.drafts) == len(sandbox.state()["drafts"])


def test_undoing_twice_does_nothing_more(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """A second undo of the same run finds nothing left to take back."""
    parts = parts_for(sandbox)
    result, _ = night(sandbox, parts)
    undo(parts, result.run)
    before = mailbox(sandbox)
    assert 0 == undo(parts, result.run).undone
    assert before == mailbox(sandbox)


def test_undoing_one_change_leaves_the_others(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """A single change of a run can be taken back by its id."""
    parts = parts_for(sandbox)
    _, ids = night(sandbox, parts)
    (change,) = parts.journal.of_target(ids["paper"], "labels")
    assert 1 == undo(parts, change.id).undone
    assert set() == ours(sandbox, ids["paper"])
    assert {"Mailreeve/To reply"} == ours(sandbox, ids["question"])
    assert ChangeState.UNDONE is parts.journal.change(change.id).state


def test_what_the_person_relabelled_since_is_left_and_remembered(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """A label that the person took off is skipped, and never set again; the rest is undone."""
    parts = parts_for(sandbox)
    result, ids = night(sandbox, parts)
    label = label_id(parts, "Mailreeve/Newsletter")
    parts.gmail.modify([ids["paper"]], add=["STARRED"], remove=[label])
    done = undo(parts, result.run)
    assert 1 == len(done.skipped)
    assert "you changed them" in done.skipped[0].reason
    assert {"INBOX", "UNREAD", "STARRED"} == sandbox.labels_of(ids["paper"])
    assert {label} == parts.ledger.tombstones.on(ids["paper"])


def test_a_draft_that_the_person_edited_stays(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """Undo deletes a draft only while its bytes are ours."""
    parts = parts_for(sandbox)
    result, _ = night(sandbox, parts)
    (draft_id,) = result.drafts
    draft = parts.gmail.draft(draft_id)
    parts.gmail.update_draft(draft_id, draft.raw.replace(b"Hi", b"Hello"), draft.thread_id)
    done = undo(parts, result.run)
    assert ["you edited the draft"] == [one.reason for one in done.skipped]
    assert 1 == len(sandbox.state()["drafts"])


def test_a_draft_that_is_gone_is_skipped(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """What the person deleted is not looked for any further."""
    parts = parts_for(sandbox)
    result, _ = night(sandbox, parts)
    parts.gmail.delete_draft(result.drafts[0])
    done = undo(parts, result.run)
    assert ["the draft is no longer in Gmail"] == [one.reason for one in done.skipped]
    assert () == done.failed


@pytest.mark.parametrize("trashed", [False, True])
def test_a_label_in_use_is_kept_until_it_is_empty(
    sandbox: SandboxServer, parts_for: PartsFor, trashed: bool
) -> None:
    """A label that the run made is deleted once no message bears it, be it in the trash, not before."""
    parts = parts_for(sandbox)
    result, _ = night(sandbox, parts)
    label = label_id(parts, "Mailreeve/Newsletter")
    other = sandbox.deliver(mail("Mine", "Filed by hand.\n"))
    parts.gmail.modify([other], add=[label])
    if trashed:
        parts.gmail.trash(other)
    done = undo(parts, result.run)
    assert ["the label Mailreeve/Newsletter is in use"] == [one.reason for one in done.skipped]
    assert {"Mailreeve/Newsletter"} == ours(sandbox, other)
    parts.gmail.modify([other], remove=[label])
    assert 1 == undo(parts, result.run).undone
    assert "Mailreeve/Newsletter" not in {one.name for one in parts.gmail.labels()}


def test_a_message_that_is_gone_is_skipped_and_one_in_the_trash_stays_there(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Undo neither stumbles over a deleted message nor takes one out of the trash."""
    parts = parts_for(sandbox)
    result, ids = night(sandbox, parts)
    parts.gmail.trash(ids["paper"])
    done = undo(parts, result.run)
    assert "TRASH" in sandbox.labels_of(ids["paper"])
    assert set() == ours(sandbox, ids["paper"])
    assert () == done.failed


def test_what_the_person_threw_away_does_not_come_back_into_the_inbox(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """We took it out of the inbox, they put it into the trash: the rest is undone, and it stays there."""
    parts = parts_for(sandbox)
    id_ = sandbox.deliver(newsletter(), labels="INBOX")
    made(parts, id_, Plan(("STARRED",), ("INBOX",)))
    parts.gmail.trash(id_)
    undo(parts, "a-1")
    assert {"TRASH"} == sandbox.labels_of(id_)


def test_several_changes_of_one_message_are_taken_back_from_the_newest(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Each is found as it was left, so that all of them are undone."""
    parts = parts_for(sandbox)
    id_ = sandbox.deliver(newsletter(), labels="INBOX")
    made(parts, id_, Plan(("STARRED",), ()), Plan((), ("STARRED", "INBOX")))
    done = undo(parts, "a-1")
    assert (2, (), {"INBOX"}) == (done.undone, done.skipped, sandbox.labels_of(id_))


def made(parts: Parts, id_: str, *plans: Plan) -> None:
    """Change the labels of a message as an act of the person, one plan after the other."""
    for plan in plans:
        parts.journal.settle_all(plan.change(parts.gmail, parts.journal, "a-1", [id_]), ChangeState.DONE)


def test_a_change_whose_end_nobody_knows_is_looked_at(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """The process died in the middle: what was made is undone, what was not is not reported."""
    parts = parts_for(sandbox)
    result, ids = night(sandbox, parts)
    parts.ledger._db.execute("update change set state = 'intended' where kind in ('labels', 'draft_create')")
    parts.ledger._db.execute("update change set inverse = '{}' where kind = 'draft_create'")
    parts.journal.intend(result.run, "labels", ids["code"], {"add": ["STARRED"], "remove": []}, {})
    done = undo(parts, result.run)
    assert all(set() == ours(sandbox, id_) for id_ in ids.values())
    assert [] == sandbox.state()["drafts"]
    assert ((), ()) == (done.skipped, done.failed)


def test_a_failure_is_told_and_can_be_tried_again(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """When Gmail fails in the middle, the rest is undone and the second try finishes it."""
    parts = parts_for(sandbox)
    result, ids = night(sandbox, parts)
    sandbox.faults([{"path": f"/messages/{ids['paper']}/modify", "method": "POST", "kind": "503"}])
    done = undo(parts, result.run, NoNap())
    assert 1 == len(done.failed)
    assert set() == ours(sandbox, ids["question"])
    sandbox.faults([])
    assert () == undo(parts, result.run).failed
    assert set() == ours(sandbox, ids["paper"])


def test_an_undo_that_died_is_finished_by_the_next_one(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """Killed between taking a label off and writing so down: no act of the person is made out of it."""
    parts = parts_for(sandbox)
    result, ids = night(sandbox, parts)
    (change,) = parts.journal.of_target(ids["paper"], "labels")
    parts.journal.undoing([change.id])
    parts.gmail.modify([ids["paper"]], remove=change.do["add"])
    done = undo(parts, result.run)
    assert ((), ()) == (done.skipped, done.failed)
    assert all(set() == ours(sandbox, id_) for id_ in ids.values())
    assert frozenset() == parts.ledger.tombstones.on(ids["paper"])


def test_what_is_final_is_listed(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """A sent mail cannot be called back, and undo says so."""
    parts = parts_for(sandbox)
    change = parts.journal.intend("a-1", "send", "m1", {"sha256": "ab"}, {})
    parts.journal.settle(change, ChangeState.DONE)
    done = undo(parts, "a-1")
    assert [(change, "send of m1 cannot be undone")] == [(one.id, one.reason) for one in done.final]
    assert 0 == done.undone


def test_an_edited_draft_gets_its_earlier_version_back(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """A change to a draft is undone with the version that was kept, while nobody touched it since."""
    parts = parts_for(sandbox)
    assert parts.kept is not None
    old, new = mail("Plan", "First version.\n"), mail("Plan", "Second version.\n")
    draft = parts.gmail.create_draft(old)
    before = parts.gmail.draft(draft.id).raw
    for version, touched in ((new, False), (new, True)):
        change = parts.journal.intend(
            f"a-{touched}",
            "draft_update",
            draft.id,
            {"draft": draft.id, "sha256": sha256(version)},
            {"restore_draft": draft.id},
        )
        parts.kept.keep(change, before)
        parts.gmail.update_draft(draft.id, version)
        parts.journal.settle(change, ChangeState.DONE)
        if touched:
            parts.gmail.update_draft(draft.id, mail("Plan", "Third version.\n"))
        done = undo(parts, f"a-{touched}")
        assert (0 if touched else 1, 1 if touched else 0) == (done.undone, len(done.skipped))
        now = parts.gmail.draft(draft.id).raw
        assert touched != (before == now)


def test_an_earlier_version_that_is_forgotten_is_final(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """After a week the old bytes are gone, and undo says so instead of guessing."""
    parts = parts_for(sandbox)
    change = parts.journal.intend("a-1", "draft_update", "r-1", {"sha256": "x"}, {"restore_draft": "r-1"})
    parts.journal.settle(change, ChangeState.DONE)
    assert ["the earlier version of the draft is no longer kept"] == [
        one.reason for one in undo(parts, "a-1").final
    ]


@pytest.mark.parametrize("id_", ["c-999999", "r-20200101-0000-ffff", "a-none", ""])
def test_an_unknown_id_is_refused(sandbox: SandboxServer, parts_for: PartsFor, id_: str) -> None:
    """Undo of nothing is a mistake of the caller, not a success."""
    with pytest.raises(InputError):
        undo(parts_for(sandbox), id_)


def test_undo_waits_for_nobody_while_a_run_works(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """A run and an undo never work on the account together."""
    parts = parts_for(sandbox)
    result, _ = night(sandbox, parts)
    with parts.ledger.alone("test"), pytest.raises(AlreadyRunning):
        undo(parts, result.run)
