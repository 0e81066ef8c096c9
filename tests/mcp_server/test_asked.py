"""Wrong arguments of tools: refused, in a sentence that says what is wrong and what is expected."""

from typing import Any

import pytest
from tests.mcp_server.conftest import Connect, said
from tests.sandbox_server import SandboxServer


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        (
            "search_mail",
            {"query": "x", "max_results": 5},
            "search_mail takes no argument max_results; it takes query, limit, cursor, source, account.",
        ),
        ("search_mail", {}, "query is missing."),
        (
            "search_mail",
            {"query": "x", "limit": 500},
            "limit: input should be less than or equal to 50, not 500.",
        ),
        (
            "search_mail",
            {"query": "x", "source": "imap"},
            "source: input should be 'auto', 'gmail', 'local' or 'ranked', not 'imap'.",
        ),
        ("read_mail", {"ids": "18f"}, "ids: input should be a valid list, not '18f'."),
        ("read_mail", {"ids": [7]}, "ids.0: input should be a valid string, not 7."),
        ("undo", {"id": "x", "force": True}, "undo takes no argument force; it takes id, account."),
        (
            "draft_mail",
            {"kind": "new", "from_": "a@b.example"},
            "draft_mail takes no argument from_; it takes",
        ),
    ],
)
async def test_a_wrong_argument_is_told_in_a_sentence(
    connect: Connect, tool: str, arguments: dict[str, Any], told: str
) -> None:
    """Both eras: an error that names the fault and what is taken, without a validator's report."""
    async with connect() as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert f"Nothing was done. {told}" in said(result)
    assert "pydantic" not in said(result)


async def test_a_wrong_argument_changes_nothing(sandbox: SandboxServer, connect: Connect) -> None:
    """A label is not set when another argument of the call is not understood."""
    before = sandbox.state()
    async with connect() as client:
        result = await client.call_tool("label_mail", {"ids": ["18f0"], "add": ["star"], "dry_run": True})
    assert result.is_error
    assert before == sandbox.state()


async def test_many_faults_stay_a_short_answer(connect: Connect) -> None:
    """A hundred wrong values do not fill the model's context."""
    async with connect() as client:
        result = await client.call_tool("read_mail", {"ids": list(range(100)), "x" * 900: 1, "\u202e": 2})
    assert len(said(result)) < 1000
    assert "more" in said(result)
    assert "\u202e" not in said(result)
