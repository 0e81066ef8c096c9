"""One run, and every way in which it can go wrong: no message is lost, none is done twice, all is told."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import cycle, product
from pathlib import Path
from typing import Any

import pytest
from tests.sandbox_server import Factory, SandboxServer
from tests.scripted_llm import Reply, Request, ScriptedLlm, completion, raw, status, verdict
from tests.triage import house
from tests.triage.conftest import PartsFor, mailbox, ours
from tests.triage.house import NoNap, balanced, code, mail, newsletter

from mailreeve.cancel import Cancel
from mailreeve.errors import AlreadyRunning, Cancelled, LoginNeeded
from mailreeve.models import Message
from mailreeve.reading.offline.reader import OfflineReader
from mailreeve.reading.offline.signals import Signals
from mailreeve.store.db import Refused
from mailreeve.store.entries import EntryState
from mailreeve.store.runs import RunState
from mailreeve.triage.loop import triage
from mailreeve.triage.run import Options

NIGHT = timedelta(days=1)


def deliver(sandbox: SandboxServer, papers: int = 3, questions: int = 2) -> list[str]:
    """A small night: newsletters, questions, a one-time code."""
    ids = [sandbox.deliver(newsletter(number)) for number in range(papers)]
    ids += [sandbox.deliver(mail(f"Question {number}?")) for number in range(questions)]
    return [*ids, sandbox.deliver(code())]


def test_every_message_of_a_night_is_decided_labelled_and_answered(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Rule and reader decide all, each message has one triage label, each question a draft, nothing is sent."""
    ids = deliver(sandbox)
    parts = parts_for(sandbox)
    result = triage(parts, Options())
    assert balanced(result)
    assert {"rule": 1, "pattern": 0, "offline": 5, "llm": 0} == result.coverage.decided
    assert all(1 == len(ours(sandbox, id_)) for id_ in ids)
    assert 2 == len(result.drafts) == len(sandbox.state()["drafts"])
    assert [] == sandbox.sent()
    assert RunState.DONE is result.state is parts.ledger.runs.get(result.run).state
    assert result.as_json() == parts.ledger.runs.get(result.run).result
    assert result.units == sandbox.units()["units"]
    assert parts.audit.verify().ok


def test_nothing_of_a_body_or_a_code_is_in_the_store(
    sandbox: SandboxServer, parts_for: PartsFor, tmp_path: Path
) -> None:
    """The database keeps ids, hashes, headings and a summary line: not the text, and no one-time code."""
    sandbox.deliver(newsletter())
    sandbox.deliver(code())
    text = "The first sentence stands in the summary. " + "x" * 300 + " CANARY-IN-THE-BODY is further down.\n"
    sandbox.deliver(mail("A long one", text))
    parts = parts_for(sandbox)
    triage(parts, Options())
    parts.ledger._db.execute("pragma wal_checkpoint(truncate)")
    kept = b"".join(file.read_bytes() for file in (tmp_path / "home").iterdir() if file.is_file())
    assert b"483920" not in kept
    assert b"CANARY-IN-THE-BODY" not in kept
    assert b"A long one" in kept


