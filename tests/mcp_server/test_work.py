"""Worker threads: calls at once, progress, giving up."""

import os
import sqlite3
from pathlib import Path

import anyio
from tests.mcp_server.conftest import Connect, answer, letter
from tests.sandbox_server import SandboxServer


async def test_two_calls_at_once(sandbox: SandboxServer, connect: Connect) -> None:
    """A slow call does not hold up a fast one."""
    sandbox.deliver(letter())
    order: list[str] = []
    async with connect() as client:
        await client.call_tool("search_mail", {"query": "in:inbox"})
        sandbox.faults([{"path": "/messages$", "method": "GET", "nth": 1, "kind": "slow", "seconds": 3}])

        async def call(query: str) -> None:
            answer(await client.call_tool("search_mail", {"query": query}))
            order.append(query)

        async with anyio.create_task_group() as group:
            group.start_soon(call, "slow")
            await anyio.sleep(0.2)
            group.start_soon(call, "in:inbox")
    assert ["in:inbox", "slow"] == order


async def test_progress_comes_before_the_answer(sandbox: SandboxServer, connect: Connect) -> None:
    """A client that asks is told how far it is, up to the end, and nothing after the answer."""
    ids = [sandbox.deliver(letter(subject=f"Letter {number}")) for number in range(3)]
    told: list[tuple[float, float | None]] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, total))

    async with connect() as client:
        found = answer(await client.call_tool("classify", {"ids": ids}, progress_callback=note))
        at_the_answer = list(told)
        await anyio.sleep(0.1)
    assert 3 == found["coverage"]["done"]
    assert [(3.0, 3.0)] == at_the_answer[-1:]
    assert at_the_answer == told


async def test_a_call_that_is_given_up_stops_at_its_next_check(
    sandbox: SandboxServer, connect: Connect
) -> None:
    """After the client gave up, the thread does not go on to the rest; the next call is served."""
    ids = [sandbox.deliver(letter(subject=f"Letter {number}")) for number in range(10)]

    def asked() -> int:
        return int(sandbox.units()["by_method"].get("threads.get", {}).get("calls", 0))

    async with connect() as client:
        await client.call_tool("search_mail", {"query": "in:inbox", "limit": 1})
        sandbox.faults([{"path": "/threads/", "nth": "all", "kind": "slow", "seconds": 0.4}])
        with anyio.move_on_after(0.6) as scope:
            await client.call_tool("summarize", {"thread_ids": ids})
        given_up = scope.cancelled_caught
        await anyio.sleep(4)
        assert given_up
        assert 0 < asked() < len(ids)
        assert answer(await client.call_tool("search_mail", {"query": "in:inbox", "limit": 1}))["hits"]


async def test_of_a_fault_of_ours_only_the_kind_is_told(sandbox: SandboxServer, connect: Connect) -> None:
    """An error that nobody foresaw may quote what it choked on: the client reads none of that."""
    sandbox.deliver(letter())
    async with connect() as client:
        run = answer(await client.call_tool("triage", {}))["run"]
        with sqlite3.connect(Path(os.environ["MAILREEVE_HOME"]) / "mailreeve.db") as line:
            line.execute("update run set result = 'a canary, and no JSON'")
        line.close()
        told = await client.call_tool("undo", {"id": run})
    assert told.is_error
    assert "A fault in Mailreeve: JSONDecodeError" in str(told.content)
    assert "canary" not in str(told.content)
