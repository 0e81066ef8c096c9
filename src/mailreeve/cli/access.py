"""access: who can get at the mail, and taking it away."""

import click

from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.cli.text import safe
from mailreeve.service import access as use


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def access(ctx: click.Context, as_json: bool) -> None:
    """Show who can get at your mail: logins, programs, the model, what waits to leave."""
    if ctx.invoked_subcommand:
        return
    answer = use.access(ctx.obj.app)
    if as_json:
        print_json(answer)
    else:
        _show(answer)


@access.command()
@click.argument("name", metavar="ACCOUNT|PROGRAM")
@json_option
@click.pass_obj
def revoke(face: Face, name: str, as_json: bool) -> int:
    """Log an account out, or refuse a program by its name from now on."""
    answer = use.revoke(face.app, name)
    done = "logged out" if answer["kind"] == "account" else "refused from now on"
    return _told(answer, done, as_json=as_json)


@access.command()
@click.argument("name", metavar="PROGRAM")
@json_option
@click.pass_obj
def allow(face: Face, name: str, as_json: bool) -> int:
    """Let a program in again."""
    return _told(use.allow(face.app, name), "let in again", as_json=as_json)


def _told(answer: use.RevokeAnswer, done: str, *, as_json: bool) -> int:
    if as_json:
        print_json(answer)
    else:
        click.echo(f"{safe(answer['name'])} is {done}.")
    if answer["advice"]:
        click.echo(answer["advice"], err=True)
    return 3 if answer["status"] == "partial" else 0


def _show(answer: use.AccessAnswer) -> None:
    for account in answer["accounts"]:
        click.echo(f"Account {safe(account['address'])}")
        click.echo(f"  Google granted: {safe('; '.join(account['granted']))}")
        click.echo(f"  Mailreeve may: {', '.join(account['capabilities']) or 'nothing'}")
    if not answer["accounts"]:
        click.echo("No account is logged in.")
    click.echo(f"The settings allow at most: {', '.join(answer['capabilities']) or 'nothing'}")
    click.echo(
        "Programs that asked for something (MCP):" if answer["clients"] else "No program was here yet."
    )
    for one in answer["clients"]:
        state = "REFUSED, " if one["refused"] else ""
        times = f"{one['first_seen'][:16]} to {one['last_seen'][:16]} UTC"
        click.echo(
            f"  {safe(one['name'])} {safe(one['version'])}: {state}MCP {safe(one['protocol'])}, {times}"
        )
    for what, model in (
        ("Language model that is shown mail text", answer["model"]),
        ("Embedding model that each mail's text goes to, for search by meaning", answer["embeddings"]),
    ):
        shown = f"{safe(model['model'])} at {safe(model['host'])}" if model["model"] else "none is set"
        click.echo(f"{what}: {shown}")
    named = safe(", ".join(answer["destinations"])) or "none"
    click.echo(f"Other destinations for mail (webhooks, tickets, tasks): {named}")
    click.echo("Waiting to leave:" if answer["proposals"] else "Nothing waits to leave.")
    for item in answer["proposals"]:
        subject = " ".join(safe(item["subject"]).split()) or "(no subject)"
        click.echo(f"  {item['state']} {item['id']}: {subject} to {safe(', '.join(item['to']))}")
    for note in answer["notes"]:
        click.echo(f"\n{note}")
