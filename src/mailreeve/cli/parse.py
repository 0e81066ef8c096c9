"""parse: one message from a file, as Mailreeve reads it. No account, no network."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from mailreeve.cli.face import json_option, print_json
from mailreeve.cli.text import safe
from mailreeve.errors import InputError
from mailreeve.mail import mime
from mailreeve.models import Message
from mailreeve.service.parsed import parsed_json

LIMIT = 100_000_000
"""Bytes; Gmail takes 35 MB."""


@click.command()
@click.argument("file", metavar="FILE")
@json_option
def parse(file: str, as_json: bool) -> None:
    """Show a message file (.eml) as Mailreeve reads it; - is stdin.

    Example: mailreeve parse message.eml --json
    """
    message = mime.from_bytes(_read(file))
    if as_json:
        print_json(parsed_json(message))
    else:
        click.echo(safe("\n".join(_text(message))))


def _read(file: str) -> bytes:
    try:
        if file == "-":
            data = sys.stdin.buffer.read(LIMIT + 1)
        else:
            with Path(file).open("rb") as stream:
                data = stream.read(LIMIT + 1)
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.", "Name a message file, or -.") from None
    if len(data) > LIMIT:
        raise InputError(f"{file} is longer than {LIMIT} bytes.", "Mail of that size is not read.")
    return data


def _text(message: Message) -> Iterator[str]:
    """For people: the head, the new text, and a line about everything else."""
    for name, group in (
        ("From", message.from_), ("Reply-To", message.reply_to), ("To", message.to), ("Cc", message.cc),
        ("Bcc", message.bcc),
    ):  # fmt: skip
        if group:
            yield f"{name}: {', '.join(map(str, group))}"
    yield f"Date: {message.date.isoformat(' ') if message.date else 'none that can be read'}"
    yield f"Subject: {message.subject or '(none)'}"
    yield f"\n{message.text or '(no text)'}\n"
    if message.invite:
        event = message.invite
        yield f"Invitation ({event.method}): {event.summary}, {event.start} to {event.end}, {event.location}"
    for one in message.attachments:
        yield f"Attachment: {one.name or '(no name)'} ({one.type}, {one.size} bytes)"
    folded = (("signature", message.signature), ("quoted history", message.quoted))
    yield from (
        f"[{what}: {len(text.splitlines())} lines; --json shows them]" for what, text in folded if text
    )
    if message.hidden.chars:
        how = ", ".join(message.hidden.how)
        alarm = " that look like an attack" if message.hidden.alarm else ""
        yield f"[{message.hidden.chars} hidden characters{alarm} were removed: {how}]"
    yield from (f"[defect: {defect}]" for defect in message.defects)
