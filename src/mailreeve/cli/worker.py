"""The command that stays: `mailreeve worker`."""

import click

from mailreeve.cli.face import Face
from mailreeve.service import working


@click.command()
@click.pass_obj
def worker(face: Face) -> None:
    """Stay and work: a run each night, new mail meanwhile, scheduled mail on time. SIGTERM ends it."""
    with face.interruptible():
        working.work(face.app, lambda line: click.echo(line, err=True), face.cancel)
