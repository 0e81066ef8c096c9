"""What the commands `contacts` and `calendar` share about servers that Google is kept in step with."""

from collections.abc import Callable, Sequence
from functools import partial

import click

from mailreeve.cli import text
from mailreeve.cli.face import Face, print_json
from mailreeve.errors import InputError
from mailreeve.service import mirroring


def synced(
    face: Face, answer: mirroring.LookAnswer, more: str, notes: Sequence[str], *, as_json: bool
) -> int:
    """Tell what a sync saw and did: 3 when something is missing, 5 when a person is asked for all of it.

    `more` ends the first line; `notes` go to stderr.
    """
    servers = answer["servers"]
    if as_json:
        print_json(answer)
    else:
        how = "Everything was read" if answer["full"] else "Only changes were read"
        click.echo(f"{how}: {answer['changed']} seen, {answer['gone']} gone.{more}")
        for note in notes:
            click.echo(note, err=True)
        for one in servers:
            _told(face, one)
    bad = [one for one in servers if one["status"] != "done"]
    return 0 if not bad else 5 if all(one["status"] == "needs_user" for one in bad) else 3


def _told(face: Face, one: mirroring.ServerAnswer) -> None:
    """What was done on one server."""
    click.echo(
        f"{one['id']}: {one['to_server']} to the server, {one['to_google']} to Google, deleted"
        f" {one['deleted_there']} there and {one['deleted_here']} here, {len(one['conflicts'])} changed on both sides."
    )
    if one["change"]:
        click.echo(f"Take back what was done at Google with: {face.program} undo {one['change']}")
    if one["advice"]:
        click.echo(text.safe(one["advice"]), err=True)
    for each in one["failed"]:
        click.echo(f"failed {text.safe(each['id'])}: {text.safe(each['reason'])}", err=True)


def consent(
    face: Face,
    servers: Sequence[mirroring.ServerJson],
    agree: Callable[..., None],
    id_: str,
    what: str,
    *,
    as_json: bool,
) -> int:
    """Show what a server gets, and ask on a terminal; without an id list the servers."""
    if not id_:
        _list(servers, as_json=as_json)
        return 0
    one = next((each for each in servers if each["id"] == id_), None)
    if one is None:
        raise InputError(f"There is no server {id_[:40]!r} in config.toml.", "Without an ID they are listed.")
    stays = "Google" if one["wins"] == "google" else "the server"
    click.echo(
        f"{what} go to {one['url']} as the user {text.safe(one['user'])}, and what changes there comes to Google,"
        f" deletions too.\nWhere both sides changed the same thing, the version of {stays} stays.",
        err=True,
    )
    agreed = partial(agree, id_, one["terms"], by="terminal", how="terminal")
    return face.agreement(id_, agreed, "Nothing leaves.", as_json=as_json)


def _list(servers: Sequence[mirroring.ServerJson], *, as_json: bool) -> None:
    if as_json:
        print_json({"servers": servers})
        return
    for one in servers:
        click.echo(f"{one['id']}  {one['url']}  {'agreed' if one['agreed'] else 'not agreed'}")
    if not servers:
        click.echo("No server is in config.toml (docs/contacts.md, docs/calendar.md).")
