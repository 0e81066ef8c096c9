"""The command that stays: `mailreeve worker`."""

import click

from mailreeve.cli.face import Face
from mailreeve.service import working


@click.command()
@click.option(
    "--name", default="", metavar="NAME", help="Of several on one machine (engine dbos); default: its name."
)
@click.pass_obj
def worker(face: Face, name: str) -> None:
    """Stay and work: a run each night, new mail meanwhile, scheduled mail on time. SIGTERM ends it."""

    def tell(line: str) -> None:
        click.echo(line, err=True)

    with face.interruptible():
        if face.config.engine.kind == "dbos" and not face.demo:
            from mailreeve.service import fleet

            fleet.work(face.app, tell, face.cancel, name=name)
        elif name:
            raise click.UsageError("--name tells workers of the engine dbos apart; this one is local.")
        else:
            working.work(face.app, tell, face.cancel)
