"""cleanup: mail by sender, and what becomes of it."""

from collections.abc import Sequence

import click

from mailreeve.cli import text
from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.errors import InputError
from mailreeve.service import cleaning
from mailreeve.service.cleaning import CleanupAnswer, Preview, Row

_LEAVING = {"one_click": "yes", "mail": "by mail", "link": "its own page", "": ""}


@click.command()
@click.option("--query", default=cleaning.QUERY, show_default=True, help="Which mail, as in a Gmail search.")
@click.option(
    "--limit",
    default=500,
    show_default=True,
    type=click.IntRange(1, cleaning.MOST),
    help="At most so many mails.",
)
@click.option("--sender", "senders", multiple=True, metavar="ADDRESS", help="Only this one; can be repeated.")
@click.option("--do", "action", default="", metavar="ACTION", help="archive, trash, read, or a label's name.")
@click.option("--yes", is_flag=True, help="Do not ask; for scripts, together with --do and --sender.")
@json_option
@click.pass_obj
def cleanup(
    face: Face, query: str, limit: int, senders: tuple[str, ...], action: str, yes: bool, as_json: bool
) -> int:
    """Who fills the mailbox; archive, trash or label what you choose of it, and undo it as a whole.

    Without --do it shows and, on a terminal, asks what to do. Nothing changes before you said yes.
    """
    if yes and not (action and senders):
        raise InputError("--yes needs --do and --sender.", "Look at the preview first: `mailreeve cleanup`.")
    with face.interruptible(), face.progress() as progress:
        found = cleaning.preview(
            face.box, query, limit, senders=senders, progress=progress, cancel=face.cancel
        )
    rows = found.rows
    if not yes and not as_json:
        _show(face, found)
    if not yes and face.asks and rows and not as_json:
        rows = rows if senders else _chosen(rows)
        action = action or (_wished() if rows else "")
    if not action or not rows:
        if as_json:
            print_json(cleaning.told(face.box, found))
        return 3 if found.failed else 0
    if not yes:
        refusal = "" if face.asks and not as_json else "needs_user"
        if refusal or not _agreed(face, rows, action):
            return _kept(face, found, refusal or "declined", as_json=as_json)
    with face.interruptible():
        answer = cleaning.clean(face.box, found, rows, action, cancel=face.cancel)
    if as_json:
        print_json(answer)
    else:
        _done(face, answer)
    return 3 if answer["failed"] else 0


def _kept(face: Face, found: Preview, status: str, *, as_json: bool) -> int:
    if as_json:
        print_json(cleaning.told(face.box, found, status))
    elif status == "needs_user":
        click.echo("Nothing is changed: nobody is at this terminal to say yes (or give --yes).", err=True)
    else:
        click.echo("Nothing is changed.", err=True)
    return 5 if status == "needs_user" else 0


def _show(face: Face, found: Preview) -> None:
    answer = cleaning.told(face.box, found)
    text.failures(face.console, answer["failed"])
    if not answer["senders"]:
        face.console.print("No such mail.")
        return
    narrow = face.console.width < text.NARROW
    wide = () if narrow else ("MB", "Newest", "Opened")
    made = text.table("No.", "Sender", "Mails", "Unread", *wide, "You wrote", "Unsubscribe")
    for one in answer["senders"]:
        name = f"{one['name']} <{one['address']}>" if one["name"] and not narrow else one["address"]
        size = (f"{one['bytes'] / 1e6:.1f}", one["newest"][:10], one["opened"][:10] or "never")
        made.add_row(
            *(str(one["number"]), text.safe(name), str(one["mails"]), str(one["unread"])),
            *(() if narrow else size),
            one["answered"][:10] or ("yes" if one["written"] else "never"),
            _LEAVING[one["unsubscribe"]],
        )
    face.console.print(made)
    more = f"; about {answer['left']} more match (--limit)" if answer["left"] > 0 else ""
    face.console.print(f"{answer['looked']} mails looked at{more}.")


def _chosen(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows whose numbers the person types; a range is written 2-5."""
    wish = click.prompt("Which senders? Numbers such as 1,3-5; Enter for none", default="", err=True)
    wanted: set[int] = set()
    for part in wish.replace(",", " ").split():
        first, _, last = part.partition("-")
        if not (first.isdecimal() and (last or first).isdecimal()):
            raise InputError(f"{part[:20]!r} is no number of a sender.", "Write numbers such as 1,3-5.")
        wanted |= set(range(int(first), min(int(last or first), len(rows)) + 1))
    return tuple(row for number, row in enumerate(rows, 1) if number in wanted)


def _wished() -> str:
    return str(click.prompt("Do what? archive, trash, read, or a label's name", default="archive", err=True))


def _agreed(face: Face, rows: Sequence[Row], action: str) -> bool:
    """Say exactly what is done and take only a typed yes."""
    count = sum(len(row.pile.ids) for row in rows)
    click.echo(f"{text.safe(action)}: {count} mails of {len(rows)} senders.", err=True)
    for row in rows:
        if row.written:
            click.echo(f"LOOK: you wrote to {text.safe(row.pile.address)} before.", err=True)
    return face.types_yes("Do it?")


def _done(face: Face, answer: CleanupAnswer) -> None:
    text.failures(face.console, answer["failed"])
    face.console.print(f"{answer['changed']} of {answer['looked']} mails changed.")
    if answer["change"]:
        click.echo(f"To take it all back: `{face.program} undo {answer['change']}`", err=True)
    for one in answer["senders"]:
        if one["unsubscribe"] in {"one_click", "mail"}:
            told = f"To get no more from {one['address']}: `{face.program} unsubscribe {one['message_id']}`"
            click.echo(text.safe(told), err=True)
