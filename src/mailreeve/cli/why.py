"""why, correct: a decision of triage in plain words, and the person's own."""

from collections.abc import Iterator

import click

from mailreeve.cli import text
from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.service import explaining, night
from mailreeve.service.answers.why import WhyAnswer

_STATES = {"undone": "taken back", "failed": "failed", "skipped": "left as it was, you changed it since"}


@click.command()
@click.argument("message", metavar="MESSAGE")
@json_option
@click.pass_obj
def why(face: Face, message: str, as_json: bool) -> None:
    """Say why a mail was sorted as it was, and how to change that. Asks no model, changes nothing."""
    answer = explaining.why(face.box, message)
    if as_json:
        print_json(answer)
        return
    for line in _lines(answer, face.program):
        face.console.print(text.safe(line), markup=False, highlight=False, soft_wrap=True)


@click.command()
@click.argument("message", metavar="MESSAGE")
@click.argument("label", metavar="LABEL")
@json_option
@click.pass_obj
def correct(face: Face, message: str, label: str, as_json: bool) -> None:
    """Give a decided mail the label that it should have had; three such mails teach a pattern.

    LABEL is the id or the name of one of your triage labels. `undo` takes the correction back.
    """
    act = night.correct(face.box, message, label, cancel=face.cancel)
    answer = explaining.why(face.box, message)
    if as_json:
        print_json(answer)
        return
    found = answer["correction"]
    told = f"{answer['subject'] or '(no subject shown)'}: {answer['label']} -> {found['new'] if found else label}"
    face.console.print(text.safe(told), soft_wrap=True)
    click.echo(f"Remembered. To take it back: `{face.program} undo {act}`", err=True)


def _lines(answer: WhyAnswer, program: str) -> Iterator[str]:
    yield f"{answer['subject'] or '(no subject shown)'}"
    yield f"from {answer['from']}"
    yield ""
    yield f"Decision: {answer['label']}, priority {answer['priority']}"
    yield f"Decided by {answer['who']}, {answer['confidence']:.0%} sure"
    yield f"Reason: {answer['reason']}"
    if answer["error"]:
        yield f"Not finished: {answer['error']}. The next run tries again."
    yield from ("", "How it came to that:")
    for number, one in enumerate(answer["stages"], 1):
        sure = "" if one["confidence"] is None else f" ({one['confidence']:.0%} sure)"
        yield f"  {number}. {one['stage']}: {one['text']}{sure}"
    for veto in answer["vetoes"]:
        yield f"  A reason to look twice: {veto}"
    yield from _after(answer, program)


def _after(answer: WhyAnswer, program: str) -> Iterator[str]:
    """What was done since, and what the person can do."""
    yield from (
        "",
        "What was changed in your mailbox:" if answer["changes"] else "Your mailbox was not changed.",
    )
    for one in answer["changes"]:
        how = f"to take it back: `{program} undo {one['undo']}`" if one["undo"] else ""
        yield f"  - {one['text']} ({how or _STATES.get(one['state'], one['state'])})"
    if found := answer["correction"]:
        yield f"You corrected it on {found['at'][:10]}: from {found['old']} to {found['new']}."
    yield from ("", "If this is wrong:")
    for line in answer["correct"]:
        yield f"  - {line.replace('`mailreeve ', f'`{program} ')}"