def test_a_dry_run_changes_nothing(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """It tells what a run would decide; the mailbox, the ledger, the cursor, the journal and the runs stay as they are."""
    ids = deliver(sandbox)
    parts = parts_for(sandbox)
    before = mailbox(sandbox)
    result = triage(parts, Options(dry_run=True))
    assert before == mailbox(sandbox)
    assert ((), None, ()) == (parts.ledger.open(), parts.ledger.cursor(), parts.ledger.runs.latest())
    assert 0 == parts.audit.verify().rows
    assert (True, "", True) == (result.dry_run, result.run, balanced(result))
    assert set(ids) == {entry.message for entry in result.entries}
    real = triage(parts, Options())
    assert real.coverage == result.coverage
    assert 6 == triage(parts, Options(dry_run=True, since=NIGHT)).coverage.already
    assert 6 == sum(triage(parts, Options(dry_run=True, since=NIGHT, again=True)).coverage.decided.values())
    assert 1 == triage(parts, Options(dry_run=True, since=NIGHT, again=True, limit=1)).coverage.seen


def test_one_run_at_a_time(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """While another process works on the account a run refuses, and a dry run does not mind."""
    parts = parts_for(sandbox)
    with parts.ledger.alone("test"):
        with pytest.raises(AlreadyRunning):
            triage(parts, Options())
        assert 0 == triage(parts, Options(dry_run=True)).coverage.seen


# --- the model


def needing(request: Request) -> Reply:
    """Every mail is a question, every draft a blank."""
    if "body of a reply" in request.system:
        return Reply(completion({"body": "Dear Grace,\n\n[answer?]\n", "note": ""}))
    return Reply(completion(verdict(request, label="to-reply", needs_reply=True)))


def test_the_model_decides_and_its_cost_is_told(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """Calls and tokens of the run are counted; the evidence says who decided."""
    llm_server.default = needing
    sandbox.deliver(mail())
    result = triage(parts_for(sandbox, llm=llm_server), Options())
    assert 1 == result.coverage.decided["llm"]
    assert (2, 1000, 120) == (result.usage.calls, result.usage.tokens_in, result.usage.tokens_out)


def test_a_dead_model_fails_by_id_and_the_rest_of_the_night_goes_on(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """Rules still decide; what needs the model is named, and decided by the next run when the model is back."""
    llm_server.default = status(503)
    ids = deliver(sandbox, papers=0, questions=20)
    first = triage(parts_for(sandbox, llm=llm_server), Options())
    assert balanced(first)
    assert (1, 20) == (first.coverage.decided["rule"], len(first.coverage.failed))
    assert RunState.PARTIAL is first.state
    assert len(llm_server.requests) < 20
    llm_server.default = needing
    second = triage(parts_for(sandbox, llm=llm_server), Options())
    assert (20, ()) == (second.coverage.decided["llm"], second.coverage.failed)
    assert all(1 == len(ours(sandbox, id_)) for id_ in ids)


def test_after_five_nights_without_an_answer_the_mail_goes_to_the_person(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """A mail that cannot be judged does not fail for ever: it gets the label Needs human, with the reason."""
    llm_server.default = status(503)
    id_ = sandbox.deliver(mail())
    for _ in range(4):
        result = triage(parts_for(sandbox, llm=llm_server), Options())
        assert [id_] == [failure.id for failure in result.coverage.failed]
    result = triage(parts_for(sandbox, llm=llm_server), Options())
    assert ((id_,), ()) == (result.coverage.needs_human, result.coverage.failed)
    assert {"Mailreeve/Needs human"} == ours(sandbox, id_)


@pytest.mark.parametrize(
    "junk",
    [
        raw(completion("I cannot help with that.")),
        raw(completion({"label": "no-such-label"})),
        raw(completion("x" * 1_000_000)),
        raw(completion(None, tool_calls=[{"id": "1", "type": "function", "function": {"name": "send", "arguments": "{}"}}])),
        raw(b"\xff\xfe not JSON"),
        raw(b""),
    ],
    ids=["refusal", "wrong label", "a megabyte", "tool call", "no JSON", "empty"],
)  # fmt: skip
def test_junk_of_the_model_is_needs_human_or_failed_never_a_label(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm, junk: Any
) -> None:
    """Whatever the model answers: the mail is handed to the person, or named and tried again."""
    llm_server.default = junk
    id_ = sandbox.deliver(mail())
    result = triage(parts_for(sandbox, llm=llm_server), Options())
    assert balanced(result)
    assert {id_} == set(result.coverage.needs_human) | {failure.id for failure in result.coverage.failed}
    assert ours(sandbox, id_) <= {"Mailreeve/Needs human"}
    assert [] == sandbox.state()["drafts"]


# --- Gmail


KINDS = ("429", "403-rate", "500", "502", "503", "lost", "html", "truncated")
PATHS = ("/messages", "/batch", "/labels", "/drafts", "/threads", "/profile", "/history")
SAMPLE = {("lost", "/drafts"), ("503", "/batch"), ("truncated", "/labels")}


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        pytest.param(*pair, marks=() if pair in SAMPLE else pytest.mark.prove)
        for pair in product(KINDS, PATHS)
    ],
)
def test_a_single_fault_anywhere_changes_nothing_in_the_end(
    sandbox: SandboxServer, parts_for: PartsFor, kind: str, path: str
) -> None:
    """One failing request: after this run, or the next one, every message is done exactly once."""
    ids = deliver(sandbox, papers=1, questions=1)
    sandbox.faults([{"path": path, "nth": 1, "kind": kind}])
    parts = parts_for(sandbox)
    result = triage(parts, Options(), cancel=NoNap())
    assert balanced(result)
    sandbox.faults([])
    triage(parts, Options())
    assert all(1 == len(ours(sandbox, id_)) for id_ in ids)
    assert 1 == len(sandbox.state()["drafts"])
    assert 1 == sum(one["name"] == "Mailreeve/Newsletter" for one in sandbox.state()["labels"])
    assert {EntryState.DONE} == {entry.state for id_ in ids if (entry := parts.ledger.entry(id_))}


def test_gmail_out_of_reach_fails_all_by_id_without_asking_for_each(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """When every request fails, the run ends soon, names every message, and the next one does them all."""
    ids = deliver(sandbox)
    parts = parts_for(sandbox)
    sandbox.faults([{"path": "/batch", "kind": "503"}])
    result = triage(parts, Options(), cancel=NoNap())
    assert balanced(result)
    assert set(ids) == {failure.id for failure in result.coverage.failed}
    sandbox.faults([])
    assert (6, True) == ((after := triage(parts, Options()).coverage).seen, after.complete)


def test_a_message_deleted_meanwhile_is_failed_once_more_and_then_over(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Gmail's 404 is believed the second time: until then the message is named, afterwards it is over."""
    id_ = sandbox.deliver(newsletter())
    parts = parts_for(sandbox, first_cap=1)
    sandbox.deliver(newsletter(1))
    triage(parts, Options())
    powerful = sandbox.token_for("https://mail.google.com/")
    status_code, _, _ = sandbox.call("DELETE", f"/gmail/v1/users/me/messages/{id_}", token=powerful)
    assert 204 == status_code
    runs = [triage(parts, Options()).coverage for _ in range(3)]
    assert [[id_], [id_], []] == [[failure.id for failure in one.failed] for one in runs]
    entry = parts.ledger.entry(id_)
    assert entry is not None
    assert EntryState.GONE is entry.state


def test_a_dead_login_ends_the_run_and_the_next_one_goes_on(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """A revoked token is one clear error, the run is told as interrupted, nothing is lost."""
    ids = deliver(sandbox)
    sandbox.faults([{"path": "/batch", "nth": 1, "kind": "revoked"}])
    parts = parts_for(sandbox)
    with pytest.raises(LoginNeeded):
        triage(parts, Options())
    assert RunState.INTERRUPTED is parts.ledger.runs.latest(1)[0].state
    assert set(ids) == {entry.message for entry in parts.ledger.open()}


class Broken(OfflineReader):
    """A reader with a fault of ours in it."""

    def signals(self, message: Message) -> Signals:
        if "Question 0" in message.subject:
            raise ZeroDivisionError
        return super().signals(message)


def test_a_fault_of_ours_costs_one_message_and_is_said(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """A bug on one mail fails that mail by id, without a word of its text; the night goes on."""
    ids = deliver(sandbox)
    parts = replace(parts_for(sandbox), offline=Broken())
    result = triage(parts, Options())
    assert balanced(result)
    assert (5, [ids[3]]) == (
        sum(result.coverage.decided.values()),
        [one.id for one in result.coverage.failed],
    )
    assert "ZeroDivisionError" in result.coverage.failed[0].reason
    assert (1, True) == ((after := triage(parts_for(sandbox), Options()).coverage).seen, after.complete)


# --- giving up and dying


def test_a_cancelled_run_keeps_what_was_finished(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """Given up before the drafts: told as interrupted with all that was decided, and the next one goes on."""
    ids = deliver(sandbox)
    parts = parts_for(sandbox)
    cancel = Cancel()

    def give_up(done: int, total: int | None, what: str) -> None:
        if what == "writing drafts":
            cancel.set()

    with pytest.raises(Cancelled):
        triage(parts, Options(), give_up, cancel)
    (run,) = parts.ledger.runs.latest()
    assert (RunState.INTERRUPTED, 6, 2) == (run.state, run.result["seen"], run.result["left"])
    assert 0 == len(sandbox.state()["drafts"])
    assert 2 == len(triage(parts, Options()).drafts)
    assert all(1 == len(ours(sandbox, id_)) for id_ in ids)


def test_what_left_the_inbox_before_it_was_read_is_over(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """It is in no count and waits for no other run."""
    parts = parts_for(sandbox)
    id_ = sandbox.deliver(newsletter())

    def throw_away(done: int, total: int | None, what: str) -> None:
        if what == "reading and labelling" and done == 0:
            parts.gmail.trash(id_)

    result = triage(parts, Options(), progress=throw_away)
    assert (0, 0, set()) == (result.coverage.seen, result.left, ours(sandbox, id_))


def test_mail_that_could_not_be_queued_comes_with_the_next_run(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """The cursor moves only when what lies before it is in the queue."""
    parts = parts_for(sandbox)
    triage(parts, Options())
    before = parts.ledger.cursor()
    id_ = sandbox.deliver(newsletter(0))
    parts.ledger._db.execute(
        "create trigger full before insert on ledger begin select raise(abort, 'disk is full'); end"
    )
    with pytest.raises(Refused):
        triage(parts, Options())
    assert before == parts.ledger.cursor()
    parts.ledger._db.execute("drop trigger full")
    assert [id_] == [entry.message for entry in triage(parts, Options()).entries]


def test_a_store_that_cannot_be_written_stops_before_gmail_is_changed(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Disk full or read-only: no change is made that the journal does not know."""
    deliver(sandbox)
    parts = parts_for(sandbox)
    before = mailbox(sandbox)
    parts.ledger._db.execute(
        "create trigger full before insert on change begin select raise(abort, 'disk is full'); end"
    )
    result = triage(parts, Options())
    assert balanced(result)
    assert before == mailbox(sandbox)
    assert 6 == len(result.coverage.failed)


def test_two_processes_share_a_night_without_doubling_anything(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Cron and a person start at once: one works, the other is told so; nothing is done twice."""
    ids = deliver(sandbox)
    outcomes: list[object] = []

    def work(home: Any) -> None:
        try:
            outcomes.append(triage(home, Options()))
        except AlreadyRunning as error:
            outcomes.append(error)

    threads = [threading.Thread(target=work, args=(parts_for(sandbox),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 3 == len(outcomes)
    assert 2 == len(sandbox.state()["drafts"])
    assert all(1 == len(ours(sandbox, id_)) for id_ in ids)


def normal(sandbox: SandboxServer) -> dict[str, Any]:
    """The mailbox by what lasts over two sandboxes: Message-IDs and names, not ids."""
    state = sandbox.state()
    mails = [one for one in state["messages"] if "DRAFT" not in one["labels"]]
    answered = {one["threadId"]: one["message_id"] for one in mails}
    return {
        "labels": {one["message_id"]: sorted(one["labels"]) for one in mails},
        "drafts": sorted(answered.get(one["threadId"], "") for one in state["drafts"]),
        "names": sorted(label["name"] for label in state["labels"]),
        "sent": sandbox.sent(),
    }


def killed(sandbox: SandboxServer, home: Path, kill_at: int, delay: float) -> bool:
    """A run in a process that dies after its n-th request; False when it came to its end before."""
    command = [sys.executable, str(Path(house.__file__)), sandbox.base_url, sandbox.token, sandbox.account]
    done = subprocess.run(
        [*command, str(home), str(kill_at), str(delay)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    if done.returncode == 0:
        assert json.loads(done.stdout)["failed"] == []
    return done.returncode != 0


@pytest.mark.parametrize(
    "points",
    [
        pytest.param((9, 14), id="a few"),
        pytest.param(tuple(range(1, 60)), id="all", marks=pytest.mark.prove),
    ],
)
def test_killed_anywhere_and_run_again_it_comes_to_the_same_end(
    sandbox_factory: Factory,
    parts_for: PartsFor,
    tmp_path: Path,
    points: tuple[int, ...],
    record_property: Callable[[str, object], None],
) -> None:
    """Kill -9 a moment after any request: the next run leaves labels, drafts and names as one calm run does."""
    calm = sandbox_factory()
    deliver(calm)
    triage(parts_for(calm, home="calm"), Options())
    delays, kills = cycle((0.0, 0.002, 0.01, 0.03)), 0
    for point in points:
        sandbox = sandbox_factory()
        deliver(sandbox)
        home = tmp_path / f"killed-{point}"
        if not killed(sandbox, home, point, next(delays)):
            break
        kills += 1
        parts = parts_for(sandbox, home=home.name)
        result = triage(parts, Options())
        assert balanced(result)
        assert normal(calm) == normal(sandbox), f"killed after request {point}"
        assert parts.audit.verify().ok
        assert () == parts.ledger.open()
    assert kills >= min(12, len(points))
    record_property("kills", kills)
