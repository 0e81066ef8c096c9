"""contacts: whom you know, from your address book and from your mail."""

from functools import partial
from pathlib import Path

import click

from mailreeve.cli import mirrors, text
from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.platform import write_private
from mailreeve.service import contacts as use
from mailreeve.service import mirroring
from mailreeve.service.answers.people import PeopleAnswer, PersonJson


@click.group()
def contacts() -> None:
    """Whom you know: list, find, sync, export, merge what is there twice."""


@contacts.command("list")
@click.option("--others", is_flag=True, help="Those that Google noted from your mail too.")
@json_option
@click.pass_obj
def list_(face: Face, others: bool, as_json: bool) -> None:
    """The address book as it was seen last."""
    _told(face, use.listed(face.box, others=others), as_json=as_json)


@contacts.command()
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200))
@json_option
@click.pass_obj
def find(face: Face, query: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Find people by name, address or organization: how often you write, and when last."""
    with face.interruptible():
        answer = use.find(face.box, " ".join(query), limit=limit, cancel=face.cancel)
    _told(face, answer, as_json=as_json)


@contacts.command()
@click.option("--deletions", is_flag=True, help="Let many contacts go that are gone on the other side.")
@json_option
@click.pass_obj
def sync(face: Face, deletions: bool, as_json: bool) -> int:
    """Look at your address book at Google, and keep the CardDAV servers in step that you agreed to."""
    with face.interruptible():
        answer = use.sync(face.box, deletions=deletions, cancel=face.cancel)
    alone = "People noted by Google were not granted: log in again to add them."
    more, notes = f" {answer['kept']} contacts are kept.", [] if answer["others"] else [alone]
    return mirrors.synced(face, answer, more, notes, as_json=as_json)


@contacts.command()
@click.argument("id_", metavar="ID", required=False, default="")
@json_option
@click.pass_obj
def consent(face: Face, id_: str, as_json: bool) -> int:
    """Look at what a CardDAV server of config.toml gets, and agree to it; on a terminal only. Without ID: list them."""
    return mirrors.consent(
        face,
        mirroring.servers(face.box.mirrors),
        partial(mirroring.agree, face.box.mirrors),
        id_,
        "All your Google contacts (names, addresses, numbers, organizations, notes)",
        as_json=as_json,
    )


@contacts.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option(
    "--format", "form", default="vcard4", show_default=True, type=click.Choice(["vcard4", "vcard3", "csv"])
)
@click.option("--others", is_flag=True, help="Those that Google noted from your mail too.")
@click.pass_obj
def export(face: Face, file: Path | None, form: str, others: bool) -> None:
    """Your contacts as vCard or CSV, to stdout or into a new FILE."""
    made, count = use.export(face.box, form, others=others)
    if file is None:
        click.echo(made, nl=False)
    elif file.exists():
        raise click.UsageError(f"{file} exists already.")
    else:
        write_private(file, made.encode())
        click.echo(f"{count} contacts.", err=True)


@contacts.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_obj
def merge(face: Face, yes: bool, as_json: bool) -> int:
    """Make one of contacts that share an address, or a name and a number. Shows it first; undo takes it back."""
    with face.interruptible():
        answer = use.duplicates(face.box, cancel=face.cancel)
        if not as_json:
            _previewed(answer)
        if answer["groups"] and (
            yes or (face.asks and click.confirm("Merge these?", default=False, err=True))
        ):
            answer = use.merge(face.box, answer, cancel=face.cancel)
    if as_json:
        print_json(answer)
    elif answer["status"] != "preview":
        click.echo(f"{answer['merged']} merged.")
        if answer["change"]:
            click.echo(f"Take it back within a week with: {face.program} undo {answer['change']}")
        for one in answer["failed"]:
            click.echo(f"failed {text.safe(one['id'])}: {text.safe(one['reason'])}", err=True)
    elif answer["groups"]:
        click.echo("Nothing was merged.")
    return 3 if answer["failed"] else 0


def _previewed(answer: use.MergeAnswer) -> None:
    if not answer["groups"]:
        click.echo("No contact is there twice.")
    for one in answer["groups"]:
        result = one["result"]
        names = ", ".join(text.safe(name) or "(no name)" for name in one["names"])
        click.echo(f"{len(one['names'])} contacts: {names} (both have {text.safe(one['why'])})")
        click.echo(f"  become: {text.safe(result['name'])} <{text.safe(', '.join(result['addresses']))}>")


def _told(face: Face, answer: PeopleAnswer, *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    for note in answer["notes"]:
        click.echo(note, err=True)
    if not answer["people"]:
        face.console.print("Nobody was found.")
        return
    for one in answer["people"]:
        _person(face, one)
    if answer["total"] > len(answer["people"]):
        click.echo(f"{answer['total']} in all.", err=True)
    if not answer["counted_in"]:
        click.echo("Mail is counted once there is an index: `mailreeve sync` makes it.", err=True)
    elif answer["counted_in"] == "gmail":
        click.echo("Counted in the newest mails only; `mailreeve sync` makes an index of all.", err=True)


def _person(face: Face, one: PersonJson) -> None:
    """Two lines: who it is, and what mail tells."""
    face.console.print(text.safe(one["name"]) or "(no name)", style="bold", end="")
    firm = ", ".join(filter(None, (one["title"], one["organization"])))
    known = [", ".join(one["addresses"]), ", ".join(one["phones"]), firm]
    face.console.print("  " + text.safe("  ".join(filter(None, known))), soft_wrap=True)
    last = max(one["last_received"], one["last_written"])[:10]
    mail = (
        f"{one['received']} from them, {one['written']} to them, last {last}" if last else "no mail counted"
    )
    kind = {"contact": "", "noted": "; noted by Google", "mail": "; not in your contacts"}[one["source"]]
    face.console.print(f"    {mail}{kind}", style="dim")
