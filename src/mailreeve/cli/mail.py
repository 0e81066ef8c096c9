"""search, read, attachment, summarize, classify."""

import click

from mailreeve.cli import text
from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.service import attachments, mail, reading, searching


@click.command()
@click.argument("query")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 100), help="Hits on one page.")
@click.option("--cursor", default="", help="`next` of the page before.")
@click.option("--source", default="auto", show_default=True, type=click.Choice(["auto", "gmail", "local"]))
@click.option(
    "--ranked", is_flag=True, help="The best hits first instead of the newest, from the local index."
)
@click.option(
    "--semantic", is_flag=True, help="As --ranked, and also what means the same in other words ([semantic])."
)
@json_option
@click.pass_obj
def search(
    face: Face, query: str, limit: int, cursor: str, source: str, ranked: bool, semantic: bool, as_json: bool
) -> int:
    """Find messages, newest first, in Gmail's own search syntax.

    Example: mailreeve search "from:ana is:unread newer_than:7d"
    """
    if (ranked or semantic) and source == "gmail":
        raise click.UsageError("Gmail does not rank: --ranked and --semantic need the local index.")
    source = "semantic" if semantic else "ranked" if ranked else source
    answer = searching.search(face.box, query, limit=limit, cursor=cursor, source=source, cancel=face.cancel)
    if as_json:
        print_json(answer)
    else:
        text.hits(face.console, answer)
    return 3 if answer["failed"] else 0


@click.command()
@click.argument("ids", nargs=-1, metavar="ID...")
@click.option("--thread", default="", help="All messages of this thread.")
@json_option
@click.pass_obj
def read(face: Face, ids: tuple[str, ...], thread: str, as_json: bool) -> int:
    """Show messages: the visible new text first, quoted history folded."""
    answer = mail.read(face.box, ids, thread_id=thread, cancel=face.cancel)
    if as_json:
        print_json(answer)
    else:
        text.messages(face.console, answer)
    if answer["failed"]:
        return 3 if answer["messages"] else 1
    return 0


@click.command()
@click.argument("message", metavar="MESSAGE")
@click.argument("part", default="", metavar="[PART|NAME]")
@click.option("--save", is_flag=True, help="Write it, under a name of ours, and say where.")
@json_option
@click.pass_obj
def attachment(face: Face, message: str, part: str, save: bool, as_json: bool) -> int:
    """Show the text of an attachment, or save it into the folder for attachments.

    Example: mailreeve attachment 18f2a9c04b1d77e3 offer.pdf --save
    """
    answer = attachments.get(face.box, message, part, save=save, cancel=face.cancel)
    if as_json:
        print_json(answer)
    else:
        text.file(face.console, answer)
    return 0


@click.command()
@click.argument("threads", nargs=-1, metavar="THREAD...")
@click.option("--query", default="", help="Summarize the threads that a search finds.")
@json_option
@click.pass_obj
def summarize(face: Face, threads: tuple[str, ...], query: str, as_json: bool) -> int:
    """Say what threads say: the gist, decisions, action items, open questions."""
    with face.interruptible(), face.progress() as progress:
        answer = reading.summarize(
            face.box, thread_ids=threads, query=query, progress=progress, cancel=face.cancel
        )
    if as_json:
        print_json(answer)
    else:
        text.summaries(face.console, answer)
    return 3 if answer["coverage"]["failed"] or answer["coverage"]["left_out"] else 0


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@json_option
@click.pass_obj
def classify(face: Face, ids: tuple[str, ...], as_json: bool) -> int:
    """Say which of your labels messages deserve, without setting them."""
    with face.interruptible(), face.progress() as progress:
        answer = reading.classify(face.box, ids, progress=progress, cancel=face.cancel)
    if as_json:
        print_json(answer)
    else:
        text.verdicts(face.console, answer)
    return 3 if answer["coverage"]["failed"] else 0
