"""Leaving a list with one click: a person's yes to the exact address, one request, never a second one."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from tests.gate.bench import Bench
from tests.outbound.receiver import Receiver, running
from tests.outbound.test_wire import URLS
from tests.sandbox_server import SandboxServer

from mailreeve.cancel import Cancel
from mailreeve.errors import (
    DestinationUnreached,
    DraftChanged,
    GateError,
    InputError,
    NeedsPerson,
    NotApproved,
)
from mailreeve.gate import cancellation, question
from mailreeve.gate.cancellation import Cancellations, Poster, to_one
from mailreeve.gate.gate import Gate
from mailreeve.gate.policy import Policy
from mailreeve.models import Address, Message
from mailreeve.models import ProposalState as State
from mailreeve.outbound.place import Place, place
from mailreeve.outbound.wire import Answer, Wire

URL = "https://news.example/u/5be1?id=7"
MAIL = Message(
    id="18c0ffee", thread_id="18c0ffee", subject="Weekly", from_=(Address("News", "l@news.example"),)
)


class Led:
    """The real wire, led to the local receiver as a name service would."""

    def __init__(self, port: int) -> None:
        self.port = port

    def post(self, where: Place, body: bytes, headers: Mapping[str, str], cancel: Cancel) -> Answer:
        here = place(f"http://127.0.0.1:{self.port}{where.path}", private=True)
        return Wire({here}, seconds=2).post(here, body, headers, cancel)


@pytest.fixture
def bench(sandbox: SandboxServer, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(sandbox, tmp_path)
    yield made
    made.close()


@pytest.fixture
def server() -> Iterator[Receiver]:
    with running() as receiver:
        yield receiver


def gate(bench: Bench, wire: Callable[[Place], Poster] = to_one, *, send: bool = True) -> Gate:
    locks = bench.folder / "locks"
    steps = Cancellations(bench.proposals, bench.audit, bench.clock, locks, wire)
    rules = Policy(send=send, own_addresses=(bench.account,), trusted_recipients=("@news.example",))
    return Gate(
        bench.proposals, bench.gmail, bench.sender, bench.audit, rules, locks, clock=bench.clock, cancellations=steps
    )  # fmt: skip


def done(door: Gate) -> State:
    proposal = door.propose_cancellation(MAIL, URL)
    door.approve(proposal.id, proposal.digest, "tty", "ada")
    return door.execute(proposal.id).state


def test_one_request_leaves_after_a_yes_and_none_before(bench: Bench, server: Receiver) -> None:
    """Exactly the path and body that were confirmed, with no cookie, login or referrer; it is used up then."""
    door = gate(bench, lambda _: Led(server.port))
    proposal = door.propose_cancellation(MAIL, URL)
    assert (State.PROPOSED, []) == (proposal.state, server.seen)
    with pytest.raises(NotApproved):
        door.execute(proposal.id)
    door.approve(proposal.id, proposal.digest, "tty", "ada")
    assert State.DONE is door.execute(proposal.id).state
    with pytest.raises(NotApproved):
        door.execute(proposal.id)
    [seen] = server.seen
    assert ("/u/5be1?id=7", b"List-Unsubscribe=One-Click") == (seen.path, seen.body)
    assert "application/x-www-form-urlencoded" == seen.headers["content-type"]
    assert set() == set(seen.headers) & {"cookie", "authorization", "referer"}
    assert ["send.proposed", "send.approved", "send.executing", "send.done"] == bench.events()


def test_the_question_shows_the_whole_address(bench: Bench) -> None:
    """What is asked, to which server, the address, the mail that it came with."""
    shown = question.text(gate(bench).propose_cancellation(MAIL, URL))
    assert shown.startswith("Unsubscribe with one request to this address?")
    assert f"| {URL}" in shown
    assert "News <l@news.example>" in shown


def test_a_lost_answer_is_not_asked_for_again(bench: Bench, server: Receiver) -> None:
    """It stays unknown, also after a new start, and nothing new is proposed until a person says what happened."""
    server.answers.append((0, {}))
    door = gate(bench, lambda _: Led(server.port))
    assert State.UNKNOWN is done(door)
    again = gate(bench, lambda _: Led(server.port))
    again.recover()
    with pytest.raises(NeedsPerson):
        again.propose_cancellation(MAIL, URL)
    assert 1 == len(server.seen)
    [open_] = again.waiting()
    again.settle_unknown(open_.id, sent=False)
    assert State.PROPOSED is again.propose_cancellation(MAIL, URL).state


@pytest.mark.parametrize(
    ("status", "state"),
    [(202, State.DONE), (302, State.FAILED), (404, State.FAILED), (500, State.UNKNOWN), (503, State.UNKNOWN)],
)
def test_the_answer_is_told_as_it_is(bench: Bench, server: Receiver, status: int, state: State) -> None:
    """Taken, pointed elsewhere (never followed), refused, or broken off, when nobody knows."""
    server.answers.append((status, {"Location": f"http://127.0.0.1:{server.port}/elsewhere"}))
    assert state is done(gate(bench, lambda _: Led(server.port)))
    assert 1 == len(server.seen)


def test_no_connection_is_a_failure_that_may_be_tried_again(bench: Bench) -> None:
    """Nothing was sent, so nothing is in doubt."""

    def closed(_: Place) -> Poster:
        raise DestinationUnreached("There is nobody.")

    assert State.FAILED is done(gate(bench, closed))


def test_an_address_of_this_machine_is_never_reached(bench: Bench, server: Receiver) -> None:
    """Names that lead inside are refused when they are looked up, after the yes too."""

    def inside(where: Place) -> Poster:
        return Wire({where}, resolve=lambda *_: ["127.0.0.1"])

    assert State.FAILED is done(gate(bench, inside))
    assert 0 == server.connections


@pytest.mark.parametrize(
    "url",
    [
        "http://news.example/u",
        "https://127.0.0.1/u",
        "https://169.254.169.254/latest",
        "https://10.0.0.1/u",
        "https://[::1]/u",
        "https://0x7f000001/u",
        "https://user@news.example/u",
        "https://news.example:25/u",
        "https://news.example/u#part",
        "https://news.example/a b",
        "https://nеws.example/u",
        "https://news.example/" + "a" * 3_000,
    ],
)
def test_an_odd_address_is_not_even_proposed(bench: Bench, url: str) -> None:
    """One grammar for addresses: no private places, no user names, no strange ports or spellings."""
    with pytest.raises(InputError):
        gate(bench).propose_cancellation(MAIL, url)


@pytest.mark.parametrize("url", URLS, ids=ascii)
def test_no_spelling_of_an_address_leads_inside(bench: Bench, server: Receiver, url: str) -> None:
    """Refused as it stands, or, where it is a plain name, when the name turns out to lead to this machine."""

    def inside(where: Place) -> Poster:
        return Wire({where}, resolve=lambda *_: ["127.0.0.1"])

    door = gate(bench, inside)
    try:
        proposal = door.propose_cancellation(MAIL, url.format("news.example"))
    except InputError:
        assert [] == bench.events()
    else:
        door.approve(proposal.id, proposal.digest, "tty", "ada")
        assert State.FAILED is door.execute(proposal.id).state
    assert 0 == server.connections


def test_nothing_trusted_goes_without_a_question(bench: Bench) -> None:
    """No setting stands in for the person's yes, and without the capability to send nobody is asked."""
    assert State.PROPOSED is gate(bench).propose_cancellation(MAIL, URL).state
    with pytest.raises(GateError):
        gate(bench, send=False).propose_cancellation(replace(MAIL, id="2"), URL)


