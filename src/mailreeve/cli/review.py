"""review: what waits for a person."""

import click

from mailreeve.cli import text
from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.service import review as use


@click.command()
@json_option
@click.pass_obj
def review(face: Face, as_json: bool) -> None:
    """List what waits for you. Send a draft with `mailreeve send DRAFT`, which shows it and asks."""
    answer = use.proposals(face.box)
    if as_json:
        print_json(answer)
    elif answer["proposals"]:
        text.proposals(face.console, answer)
    else:
        click.echo("Nothing waits for you.")
