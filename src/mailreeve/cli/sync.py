"""sync: the local index."""

import click

from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.cli.text import failures, safe
from mailreeve.service import syncing
from mailreeve.service.answers import SyncAnswer


@click.command()
@click.option(
    "--since", default="", metavar="AGE", help="How far back: 90d, 3m, 1y. First time: [index] first_days."
)
@click.option("--full", is_flag=True, help="All mail, however old.")
@click.option("--forget", is_flag=True, help="Delete the local index with every word in it.")
@json_option
@click.pass_obj
def sync(face: Face, since: str, full: bool, forget: bool, as_json: bool) -> int:
    """Make or refresh the local index: searches answer at once, and without a connection too.

    Only words are kept, no mail; nothing changes in Gmail. Stopped at any point, it goes on there next time.
    """
    if forget:
        if since or full:
            raise click.UsageError("--forget stands alone.")
        gone = syncing.forget(face.box)
        if as_json:
            print_json(gone)
        else:
            face.console.print(
                "The local index is deleted." if gone["forgotten"] else "There is no local index."
            )
        return 0
    with face.interruptible(), face.progress() as progress:
        answer = syncing.sync(face.box, since=since, full=full, progress=progress, cancel=face.cancel)
    if as_json:
        print_json(answer)
    else:
        _show(face, answer)
    semantic = answer["semantic"]
    return 3 if answer["waiting"] or (semantic and semantic["problem"]) else 0


def _show(face: Face, answer: SyncAnswer) -> None:
    failures(face.console, answer["failed"])
    reach = f"since {answer['since'][:10]}" if answer["since"] else "all mail"
    face.console.print(
        f"{answer['total']:,} messages in the index ({reach}): {answer['indexed']:,} new, {answer['removed']:,} removed,"
        f" {answer['units']:,} Gmail units, {answer['seconds']} s"
    )
    if answer["waiting"]:
        face.console.print(
            f"{answer['waiting']:,} could not be fetched yet: run `{face.program} sync` again."
        )
    if semantic := answer["semantic"]:
        cost = f", cost {semantic['cost']:.4f}" if semantic["cost"] else ""
        refused = f", {semantic['refused']:,} not taken by the model" if semantic["refused"] else ""
        face.console.print(
            f"Search by meaning: {semantic['embedded']:,} mails embedded, {semantic['left']:,} left{refused},"
            f" {semantic['tokens']:,} tokens{cost}"
        )
        if semantic["problem"]:
            face.console.print(safe(semantic["problem"]), style="yellow")
