"""review: what waits for a person, on the terminal or as a page in the browser."""

import contextlib
import sys
import webbrowser

import click

from mailreeve.cli import text
from mailreeve.cli.account import stdout_to_stderr
from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.errors import Cancelled
from mailreeve.service import later
from mailreeve.service.answers import ReviewAnswer
from mailreeve.service.waiting import waiting


@click.group(invoke_without_command=True)
@click.option("--web", is_flag=True, help="Open the review page in your browser, until Ctrl-C.")
@click.option("--all", "history", is_flag=True, help="List what was decided lately too.")
@json_option
@click.pass_context
def review(ctx: click.Context, web: bool, history: bool, as_json: bool) -> None:
    """Go through what waits for you: on a terminal key by key, with --web in your browser, else as a list."""
    face: Face = ctx.obj
    if ctx.invoked_subcommand:
        return
    if web:
        _serve(face)
        return
    if not (as_json or history) and sys.stdin.isatty() and sys.stdout.isatty():
        from mailreeve.cli.review_keys import walk

        walk(face)
        return
    answer = waiting(face.box, history=history, cancel=face.cancel)
    if as_json:
        print_json(answer)
    else:
        _tell(face, answer)


@review.command()
@click.argument("proposal")
@json_option
@click.pass_obj
def cancel(face: Face, proposal: str, as_json: bool) -> None:
    """Withdraw what waits or is planned; the draft stays in Gmail."""
    answer = later.cancel(face.box, proposal)
    if as_json:
        print_json(answer)
    else:
        click.echo(answer["advice"])


def _tell(face: Face, answer: ReviewAnswer) -> None:
    """What waits for a person: each list only when there is something in it."""
    for one in answer["bounced"]:
        face.console.print(
            f"“{text.safe(one['subject'])}” did not arrive. {text.safe(one['bounced'])}", style="yellow"
        )
    if answer["proposals"]:
        made = text.table("Id", "Kind", "State", "To", "Subject", "Flags")
        for one in answer["proposals"]:
            to, flags = text.safe(", ".join(one["to"])), text.safe("; ".join(one["flags"]))
            made.add_row(one["id"], one["kind"], one["state"], to, text.safe(one["subject"]), flags)
        face.console.print(made)
    if answer["drafts"]:
        made = text.table("Draft", "To", "Subject", "Flags")
        for draft in answer["drafts"]:
            to, flags = text.safe(", ".join(draft["to"])), text.safe("; ".join(draft["flags"]))
            made.add_row(draft["draft_id"], to, text.safe(draft["subject"]), flags)
        face.console.print(made)
    if answer["drafts"] or answer["proposals"]:
        face.console.print(
            f"Go through them with: {face.program} review --web, or {face.program} review on a terminal",
            style="dim",
        )
    else:
        face.console.print("Nothing waits for you.")


def _serve(face: Face) -> None:
    """The page until a signal comes. Its address is a secret: it goes to the browser, never to a log."""
    from mailreeve.web.serve import ReviewServer

    server = ReviewServer(face.box)
    with face.interruptible():
        try:
            _show(server.start())
            with contextlib.suppress(Cancelled):
                while True:
                    face.cancel.sleep(3600)
        finally:
            server.stop()


def _show(url: str) -> None:
    with stdout_to_stderr():
        opened = webbrowser.open(url)
    if opened:
        click.echo("The review page is open in your browser. Ctrl-C ends it.", err=True)
    elif sys.stderr.isatty():
        click.echo(
            f"No browser could be opened. Open this within two minutes; it works once:\n{url}", err=True
        )
    else:
        click.echo("No browser could be opened. Run it on a terminal, which shows the address.", err=True)
