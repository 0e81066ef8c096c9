"""`mailreeve sandbox`: the local Google in a process of its own."""

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mailreeve.sandbox.service import Options

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
            _serve(options, port, parent)
        except (StartError, OSError) as error:
            raise click.UsageError(str(error)) from None
    return 0


def _serve(options: "Options", port: int, parent: int | None) -> None:
    from mailreeve.sandbox.server import Server
    from mailreeve.sandbox.service import open_state

    opened = open_state(options)
    try:
        server = Server(opened, port=port, parent=parent)
        told = {"base_url": server.base_url, "token": opened.token, "account": opened.account}
        click.echo(json.dumps(told))
        server.serve_here()
    finally:
        opened.close()
