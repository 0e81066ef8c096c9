"""records: what was written with whom, for other programs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailreeve.cli import text
from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.platform import write_private
from mailreeve.service import outbox
from mailreeve.service import records as use

if TYPE_CHECKING:
    from mailreeve.service.answers import Failed

_days = click.option(
    "--days", default=0, type=click.IntRange(0, 36_500), help="Since so many days; 0 is all."
)


@click.group()
def records() -> None:
    """What was written with whom: threads of each contact or company, and their export."""


@records.command("list")
@click.argument("who", nargs=-1)
@_days
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@json_option
@click.pass_obj
def list_(face: Face, who: tuple[str, ...], days: int, limit: int, as_json: bool) -> None:
    """The threads with WHO: a name, an address or a company, or a part of one; without it with everybody."""
    answer = use.records(face.box, who, days=days, limit=limit)
    if as_json:
        print_json(answer)
        return
    for one in answer["records"]:
        name = text.safe(one["name"] or one["address"])
        count = f"{one['received']} from them, {one['written']} to them"
        line = f"{one['last'][:10]}  {name}  {text.safe(one['subject']) or '(no subject)'}  ({count})"
        face.console.print(" ".join(line.split()), soft_wrap=True)
    if answer["total"] > len(answer["records"]):
        click.echo(f"{answer['total']} in all.", err=True)
    if not answer["records"]:
        click.echo("There is nothing.")


@records.command()
@click.argument("who", nargs=-1)
@click.option(
    "--format", "form", default="jsonl", show_default=True, type=click.Choice(["jsonl", "csv", "mbox"])
)
@click.option(
    "--to", "file", type=click.Path(dir_okay=False, path_type=Path), help="A new file; else stdout."
)
@_days
@click.pass_obj
def export(face: Face, who: tuple[str, ...], form: str, file: Path | None, days: int) -> int:
    """Records as JSON Lines or CSV, or the messages themselves as mbox."""
    if file is not None and file.exists():
        raise click.UsageError(f"{file} exists already.")
    failed: list[Failed] = []
    with face.interruptible():
        if form == "mbox":
            found = use.mailbox(face.box, who, days=days, failed=failed, cancel=face.cancel)
            made = b"".join(found)
        else:
            made = (use.table if form == "csv" else use.lines)(face.box, who, days=days).encode()
    if file is None:
        sys.stdout.buffer.write(made)
        sys.stdout.buffer.flush()
    else:
        write_private(file, made)
        click.echo(f"Written: {file}.", err=True)
    for one in failed:
        click.echo(f"failed {text.safe(one['id'])}: {text.safe(one['reason'])}", err=True)
    return 3 if failed else 0


@records.command()
@click.option(
    "--days", default=30, show_default=True, type=click.IntRange(1, 36_500), help="Since so many days."
)
@json_option
@click.pass_obj
def feed(face: Face, days: int, as_json: bool) -> int:
    """Tell the destinations that want records what was written lately; triage tells what changes from then on."""
    with face.interruptible():
        queued = use.feed(face.box, days=days)
        told = outbox.deliver(face.box, cancel=face.cancel)
    if as_json:
        print_json({"queued": queued, "outbox": told})
    else:
        click.echo(
            f"{queued} queued, {told['delivered']} delivered, {len(told['waiting'])} wait, {len(told['dead'])} given up."
        )
    if face.box.index is None:
        click.echo("There is no local index: `mailreeve sync` makes it.", err=True)
    return 3 if told["waiting"] or told["dead"] else 0
