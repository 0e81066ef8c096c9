"""Make the picture of the README: the real output of `mailreeve demo run`, as SVG.

    .venv/bin/python docs/screens.py

Runs the demo in a terminal of its own (a pseudo-terminal; POSIX only) and draws what it printed.
"""

import os
import pty
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
COLUMNS, LINES = 110, 34


def captured(*command: str) -> str:
    """What a command prints on a terminal of this size."""
    reader, writer = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "LINES": "50", "TERM": "xterm-256color"}
    with subprocess.Popen(command, stdout=writer, stderr=subprocess.DEVNULL, env=environment) as child:
        os.close(writer)
        chunks = []
        try:
            while chunk := os.read(reader, 65536):
                chunks.append(chunk)
        except OSError:  # how Linux tells that the other end was closed
            pass
        child.wait()
    os.close(reader)
    return b"".join(chunks).decode().replace("\r\n", "\n")


def draw(text: str, title: str, file: Path) -> None:
    """The terminal as a picture."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(
            record=True, width=COLUMNS, file=nowhere, force_terminal=True, color_system="truecolor"
        )
        console.print(Text.from_ansi(text))
    console.save_svg(str(file), title=title)


def main() -> None:
    """The triaged inbox."""
    lines = captured(str(Path(sys.executable).parent / "mailreeve"), "demo", "run").split("\n")
    draw("\n".join(lines[:LINES]), "make demo", HERE / "demo.svg")


if __name__ == "__main__":
    main()
