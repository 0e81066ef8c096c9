"""The list of tools: small, true about what each does, and no longer than what is allowed."""

import json
from pathlib import Path

import pytest
from tests.mcp_server.conftest import EVERYTHING, Connect, Make

from mailreeve.app import App
from mailreeve.config import Config, PolicyConfig
from mailreeve.mcp_server.toolset import TOOLS, tools
from mailreeve.store.accounts import Account

EVERY = EVERYTHING.capabilities
MOST_TOOLS, MOST_BYTES = 14, 7500


def test_the_list_is_small() -> None:
    """Names, descriptions and input schemas of all tools are at most 7,500 bytes of compact JSON."""
    found = [
        {"name": tool.name, "description": tool.description, "inputSchema": tool.parameters}
        for tool in tools(EVERY)
    ]
    assert len(found) <= MOST_TOOLS
    assert len(json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()) <= MOST_BYTES


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("search_mail", "query limit cursor source account"),
        ("read_mail", "ids thread_id detail cursor account"),
        (
            "draft_mail",
            "kind to cc bcc from subject body reply_to_id draft_id attachments account",
        ),
        ("send_mail", "draft_id at account"),
        ("undo", "id account"),
    ],
)
def test_the_outer_face_keeps_its_names(name: str, arguments: str) -> None:
    """Arguments that others rely on are named as promised."""
    tool = next(tool for tool in tools(EVERY) if tool.name == name)
    assert arguments.split() == list(tool.parameters["properties"])


def test_no_argument_can_approve() -> None:
    """The question to the person is no argument: neither the proposal nor the answer is in the schema."""
    send = next(tool for tool in tools(EVERY) if tool.name == "send_mail")
    assert ["draft_id"] == send.parameters["required"]
    assert not {"shown", "answer", "confirm", "send"} & set(send.parameters["properties"])


def test_annotations_are_true() -> None:
    """Exactly what changes nothing says so, and everything that changes says that it does."""
    reading = {tool.name for tool in tools(EVERY) if tool.annotations and tool.annotations.read_only_hint}
    assert {
        "search_mail",
        "read_mail",
        "get_attachment",
        "summarize",
        "classify",
        "find_contacts",
        "review",
    } == reading
    for tool in tools(EVERY):
        assert tool.title
        assert tool.annotations
        assert tool.output_schema
        assert tool.annotations.read_only_hint == (tool.annotations.destructive_hint is None)


@pytest.mark.parametrize(
    ("capabilities", "listed"),
    [
        ("read", "search_mail read_mail get_attachment summarize classify find_contacts review"),
        (
            "read draft",
            "search_mail read_mail get_attachment summarize classify find_contacts draft_mail review open_review undo",
        ),
        (
            "read label",
            "search_mail read_mail get_attachment summarize classify find_contacts label_mail triage review undo",
        ),
        (
            "read send",
            "search_mail read_mail get_attachment summarize classify find_contacts send_mail review open_review",
        ),
        ("", ""),
    ],
)
def test_no_capability_implies_another(capabilities: str, listed: str) -> None:
    """A tool is listed only when what it needs is allowed."""
    assert listed.split() == [tool.name for tool in tools(capabilities.split())]


async def test_what_the_login_did_not_grant_is_not_listed(tmp_path: Path, connect: Connect) -> None:
    """The granted capabilities come from the account record: no network, no keyring."""
    app = App(Config(home=tmp_path / "home", policy=PolicyConfig(capabilities=EVERY)))
    app.accounts.put(Account("me@example.com", "", (), ("read",)))
    async with connect(app) as client:
        listed = {tool.name for tool in (await client.list_tools()).tools}
    app.close()
    assert {entry.function.__name__ for entry in TOOLS if "read" in entry.needs} == listed


async def test_by_default_nothing_is_sent(make_app: Make, connect: Connect) -> None:
    """Without `send` in the settings there is no send_mail, and calling it is an error."""
    async with connect(make_app(policy=PolicyConfig())) as client:
        assert "send_mail" not in {tool.name for tool in (await client.list_tools()).tools}
        result = await client.call_tool("send_mail", {"draft_id": "r1"})
        assert result.is_error


async def test_the_list_says_nothing_twice(connect: Connect) -> None:
    """No titles of arguments, no empty defaults; the same list in both eras."""
    async with connect() as client:
        listed = (await client.list_tools()).tools
    assert [entry.function.__name__ for entry in TOOLS] == [tool.name for tool in listed]
    text = json.dumps([tool.input_schema for tool in listed])
    assert '"title"' not in text
    assert '"default": ""' not in text
