"""serve."""

import gc
import signal
from typing import TYPE_CHECKING

import click

from mailreeve.cli.face import Face
from mailreeve.errors import InputError

if TYPE_CHECKING:
    from mailreeve.app import Mailbox
    from mailreeve.mcp_server.browser import PageServer


@click.command()
@click.pass_obj
def serve(face: Face) -> None:
    """Serve MCP on stdin and stdout until stdin closes; logs go to stderr."""
    if face.config.organization.is_on and not face.account:
        raise InputError(
            "In an organization an MCP server serves one mailbox.",
            "Name it: `mailreeve --account ana@example.com serve`.",
        )
    gc.disable()  # the protocol's thousands of model classes stay for good: looking for garbage only costs time
    from mailreeve.mcp_server.browser import SystemBrowser
    from mailreeve.mcp_server.page import Way
    from mailreeve.mcp_server.server import build

    # Ctrl-C would wait for the thread that reads stdin; a kill at any moment loses and repeats nothing
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    server = build(face.app, Way(SystemBrowser(), _review_page))
    gc.enable()
    gc.freeze()
    try:
        server.run()
    finally:
        face.app.close()


def _review_page(box: "Mailbox") -> "PageServer":
    from mailreeve.web.serve import ReviewServer

    return ReviewServer(box)
