"""What becomes of a delivery, answer by answer: where the row ends, when it is tried again, what the person reads."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from tests.gate.test_outbox import SECRET, House, event, opened

from mailreeve.cancel import Cancel
from mailreeve.gate.outbox import Outlet
from mailreeve.outbound.destination import Destination
from mailreeve.outbound.event import Kind
from mailreeve.outbound.wire import Wire
from mailreeve.store.outbox import RowState


@dataclass(frozen=True)
class Case:
    """One way in which a receiver answers, and all that follows."""

    name: str
    state: RowState
    again: tuple[float, float] | None
    """Seconds until it is tried again, at least and at most; None: not by itself."""
    said: str
    arrived: int = 1
    status: int = 200
    retry_after: str = ""
    delay: float = 0.0
    stands: bool = True
    """The consent is still there afterwards."""


PENDING, DEAD = RowState.PENDING, RowState.DEAD
SOON = (5.0, 5.5)
TABLE = (
    Case("takes it", RowState.DELIVERED, None, ""),
    Case("down", PENDING, SOON, "cannot be reached", arrived=0),
    Case("slow", PENDING, SOON, "gave no answer", delay=1.5),
    Case("500", PENDING, SOON, "did not take it (500)", status=500),
    Case("429, wait 2 minutes", PENDING, (120, 132), "did not take it (429)", status=429, retry_after="120"),
    Case(
        "429, wait a week",
        PENDING,
        (86_400, 86_400),
        "did not take it (429)",
        status=429,
        retry_after="604800",
    ),
    Case("cuts the line", PENDING, SOON, "gave no answer", status=0),
    Case("redirect", DEAD, None, "points elsewhere (302), which is not followed", status=302),
    Case("private address", DEAD, None, "may not be reached", arrived=0),
    Case("410", DEAD, None, "wants nothing any more", status=410, stands=False),
)


@pytest.fixture
def house() -> Iterator[House]:
    with opened() as one:
        yield one


def door(house: House, case: Case) -> tuple[Outlet, Destination]:
    """The outlet with a short patience, to a receiver that behaves as the case says."""
    port, scheme, address = house.receiver.port, "http", "127.0.0.1"
    if case.name == "down":
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
    inside = case.name == "private address"
    if inside:
        scheme, address = "https", "10.0.0.7"
    url = f"{scheme}://hooks.example.com:{port}/hook"
    one = Destination("d", url, (Kind.DECIDED,), ("subject",), (SECRET,), private=not inside)
    wire = Wire({one.place}, resolve=lambda *_: [address], seconds=0.5)
    return Outlet([one], house.outbox, house.consents, wire, house.audit, house.clock), one


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.name)
def test_an_answer_decides_where_a_delivery_ends(house: House, case: Case) -> None:
    """Its row, the next attempt, the words for the person; a dead letter goes when it is tried again by hand."""
    outlet, destination = door(house, case)
    outlet.consent("d", destination.terms, by="ada", how="terminal")
    outlet.offer(event(1))
    house.receiver.delay = case.delay
    house.receiver.answers[:] = [
        (
            case.status,
            {"Retry-After": case.retry_after}
            if case.retry_after
            else {"Location": "https://elsewhere.example/"},
        )
    ]
    outlet.deliver(Cancel())
    house.receiver.delay = 0
    house.receiver.answers.clear()
    row = house.outbox.find("d", "e1")
    assert row is not None
    assert (case.state, case.arrived, case.stands) == (
        row.state,
        len(house.receiver.seen),
        outlet.stands(destination),
    )
    assert case.said in row.error
    if case.again:
        least, most = case.again
        assert least <= (row.next_at - house.clock.at) / 1000 <= most
    if case.state is DEAD and case.arrived:
        outlet.consent("d", destination.terms, by="ada", how="terminal")
        assert outlet.retry(row.seq)
        outlet.deliver(Cancel())
        assert (RowState.DELIVERED, {"e1"}) == (
            house.outbox.get(row.seq).state,
            {one.headers["webhook-id"] for one in house.receiver.seen},
        )
