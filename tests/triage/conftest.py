"""Fixtures over the house of `tests.triage.house`."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.sandbox_server import SandboxServer
from tests.scripted_llm import ScriptedLlm
from tests.triage.house import joined

from mailreeve.triage.parts import Parts

PartsFor = Callable[..., Parts]


@pytest.fixture
def parts_for(tmp_path: Path) -> Iterator[PartsFor]:
    """`parts_for(sandbox, llm=server, home="other", drafts=False)`: what app.py would join."""
    with ExitStack() as stack:

        def make(
            sandbox: SandboxServer, *, llm: ScriptedLlm | None = None, home: str = "home", **settings: Any
        ) -> Parts:
            return joined(
                stack,
                sandbox.base_url,
                sandbox.token,
                sandbox.account,
                tmp_path / home,
                llm=llm.base_url if llm else "",
                **settings,
            )

        yield make


def mailbox(sandbox: SandboxServer) -> dict[str, Any]:
    """What undo has to bring back: every message's labels, every draft, every label."""
    state = sandbox.state()
    return {
        "messages": {one["id"]: sorted(one["labels"]) for one in state["messages"]},
        "drafts": state["drafts"],
        "labels": state["labels"],
    }


def ours(sandbox: SandboxServer, message: str) -> set[str]:
    """The triage labels of a message, by name."""
    return {label for label in sandbox.labels_of(message) if label.startswith("Mailreeve/")}
