"""The sandbox's calendar against Google's description, and what it refuses."""

import importlib.resources
import json
from typing import Any

import pytest
from tests.sandbox_server import SandboxServer

from mailreeve.sandbox.api import Method
from mailreeve.sandbox.calendar import METHODS, PREFIX

EVENTS = f"{PREFIX}/calendars/primary/events"
DAY = {"start": {"date": "2026-11-25"}, "end": {"date": "2026-11-26"}}


def discovery() -> Any:
    folder = importlib.resources.files("googleapiclient.discovery_cache.documents")
    return json.loads(folder.joinpath("calendar.v3.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_a_method_is_as_google_describes_it(method: Method) -> None:
    """Verb and path are Google's; every parameter and every scope is one that Google takes."""
    document = discovery()
    folder, name = method.name.split(".")
    entry = document["resources"][folder]["methods"][name]
    path = method.path.replace("{calendar}", "{calendarId}").replace("{event}", "{eventId}")
    assert (entry["httpMethod"], "/" + document["servicePath"] + entry["path"]) == (method.verb, path)
    query = {name for name, told in entry.get("parameters", {}).items() if told["location"] == "query"}
    assert method.parameters <= query
    assert method.scopes <= set(entry["scopes"])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"start": {"date": "2026-11-25"}},
        {"start": {"date": "2026-11-25"}, "end": {"date": "2026-11-25"}},
        {"start": {"date": "2026-11-25"}, "end": {"date": "2026-11-24"}},
        {"start": {"dateTime": "2026-11-25T10:00:00"}, "end": {"dateTime": "2026-11-25T11:00:00"}},
        {"start": {"dateTime": "x"}, "end": {"dateTime": "y"}},
        {**DAY, "id": "ABC"},
        {**DAY, "id": "abc"},
        {**DAY, "attendees": [{"email": "nobody"}]},
    ],
)
def test_what_cannot_be_is_refused(sandbox: SandboxServer, body: Any) -> None:
    """Times without zone or order, ids outside base32hex, guests without an address."""
    assert 400 == sandbox.call("POST", EVENTS, body)[0]


def test_a_token_takes_no_other_filter(sandbox: SandboxServer) -> None:
    """As Google says; ordering by start needs single events."""
    token = json.loads(sandbox.call("GET", EVENTS)[2])["nextSyncToken"]
    assert 200 == sandbox.call("GET", f"{EVENTS}?syncToken={token}")[0]
    assert 400 == sandbox.call("GET", f"{EVENTS}?syncToken={token}&timeMin=2026-11-25T00:00:00Z")[0]
    assert 400 == sandbox.call("GET", f"{EVENTS}?orderBy=startTime")[0]
    assert 400 == sandbox.call("GET", f"{EVENTS}?syncToken=x")[0]


def test_a_deletion_answers_nothing_and_is_final(sandbox: SandboxServer) -> None:
    """204 without a body, and 410 for the same again."""
    sandbox.call("POST", EVENTS, {**DAY, "id": "abc00"})
    status, _, body = sandbox.call("DELETE", f"{EVENTS}/abc00")
    assert (204, b"", 410) == (status, body, sandbox.call("DELETE", f"{EVENTS}/abc00")[0])


def test_pages_hold_every_event_once(sandbox: SandboxServer) -> None:
    """The token of the next list stands on the last page only."""
    for number in range(3):
        sandbox.call("POST", EVENTS, {**DAY, "id": f"abc0{number}"})
    first = json.loads(sandbox.call("GET", f"{EVENTS}?maxResults=2")[2])
    assert "nextSyncToken" not in first
    last = json.loads(sandbox.call("GET", f"{EVENTS}?maxResults=2&pageToken={first['nextPageToken']}")[2])
    assert ["abc00", "abc01", "abc02"] == [one["id"] for one in first["items"] + last["items"]]
    assert last["nextSyncToken"]
