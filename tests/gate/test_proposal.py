"""What a confirmation is bound to."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gate.letters import proposal, raw

from mailreeve.gate.proposal import MOVES, body_hash, canonical, digest, may_move, new_id, same, text_hash
from mailreeve.mail import mime
from mailreeve.models import Envelope, Proposal
from mailreeve.models import ProposalState as State

TEXT = st.text(max_size=6)
ADDRESSES = st.lists(st.sampled_from(["a@x.example", "b@x.example", "ab@x.example", "", "a"]), max_size=3)
ENVELOPES = st.builds(
    Envelope,
    ADDRESSES.map(tuple),
    ADDRESSES.map(tuple),
    ADDRESSES.map(tuple),
    ADDRESSES.map(tuple),
)
BOUND = ("id", "kind", "account", "draft_id", "thread_id", "message_id", "scheduled_at", "envelope", "raw")
PROPOSALS = st.builds(
    proposal,
    id=TEXT,
    kind=TEXT,
    account=TEXT,
    draft_id=TEXT,
    thread_id=TEXT,
    message_id=TEXT,
    scheduled_at=st.integers(0, 99),
    envelope=ENVELOPES,
    raw=st.binary(max_size=8),
)


def bound(one: Proposal) -> tuple[object, ...]:
    return tuple(getattr(one, name) for name in BOUND)


@settings(max_examples=500, deadline=None)
@given(PROPOSALS, PROPOSALS)
def test_two_proposals_have_one_encoding_only_when_everything_bound_is_equal(
    one: Proposal, other: Proposal
) -> None:
    """No two different proposals share the bytes under the digest."""
    assert (bound(one) == bound(other)) == (canonical(one) == canonical(other))


@settings(max_examples=500, deadline=None)
@given(PROPOSALS, st.sampled_from(BOUND), st.data())
def test_any_change_of_what_is_bound_changes_the_digest(
    one: Proposal, name: str, data: st.DataObject
) -> None:
    """Id, kind, account, draft, thread, Message-ID, time, envelope and bytes are all under the digest."""
    value = getattr(data.draw(PROPOSALS), name)
    assert (value == getattr(one, name)) == (digest(replace(one, **{name: value})) == digest(one))


@pytest.mark.parametrize(
    ("one", "other"),
    list(
        pairwise([
            Envelope(to=("a@x.example", "b@x.example")),
            Envelope(to=("b@x.example", "a@x.example")),
            Envelope(to=("a@x.example",), cc=("b@x.example",)),
            Envelope(to=("a@x.example",), bcc=("b@x.example",)),
            Envelope(to=("a@x.exampleb@x.example",)),
        ])
    ),
)  # fmt: skip
def test_the_place_of_a_recipient_is_bound_too(one: Envelope, other: Envelope) -> None:
    """Order, To, Cc and Bcc are part of what is confirmed."""
    assert digest(proposal(envelope=one)) != digest(proposal(envelope=other))


def test_the_digest_is_sha256_over_a_fixed_encoding() -> None:
    """The encoding never changes silently: a stored digest stays checkable after an update."""
    assert "425ed02d596dedfc48510dddd7c606b4a9684539ba110d9b598993491e0f314d" == digest(proposal())
    assert canonical(proposal()).startswith(b"s\0\0\0\0\0\0\0\x14mailreeve proposal 1s\0\0\0\0\0\0\0\x02p1")


def test_nothing_leads_back_to_executing() -> None:
    """What was tried once is never tried again: executing is reached from before a try only."""
    assert {State.APPROVED, State.SCHEDULED} == {old for old in State if may_move(old, State.EXECUTING)}
    tried = {State.EXECUTING, State.UNKNOWN, State.DONE, State.FAILED}
    assert all(MOVES[state] <= tried - {State.EXECUTING} for state in tried)


def test_every_state_has_its_moves_and_the_ends_have_none() -> None:
    """The table is complete."""
    assert set(State) == set(MOVES)
    ends = {State.DONE, State.FAILED, State.REJECTED, State.EXPIRED, State.CANCELLED}
    assert ends == {state for state in State if not MOVES[state]}


def test_only_a_person_or_the_policy_leads_out_of_proposed() -> None:
    """Nothing executes that was not approved."""
    assert not may_move(State.PROPOSED, State.EXECUTING)
    assert not may_move(State.PROPOSED, State.SCHEDULED)


def test_ids_are_long_random_and_safe_in_a_file_name() -> None:
    """A proposal's id cannot be guessed."""
    ids = {new_id() for _ in range(100)}
    assert 100 == len(ids)
    assert all(len(one) == 24 and one.isalnum() for one in ids)


def test_digests_are_equal_only_when_they_are_the_same() -> None:
    """The comparison takes any text, also what is no digest."""
    one = digest(proposal())
    assert same(one, one)
    assert not same(one, one[:-1] + "x")
    assert not same("é", one)
    assert not same("", one)


def test_a_message_keeps_its_body_hash_under_other_headers() -> None:
    """What Gmail does to headers on the way does not hide a sent message."""
    ours = mime.from_bytes(raw("Subject: Hello", "Message-ID: <a@x.example>", body="Dear Bob,\r\nyes."))
    changed = mime.from_bytes(raw("Received: x", "Subject: Hello", body="Dear Bob,\r\nyes.\r\n\r\n"))
    other = mime.from_bytes(raw("Subject: Hello", body="Dear Bob,\r\nno."))
    assert body_hash(ours) == body_hash(changed)
    assert body_hash(ours) != body_hash(other)


def test_a_text_keeps_its_hash_when_its_lines_are_broken_elsewhere() -> None:
    """A model's text is known again after folding, and not after an edit."""
    assert text_hash("one two\nthree") == text_hash("one\ntwo  three\n")
    assert text_hash("one two") != text_hash("one too")
