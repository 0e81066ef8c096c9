"""Drafts: exactly one per message, whatever crashed or got lost; and nothing is ever sent."""

import json
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from tests.sandbox_server import SandboxServer
from tests.scripted_llm import Reply, ScriptedLlm, completion, raw, status, verdict
from tests.triage import house
from tests.triage.conftest import PartsFor
from tests.triage.house import ME, NoNap, balanced, mail

from mailreeve.mail.mime import from_bytes
from mailreeve.models import ChangeState
from mailreeve.store.entries import EntryState
from mailreeve.triage.drafting import mark_of
from mailreeve.triage.loop import triage
from mailreeve.triage.posting import MARK
from mailreeve.triage.run import Options
from mailreeve.triage.undo import undo

NIGHT = timedelta(days=1)
DRAFTS = "/gmail/v1/users/me/drafts"


def drafts(sandbox: SandboxServer) -> int:
    assert [] == sandbox.sent()
    return len(sandbox.state()["drafts"])


def test_a_question_gets_one_draft_in_its_thread(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """The draft answers the sender, in the thread, from the account, with our mark; the journal has its hash."""
    id_ = sandbox.deliver(mail())
    parts = parts_for(sandbox)
    result = triage(parts, Options())
    (draft_id,) = result.drafts
    draft = parts.gmail.draft(draft_id)
    written, parent = from_bytes(draft.raw), parts.gmail.get(id_)
    assert parent.thread_id == draft.thread_id
    assert ["grace@example.org"] == [one.address for one in written.to]
    assert (ME, "Re: Lunch tomorrow?") == (written.author.address, written.subject)
    assert parent.message_id == written.in_reply_to
    assert mark_of(ME, id_) == written.header(MARK)
    (change,) = parts.journal.of_target(id_, "draft_create")
    assert (ChangeState.DONE, {"delete_draft": draft_id}) == (change.state, change.inverse)
    assert 1 == drafts(sandbox)


def test_repeating_the_night_makes_no_second_draft(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """Neither the next run nor deciding again doubles a draft."""
    sandbox.deliver(mail())
    parts = parts_for(sandbox)
    first = triage(parts, Options())
    triage(parts, Options())
    again = triage(parts, Options(since=NIGHT, again=True))
    assert first.drafts == again.drafts
    assert 1 == drafts(sandbox)


def test_a_draft_of_another_home_is_reviewed_here_and_not_undone(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """It is found by our mark and waits here too; undo takes back what this home made, which the draft is not."""
    id_ = sandbox.deliver(mail())
    made = triage(parts_for(sandbox), Options()).drafts
    parts = parts_for(sandbox, home="other")
    result = triage(parts, Options())
    assert made == result.drafts
    (change,) = parts.journal.of_target(id_, "draft_create")
    assert (ChangeState.DONE, {"delete_draft": made[0]}) == (change.state, change.inverse)
    undone = undo(parts, result.run)
    assert (change.id, "the draft was found, not written here") in [
        (one.id, one.reason) for one in undone.skipped
    ]
    assert 1 == drafts(sandbox)


@pytest.mark.parametrize("kind", ["lost", "truncated"])
def test_a_lost_answer_leaves_exactly_one_draft(
    sandbox: SandboxServer, parts_for: PartsFor, kind: str
) -> None:
    """The draft was made, its answer got lost: it is looked for and found, not made again."""
    id_ = sandbox.deliver(mail())
    sandbox.faults([{"path": DRAFTS, "method": "POST", "nth": 1, "kind": kind}])
    parts = parts_for(sandbox)
    result = triage(parts, Options())
    assert 1 == drafts(sandbox) == len(result.drafts)
    assert result.coverage.complete
    assert [ChangeState.DONE] == [change.state for change in parts.journal.of_target(id_, "draft_create")]


def test_a_draft_that_was_never_made_is_made_by_the_next_run(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """A 503 may mean anything, so nothing is repeated blindly: the message fails by id, the next run looks and writes."""
    id_ = sandbox.deliver(mail())
    sandbox.faults([{"path": DRAFTS, "method": "POST", "nth": 1, "kind": "503"}])
    parts = parts_for(sandbox)
    first = triage(parts, Options(), cancel=NoNap())
    assert [id_] == [failure.id for failure in first.coverage.failed]
    assert balanced(first)
    assert 0 == drafts(sandbox)
    second = triage(parts, Options())
    assert 1 == drafts(sandbox) == len(second.drafts)
    states = [change.state for change in parts.journal.of_target(id_, "draft_create")]
    assert [ChangeState.FAILED, ChangeState.DONE] == states


def test_a_draft_made_by_a_run_that_died_is_adopted(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """The process died between Gmail's answer and the ledger: the next run finds the draft by its mark."""
    id_ = sandbox.deliver(mail())
    parts = parts_for(sandbox)
    made = triage(parts, Options()).drafts[0]
    db = parts.ledger._db
    db.execute("update ledger set state = 'applied', draft = ''")
    db.execute("update change set state = 'intended', inverse = '{}' where kind = 'draft_create'")
    result = triage(parts, Options())
    assert (made,) == result.drafts
    assert 1 == drafts(sandbox)
    (change,) = parts.journal.of_target(id_, "draft_create")
    assert (ChangeState.DONE, {"delete_draft": made}) == (change.state, change.inverse)


def test_a_draft_whose_request_outlives_its_process_is_waited_for(
    sandbox: SandboxServer, parts_for: PartsFor, tmp_path: Path
) -> None:
    """Killed while Google has the request in hand, and run again at once: it is waited for, and there is one draft."""
    sandbox.deliver(mail())
    sandbox.faults([{"path": DRAFTS, "method": "POST", "nth": 1, "kind": "slow", "seconds": 3}])
    home = tmp_path / "home"
    home.mkdir()
    command = [sys.executable, house.__file__, sandbox.base_url, sandbox.token, sandbox.account, str(home)]
    with subprocess.Popen([*command, "0", "0"], stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while not json.loads(sandbox.call("GET", "/_sandbox/faults")[2])[0]["seen"]:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.kill()
    assert 0 == drafts(sandbox)
    result = triage(parts_for(sandbox, settle_seconds=5.0), Options())
    assert (1, 1) == (drafts(sandbox), len(result.drafts))


def test_a_clock_that_was_set_back_waits_no_longer(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """An open change from the future is waited for as long as one of this moment, and no longer."""
    id_ = sandbox.deliver(mail())
    parts = parts_for(sandbox, settle_seconds=7.0)
    change = parts.journal.intend("r-1", "draft_create", id_, {}, {})
    parts.ledger._db.execute("update change set at = at + 3600000 where id = ?", (change,))
    cancel = NoNap()
    triage(parts, Options(), cancel=cancel)
    assert ([7.0], 1) == (cancel.naps, drafts(sandbox))


def test_a_draft_that_the_person_deleted_is_not_written_again(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Deleting a draft is an answer too, even when the person asks to decide again."""
    id_ = sandbox.deliver(mail())
    parts = parts_for(sandbox)
    parts.gmail.delete_draft(triage(parts, Options()).drafts[0])
    result = triage(parts, Options(since=NIGHT, again=True))
    assert () == result.drafts
    assert 0 == drafts(sandbox)
    entry = parts.ledger.entry(id_)
    assert entry is not None
    assert "no draft: its draft was sent or deleted" == entry.note


def test_a_thread_that_the_person_works_on_gets_no_draft(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """A draft of the person's own in the thread stays the only one."""
    id_ = sandbox.deliver(mail())
    parts = parts_for(sandbox)
    parent = parts.gmail.get(id_)
    own = mail(
        "Re: Lunch tomorrow?",
        "Friday is fine.",
        f"Alex <{ME}>",
        In_Reply_To=parent.message_id,
        References=parent.message_id,
    )
    assert parent.thread_id == parts.gmail.create_draft(own, parent.thread_id).thread_id
    assert () == triage(parts, Options()).drafts
    assert 1 == drafts(sandbox)


def test_a_question_that_the_person_answered_gets_no_draft(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Their own mail came after it in the thread."""
    id_ = sandbox.deliver(mail())
    parts = parts_for(sandbox)
    asked = parts.gmail.get(id_).message_id
    own = mail("Re: Lunch tomorrow?", "Yes.", f"Alex <{ME}>", In_Reply_To=asked, References=asked)
    sandbox.clock(advance=60)
    sandbox.deliver(own, labels="SENT")
    assert () == triage(parts, Options()).drafts
    entry = parts.ledger.entry(id_)
    assert entry is not None
    assert "no draft: it was answered already" == entry.note


def test_a_thread_gets_one_draft_for_its_newest_question(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """Two questions in one thread, one draft: to the last one."""
    first = sandbox.deliver(mail())
    parts = parts_for(sandbox)
    parent = parts.gmail.get(first)
    follow_up = mail(
        "Re: Lunch tomorrow?",
        "Hi Alex,\n\nCould you also tell me where we should meet?\n",
        In_Reply_To=parent.message_id,
        References=parent.message_id,
    )
    second = sandbox.deliver(follow_up)
    assert parent.thread_id == parts.gmail.get(second).thread_id
    result = triage(parts, Options())
    assert 1 == drafts(sandbox) == len(result.drafts)
    entry = parts.ledger.entry(second)
    assert entry is not None
    assert result.drafts[0] == entry.draft


def test_no_more_drafts_than_the_person_wants(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """The limit holds, and the ones without a draft say why."""
    ids = [sandbox.deliver(mail(f"Question {number}?")) for number in range(4)]
    parts = parts_for(sandbox, max_drafts=2)
    result = triage(parts, Options())
    assert 2 == drafts(sandbox) == len(result.drafts)
    notes = [entry.note for id_ in ids if (entry := parts.ledger.entry(id_)) and not entry.draft]
    assert ["no draft: the run made its 2 drafts"] * 2 == notes


@pytest.mark.parametrize("sender", ["undisclosed", f"Alex <{ME}>"])
def test_a_mail_that_nobody_can_be_answered_on_gets_no_draft(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm, sender: str
) -> None:
    """A sender that is no address, or is the person, is not answered; the mail is decided all the same."""
    llm_server.default = lambda request: Reply(
        completion(verdict(request, label="to-reply", needs_reply=True))
    )
    sandbox.deliver(mail(sender=sender))
    result = triage(parts_for(sandbox, llm=llm_server), Options())
    assert () == result.drafts
    assert result.coverage.complete
    assert 0 == drafts(sandbox)


def test_a_model_that_cannot_draft_fails_by_id_and_is_given_up_after_three_runs(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """The mail stays labelled; its draft is tried in three runs, then the digest says that there is none."""
    llm_server.default = lambda request: (
        status(500)(request)
        if "body of a reply" in request.system
        else raw(completion(verdict(request, label="to-reply", needs_reply=True)))(request)
    )
    id_ = sandbox.deliver(mail())
    for run in range(1, 4):
        result = triage(parts_for(sandbox, llm=llm_server), Options())
        assert balanced(result)
        assert (run < 3) == (id_ in {failure.id for failure in result.coverage.failed})
    entry = parts_for(sandbox).ledger.entry(id_)
    assert entry is not None
    assert EntryState.DONE is entry.state
    assert entry.note.startswith("no draft: ")
    assert 0 == drafts(sandbox)


def test_the_body_is_what_the_model_wrote_and_its_note_is_kept(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """The reader's words become the draft's text; what it wants checked goes to the digest."""
    llm_server.default = lambda request: raw(
        completion(
            {"body": "Dear Grace,\n\nFriday suits me.\n", "note": "Is Friday free?"}
            if "body of a reply" in request.system
            else verdict(request, label="to-reply", needs_reply=True)
        )
    )(request)
    id_ = sandbox.deliver(mail())
    parts = parts_for(sandbox, llm=llm_server)
    (draft_id,) = triage(parts, Options()).drafts
    assert from_bytes(parts.gmail.draft(draft_id).raw).text.startswith("Dear Grace,\n\nFriday suits me.")
    entry = parts.ledger.entry(id_)
    assert entry is not None
    assert "Is Friday free?" == entry.note