def test_bytes_that_changed_in_the_store_go_nowhere(bench: Bench, server: Receiver) -> None:
    """What leaves is what was confirmed, to the letter."""
    door = gate(bench, lambda _: Led(server.port))
    proposal = door.propose_cancellation(MAIL, URL)
    door.approve(proposal.id, proposal.digest, "tty", "ada")
    other = door.propose_cancellation(replace(MAIL, id="2"), f"{URL}8").raw
    with bench.db.transaction():
        bench.db.execute("UPDATE proposal SET raw = ? WHERE id = ?", (other, proposal.id))
    with pytest.raises(DraftChanged):
        door.execute(proposal.id)
    assert [] == server.seen


@pytest.mark.parametrize(
    "request_",
    [{"method": "GET"}, {"body": "List-Unsubscribe=One-Click&all=1"}, {"url": "http://news.example/"}, {}],
)
def test_bytes_that_hold_another_request_are_none(request_: dict[str, str]) -> None:
    """One POST with the one body of RFC 8058, to an address that may be reached, and nothing else."""
    plain = {"method": "POST", "body": "List-Unsubscribe=One-Click", "url": URL}
    raw = f"Content-Type: application/json\r\n\r\n{json.dumps({**plain, **request_})}".encode()
    if request_:
        with pytest.raises(GateError):
            cancellation.read(raw)
    else:
        assert place(URL) == cancellation.read(raw)


def test_spam_another_server_and_a_repetition_are_said(bench: Bench, server: Receiver) -> None:
    """The person sees them before they say yes."""
    door = gate(bench, lambda _: Led(server.port))
    mail = replace(MAIL, labels=("SPAM",), from_=(Address("", "l@other.example"),))
    done(door)
    codes = [flag.code for flag in door.propose_cancellation(mail, URL).flags]
    assert ["spam", "other_server", "repeated"] == codes
