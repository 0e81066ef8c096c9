"""eval mine: the person's own mail, one key for each decision."""

import click

from mailreeve.cli import text
from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.cli.figures import show
from mailreeve.errors import InputError
from mailreeve.service import mine as use
from mailreeve.service.mine import Sheet

_KEYS = "y right · n wrong · s skip · q quit"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_STOP = {"q", "\x03", "\x04"}


@click.command()
@click.option(
    "--last", "count", default=50, show_default=True, metavar="N", help="So many of the newest mails."
)
@click.option("--forget", is_flag=True, help="Drop all marks and stop.")
@json_option
@click.pass_obj
def mine(face: Face, count: int, forget: bool, as_json: bool) -> None:
    """Go through your own newest mail and say which decisions are right; quit and go on whenever you like.

    Nothing in the mailbox is changed. Message ids and labels are kept, no words of mail. With --json, or where there
    is no terminal, the figures of the marks so far are told and nothing is asked.

    Example: mailreeve eval mine --last 100
    """
    if forget:
        dropped = use.marks(face.box).forget()
        print_json({"forgotten": dropped}) if as_json else click.echo(f"{dropped} marks are forgotten.")
        return
    if face.asks and not as_json:
        with face.interruptible():
            _walk(face, count)
    answer = use.figures(face.box)
    if as_json:
        print_json(answer)
    else:
        show(face, answer)


def _walk(face: Face, count: int) -> None:
    """Show one mail after the other until the person quits or none is left."""
    for sheet in use.sheets(face.box, count, face.cancel):
        _tell(face, sheet, count)
        key = ""
        while key not in {"y", "n", "s", *_STOP}:
            key = click.getchar()
        if key in _STOP:
            return
        if key == "s":
            continue
        wanted = sheet.verdict.label if key == "y" and not sheet.verdict.needs_human else _which(face)
        if wanted is None:
            return
        use.mark(face.box, sheet, wanted)


def _tell(face: Face, sheet: Sheet, count: int) -> None:
    mail, verdict = sheet.message, sheet.verdict
    names = {one.id: one.name or one.id for one in face.box.labels}
    label = "(nobody could decide)" if verdict.needs_human else names.get(verdict.label, verdict.label)
    lines = (
        f"\n{sheet.place} of {count}  {mail.author}",
        f"  {mail.subject or '(no subject)'}",
        f"  {verdict.summary}",
        f"  → {label}   {verdict.by.value}, {verdict.confidence:.0%} sure: {verdict.reason}",
    )
    for line in lines:
        face.console.print(text.safe(line), markup=False, highlight=False)
    click.echo(_KEYS)


def _which(face: Face) -> str | None:
    """The label that would be right: an id, empty for none of them, None to quit."""
    labels = face.box.labels
    if len(labels) >= len(_LETTERS):
        raise InputError("There are more labels than letters to choose by.", "Use `mailreeve eval triage`.")
    for letter, label in zip(_LETTERS, labels, strict=False):
        click.echo(f"  {letter} {text.safe(label.name or label.id)}")
    click.echo("  - none of these")
    while True:
        key = click.getchar()
        if key == "-":
            return ""
        if key in {"\x03", "\x04"}:
            return None
        if key in _LETTERS[: len(labels)]:
            return labels[_LETTERS.index(key)].id
