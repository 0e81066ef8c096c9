"""purge, export: what is kept here about an account, erased or told."""

import json
from pathlib import Path

import click

from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.cli.text import safe
from mailreeve.platform import write_private
from mailreeve.service import purging as use
from mailreeve.service.account import CONNECTIONS

_account = click.option("--account", "address", default="", metavar="ADDRESS", help="Only this account.")


@click.command()
@_account
@click.option("--all", "everything", is_flag=True, help="Everything, whatever its age, with the login.")
@click.option("--older-than", default="", metavar="90d", help="One age for all, instead of the settings.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_obj
def purge(face: Face, address: str, everything: bool, older_than: str, yes: bool, as_json: bool) -> int:
    """Erase what Mailreeve keeps: what is older than the settings allow, or --all.

    Mail, labels and drafts in Gmail stay. What is erased can no longer be undone with `mailreeve undo`.
    """
    if everything and older_than:
        raise click.UsageError("--all takes everything, whatever its age: leave --older-than out.")
    accounts = use.which(face.app, address or face.account)
    if not everything:
        answer = use.expire(face.app, accounts, older_than)
        return _told(answer, as_json=as_json)
    found = use.doomed(face.app, accounts)
    for account in found.accounts:
        click.echo(f"Everything about {safe(account)} goes from this machine, its login too.", err=True)
    for file in found.files:
        click.echo(f"  - {safe(str(file))}", err=True)
    if not yes and not face.asks:
        click.echo("Nothing was erased. Run it in a terminal, or with --yes.", err=True)
        return 5
    if not yes and not click.confirm("Erase all this?", default=False, err=True):
        click.echo("Nothing was erased.", err=True)
        return 1
    return _told(use.erase(face.app, found), as_json=as_json)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@_account
@click.pass_obj
def export(face: Face, file: Path | None, address: str) -> None:
    """Tell everything that is kept about an account, as JSON lines, to stdout or into a new FILE."""
    rows = use.export(face.app, use.which(face.app, address or face.account))
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    if file is None:
        for line in lines:
            click.echo(line)
    elif file.exists():
        raise click.UsageError(f"{file} exists already.")
    else:
        write_private(file, "".join(f"{line}\n" for line in lines).encode())


def _told(answer: use.PurgeAnswer, *, as_json: bool) -> int:
    if as_json:
        print_json(answer)
    else:
        count = sum(answer["removed"].values())
        click.echo(f"{count} rows erased, {answer['audit']} rows of the audit emptied.")
    for address in answer["by_hand"]:
        click.echo(f"Google was not told: remove Mailreeve at {CONNECTIONS} for {safe(address)}.", err=True)
    if answer["advice"]:
        click.echo(answer["advice"], err=True)
    return 3 if answer["status"] == "partial" or answer["by_hand"] else 0
