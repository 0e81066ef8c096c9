"""audit verify."""

import click

from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.service import review


@click.group()
def audit() -> None:
    """The append-only log of everything that was done and who decided it."""


@audit.command()
@json_option
@click.pass_obj
def verify(face: Face, as_json: bool) -> int:
    """Find any changed, removed or reordered line of the audit log."""
    answer = review.verify_audit(face.app)
    if as_json:
        print_json(answer)
    else:
        state = "unbroken" if answer["ok"] else f"BROKEN at row {answer['broken_at']}"
        click.echo(f"{answer['rows']} rows, {state}; anchor: {answer['anchor']}; head {answer['head'][:16]}")
    return 0 if answer["ok"] else 1
