"""The command line: one file per group of commands, each loaded when it is called."""

import os
import sys
from typing import TYPE_CHECKING

from mailreeve.errors import Cancelled

if TYPE_CHECKING:
    from types import TracebackType


def main() -> None:
    """Run the command; errors become one line on stderr and an exit code (docs/interface.md)."""
    sys.excepthook = _unexpected
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 -- a stream for as long as we run
    try:
        from mailreeve.cli.root import run

        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(Cancelled.exit_code)


def _unexpected(kind: type[BaseException], error: BaseException, trace: "TracebackType | None") -> None:
    from mailreeve.cli import logs

    logs.unexpected(kind, error, trace)
