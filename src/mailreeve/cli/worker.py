"""The command that stays: `mailreeve worker`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from mailreeve.cli.face import Face
from mailreeve.service import waking, working


@click.command()
@click.option(
    "--name", default="", metavar="NAME", help="Of several on one machine (engine dbos); default: its name."
)
@click.pass_obj
def worker(face: Face, name: str) -> None:
    """Stay and work: a run each night, new mail meanwhile, scheduled mail on time. SIGTERM ends it."""

    def tell(line: str) -> None:
        click.echo(line, err=True)

    with face.interruptible(), _pushes(face, tell) as bell:
        if face.config.engine.kind == "dbos" and not face.demo:
            from mailreeve.service import fleet

            fleet.work(face.app, tell, face.cancel, name=name, bell=bell)
        elif name:
            raise click.UsageError("--name tells workers of the engine dbos apart; this one is local.")
        else:
            working.work(face.app, tell, face.cancel, bell=bell)


@contextmanager
def _pushes(face: Face, tell: Callable[[str], None]) -> Iterator[waking.Bell]:
    """Take pushes meanwhile, where the settings want it."""
    bell = waking.Bell()
    if not face.config.wake.push_listen or face.demo:
        yield bell
        return
    from mailreeve.web import push

    with push.receiving(face.app, waking.Notices(face.app, bell, working.utc_now)) as where:
        tell(f"Pushes are taken at http://{where}.")
        yield bell
