"""calendar: what a model sees and cannot do."""

import json

from tests.mcp_server.conftest import Connect, answer
from tests.sandbox_server import SandboxServer


async def test_a_model_can_only_propose(sandbox: SandboxServer, connect: Connect) -> None:
    """The event waits under a draft id, fenced; nobody is invited, and no argument approves."""
    asked = {
        "action": "propose",
        "subject": "Lunch",
        "start": "2026-11-25T12:00",
        "guests": ["ana@example.org"],
    }
    async with connect() as client:
        found = answer(await client.call_tool("calendar", asked))
        agenda = answer(await client.call_tool("calendar", {"action": "agenda", "start": "2026-11-25T00:00"}))
        wrong = await client.call_tool("calendar", {**asked, "confirm": True})
    assert ("needs_user", True) == (found["status"], found["draft_id"].startswith("event:"))
    assert "digest" not in found
    assert ([], True) == (agenda["events"], wrong.is_error)
    with sandbox.state_file() as state:
        assert (0, 0) == (
            state.scalar("select count(*) from events"),
            state.scalar("select count(*) from invitations"),
        )


async def test_free_times_are_told(connect: Connect) -> None:
    """Stretches with their zone, and who is not known."""
    asked = {
        "action": "free",
        "start": "2026-11-25T00:00",
        "days": 1,
        "minutes": 60,
        "guests": ["bo@example.org"],
    }
    async with connect() as client:
        found = answer(await client.call_tool("calendar", asked))
    assert (8, ["bo@example.org"]) == (len(found["slots"]), found["unknown"])
    assert json.dumps(found).count(found["end"]) >= 2
