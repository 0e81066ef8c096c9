"""What became of a send whose answer was lost: found by the surest sign, never guessed, never repeated."""

from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import Any

import pytest
from tests.gate.bench import BOB, EVE, Bench
from tests.gate.letters import proposal, raw

from mailreeve.gate import reconcile
from mailreeve.mail import mime
from mailreeve.mail.letter import File
from mailreeve.models import Envelope, Message, Proposal
from mailreeve.models import ProposalState as State

MINUTE = 60_000


def started(bench: Bench, **fields: Any) -> Proposal:
    """A proposal whose process died right after it wrote `executing`."""
    one = bench.approved(bench.draft(**fields).id)
    now = bench.clock.now()
    bench.proposals.start(one, now, 100)
    return replace(one, state=State.EXECUTING, executing_at=now)


def sent_meanwhile(bench: Bench, one: Proposal, message: bytes, thread_id: str = "") -> str:
    """The draft is gone and something else lies in the sent mail."""
    bench.gmail.delete_draft(one.draft_id)
    carrier = bench.gmail.create_draft(message, thread_id)
    found: str = bench.sandbox.api("POST", "/drafts/send", {"id": carrier.id})["id"]
    return found


def look(bench: Bench, one: Proposal, *, settled: bool = True) -> reconcile.Finding:
    return reconcile.look(bench.gmail, one, settled=settled)


def test_a_draft_that_is_still_there_was_not_sent(bench: Bench) -> None:
    """But only once the request can no longer be under way."""
    one = started(bench)
    assert State.UNKNOWN == look(bench, one, settled=False).state
    assert State.FAILED == look(bench, one).state


def test_the_sent_message_is_found_by_its_message_id(bench: Bench) -> None:
    """In its thread."""
    one = started(bench)
    found = bench.sandbox.api("POST", "/drafts/send", {"id": one.draft_id})["id"]
    assert (State.DONE, found) == (look(bench, one).state, look(bench, one, settled=False).sent_id)


