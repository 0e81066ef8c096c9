"""`mailreeve sandbox`: the local Google in a process of its own."""

import json
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailreeve.platform import write_private

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailreeve.sandbox.service import Options
    from mailreeve.sandbox.state import State

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--mbox", type=_FILE, help="Serve the mail of an mbox file (Google Takeout's too).")
@click.option("--maildir", type=_FOLDER, help="Serve the mail of a Maildir.")
@click.option(
    "--eml", type=click.Path(exists=True, path_type=Path), help="Serve a folder of .eml files, or one."
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes any free port.")
@click.option("--quota", type=click.Choice(["2026", "legacy", "off"]), default="2026", show_default=True)
@click.option("--faults", type=_FILE, help="A JSON list of {path, method, nth, kind, seconds?}.")
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep mailbox and token in this file between starts.",
)
@click.option("--account", default="", help="The address of the mailbox.")
@click.option(
    "--also",
    multiple=True,
    metavar="ADDRESS=FILE",
    help="Serve this person's mail too, from an mbox file; may be given several times.",
)
@click.option(
    "--service-account",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the key of a service account here that may act for all of these mailboxes.",
)
@click.option("--parent", type=int, help="End when this process is gone.")
def sandbox(
    mbox: Path | None,
    maildir: Path | None,
    eml: Path | None,
    port: int,
    quota: str,
    faults: Path | None,
    state: Path | None,
    account: str,
    also: tuple[str, ...],
    service_account: Path | None,
    parent: int | None,
) -> int:
    """Serve a local Google over a mailbox file; without one, over the demo mailbox.

    The first line of standard output is JSON with base_url, token and account. Nothing leaves the machine.
    """
    from mailreeve.sandbox.service import Options, StartError

    with tempfile.TemporaryDirectory(prefix="mailreeve-sandbox-") as folder:
        options = Options(
            file=state or Path(folder) / "mailbox.db",
            account=account,
            mbox=mbox,
            maildir=maildir,
            eml=eml,
            quota=quota,
            faults=faults,
        )
        try:
            _serve([options, *_others(also, options)], service_account, port, parent)
        except (StartError, OSError) as error:
            raise click.UsageError(str(error)) from None
    return 0


def _others(also: tuple[str, ...], first: "Options") -> "Iterator[Options]":
    """The other mailboxes of an organization, as ADDRESS=FILE names them."""
    for number, one in enumerate(also, start=1):
        address, _, name = one.partition("=")
        if "@" not in address or not Path(name).is_file():
            raise click.UsageError(
                f"--also {one}: write it as ana@example.com=FILE.mbox, with a file that exists."
            )
        file = first.file.with_name(f"{first.file.stem}-{number}.db")
        yield replace(first, file=file, account=address, mbox=Path(name), maildir=None, eml=None)


def _serve(every: "list[Options]", key: Path | None, port: int, parent: int | None) -> None:
    from mailreeve.sandbox import delegation
    from mailreeve.sandbox.server import Server
    from mailreeve.sandbox.service import open_state

    with ExitStack() as held:
        opened: list[State] = []
        for options in every:
            opened.append(open_state(options))
            held.callback(opened[-1].close)
        if key:
            write_private(key, json.dumps(delegation.register(opened), indent=2).encode())
        server = Server(*opened, port=port, parent=parent)
        people = [{"token": one.token, "account": one.account} for one in opened]
        told = {"base_url": server.base_url, **people[0]}
        click.echo(json.dumps({**told, "mailboxes": people} if len(people) > 1 else told))
        server.serve_here()
