"""The command line: one file per group of commands, each loaded when it is called."""

import sys

from mailreeve.errors import Cancelled


def main() -> None:
    """Run the command; errors become one line on stderr and an exit code (docs/interface.md)."""
    from mailreeve.cli.root import run

    try:
        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(Cancelled.exit_code)
