"""The command itself: its help, and errors as scripts read them."""

import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from tests.cli.conftest import Run
from tests.sandbox_server import SandboxServer

from mailreeve.cli.root import COMMANDS, root
from mailreeve.cli.short_help import SHORT


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_each_says_of_itself(name: str) -> None:
    """The table that --help shows is the first sentence of each command."""
    command = root.get_command(click.Context(root), name)
    assert command is not None
    assert SHORT[name] == command.get_short_help_str(limit=200)


def test_help_imports_no_command() -> None:
    """Asking for help is answered from a table."""
    code = (
        "import sys; from mailreeve.cli.root import run; code = run(['--help']);"
        "sys.exit(code or sum(name.startswith(('mailreeve.service', 'mailreeve.app')) for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)
    assert all(f"\n  {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize(
    ("command", "kind", "code"),
    [
        (("undo", "nonsense"), "InputError", 2),
        (("search", "(("), "InputError", 2),
        (("send", "r1"), "NotFound", 1),
        (("search", "x", "--limit", "999"), "UsageError", 2),
    ],
)
def test_an_error_is_an_object_too(
    run: Run, demo: SandboxServer, command: tuple[str, ...], kind: str, code: int
) -> None:
    """With --json stdout holds one object, which says what is wrong and what to do; the exit code says it failed."""
    done = run(*command, "--json")
    error = done.json["error"]
    assert (code, kind) == (done.code, error["kind"])
    assert {"kind", "message", "advice"} == set(error)
    assert error["message"]
    assert error["advice"]
    assert error["message"] in done.err


def test_without_json_an_error_leaves_stdout_empty(run: Run, demo: SandboxServer) -> None:
    """A pipe gets nothing that is no answer."""
    assert "" == run("undo", "nonsense").out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full on this system")
@pytest.mark.parametrize(
    ("streams", "code", "told"),
    [
        (">/dev/full", 1, "mailreeve: The disk is full: not all was written. Make room and run it again.\n"),
        (">&-", 0, ""),
        (">&- 2>&- <&-", 0, ""),
        ("| head -c 1 >/dev/null", 0, ""),
    ],
)
def test_streams_that_are_full_or_closed_are_no_fault_of_ours(streams: str, code: int, told: str) -> None:
    """What cannot be written is said in a sentence; who wants no answer, or only its beginning, gets none."""
    command = f"{shlex.quote(sys.executable)} -m mailreeve completion bash {streams}"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)  # noqa: S602 -- our own words
    assert (code, told) == (done.returncode, done.stderr)
