"""followups: what still waits for an answer, what was promised, and reminders."""

import click

from mailreeve.cli import text
from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.service import followups as use


@click.group(invoke_without_command=True)
@click.option(
    "--days", default=3, show_default=True, type=click.IntRange(0, 30), help="Unanswered for so long."
)
@json_option
@click.pass_context
def followups(ctx: click.Context, days: int, as_json: bool) -> None:
    """What you asked and nobody answered, and what you promised by a date; `nudge` drafts a reminder."""
    if ctx.invoked_subcommand is None:
        _show(ctx.obj, days, as_json=as_json)


@followups.command()
@click.argument("which", metavar="NUMBER|ID")
@json_option
@click.pass_obj
def nudge(face: Face, which: str, as_json: bool) -> None:
    """Draft a friendly reminder in the thread. Nothing is sent."""
    answer = use.nudge(face.box, which, cancel=face.cancel)
    if as_json:
        print_json(answer)
    else:
        text.draft(face.console, answer, face.program)


def _show(face: Face, days: int, *, as_json: bool) -> None:
    with face.interruptible():
        answer = use.followups(face.box, days=days, cancel=face.cancel)
    if as_json:
        print_json(answer)
        return
    if not answer["followups"]:
        since = f" for {days} days or longer; --days 0 shows what waits at all" if days else ""
        face.console.print(f"Nothing waits for an answer{since}.")
        return
    made = text.table("No.", "Thread", "To", "Subject", "Days", "Waits for")
    for one in answer["followups"]:
        promised = [f"you: {each['what']} (by {each['due']})" for each in one["promises"]]
        waits = "\n".join(text.safe(line[:140]) for line in (*one["asked"], *promised))
        to, subject = text.safe(", ".join(one["to"])), text.safe(one["subject"])
        made.add_row(str(one["number"]), one["thread_id"], to, subject, str(one["days"]), waits)
    face.console.print(made)
