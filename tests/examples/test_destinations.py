"""The ready destinations: each is spoken over a line to a server that answers in the shape its vendor documents."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from tests.outbound.answering import Asked, answering
from tests.outbound.test_tickets import NOW

from mailreeve.app import outside
from mailreeve.cancel import Cancel
from mailreeve.config import DestinationConfig
from mailreeve.outbound import tickets
from mailreeve.outbound.event import Event, Kind, payload
from mailreeve.outbound.place import place
from mailreeve.outbound.webhook import Outcome, State
from mailreeve.outbound.wire import Wire

FOLDER = Path(__file__).parent.parent.parent / "examples" / "destinations"
EVENT = Event(
    "e1",
    Kind.DECIDED,
    NOW,
    subject='Say "hi" {code}',
    sender="Ana <ana@client.example>",
    text="One.",
    priority="high",
)
EMPTY: dict[str, Any] = {
    "zendesk": {"tickets": []},
    "jira": {"issues": []},
    "gitlab": [],
    "linear": {"data": {"issues": {"nodes": []}}},
    "todoist": {"results": []},
    "trello": [],
}
MADE: dict[str, Any] = {
    "zendesk": {"ticket": {"id": 35436}},
    "jira": {"id": "10000", "key": "HELP-24"},
    "gitlab": {"iid": 14, "id": 84, "web_url": "https://gitlab.example/14"},
    "linear": {"data": {"issueCreate": {"issue": {"id": "9cfb482a-81e3", "url": "https://linear.app/x/1"}}}},
    "todoist": {"id": "6X7rM8997g3RQmvh"},
    "trello": {"id": "5abbe4b7ddc1b351", "shortUrl": "https://trello.com/c/H0TZyzbK"},
}
FOUND: dict[str, Any] = {
    "zendesk": {"tickets": [{"id": 1}, {"id": 35436, "external_id": "mrt-t"}]},
    "jira": {"issues": [{"key": "HELP-24", "fields": {"labels": ["mrt-t"]}}]},
    "gitlab": [{"iid": 2, "description": ""}, {"iid": 14, "description": "x mrt-t"}],
    "linear": {"data": {"issues": {"nodes": [{"id": "9cfb482a-81e3", "description": "mrt-t"}]}}},
    "todoist": {"results": [{"id": "a"}, {"id": "6X7rM8997g3RQmvh", "description": "mrt-t"}]},
    "trello": [{"id": "5abbe4b7ddc1b351", "desc": "mrt-t"}],
}
ADDED: dict[str, Any] = {
    "zendesk": {"ticket": {"id": 35436}},
    "jira": {"id": "10001"},
    "gitlab": {"id": 305},
    "linear": {"data": {"commentCreate": {"comment": {"id": "c-1"}}}},
    "todoist": {"id": "c2"},
    "trello": {"id": "c3"},
}
NAMES = sorted(EMPTY)
CREATED: dict[str, tuple[str, str, str]] = {
    "zendesk": ("POST", "/api/v2/tickets.json", "ticket.subject"),
    "jira": ("POST", "/rest/api/2/issue", "fields.summary"),
    "gitlab": ("POST", "/api/v4/projects/1/issues", "title"),
    "linear": ("POST", "/graphql", "variables.input.title"),
    "todoist": ("POST", "/api/v1/tasks", "content"),
    "trello": ("POST", "/1/cards", "name"),
}
"""Method, path, and where the subject stands, as the vendors' pages have it."""
HEADER = {
    "zendesk": ("Authorization", "Basic YWdlbnRAZXhhbXBsZS5jb20vdG9rZW46cw=="),
    "jira": ("Authorization", "Basic eW91QGV4YW1wbGUuY29tOnM="),
    "gitlab": ("PRIVATE-TOKEN", "s"),
    "linear": ("Authorization", "s"),
    "todoist": ("Authorization", "Bearer s"),
    "trello": ("Authorization", 'OAuth oauth_consumer_key="KEY", oauth_token="s"'),
}


def told(name: str, *answers: Any) -> tuple[Outcome, list[Asked]]:
    """One delivery by an example, to a server here that gives these answers in turn."""
    (raw,) = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["destination"]
    made = outside.destination(DestinationConfig(**{**raw, "secrets": ("s",)}), lambda: None)
    assert made.desk
    job = tickets.Job(payload(EVENT, made.fields), "mrt-t", "mre-e")
    with answering([json.dumps(one).encode() for one in answers]) as server:
        here = place(f"http://here.example.com:{server.port}{made.place.path}", private=True)
        wire = Wire({here}, resolve=lambda *_: ["127.0.0.1"])
        outcome = tickets.deliver(wire, here, made.desk, made.headers, job, Cancel())
    return outcome, server.asked


def test_every_example_is_tested() -> None:
    """None is forgotten here."""
    assert NAMES == sorted(one.stem for one in FOLDER.glob("*.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_new_thread_makes_a_ticket(name: str) -> None:
    """It looks first; then the request is the documented one, with the subject whole, both marks and the login."""
    outcome, asked = told(name, EMPTY[name], MADE[name])
    assert (State.DELIVERED, 2) == (outcome.state, len(asked))
    method, path, where = CREATED[name]
    assert (method, path) == (asked[1].method, asked[1].path)
    value = json.loads(asked[1].body)
    for key in where.split("."):
        value = value[key]
    assert EVENT.subject == value
    assert b"mrt-t" in asked[1].body
    assert b"mre-e" in asked[1].body
    assert "mrt-t" in asked[0].path + asked[0].body.decode() or name in {"todoist", "trello"}
    header, login = HEADER[name]
    assert {login} == {one.headers[header] for one in asked}


@pytest.mark.parametrize("name", NAMES)
def test_a_reply_is_added_to_the_ticket_that_is_found(name: str) -> None:
    """By the mark, among others; and not when it was added before."""
    outcome, asked = told(name, FOUND[name], {}, ADDED[name])
    assert (State.DELIVERED, 3) == (outcome.state, len(asked))
    assert b"mre-e" in asked[2].body
    assert outcome.ticket in asked[2].path + asked[2].body.decode()
    assert (State.DELIVERED, 2) == (
        (again := told(name, FOUND[name], {"body": "mre-e"}))[0].state,
        len(again[1]),
    )