def test_the_sent_message_is_found_in_its_thread_among_many_others(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though Gmail replaced the Message-ID and newer mail was sent than is looked at elsewhere."""
    monkeypatch.setattr(reconcile, "NEWEST", 1)
    one = started(bench, headers=(("X-Mailreeve-Id", "mark-7"),), message_id="<ours@example.com>")
    raw = urlsafe_b64encode(one.raw.replace(b"<ours@", b"<theirs@")).decode()
    letter = {"id": one.draft_id, "message": {"raw": raw, "threadId": one.thread_id}}
    found = bench.sandbox.api("POST", "/drafts/send", letter)["id"]
    bench.sandbox.api("POST", "/drafts/send", {"id": bench.draft(to=(EVE,)).id})
    assert (State.DONE, found) == (look(bench, one).state, look(bench, one).sent_id)


def test_the_sent_message_is_found_in_another_thread(bench: Bench) -> None:
    """Gmail put it elsewhere: its index knows the Message-ID."""
    one = started(bench)
    found = sent_meanwhile(bench, one, one.raw)
    assert one.thread_id != bench.gmail.get(found).thread_id
    assert (State.DONE, found) == (look(bench, one).state, look(bench, one).sent_id)


def test_the_sent_message_is_found_by_our_mark(bench: Bench) -> None:
    """When Gmail replaced the Message-ID."""
    one = started(bench, headers=(("X-Mailreeve-Id", "mark-7"),), message_id="<ours@example.com>")
    found = sent_meanwhile(bench, one, one.raw.replace(b"<ours@example.com>", b"<theirs@example.com>"))
    assert (State.DONE, found) == (look(bench, one).state, look(bench, one).sent_id)


def test_the_sent_message_is_found_by_what_it_says_and_to_whom(bench: Bench) -> None:
    """When neither header survived."""
    one = started(bench, message_id="<ours@example.com>")
    found = sent_meanwhile(bench, one, one.raw.replace(b"<ours@example.com>", b"<theirs@example.com>"))
    assert (State.DONE, found) == (look(bench, one).state, look(bench, one).sent_id)


def test_the_same_words_to_somebody_else_are_not_ours(bench: Bench) -> None:
    """A draft that is gone without a trace stays unknown."""
    one = started(bench, message_id="<ours@example.com>")
    sent_meanwhile(bench, one, bench.letter(to=(EVE,), message_id="<other@example.com>"))
    assert (State.UNKNOWN, "") == (look(bench, one).state, look(bench, one).sent_id)


@pytest.mark.parametrize(
    "fields",
    [
        {"body": "Something else"},
        {"quoted": "On Monday, 23 November 2026, Bob wrote:\n> Which day?"},
        {"attachments": (File("plan.pdf", "application/pdf", b"%PDF-1.7"),)},
    ],
    ids=["text", "quoted", "file"],
)
def test_other_words_to_the_same_people_are_not_ours(bench: Bench, fields: dict[str, Any]) -> None:
    """A person who writes to Bob in that minute is not taken for the lost send."""
    one = started(bench, message_id="<ours@example.com>")
    sent_meanwhile(bench, one, bench.letter(**fields, message_id="<other@example.com>"))
    assert State.UNKNOWN == look(bench, one).state


def test_the_same_words_under_another_mark_are_not_ours(bench: Bench) -> None:
    """They are another draft that Mailreeve wrote."""
    one = started(bench, message_id="<ours@example.com>")
    other = (("X-Mailreeve-Id", "mark-8"),)
    sent_meanwhile(bench, one, bench.letter(headers=other, message_id="<other@example.com>"))
    assert State.UNKNOWN == look(bench, one).state


def test_an_older_message_of_the_same_words_is_not_ours(bench: Bench) -> None:
    """A second "Thank you" is not taken for sent because the first one was."""
    bench.sandbox.clock(advance=-3600)
    bench.gate.execute(bench.approved(bench.draft(message_id="<same@example.com>").id).id)
    bench.sandbox.clock(advance=3600)
    one = started(bench, message_id="<same@example.com>")
    bench.gmail.delete_draft(one.draft_id)
    assert State.UNKNOWN == look(bench, one).state


def test_a_message_that_another_proposal_became_is_not_taken_again(bench: Bench) -> None:
    """Two letters of the same words: one sent message proves one of them."""
    one, other = (started(bench, message_id=f"<{name}@example.com>") for name in ("one", "other"))
    for draft in (one, other):
        bench.gmail.delete_draft(draft.draft_id)
    carrier = bench.draft(bench.letter(message_id="<replaced@example.com>"))
    bench.sandbox.api("POST", "/drafts/send", {"id": carrier.id})
    bench.clock.ahead += MINUTE
    assert [State.DONE, State.UNKNOWN] == sorted(outcome.state for outcome in bench.gate.recover())


def test_a_draft_that_is_still_there_is_not_taken_for_another_of_the_same_words(bench: Bench) -> None:
    """While the draft lies there, only our own ids prove that it was sent."""
    one = started(bench)
    bench.sandbox.api("POST", "/drafts/send", {"id": bench.draft().id})
    assert State.FAILED == look(bench, one).state


def test_mail_from_outside_cannot_pass_for_ours(bench: Bench) -> None:
    """Our Message-ID, our mark and our words in the inbox prove nothing: Gmail's label SENT does."""
    one = started(bench, headers=(("X-Mailreeve-Id", "mark-7"),), message_id="<ours@example.com>")
    bench.gmail.delete_draft(one.draft_id)
    bench.sandbox.deliver(one.raw)
    assert State.UNKNOWN == look(bench, one).state


def test_a_message_id_that_could_break_out_of_the_query_is_not_searched_for(bench: Bench) -> None:
    """It is looked for in the thread and among the newest only."""
    hostile = "<x}OR{in:inbox@example.com>"
    one = started(bench, message_id=hostile)
    assert hostile == one.message_id
    found = bench.sandbox.api("POST", "/drafts/send", {"id": one.draft_id})["id"]
    assert found == look(bench, one).sent_id


@pytest.mark.parametrize("fault", ["403-daily", "revoked"])
def test_not_being_able_to_look_is_unknown(bench: Bench, fault: str) -> None:
    """Whatever Google says instead, it proves nothing."""
    one = started(bench)
    bench.sandbox.faults([{"path": "/gmail/", "nth": "all", "kind": fault}])
    assert State.UNKNOWN == look(bench, one).state


def test_recovery_finds_out_and_never_sends(bench: Bench) -> None:
    """Left by a crash: one was sent, one was not; both are told, and nothing more leaves."""
    sent, kept = started(bench), started(bench)
    bench.sandbox.api("POST", "/drafts/send", {"id": sent.draft_id})
    bench.clock.ahead += MINUTE
    outcomes = {outcome.proposal.id: outcome.state for outcome in bench.gate.recover()}
    assert {sent.id: State.DONE, kept.id: State.FAILED} == outcomes
    assert () == bench.gate.recover()
    assert 1 == len(bench.sandbox.sent())


def test_recovery_right_after_a_crash_waits_with_its_judgement(bench: Bench) -> None:
    """The request may be under way: unknown first, then the truth."""
    one = started(bench)
    patient = bench.make_gate(settle_seconds=30)
    assert [State.UNKNOWN] == [outcome.state for outcome in patient.recover()]
    assert [State.UNKNOWN] == [outcome.state for outcome in patient.recover()]
    bench.clock.ahead += MINUTE
    assert [State.FAILED] == [outcome.state for outcome in patient.recover()]
    assert State.FAILED == bench.gate.get(one.id).state


def test_differences_name_who_is_missing_and_who_was_added() -> None:
    """Letters' case and the field do not matter, Bcc counts."""
    message = mime.from_bytes(raw("To: BOB@partner.example", "Bcc: spy@x.example"))
    one = proposal(envelope=Envelope(to=(BOB.address,), cc=(EVE.address,)))
    assert ("spy@x.example was added", "eve@elsewhere.example is missing") == reconcile.differences(
        message, one
    )
    assert () == reconcile.differences(Message(), replace(one, envelope=Envelope()))
