"""serve."""

import gc
import signal

import click

from mailreeve.cli.face import Face


@click.command()
@click.pass_obj
def serve(face: Face) -> None:
    """Serve MCP on stdin and stdout until stdin closes; logs go to stderr."""
    gc.disable()  # the protocol's thousands of model classes stay for good: looking for garbage only costs time
    from mailreeve.mcp_server.server import build

    # Ctrl-C would wait for the thread that reads stdin; a kill at any moment loses and repeats nothing
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    server = build(face.app)
    gc.enable()
    gc.freeze()
    try:
        server.run()
    finally:
        face.app.close()
