"""Setting labels: the person's act wins, and repeating changes nothing."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.sandbox_server import SandboxServer
from tests.scripted_llm import Reply, Request, ScriptedLlm, completion, verdict
from tests.triage.conftest import PartsFor, ours
from tests.triage.house import NoNap, mail, newsletter

from mailreeve.models import Archetype, ChangeState, DecidedBy, LabelSpec, Priority, Verdict
from mailreeve.triage.labelling import Plan, as_we_left_it, plan, wants_draft
from mailreeve.triage.labels import BUILT_IN
from mailreeve.triage.loop import triage
from mailreeve.triage.run import Options

NIGHT = timedelta(days=1)
FILE = LabelSpec("file", "File", "Everything.", Archetype.NEWSLETTER, actions=("archive", "read", "star"))


def planned(
    now: Collection[str],
    *,
    actions: Sequence[str] = (),
    buried: Collection[str] = (),
    by_us: Collection[str] = (),
) -> Plan:
    return plan("L1", actions, frozenset(now), buried=buried, ours={"L1", "L2"}, set_by_us=by_us)


@pytest.mark.parametrize(
    ("got", "wanted"),
    [
        (planned({"INBOX"}), Plan(("L1",), ())),
        (planned({"INBOX", "L1"}), Plan()),
        (planned({"INBOX"}, buried={"L1"}), Plan()),
        (
            planned({"INBOX", "UNREAD"}, actions=("archive", "read", "star")),
            Plan(("L1", "STARRED"), ("INBOX", "UNREAD")),
        ),
        (planned({"STARRED"}, actions=("archive", "read", "star")), Plan(("L1",), ())),
        (planned({"INBOX"}, actions=("archive",), buried={"INBOX"}), Plan(("L1",), ())),
        (planned({"L2"}, by_us={"L2"}), Plan(("L1",), ("L2",))),
        (planned({"L2"}), Plan()),
        (planned({"L2"}, actions=("star",)), Plan(("STARRED",), ())),
        (planned({"Label_77"}), Plan(("L1",), ())),
    ],
)
def test_a_plan_adds_what_lacks_and_respects_the_person(got: Plan, wanted: Plan) -> None:
    """Only effective changes; tombstones hold; our own older label is replaced, one chosen by the person stays alone."""
    assert wanted == got
    assert {"add": list(got.remove), "remove": list(got.add)} == got.inverse()


@pytest.mark.parametrize(
    ("label", "needs_reply", "wanted"),
    [
        ("to-reply", True, True),
        ("to-reply", False, False),
        ("suspicious", True, False),
        ("cold", True, False),
    ],
)
def test_nobody_is_led_to_answer_a_fraud(label: str, needs_reply: bool, wanted: bool) -> None:
    """A draft needs a wish for an answer, and a kind of mail that deserves one."""
    verdict = Verdict("m", label, Priority.HIGH, needs_reply, "", 1.0, "", DecidedBy.LLM)
    assert wanted == wants_draft(verdict, BUILT_IN)
    assert not wants_draft(replace(verdict, needs_human=True), BUILT_IN)


def test_many_messages_of_a_kind_are_labelled_in_one_call(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Fifteen newsletters cost one batchModify, and each has a change of its own."""
    ids = [sandbox.deliver(newsletter(number)) for number in range(15)]
    parts = parts_for(sandbox)
    result = triage(parts, Options())
    assert all({"Mailreeve/Newsletter"} == ours(sandbox, id_) for id_ in ids)
    assert 1 == sandbox.units()["by_method"]["messages.batchModify"]["calls"]
    changes = [change for change in parts.journal.changes(result.run) if change.kind == "labels"]
    assert set(ids) == {change.target for change in changes}
    assert {ChangeState.DONE} == {change.state for change in changes}


