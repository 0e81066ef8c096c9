"""followups: what still waits for an answer, and what was promised."""

import click

from mailreeve.cli import text
from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.service import followups as use


@click.command()
@click.option(
    "--days", default=3, show_default=True, type=click.IntRange(0, 30), help="Unanswered for so long."
)
@json_option
@click.pass_obj
def followups(face: Face, days: int, as_json: bool) -> None:
    """What you asked and nobody answered, and what you promised by a date. Changes nothing."""
    with face.interruptible():
        answer = use.followups(face.box, days=days, cancel=face.cancel)
    if as_json:
        print_json(answer)
        return
    if not answer["followups"]:
        face.console.print("Nothing waits for an answer.")
        return
    made = text.table("No.", "Thread", "To", "Subject", "Days", "Waits for")
    for one in answer["followups"]:
        promised = [f"you: {each['what']} (by {each['due']})" for each in one["promises"]]
        waits = "\n".join(text.safe(line[:140]) for line in (*one["asked"], *promised))
        to, subject = text.safe(", ".join(one["to"])), text.safe(one["subject"])
        made.add_row(str(one["number"]), one["thread_id"], to, subject, str(one["days"]), waits)
    face.console.print(made)
