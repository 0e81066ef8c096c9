"""calendar: what is in it, when there is time, and changes that you confirm."""

from functools import partial

import click

from mailreeve.cli import mirrors, text
from mailreeve.cli.compose import settled
from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.service import calendar as use
from mailreeve.service import mirroring
from mailreeve.service.answers.calendar import EventJson, ProposedAnswer

_SAID = {
    "": "none is asked for",
    "needsAction": "none yet",
    "accepted": "yes",
    "declined": "no",
    "tentative": "maybe",
}
"""Google's words for an answer, as `calendar answer` takes them."""


@click.group()
def calendar() -> None:
    """Your calendar: agenda, free times, events and answers that you confirm."""


_from = click.option("--from", "start", default="", metavar="TIME", help="From when; now when left out.")
_days = click.option("--days", default=7, show_default=True, type=click.IntRange(1, use.MOST_DAYS))


@calendar.command()
@_from
@_days
@json_option
@click.pass_obj
def agenda(face: Face, start: str, days: int, as_json: bool) -> None:
    """The events of the next days."""
    with face.interruptible():
        answer = use.agenda(face.box, start=start, days=days, cancel=face.cancel)
    if as_json:
        print_json(answer)
        return
    for one in answer["events"]:
        _event(one)
    if not answer["events"]:
        click.echo("There is nothing.")
    if answer["more"]:
        click.echo("There is more; take fewer days.", err=True)


@calendar.command()
@click.argument("people", nargs=-1)
@_from
@_days
@click.option("--minutes", default=30, show_default=True, type=click.IntRange(5, 1440))
@click.option("--hours", default="09:00-17:00", show_default=True, help="Of working days, in your zone.")
@json_option
@click.pass_obj
def free(
    face: Face, people: tuple[str, ...], start: str, days: int, minutes: int, hours: str, as_json: bool
) -> int:
    """When you are free; with addresses, when they are too, as far as they show you their calendars."""
    with face.interruptible():
        answer = use.free(
            face.box, start=start, days=days, minutes=minutes, hours=hours, people=people, cancel=face.cancel
        )
    if as_json:
        print_json(answer)
    else:
        for one in answer["slots"]:
            click.echo(f"{_times(one['start'], one['end'])}")
        if not answer["slots"]:
            click.echo("There is no free time of this length.")
    if answer["unknown"] and not as_json:
        click.echo(f"Not known, and not counted: {text.safe(', '.join(answer['unknown']))}.", err=True)
    return 3 if answer["unknown"] else 0


@calendar.command()
@click.argument("message")
@json_option
@click.pass_obj
def invite(face: Face, message: str, as_json: bool) -> None:
    """The invitation in a mail, and what stands against it."""
    with face.interruptible():
        answer = use.invite(face.box, message, cancel=face.cancel)
    if as_json:
        print_json(answer)
        return
    click.echo(f"{text.safe(answer['title'])}  {_times(answer['start'], answer['end'])}")
    click.echo(f"  by {text.safe(answer['organizer'])}  {text.safe(answer['place'])}")
    state = _SAID.get(answer["answer"], answer["answer"]) if answer["event"] else "not in your calendar"
    click.echo(f"  your answer: {state}")
    for one in answer["conflicts"]:
        click.echo("  at the same time:", nl=False)
        _event(one)


@calendar.command()
@click.argument("title", required=False, default="")
@click.option("--start", default="", metavar="TIME", help="2026-11-25T14:00 in your zone, or a day.")
@click.option("--end", default="", metavar="TIME", help="Or, for whole days, the last one.")
@click.option("--minutes", default=0, type=click.IntRange(0, 10_080), help="Instead of an end.")
@click.option("--guest", "guests", multiple=True, metavar="ADDRESS", help="May be given several times.")
@click.option("--place", default="")
@click.option("--text", "words", default="", help="What it is about.")
@click.option("--event", default="", metavar="ID", help="Change this event instead of making one.")
@json_option
@click.pass_obj
def propose(
    face: Face, title: str, start: str, end: str, minutes: int, guests: tuple[str, ...], place: str,
    words: str, event: str, as_json: bool,
) -> int:  # fmt: skip
    """Make or change an event, after you have seen exactly what happens and said yes."""
    wish = use.Wish(title, start, end, minutes, guests, place, words)
    with face.interruptible():
        answer = use.propose(face.box, wish, event=event, cancel=face.cancel)
    return _settle(face, answer, as_json=as_json)


@calendar.command()
@click.argument("event")
@click.argument("said", type=click.Choice(list(use.ANSWERS)))
@json_option
@click.pass_obj
def answer(face: Face, event: str, said: str, as_json: bool) -> int:
    """Answer an invitation, by the id of the event or of its mail, after you said yes to it."""
    with face.interruptible():
        asked = use.answer(face.box, event, said, cancel=face.cancel)
    return _settle(face, asked, as_json=as_json)


@calendar.command()
@click.argument("event")
@json_option
@click.pass_obj
def delete(face: Face, event: str, as_json: bool) -> int:
    """Delete an event, after you said yes to it; its guests hear of it."""
    with face.interruptible():
        asked = use.cancel_event(face.box, event, cancel=face.cancel)
    return _settle(face, asked, as_json=as_json)


@calendar.command()
@click.option("--deletions", is_flag=True, help="Let many events go that are gone on the other side.")
@json_option
@click.pass_obj
def sync(face: Face, deletions: bool, as_json: bool) -> int:
    """Keep the CalDAV servers in step with your calendar that you agreed to."""
    with face.interruptible():
        answer = use.sync(face.box, deletions=deletions, cancel=face.cancel)
    none = "No server is agreed to: `mailreeve calendar consent` lists them."
    return mirrors.synced(face, answer, "", [] if answer["servers"] else [none], as_json=as_json)


@calendar.command()
@click.argument("id_", metavar="ID", required=False, default="")
@json_option
@click.pass_obj
def consent(face: Face, id_: str, as_json: bool) -> int:
    """Look at what a CalDAV server of config.toml gets, and agree to it; on a terminal only. Without ID: list them."""
    what = "All events of your calendar (titles, times, places, descriptions; no guests)"
    found = face.box.calendar_mirrors
    agree = partial(mirroring.agree, found)
    return mirrors.consent(face, mirroring.servers(found), agree, id_, what, as_json=as_json)


def _settle(face: Face, asked: ProposedAnswer, *, as_json: bool) -> int:
    return settled(face, asked["proposal"], asked["digest"], asked["question"], as_json=as_json)


def _event(one: EventJson) -> None:
    guests = f"  with {', '.join(guest['address'] for guest in one['guests'])}" if one["guests"] else ""
    place = f"  at {one['place']}" if one["place"] else ""
    said = f"  (your answer: {_SAID.get(one['answer'], one['answer'])})" if one["answer"] else ""
    line = f"{_times(one['start'], one['end'])}  {one['title'] or '(no title)'}{place}{guests}{said}"
    click.echo(f"{text.safe(' '.join(line.split()))}  [{text.safe(one['id'])}]")


def _times(start: str, end: str) -> str:
    """2026-11-25 14:00 to 15:00, or with the other day."""
    first, last = start[:16].replace("T", " "), end[:16].replace("T", " ")
    if last[:10] == first[:10]:
        last = last[11:]
    return f"{first} to {last}" if last else first
