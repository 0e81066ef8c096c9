"""destinations: where events go, and your consent to each."""

from collections.abc import Mapping
from typing import Any

import click

from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.cli.text import safe
from mailreeve.service import destinations as use

_CODES = {"dead": 1, "waiting": 3}


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def destinations(ctx: click.Context, as_json: bool) -> None:
    """Where events go: webhooks and ticket systems, your consent to each, what waits."""
    if not ctx.invoked_subcommand:
        _list(ctx.obj, as_json=as_json)


@destinations.command("list")
@json_option
@click.pass_obj
def list_(face: Face, as_json: bool) -> None:
    """All destinations of config.toml, what waits for them and what was given up."""
    _list(face, as_json=as_json)


@destinations.command()
@click.argument("id_", metavar="ID")
@json_option
@click.pass_obj
def consent(face: Face, id_: str, as_json: bool) -> int:
    """Look at what a destination gets, and agree to exactly that; on a terminal only."""
    shown = use.show(face.box, id_)
    click.echo(_question(shown), err=True)
    if not face.asks:
        click.echo("Nobody is at this terminal to agree: nothing leaves.", err=True)
        if as_json:
            print_json({"id": id_, "status": "needs_user", "advice": "Run it in a terminal."})
        return 5
    if not face.types_yes("Agree?"):
        return done({"id": id_, "status": "declined", "advice": "Nothing leaves to it."}, as_json=as_json)
    answer = use.consent(face.box, id_, shown["terms"], by="terminal", how="terminal")
    return done(answer, as_json=as_json)


@destinations.command()
@click.argument("id_", metavar="ID")
@json_option
@click.pass_obj
def revoke(face: Face, id_: str, as_json: bool) -> int:
    """Take a consent back: nothing leaves to it from now on."""
    return done(use.revoke(face.box, id_, by="terminal"), as_json=as_json)


@destinations.command()
@click.argument("id_", metavar="ID")
@json_option
@click.pass_obj
def test(face: Face, id_: str, as_json: bool) -> int:
    """Send a made-up mail to a destination that you agreed to."""
    with face.interruptible():
        answer = use.test(face.box, id_, cancel=face.cancel)
    return done(answer, as_json=as_json)


@destinations.command()
@click.argument("seq", type=click.IntRange(1))
@json_option
@click.pass_obj
def retry(face: Face, seq: int, as_json: bool) -> int:
    """Try a delivery again that was given up."""
    with face.interruptible():
        answer = use.retry(face.box, seq, cancel=face.cancel)
    return done(answer, as_json=as_json)


def done(answer: Mapping[str, Any], *, as_json: bool) -> int:
    """Tell what became of it; returns the exit code."""
    if as_json:
        print_json(answer)
    else:
        click.echo(f"{safe(answer['id'])}: {answer['status']}.")
    if answer["advice"]:
        click.echo(safe(answer["advice"]), err=True)
    return _CODES.get(answer["status"], 0)


def _question(one: Mapping[str, Any]) -> str:
    changed = "You agreed to other terms before; they no longer count.\n" if one["state"] == "changed" else ""
    return safe(
        f"{changed}Destination {one['id']} ({one['kind']})\nHost: {one['host']}\nAddress: {one['url']}\n"
        f"Told of: {', '.join(one['kinds'])}\nOnly mail labelled: {', '.join(one['labels']) or 'any label'}\n"
        f"Fields: {', '.join(one['fields'])}\n{_files(one['attachments'])}\nFor a made-up mail it would get exactly this:\n{one['sample']}\n"
    )


def _files(most: int) -> str:
    return f"Attachments of the mail: up to {most / 1_000_000:g} MB\n" if most else "Attachments: none\n"


def _list(face: Face, *, as_json: bool) -> None:
    answer = use.destinations(face.box)
    if as_json:
        print_json(answer)
        return
    if not answer["destinations"]:
        click.echo("No destination is set: [[destination]] in config.toml names one (docs/destinations.md).")
    elif not answer["allowed"]:
        click.echo('Switched off: "outbound" is not in [policy] capabilities.')
    for one in answer["destinations"]:
        why = {"changed": "CHANGED since you agreed, so nothing leaves", "not agreed": "not agreed to yet"}
        state = why.get(one["state"], f"agreed {one['agreed_at'][:16]}")
        click.echo(f"{one['id']} ({one['kind']}) {safe(one['host'])}: {state}")
        click.echo(f"  {', '.join(one['kinds'])}; {', '.join(one['fields'])}")
    for line in use.lines(answer["outbox"]):
        click.echo(safe(line))
