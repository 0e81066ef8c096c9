"""Exactly one effect for each event, at a receiver that keeps ids, over a line that loses answers."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook
from tests.gate.test_outbox import SECRET, House, event, opened

from mailreeve.cancel import Cancel
from mailreeve.store.outbox import RowState


@pytest.fixture
def house() -> Iterator[House]:
    with opened() as one:
        yield one


def once_each(house: House, count: int) -> None:
    """A third of all answers is lost, or says that it was not taken; every event is offered twice.

    An event that failed for a day is dead and said so; a person then has it tried again. Every attempt bears the
    signature that the standard's own library makes.
    """
    rng = random.Random(20261123)  # noqa: S311 -- a fixed seed, no secret
    house.agree()
    for number in range(count):
        assert [1, 0] == [house.outlet.offer(event(number)) for _ in range(2)]
    house.receiver.answers[:] = [(rng.choice([200, 200, 200, 200, 0, 503]), {}) for _ in range(count * 2)]
    outlet = house.outlet
    while outlet.waiting() or outlet.dead():
        assert all(outlet.retry(row.seq) for row in outlet.dead())
        outlet.deliver(Cancel(), most=1_000)
        house.clock.sleep(70)
    effects: dict[str, bytes] = {}
    stock = Webhook(SECRET)
    for seen in house.receiver.seen:
        id_, at = (seen.headers[f"webhook-{name}"] for name in ("id", "timestamp"))
        moment = datetime.fromtimestamp(int(at), UTC)
        assert stock.sign(id_, moment, seen.body.decode()) == seen.headers["webhook-signature"]
        assert seen.body == effects.setdefault(seen.headers["webhook-id"], seen.body)
    assert [f"s{number}" for number in range(count)] == [
        json.loads(body)["data"]["subject"] for body in effects.values()
    ]
    assert count < len(house.receiver.seen)
    assert (count, ()) == (house.outbox.count(RowState.DELIVERED), outlet.dead())


def test_two_hundred_events_have_one_effect_each(house: House) -> None:
    """The receiver's ids are the events', in order, none missing, none with other bytes."""
    once_each(house, 200)


@pytest.mark.prove
def test_ten_thousand_events_have_one_effect_each(house: House) -> None:
    """The same over ten thousand."""
    once_each(house, 10_000)
