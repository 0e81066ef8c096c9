"""propose, systems, door: other software asks for a mail, and a person decides."""

import json
from functools import partial
from typing import TextIO

import click

from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.cli.text import safe
from mailreeve.errors import InputError, NeedsPerson
from mailreeve.service import asking, standing

_LOCAL = "command-line"
"""Whose wishes come by the command: whoever may run it is the person or acts for them."""
_MOST = 256 * 1024


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@json_option
@click.pass_obj
def propose(face: Face, file: TextIO, as_json: bool) -> int:
    """Ask for a mail, as JSON on stdin (key, to, cc, bcc, subject, body): a draft and a question to you."""
    try:
        wish = json.loads(file.read(_MOST))
    except (ValueError, RecursionError):
        raise InputError(
            "This is no JSON.", "Write { key, to, subject, body } as docs/propose.md shows."
        ) from None
    with face.interruptible():
        answer = asking.ask(face.box, _LOCAL, wish, cancel=face.cancel)
    if as_json:
        print_json(answer)
    else:
        click.echo(safe(f"{answer['status']}: {answer['advice']}"))
    return {"needs_user": 5, "sent": 0, "scheduled": 0}.get(answer["status"], 1)


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def systems(ctx: click.Context, as_json: bool) -> None:
    """Other software that may ask for mails through the door: list it, let it in, shut it out."""
    if ctx.invoked_subcommand:
        return
    answer = asking.systems(ctx.obj.box)
    if as_json:
        print_json(answer)
        return
    for one in answer["systems"]:
        click.echo(f"{one['id']} since {one['since'][:16]}")
    if not answer["systems"]:
        click.echo("None may ask: `mailreeve systems add NAME` makes a key.")


@systems.command()
@click.argument("name")
@json_option
@click.pass_obj
def add(face: Face, name: str, as_json: bool) -> int:
    """Make a key for a system; it is shown once, and only its hash is kept. On a terminal only."""
    if not face.asks:
        raise NeedsPerson("Only a person makes a key.", "Run it in a terminal.")
    answer = asking.let_in(face.box, name)
    if as_json:
        print_json(answer)
    else:
        click.echo(answer["key"])
        click.echo("Kept here as a hash only: note it now. A new one replaces it.", err=True)
    return 0


@systems.command()
@click.argument("name")
@click.pass_obj
def remove(face: Face, name: str) -> int:
    """Its key no longer counts."""
    found = asking.shut_out(face.box, name)
    click.echo(f"{safe(name)}: {'removed' if found else 'there is none'}.")
    return 0 if found else 1


@systems.command()
@json_option
@click.pass_obj
def templates(face: Face, as_json: bool) -> None:
    """Mails that a system may have sent by itself once you agree: the [[template]] sections of config.toml."""
    found = standing.templates(face.box)
    if as_json:
        print_json({"templates": found})
        return
    for one in found:
        agreed = f"agreed {one['since'][:16]}" if one["agreed"] else "not agreed: each is a question"
        click.echo(f"{one['id']}  {one['system']}  to {', '.join(map(safe, one['to']))}  {agreed}")
    if not found:
        click.echo("There are none (docs/propose.md).")


@systems.command()
@click.argument("template")
@json_option
@click.pass_obj
def consent(face: Face, template: str, as_json: bool) -> int:
    """Look at a template, and agree that its mails leave without a question; on a terminal only."""
    one = next((each for each in standing.templates(face.box) if each["id"] == template), None)
    if one is None or not one["known"]:
        standing.agree(face.box, template, "", by="terminal", how="terminal")  # says what is missing
        return 1
    fields = "\n".join(f"  {name}: {safe(pattern)}" for name, pattern in one["fields"].items())
    click.echo(
        f"{one['system']} may then send this mail without asking you, at most {one['per_day']} a day,\n"
        f"to {', '.join(map(safe, one['to']))}. A sent mail cannot be taken back.\n\n"
        f"Subject: {safe(one['subject'])}\n\n{safe(one['body'])}\n\nIt fills in:\n{fields or '  nothing'}\n",
        err=True,
    )
    agreed = partial(standing.agree, face.box, template, one["terms"], by="terminal", how="terminal")
    return face.agreement(template, agreed, "Each of them stays a question.", as_json=as_json)


@systems.command()
@click.argument("template")
@click.pass_obj
def revoke(face: Face, template: str) -> int:
    """Take a consent back: from now on each mail of the template is a question."""
    found = standing.revoke(face.box, template, by="terminal")
    click.echo("Taken back." if found else "There was no consent.")
    return 0 if found else 1


@click.command()
@click.option("--port", type=click.IntRange(1024, 65535), default=8765, show_default=True)
@click.pass_obj
def door(face: Face, port: int) -> None:
    """Listen on 127.0.0.1 for other software that asks for mails, until SIGTERM. Nothing is sent without you."""
    from mailreeve.web.door import Door

    box = face.box
    with face.interruptible():
        made = Door(lambda: box, port)
        where = f"http://127.0.0.1:{made.port}/v1/proposals"
        click.echo(f"Listening for POST {where} until Ctrl-C or SIGTERM.", err=True)
        made.serve(face.cancel)