def test_actions_of_a_label_are_done_and_in_the_inverse(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """A label with archive, read and star does all three, and the journal knows the way back."""
    id_ = sandbox.deliver(newsletter())
    parts = parts_for(sandbox, labels=(FILE,))
    result = triage(parts, Options())
    assert {"Mailreeve/File", "STARRED"} == sandbox.labels_of(id_)
    (change,) = [change for change in parts.journal.changes(result.run) if change.kind == "labels"]
    assert {"INBOX", "UNREAD"} == set(change.inverse["add"])


def test_a_label_that_the_person_took_off_is_never_set_again(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Even when asked to decide again, what the person removed stays removed, night after night."""
    id_ = sandbox.deliver(newsletter())
    parts = parts_for(sandbox)
    triage(parts, Options())
    label = next(one for one in parts.gmail.labels() if one.name == "Mailreeve/Newsletter")
    parts.gmail.modify([id_], remove=[label.id])
    for _ in range(2):
        result = triage(parts, Options(since=NIGHT, again=True))
        assert set() == ours(sandbox, id_)
        assert 1 == sum(result.coverage.decided.values())
    assert {label.id} == parts.ledger.tombstones.on(id_)


def test_a_triage_label_that_the_person_chose_stays_the_only_one(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Who moves a mail to another of our labels is not overruled by the next decision."""
    id_ = sandbox.deliver(newsletter())
    parts = parts_for(sandbox)
    triage(parts, Options())
    there = next(one for one in parts.gmail.labels() if one.name == "Mailreeve/Newsletter")
    chosen = parts.gmail.create_label("Mailreeve/FYI")
    parts.gmail.modify([id_], add=[chosen.id], remove=[there.id])
    triage(parts, Options(since=NIGHT, again=True))
    assert {"Mailreeve/FYI"} == ours(sandbox, id_)


def test_deciding_again_replaces_our_own_label(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """A new generation with another answer leaves one label, the new one."""
    id_ = sandbox.deliver(newsletter())
    triage(parts_for(sandbox), Options())
    assert {"Mailreeve/Newsletter"} == ours(sandbox, id_)
    fyi = tuple(label for label in BUILT_IN if label.archetype is Archetype.FYI)
    triage(parts_for(sandbox, labels=fyi), Options(since=NIGHT, again=True))
    assert {"Mailreeve/FYI"} == ours(sandbox, id_)


@pytest.mark.parametrize("expired", [False, True])
def test_what_changes_between_reading_and_labelling_is_read_again(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm, expired: bool
) -> None:
    """A message that the person throws away while the model reads it gets no label, and is in no count.

    The history tells of it; where it is no longer kept, the messages themselves do.
    """
    kept, thrown = sandbox.deliver(mail("Kept")), sandbox.deliver(mail("Thrown"))
    parts = parts_for(sandbox, llm=llm_server, drafts=False)

    def answer(request: Request) -> Reply:
        if "Thrown" in request.user:
            parts.gmail.trash(thrown)
            if expired:
                sandbox.faults([{"path": "/history", "method": "GET", "nth": 1, "kind": "expired-history"}])
        return Reply(completion(verdict(request, label="to-reply")))

    llm_server.default = answer
    result = triage(parts, Options())
    assert {"Mailreeve/To reply"} == ours(sandbox, kept)
    assert set() == ours(sandbox, thrown)
    assert (1, 1) == (result.coverage.seen, sum(result.coverage.decided.values()))


def test_a_change_that_took_only_something_away_is_known_by_what_is_gone(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Interrupted before it was made it is not taken for made, and for undone by the person."""
    parts = parts_for(sandbox)
    change = parts.journal.intend("r-0", "labels", "m1", {"add": [], "remove": ["INBOX"]}, {})
    assert {} == as_we_left_it(parts, "m1", frozenset({"INBOX"}))
    assert ChangeState.FAILED is parts.journal.change(change).state


def test_a_message_that_vanishes_fails_by_id_and_the_others_are_labelled(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """When one of several cannot be changed, the rest is, and the one is named and tried again."""
    ids = [sandbox.deliver(newsletter(number)) for number in range(3)]
    sandbox.faults([{"path": f"/messages/{ids[1]}/modify", "method": "POST", "kind": "503"}])
    parts = parts_for(sandbox)
    result = triage(parts, Options(), cancel=NoNap())
    assert set(ids) == {failure.id for failure in result.coverage.failed}
    sandbox.faults([])
    again = triage(parts, Options())
    assert all({"Mailreeve/Newsletter"} == ours(sandbox, id_) for id_ in ids)
    assert (3, True) == (sum(again.coverage.decided.values()), again.coverage.complete)
    states = [change.state for change in parts.journal.of_target(ids[0], "labels")]
    assert [ChangeState.DONE] == [state for state in states if state is not ChangeState.FAILED]


def test_without_the_right_to_label_nothing_is_labelled(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """The capability is the person's: verdicts are made and told, Gmail stays as it is."""
    id_ = sandbox.deliver(newsletter())
    result = triage(parts_for(sandbox, may_label=False, drafts=False), Options())
    assert {"INBOX", "UNREAD"} == sandbox.labels_of(id_)
    assert 1 == sum(result.coverage.decided.values())


def test_a_question_is_labelled_before_its_draft_is_written(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """The label is there even when no draft may be made."""
    id_ = sandbox.deliver(mail())
    result = triage(parts_for(sandbox, drafts=False), Options())
    assert {"Mailreeve/To reply"} == ours(sandbox, id_)
    assert () == result.drafts
