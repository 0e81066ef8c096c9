"""outbox: what waits for destinations, why, and how it goes on."""

import click

from mailreeve.cli.destinations import done
from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.cli.text import safe
from mailreeve.service import destinations
from mailreeve.service import outbox as use


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def outbox(ctx: click.Context, as_json: bool) -> None:
    """What waits to leave for destinations, why, and what was given up."""
    if not ctx.invoked_subcommand:
        _list(ctx.obj, as_json=as_json)


@outbox.command("list")
@json_option
@click.pass_obj
def list_(face: Face, as_json: bool) -> None:
    """Every act outside that is not delivered: for which mail, by which rule, and what it waits for."""
    _list(face, as_json=as_json)


@outbox.command()
@json_option
@click.pass_obj
def deliver(face: Face, as_json: bool) -> int:
    """Deliver what is due now, to destinations that you agreed to."""
    with face.interruptible():
        answer = use.deliver(face.box, cancel=face.cancel)
    if as_json:
        print_json(answer)
    else:
        click.echo(safe("\n".join(destinations.lines(answer)) or "Nothing waits."))
    return 3 if answer["waiting"] or answer["dead"] else 0


@outbox.command()
@click.argument("seq", type=click.IntRange(1))
@json_option
@click.pass_obj
def retry(face: Face, seq: int, as_json: bool) -> int:
    """Try an act again that was given up."""
    with face.interruptible():
        answer = destinations.retry(face.box, seq, cancel=face.cancel)
    return done(answer, as_json=as_json)


def _list(face: Face, *, as_json: bool) -> None:
    answer = use.rows(face.box)
    if as_json:
        print_json(answer)
        return
    click.echo(f"{answer['delivered']} delivered, {len(answer['rows'])} not.")
    for one in answer["rows"]:
        rule = f", rule {one['rule'].partition('@')[0]}" if one["rule"] else ""
        words = one["state"].replace("_", " ") + (f", again at {one['next']}" if one["next"] else "")
        click.echo(safe(f"{one['seq']} {one['destination']}{rule}: {words}"))
        about = " ".join((one["subject"] or one["event"]).split())
        click.echo(safe(f"    {about}"))
        for line in filter(None, (one["reason"], one["advice"])):
            click.echo(safe(f"    {line}"))
