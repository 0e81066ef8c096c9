"""demo run, demo reset: the main job on the built-in mailbox."""

import contextlib
import json
import os
import re
import shutil
import sys
from pathlib import Path

import click

from mailreeve.cli import outcome, text
from mailreeve.cli.face import Face
from mailreeve.config import home_folder
from mailreeve.service import digest as digests
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
    console.rule("The triaged inbox (✎: a reply is drafted)")
    outcome.run(console, told, face.program)
    console.rule("The digest begins")
    digest = digests.digest(face.box)
    outcome.digest(console, {**digest, "text": pressing(digest["text"])})
    console.print(f"The rest: {face.program} digest", style="dim")
    console.rule(f"{SHOWN_DRAFTS} of {len(told['drafts'])} drafted replies")
    for number, draft_id in enumerate(told["drafts"][:SHOWN_DRAFTS]):
        if number:
            console.print()
        text.letter(console, drafting.show(face.box, draft_id))
        console.print(
            f"\nWhen it says what you want: {face.program} send {draft_id}", style="dim", soft_wrap=True
        )
    console.rule("Connect Claude Desktop")
    console.print("Put this into claude_desktop_config.json (Settings, Developer, Edit Config):")
    click.echo(client_settings())
    console.rule("Next")
    for command, what in (*to_path(), *_NEXT):
        console.print(f"{command:<36} {what}", soft_wrap=True)
    return 3 if told["failed"] else 0


_NEXT = (
    ("mailreeve --demo review --web", "go through the drafts in your browser"),
    ("mailreeve --demo search is:unread", "search, read, summarize, draft, undo: all work here"),
    ("mailreeve login", "your own Gmail; docs/connect-gmail.md tells how"),
)


def to_path() -> tuple[tuple[str, str], ...]:
    """How this shell finds the program, where it does not yet: `make demo` runs it from .venv/."""
    script = Path(sys.executable).parent / "activate"
    if shutil.which("mailreeve") or not script.is_file():
        return ()
    return ((f". {os.path.relpath(script)}", "so that your shell finds mailreeve"),)


def pressing(digest: str) -> str:
    """The digest down to what is important, without counts, which stand above it, and links: the demo's mail is not in Gmail."""
    head, _, _ = digest.partition("\n## Normal")
    head = re.sub(r"\n\n[^#].*?(?=\n\n## )", "", head, count=1, flags=re.DOTALL)
    return re.sub(r" ?\[Gmail\]\([^)\s]*\)", "", head)


def client_settings() -> str:
    """The JSON entry for an MCP client, with the path of this installation."""
    beside = shutil.which("mailreeve", path=str(Path(sys.executable).parent))
    command = beside or shutil.which("mailreeve") or "mailreeve"
    entry = json.dumps({"command": command, "args": ["--demo", "serve"]})
    return f'{{\n  "mcpServers": {{\n    "mailreeve": {entry}\n  }}\n}}'
