"""triage, runs, labels, undo."""

import click

from mailreeve.cli import outcome, text
from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.errors import AlreadyRunning
from mailreeve.service import labels as label_service
from mailreeve.service import triage as use


@click.command()
@click.option(
    "--since", default="", metavar="AGE", help="How far back: 12h, 7d, 2w. Default: since the last run."
)
@click.option("--dry-run", is_flag=True, help="Decide and show, change nothing.")
@click.option("--again", is_flag=True, help="Decide anew what was decided before.")
@click.option(
    "--limit", default=0, type=click.IntRange(0), help="At most this many messages; 0: the configured cap."
)
@click.option("--yes", is_flag=True, help="Do not ask before the first run.")
@json_option
@click.pass_obj
def triage(face: Face, since: str, dry_run: bool, again: bool, limit: int, yes: bool, as_json: bool) -> int:
    """Read new mail, label it, summarize it, draft replies. Every change can be undone."""
    if face.asks and not yes and not dry_run and not _agreed(face, since, limit):
        return 130
    try:
        with face.interruptible(), face.progress() as progress:
            answer = use.triage(
                face.box,
                since=since,
                dry_run=dry_run,
                again=again,
                limit=limit,
                progress=progress,
                cancel=face.cancel,
            )
    except AlreadyRunning as error:
        run = use.at_work(face.box)
        click.echo(f"mailreeve: {error}" + (f" It is run {run}." if run else ""), err=True)
        if as_json:
            print_json({"state": "already_running", **({"run": run} if run else {})})
        return 0  # the other one does the work: a timer that fired twice has nothing to report
    if as_json:
        print_json(answer)
    else:
        outcome.run(face.console, answer, face.program)
    return 3 if answer["failed"] else 0


def _agreed(face: Face, since: str, limit: int) -> bool:
    """Before the first run, say what it will cost and ask."""
    told = use.estimate(face.box, since=since, limit=limit, cancel=face.cancel)
    return not told or click.confirm(f"{told}\nGo on?", default=True, err=True)


@click.command()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@json_option
@click.pass_obj
def runs(face: Face, limit: int, as_json: bool) -> None:
    """Past runs: coverage, cost, failures."""
    answer = use.runs(face.box, limit=limit)
    if as_json:
        print_json(answer)
    else:
        outcome.runs(face.console, answer)


@click.command()
@json_option
@click.pass_obj
def labels(face: Face, as_json: bool) -> None:
    """The labels that triage chooses from, and when each is given."""
    answer = label_service.labels(face.box)
    if as_json:
        print_json(answer)
    else:
        text.labels(face.console, answer)


@click.command()
@click.argument("id_", metavar="CHANGE|RUN", default="")
@click.option("--since", default="", metavar="AGE", help="Everything of the last 2h, 1d, 2w.")
@json_option
@click.pass_obj
def undo(face: Face, id_: str, since: str, as_json: bool) -> int:
    """Take back one change, all changes of a run, or everything since; what you changed yourself stays."""
    with face.interruptible():
        answer = use.undo(face.box, id_, since=since, cancel=face.cancel)
    if as_json:
        print_json(answer)
    else:
        outcome.undone(face.console, answer)
    return 3 if answer["failed"] else 0
