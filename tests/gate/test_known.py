"""Whom the person knows, from the thread, the sent mail and earlier sends."""

from typing import Any

import pytest
from tests.gate.bench import BOB, EVE, Bench
from tests.gate.letters import raw

from mailreeve.gate import envelope, known
from mailreeve.gate.proposal import text_hash
from mailreeve.google.gmail import Gmail
from mailreeve.models import Address, Draft, Page

CARL = Address("Carl", "carl@partner.example")


class Counting:
    """Gmail, and how often it was searched."""

    def __init__(self, gmail: Gmail) -> None:
        self.gmail = gmail
        self.searches = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.gmail, name)

    def search(self, query: str, **options: Any) -> Page:
        self.searches += 1
        return self.gmail.search(query, **options)


def gathered(bench: Bench, draft: Draft) -> known.Known:
    whole = bench.gmail.draft(draft.id)
    return known.gather(bench.gmail, bench.proposals, [bench.account], whole, envelope.read(whole.raw))


def test_somebody_in_the_sent_mail_was_written_to(bench: Bench) -> None:
    """As To or Cc, in any case of letters; mail from others does not count."""
    bench.sandbox.deliver(
        raw(f"From: {bench.account}", "To: BOB@partner.example", "Cc: carl@partner.example"), "SENT"
    )
    bench.sandbox.deliver(raw("From: eve@elsewhere.example", f"To: {bench.account}"))
    found = gathered(bench, bench.draft(to=(BOB, EVE), cc=(CARL,)))
    assert {"bob@partner.example", "carl@partner.example"} == found.written_to
    assert frozenset() == found.thread


def test_the_participants_of_the_thread_are_known_but_not_written_to(bench: Bench) -> None:
    """Who wrote in the thread is in it; the draft itself adds nobody."""
    first = bench.sandbox.deliver(
        raw(
            "From: bob@partner.example",
            f"To: {bench.account}, carl@partner.example",
            "Subject: Hi",
            "Message-ID: <1@p.example>",
        )
    )
    thread = bench.gmail.get(first).thread_id
    draft = bench.draft(
        thread_id=thread,
        to=(BOB, EVE),
        subject="Re: Hi",
        in_reply_to="<1@p.example>",
        references=("<1@p.example>",),
    )
    assert thread == draft.thread_id
    found = gathered(bench, draft)
    assert {"bob@partner.example", "carl@partner.example", bench.account} == found.thread
    assert frozenset() == found.written_to
    assert EVE.key not in found.thread


@pytest.mark.parametrize("sent", [True, False])
def test_in_a_thread_only_what_the_account_sent_was_written_by_it(bench: Bench, sent: bool) -> None:
    """A mail from outside in the account's own name makes nobody known: Gmail's label SENT does."""
    head = (
        f"From: {bench.account}",
        "To: bob@partner.example, carl@partner.example",
        "Message-ID: <1@x.example>",
    )
    first = bench.sandbox.deliver(raw(*head, "Subject: Hi"), "SENT" if sent else "INBOX")
    draft = bench.draft(
        thread_id=bench.gmail.get(first).thread_id,
        to=(EVE,),
        subject="Re: Hi",
        in_reply_to="<1@x.example>",
        references=("<1@x.example>",),
    )
    known_to = {"bob@partner.example", "carl@partner.example"}
    assert (known_to if sent else set()) == gathered(bench, draft).written_to


def test_what_left_through_the_gate_is_remembered(bench: Bench) -> None:
    """Its recipients count as written to, without asking Gmail."""
    bench.gate.execute(bench.approved(bench.draft().id).id)
    assert {"bob@partner.example"} == gathered(bench, bench.draft()).written_to


def test_an_address_that_could_break_out_of_the_query_is_not_searched_for(bench: Bench) -> None:
    """It counts as never written to."""
    bench.sandbox.deliver(raw(f"From: {bench.account}", "To: bob@partner.example"), "SENT")
    hostile = raw("To: {bob@partner.example")
    assert frozenset() == gathered(bench, bench.draft(hostile)).written_to


def test_the_look_ups_are_bounded(bench: Bench) -> None:
    """At most 25 searches, however many recipients there are."""
    whole = bench.gmail.draft(
        bench.draft(to=tuple(Address("", f"p{n}@partner.example") for n in range(60))).id
    )
    people = envelope.read(whole.raw)
    counter = Counting(bench.gmail)
    known.gather(counter, bench.proposals, [bench.account], whole, people)
    assert known.LOOKED_UP == counter.searches


def test_the_hash_of_a_readers_text_comes_along(bench: Bench) -> None:
    """So that the question can say whose words they are."""
    draft = bench.draft()
    assert "" == gathered(bench, draft).text_hash
    bench.proposals.note_text(draft.id, text_hash("Dear Bob"), "llm", 1)
    found = gathered(bench, draft)
    assert "llm" == found.text_by
    assert 64 == len(found.text_hash)


def test_the_mail_that_is_answered_is_found(bench: Bench) -> None:
    """The one that In-Reply-To names, else the newest of somebody else."""
    ids = [
        bench.sandbox.deliver(
            raw(f"From: {who}", f"To: {bench.account}", "Subject: Hi", f"Message-ID: <{n}@p.example>", *more)
        )
        for n, (who, more) in enumerate(
            (("bob@partner.example", ()), ("eve@elsewhere.example", ("In-Reply-To: <0@p.example>",)))
        )
    ]
    thread = bench.gmail.get(ids[0]).thread_id
    draft = bench.draft(
        thread_id=thread,
        to=(BOB,),
        subject="Re: Hi",
        in_reply_to="<0@p.example>",
        references=("<0@p.example>",),
    )
    whole = bench.gmail.draft(draft.id)
    for answers, author in (("<0@p.example>", "bob@partner.example"), ("", "eve@elsewhere.example")):
        people = envelope.read(whole.raw)
        found = known.gather(bench.gmail, bench.proposals, [bench.account], whole, people, answers)
        assert found.answered is not None
        assert author == found.answered.author.key
