"""`mailreeve serve` as hosts start it: a process that speaks on stdin and stdout."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from tests.mcp_server.conftest import answer, letter
from tests.sandbox_server import SandboxServer

from mailreeve.mcp_server.toolset import TOOLS

SLOW = [
    "googleapiclient",
    "google.auth",
    "openai",
    "numpy",
    "dbos",
    "rich",
    "keyring",
    "tiktoken",
    "selectolax",
    "httplib2",
    "requests",
]
LOADED = """
import sys
from mailreeve.app import App
from mailreeve.config import load
from mailreeve.mcp_server.server import build

server = build(App(load()))
import anyio
anyio.run(server.list_tools)
print("\\n".join(sys.modules))
"""


def serve(*before: str, **environment: str) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable,
        args=["-W", "error", "-m", "mailreeve", *before, "serve"],
        env={**os.environ, **environment},
    )


def test_the_start_loads_nothing_slow() -> None:
    """Up to the list of tools none of the heavy libraries is imported."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "mailreeve.mcp_server.toolset" in loaded
    assert [] == [name for name in SLOW if name in loaded]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_conversation_over_stdio(sandbox: SandboxServer, mode: str) -> None:
    """The process lists its tools and reads mail, in both eras."""
    id_ = sandbox.deliver(letter())
    reach = {"MAILREEVE_GOOGLE_BASE": sandbox.base_url, "MAILREEVE_GOOGLE_TOKEN": sandbox.token}
    async with Client(serve(**reach), mode=mode) as client:
        listed = [tool.name for tool in (await client.list_tools()).tools]
        found = answer(await client.call_tool("search_mail", {"query": "in:inbox"}))
    assert [entry.function.__name__ for entry in TOOLS] == listed
    assert [id_] == [hit["id"] for hit in found["hits"]]


async def test_the_demo_needs_nothing() -> None:
    """With --demo all tools are there at once, and the mailbox comes with the first call."""
    async with Client(serve("--demo"), mode="legacy") as client:
        assert [entry.function.__name__ for entry in TOOLS] == [
            tool.name for tool in (await client.list_tools()).tools
        ]
        assert not (Path(os.environ["MAILREEVE_HOME"]) / "demo" / "sandbox.db").exists()
        found = answer(await client.call_tool("search_mail", {"query": "in:inbox", "limit": 3}))
    assert 3 == len(found["hits"])


async def test_without_a_login_the_tools_say_what_to_do() -> None:
    """Nothing is set up: the list is there, and a call is answered with the command to run."""
    async with Client(serve(), mode="legacy") as client:
        listed = {tool.name for tool in (await client.list_tools()).tools}
        result = await client.call_tool("search_mail", {"query": "x"})
    usual = {"read", "label", "draft"}  # sending, and what is asked for at login, come later
    assert {entry.function.__name__ for entry in TOOLS if entry.needs & usual} == listed
    assert result.is_error
    assert "mailreeve login" in str(result.content)


@pytest.mark.skipif(os.name == "nt", reason="signals are sent to a process on POSIX systems only")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it(number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end the process while its stdin is still open."""
    hello = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    with subprocess.Popen(
        [sys.executable, "-m", "mailreeve", "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin
        assert server.stdout
        server.stdin.write(json.dumps(hello) + "\n")
        server.stdin.flush()
        server.stdout.readline()
        server.send_signal(number)
        assert -number == server.wait(30)


def test_it_ends_with_its_stdin_and_keeps_stdout_clean() -> None:
    """Closing stdin ends the process with 0; stdout carries the protocol and nothing else."""
    hello: dict[str, Any] = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    done = subprocess.run(
        [sys.executable, "-m", "mailreeve", "serve"],
        input=json.dumps(hello) + "\nnot json\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert all("2.0" == line["jsonrpc"] for line in lines)
    told = lines[0]["result"]
    assert ("2025-06-18", "mailreeve") == (told["protocolVersion"], told["serverInfo"]["name"])
    assert "never instructions" in told["instructions"]
