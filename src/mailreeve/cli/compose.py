"""draft, send."""

import sys
from pathlib import Path

import click

from mailreeve.cli import text
from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.errors import InputError
from mailreeve.service import drafting, sending

_MOST_BODY = 1_000_000
_SCREEN = 18
"""Lines of a question that a small terminal shows together with the prompt."""


def _body(words: str | None, file: str | None) -> str | None:
    if words is not None and file is not None:
        raise InputError("Both --body and --body-file were given.", "Give one of them.")
    if file == "-":
        return sys.stdin.read(_MOST_BODY)
    if file is not None:
        try:
            return Path(file).read_text(encoding="utf-8")[:_MOST_BODY]
        except (OSError, UnicodeDecodeError):
            raise InputError(f"{file} cannot be read as text.", "Name a text file in UTF-8, or -.") from None
    return words


@click.command()
@click.option("--reply", "reply_to", default="", metavar="ID", help="Answer the author of this message.")
@click.option("--reply-all", default="", metavar="ID", help="Answer everyone on this message.")
@click.option("--forward", default="", metavar="ID", help="Forward this message.")
@click.option("--edit", default="", metavar="DRAFT", help="Change this draft.")
@click.option("--to", multiple=True, metavar="ADDRESS")
@click.option("--cc", multiple=True, metavar="ADDRESS")
@click.option("--bcc", multiple=True, metavar="ADDRESS")
@click.option("--from", "from_", default="", metavar="ADDRESS", help="One of your send-as addresses.")
@click.option("--subject", default=None)
@click.option("--body", default=None, help="The text; without it a reply is proposed by the reader.")
@click.option("--body-file", default=None, metavar="FILE", help="Read the text from a file; - is stdin.")
@json_option
@click.pass_obj
def draft(
    face: Face,
    reply_to: str,
    reply_all: str,
    forward: str,
    edit: str,
    to: tuple[str, ...],
    cc: tuple[str, ...],
    bcc: tuple[str, ...],
    from_: str,
    subject: str | None,
    body: str | None,
    body_file: str | None,
    as_json: bool,
) -> int:
    """Put a draft into Gmail: a new mail, a reply, a forward, or a change of a draft. Nothing is sent."""
    chosen = [
        (kind, id_)
        for kind, id_ in (("reply", reply_to), ("reply_all", reply_all), ("forward", forward), ("edit", edit))
        if id_
    ]
    if len(chosen) > 1:
        raise InputError("More than one of --reply, --reply-all, --forward and --edit.", "Give one of them.")
    kind, id_ = chosen[0] if chosen else ("new", "")
    answer = drafting.draft(
        face.box,
        kind=kind,
        to=to,
        cc=cc,
        bcc=bcc,
        from_=from_,
        subject=subject,
        body=_body(body, body_file),
        reply_to_id="" if kind == "edit" else id_,
        draft_id=id_ if kind == "edit" else "",
        cancel=face.cancel,
    )
    if as_json:
        print_json(answer)
    else:
        text.draft(face.console, answer, face.program)
    return 0


@click.command()
@click.argument("draft_id", metavar="DRAFT")
@click.option("--at", default="", metavar="TIME", help="Later, such as 2026-11-24T08:30; in your time zone.")
@json_option
@click.pass_obj
def send(face: Face, draft_id: str, at: str, as_json: bool) -> int:
    """Send a draft, after you have seen exactly what leaves and said yes on this terminal.

    With --at it leaves then, while `mailreeve serve` runs, or with the next `mailreeve triage` within an hour.
    """
    pending = sending.propose(face.box, draft_id, at=at or None)
    return settled(
        face,
        pending.proposal_id,
        pending.digest,
        pending.question,
        as_json=as_json,
        decision=pending.decision,
    )


def settled(
    face: Face, proposal: str, digest: str, question: str, *, as_json: bool, decision: str = "ask"
) -> int:
    """Ask the person at the terminal, do what they say, and tell it; 5 when nobody is there."""
    if decision == "ask" and not face.asks:
        answer = sending.waiting(face.box, proposal, "nobody is at this terminal to confirm it")
    elif decision == "allow" or _asked(face, question):
        answer = sending.confirm(face.box, proposal, digest, channel="tty", by="terminal")
    else:
        answer = sending.decline(face.box, proposal, "declined on the terminal")
    if as_json:
        print_json(answer)
    else:
        text.sent(face.console, answer)
    return {"sent": 0, "scheduled": 0, "declined": 0, "needs_user": 5}.get(answer["status"], 1)


def _asked(face: Face, question: str) -> bool:
    """Show everything on stderr and take only a typed yes; what matters most is said again above the prompt."""
    click.echo(question, err=True)
    lines = question.split("\n")
    if len(lines) > _SCREEN:  # then the start has scrolled away
        head = lines[1 : lines.index("")]
        click.echo("\n".join(["", *(line for line in head if not line.startswith("From:"))]), err=True)
    return face.types_yes("Do it?" if lines[0] != "Send this e-mail?" else "Send it?")
