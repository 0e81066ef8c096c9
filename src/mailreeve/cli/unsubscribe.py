"""unsubscribe."""

import click

from mailreeve.cli.compose import settled
from mailreeve.cli.face import Face, json_option
from mailreeve.service import unsubscribing


@click.command()
@click.argument("message")
@json_option
@click.pass_obj
def unsubscribe(face: Face, message: str, as_json: bool) -> int:
    """Leave the mailing list of a message, after you have seen exactly what leaves and said yes.

    By one request to the sender's server where their signature vouches for it (RFC 8058), else by a mail to the
    list. Links in the text are never opened.
    """
    asked = unsubscribing.propose(face.box, message, cancel=face.cancel)
    return settled(face, asked["proposal"], asked["digest"], asked["question"], as_json=as_json)
