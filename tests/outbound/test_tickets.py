"""One ticket for a thread, over a real line; what a mail says stays text."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.outbound.trackers import Tracker, running

from mailreeve.cancel import Cancel
from mailreeve.errors import DestinationRefused, InputError
from mailreeve.outbound import desk, template, tickets
from mailreeve.outbound.event import Event, Kind, payload
from mailreeve.outbound.place import Place, place
from mailreeve.outbound.webhook import Outcome, State
from mailreeve.outbound.wire import Wire

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def tracker() -> Iterator[Tracker]:
    with running() as one:
        yield one


def where(tracker: Tracker) -> Place:
    return place(f"http://tracker.example.com:{tracker.port}/repos/ada/mail", private=True)


def told(tracker: Tracker, number: int, known: str = "", **fields: Any) -> Outcome:
    event = Event(f"e{number}", Kind.DECIDED, NOW, **{"subject": "Fire", "text": "@all closes #1", **fields})
    job = tickets.Job(payload(event, ["subject", "text"]), "mrt-thread", f"mre-{number}", known)
    wire = Wire({where(tracker)}, resolve=lambda *_: ["127.0.0.1"])
    return tickets.deliver(wire, where(tracker), desk.github(), {"Authorization": "Bearer t"}, job, Cancel())


def test_the_first_mail_makes_an_issue_and_the_next_ones_comment(tracker: Tracker) -> None:
    """The second finds the issue by its mark, without being told of it; words of mail stand fenced."""
    assert [(State.DELIVERED, "1", "https://tracker.example/1")] * 1 == [
        (one.state, one.ticket, one.link) for one in (told(tracker, 1),)
    ]
    assert ["1", "1"] == [told(tracker, number).ticket for number in (2, 3)]
    assert (1, 2) == (len(tracker.issues), len(tracker.comments[1]))
    assert tracker.issues[0]["body"].startswith("~~~~text\n")
    assert {"Bearer t"} == {headers["Authorization"] for _, _, headers, _ in tracker.seen}


@pytest.mark.parametrize("times", [1, 2])
def test_a_lost_answer_makes_nothing_twice(tracker: Tracker, times: int) -> None:
    """Created or commented, and the answer gone: the next attempt finds it."""
    for number in (1, 2):
        tracker.lose = times
        found = [told(tracker, number) for _ in range(times + 1)]
        assert [State.RETRY, *[State.DELIVERED] * times] == [one.state for one in found]
        assert tickets.SETTLED == found[0].wait
        tracker.lose = 0
    assert (1, 1) == (len(tracker.issues), len(tracker.comments[1]))


@pytest.mark.parametrize(
    ("status", "state"),
    [(500, State.RETRY), (401, State.RETRY), (429, State.RETRY), (302, State.REFUSED), (410, State.GONE)],
)
def test_an_answer_means_what_it_means_for_webhooks(tracker: Tracker, status: int, state: State) -> None:
    """And nothing was made."""
    tracker.refuse = [status]
    assert state is told(tracker, 1).state
    assert [] == tracker.issues


def test_a_path_stays_below_its_destination(tracker: Tracker) -> None:
    """No dots upwards, no host, no blank."""
    wire = Wire({where(tracker)}, resolve=lambda *_: ["127.0.0.1"])
    for below in ("/../x", "/a/./b", "x", "/a b", "/a\r\nb", "@evil.example", "/ä", "/a#b"):
        with pytest.raises(DestinationRefused, match="no path"):
            wire.send(where(tracker), b"", {}, Cancel(), method="GET", below=below)
    assert [] == tracker.seen


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_mail_cannot_leave_its_place_in_a_request(subject: str, sender: str) -> None:
    """Quotes, braces and templates in a mail are text: the body keeps its keys, the path its segments."""
    context = template.context({"subject": subject + '"}{{7*7}}', "sender": sender}, "t", "e")
    made = template.filled({"a": "{{ subject }}", "b": ["{{ sender }}"]}, context)
    assert {"a": subject + '"}{{7*7}}', "b": [sender]} == json.loads(json.dumps(made))
    assert 2 == template.path("/x/{{ subject }}", context).count("/")


@pytest.mark.parametrize(
    "text", ["{{ ''.__class__.__mro__ }}", "{% for %}", "{{ subject.x.y }}", "{{ 1/0 }}"]
)
def test_a_template_is_kept_in_its_box(text: str) -> None:
    """Python's insides are out of reach, and a broken one is told without its words."""
    with pytest.raises(InputError, match="template"):
        template.filled(text, {"subject": "s"})


def test_a_fence_is_longer_than_any_in_the_mail() -> None:
    """A mail cannot close it."""
    made = template.context({"text": "~~~~~\n@all"}, "t", "e")["fenced"]
    assert made.startswith("~~~~~~text\n")
    assert made.endswith("\n~~~~~~")
