"""The user's rules through MCP: listed, tried on past mail, never switched on or changed."""

import json

from mcp.types import TextResourceContents
from tests.mcp_server.conftest import Connect, letter
from tests.sandbox_server import SandboxServer

from mailreeve.app import App

RULES = """[[rule]]
id = "lunch"
match = { subject = "lunch" }
do = { star = true, forward = "boss@example.org" }
[[rule]]
id = "off"
enabled = false
match = { subject = "lunch" }
do = { archive = true }
"""


def write(app: App, text: str) -> None:
    app.config.home.mkdir(exist_ok=True)
    (app.config.home / "rules.toml").write_text(text, encoding="utf-8")


async def test_rules_are_listed_and_tried_and_nothing_is_done(
    app: App, sandbox: SandboxServer, connect: Connect
) -> None:
    """What each looks at, does and would have done; samples stand in the fence, and the mailbox is as before."""
    write(app, RULES)
    id_ = sandbox.deliver(letter(subject="Lunch <b>now</b>"))
    sandbox.deliver(letter(subject="Other"))
    before = sandbox.state()
    async with connect() as client:
        told = (await client.call_tool("review", {"show": "rules"})).structured_content or {}
        contents = (await client.read_resource("mailreeve://rules")).contents
    first, second = told["rules"]
    assert ("lunch", 1, True, ["star", "forward boss@example.org"], ['subject = "lunch"']) == tuple(
        first[key] for key in ("id", "fired", "enabled", "does", "match")
    )
    assert [id_] == [one["id"] for one in first["samples"]]
    assert (("off", 0, False), 2) == ((second["id"], second["fired"], second["enabled"]), told["seen"])
    keys = list(told)
    assert keys.index("begin") < keys.index("rules") < keys.index("end")
    assert isinstance(contents[0], TextResourceContents)
    assert ["lunch", "off"] == [one["id"] for one in json.loads(contents[0].text)["rules"]]
    assert before == sandbox.state()


async def test_a_sample_tells_no_code(app: App, sandbox: SandboxServer, connect: Connect) -> None:
    """The subject of a mail that is a secret is not shown."""
    write(app, RULES.replace('subject = "lunch"', 'text = "code"'))
    sandbox.deliver(letter(subject="Your code is 483920", text="Your verification code is 483920.\n"))
    async with connect() as client:
        told = (await client.call_tool("review", {"show": "rules"})).structured_content or {}
    assert (1, False) == (told["rules"][0]["fired"], "483920" in json.dumps(told))


async def test_what_could_not_be_read_is_named(app: App, sandbox: SandboxServer, connect: Connect) -> None:
    """A mail that the trial could not look at is told by its id."""
    write(app, RULES)
    id_ = sandbox.deliver(letter(subject="Lunch"))
    sandbox.faults([{"path": f"/messages/{id_}$", "method": "GET", "kind": "403-daily"}])
    async with connect() as client:
        told = (await client.call_tool("review", {"show": "rules"})).structured_content or {}
    assert (0, [id_]) == (told["seen"], [one["id"] for one in told["failed"]])


async def test_without_rules_the_list_is_empty(connect: Connect) -> None:
    """No error: there are none."""
    async with connect() as client:
        told = (await client.call_tool("review", {"show": "rules"})).structured_content or {}
    assert [] == told["rules"]


async def test_a_wrong_rule_is_told_with_its_line(app: App, connect: Connect) -> None:
    """The answer says which and what to write."""
    write(app, RULES.replace("star = true", "sparkle = true"))
    async with connect() as client:
        found = await client.call_tool("review", {"show": "rules"})
    assert found.is_error
    assert "rule lunch: do.sparkle is no action" in str(found.content)
