"""patterns: what was learned from the person."""

import click

from mailreeve.cli import text
from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.service import learning
from mailreeve.service.learning import PatternsAnswer

_DID = {
    "corrected": "corrected it",
    "moved": "moved it",
    "removed": "took the label off",
    "spam": "reported spam",
    "replied": "answered it",
    "kept": "left it so",
    "unread": "archived it unread",
}


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def patterns(ctx: click.Context, as_json: bool) -> None:
    """What was learned from your corrections and from what you do in Gmail; list, change, forget."""
    if ctx.invoked_subcommand is None:
        _show(ctx.obj, learning.patterns(ctx.obj.box), as_json=as_json)


@patterns.command("list")
@json_option
@click.pass_obj
def list_(face: Face, as_json: bool) -> None:
    """The patterns that stand."""
    _show(face, learning.patterns(face.box), as_json=as_json)


@patterns.command()
@click.argument("id_", metavar="ID")
@json_option
@click.pass_obj
def show(face: Face, id_: str, as_json: bool) -> None:
    """What a pattern was learned from: each mail, what you did with it, how long ago."""
    answer = learning.show(face.box, id_)
    if as_json:
        print_json(answer)
        return
    one = answer["pattern"]
    face.console.print(text.safe(f"Mail of {one['scope']} {one['value']} is {one['label']}."), soft_wrap=True)
    made = text.table("Message", "Subject", "You", "Says", "Days ago")
    for each in answer["evidence"]:
        says = each["label"] or "another label"
        made.add_row(
            each["message"], text.safe(each["subject"]), _DID[each["source"]], says, str(each["days"])
        )
    face.console.print(made)


@patterns.command()
@click.argument("id_", metavar="ID")
@json_option
@click.pass_obj
def forget(face: Face, id_: str, as_json: bool) -> None:
    """Forget a pattern and the evidence for it."""
    _show(face, learning.forget(face.box, id_), as_json=as_json)


@patterns.command()
@click.argument("id_", metavar="ID")
@click.option("--label", required=True, metavar="LABEL", help="The id of one of your labels.")
@json_option
@click.pass_obj
def edit(face: Face, id_: str, label: str, as_json: bool) -> None:
    """Give a pattern another label, which then holds until you change it."""
    _show(face, learning.edit(face.box, id_, label), as_json=as_json)


def _show(face: Face, answer: PatternsAnswer, *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    if not answer["patterns"]:
        face.console.print(
            "Nothing was learned yet: three mails of one sender, list or domain make a pattern."
        )
        return
    made = text.table("Id", "Mail of", "Label", "Seen", "Said by you", "Against", "Last")
    for one in answer["patterns"]:
        counts = (
            ("set by you", "", "") if one["pinned"] else map(str, (one["count"], one["said"], one["against"]))
        )
        place = text.safe(f"{one['scope']} {one['value']}")
        made.add_row(one["id"], place, one["label"], *counts, one["last"][:10])
    face.console.print(made)
