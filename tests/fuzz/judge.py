"""One input measured as users run the code: in a process of its own, without the instruments of the fuzzer.

The bounds are those of the torture set: 2 s of processor time for one reading and 256 MB for the whole process. A
piece that is suspected not to be linear is repeated to 300 kB and to 1.2 MB, under the same bounds: what takes 0.13 s
at first and grows with the square breaks them. `python -m tests.fuzz.judge html < input` measures an input by hand.
"""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.mail.parse_worker import MEGABYTES, SECONDS, peak_megabytes

LONG = (300_000, 1_200_000)
"""Bytes to which a piece is repeated."""
_ENDLESS = 120.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the dearest of the readings cost: processor time in s, and the peak of the process in MB."""

    seconds: float
    megabytes: int

    @property
    def complaint(self) -> str:
        """The bound that is broken, or nothing."""
        if self.seconds > SECONDS:
            return f"slow: {self.seconds:.1f} s"
        return f"large: {self.megabytes} MB" if self.megabytes > MEGABYTES else ""


def judged(target: str, data: bytes, *, repeated: bool) -> Verdict:
    """Measure an input, or what comes of repeating it."""
    command = [sys.executable, "-m", "tests.fuzz.judge", target, *(["repeated"] if repeated else [])]
    root = Path(__file__).parent.parent.parent
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, cwd=root, check=True, timeout=_ENDLESS
        )
    except subprocess.TimeoutExpired:
        return Verdict(_ENDLESS, 0)
    return Verdict(**json.loads(done.stdout))


def main() -> None:
    """Answer with one line of JSON."""
    from tests.fuzz.targets import READINGS

    read, data = READINGS[sys.argv[1]], sys.stdin.buffer.read()
    read(b"From: a@b.example\r\n\r\nx")  # imports are not part of an input's cost
    inputs = [data * (length // len(data) + 1) for length in LONG] if sys.argv[2:] and data else [data]
    took = []
    for one in inputs:
        start = time.process_time()
        read(one)
        took.append(time.process_time() - start)
    sys.stdout.write(json.dumps({"seconds": max(took), "megabytes": peak_megabytes()}) + "\n")


if __name__ == "__main__":
    main()
