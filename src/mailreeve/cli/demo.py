"""demo run, demo reset: the main job on the built-in mailbox."""

import contextlib
import json
import shutil
import sys
from pathlib import Path

import click

from mailreeve.cli import text
from mailreeve.cli.face import Face
from mailreeve.config import home_folder
from mailreeve.service import drafting, triage

SHOWN_DRAFTS = 2


@click.group()
def demo() -> None:
    """The built-in demo mailbox. Put --demo before any command to run it there."""


@demo.command()
def reset() -> None:
    """Forget everything about the demo mailbox; the next --demo starts afresh."""
    _reset()
    click.echo("The demo mailbox is as new.", err=True)


def _reset() -> None:
    shutil.rmtree(home_folder() / "demo", ignore_errors=True)


@demo.command()
def run() -> int:
    """Triage a fresh demo mailbox and show what came of it: no account, no key."""
    _reset()
    with contextlib.closing(Face(demo=True)) as face:
        return _shown(face)


def _shown(face: Face) -> int:
    console = face.console
    with face.interruptible(), face.progress() as progress:
        told = triage.triage(face.box, progress=progress, cancel=face.cancel)
    console.rule("The triaged inbox")
    text.run(console, told, face.program)
    console.rule("The digest")
    text.digest(console, triage.digest(face.box))
    console.rule(f"{SHOWN_DRAFTS} of {len(told['drafts'])} drafted replies")
    for draft_id in told["drafts"][:SHOWN_DRAFTS]:
        text.draft(console, drafting.show(face.box, draft_id), face.program)
        console.print()
    console.rule("Connect Claude Desktop")
    console.print("Put this into claude_desktop_config.json (Settings, Developer, Edit Config):")
    click.echo(json.dumps(client_settings(), indent=2))
    console.print("\nNext: `mailreeve --demo search is:unread`, or `mailreeve login` for your own mailbox.")
    return 3 if told["failed"] else 0


def client_settings() -> dict[str, object]:
    """The entry for an MCP client, with the path of this installation."""
    beside = shutil.which("mailreeve", path=str(Path(sys.executable).parent))
    command = beside or shutil.which("mailreeve") or "mailreeve"
    return {"mcpServers": {"mailreeve": {"command": command, "args": ["--demo", "serve"]}}}
