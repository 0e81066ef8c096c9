"""Parses messages in a process of its own, under a memory limit, and tells time and peak for each.

Run as a program: lines of stdin name files, or `torture:` cases; each answer is a line of JSON.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

SECONDS = 2.0
"""Processor time of one message."""
MEGABYTES = 256
"""Peak memory of the whole process, the interpreter and the message itself included."""
_ADDRESS_SPACE = 1 << 30


def peak_megabytes() -> int:
    """The peak of this process alone: ru_maxrss would also remember the process that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(one for one in status.read_text(encoding="ascii").splitlines() if one.startswith("VmHWM"))
        return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def parsed(names: Iterable[str]) -> list[dict[str, Any]]:
    """What the worker tells about each; raises when it dies, for instance for lack of memory."""
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(
        [sys.executable, "-m", "tests.mail.parse_worker"],
        input="\n".join(names),
        capture_output=True,
        text=True,
        cwd=root,
        check=False,
    )
    assert 0 == done.returncode, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def too_slow(answers: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers beyond the bounds."""
    return [one for one in answers if one["seconds"] > SECONDS or one["megabytes"] > MEGABYTES]


def unread(answers: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers where only the net under the parser held."""
    return [one for one in answers if one["unread"]]


def main() -> None:
    """Answer each line."""
    from tests.mail.torture import CASES

    from mailreeve.mail import html, mime

    html.to_text("<p>")  # imports are not part of a message's cost
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    for name in sys.stdin.read().splitlines():
        kind, _, case = name.partition("torture:")
        raw = Path(kind).read_bytes() if kind else CASES[case]()
        start = time.process_time()
        message = mime.from_bytes(raw)
        answer = {
            "name": name,
            "seconds": round(time.process_time() - start, 3),
            "megabytes": peak_megabytes(),
            "unread": [one for one in message.defects if one.startswith(mime.UNREADABLE)],
            "defects": list(message.defects),
            "chars": len(message.text),
        }
        sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
