"""Coverage-guided fuzzing: `python -m tests.fuzz.run html 300 [number] [folder]`, seconds of processor time.

Needs the package atheris (Linux, not a dependency of the project); without it the mutations of this folder run
unguided. What breaks a promise, raises, or is beyond the bounds of `tests.fuzz.judge` is written to the folder, one
file each, named by what it broke; the run goes on, and ends with 1 if something was found. Instrumented code is some
six times slower, so what could be beyond a bound is measured again as users run it.
"""

import atexit
import contextlib
import hashlib
import importlib.util
import os
import re
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from tests.fuzz import judge
from tests.mail.parse_worker import SECONDS, peak_megabytes

_GROWN = 60_000
_EVERY = 64
_SUSPECT_SECONDS = 0.5
_SUSPECT_MEGABYTES = 20
"""Of a piece repeated to 60 kB, with instruments; it is measured again at 300 kB and 1.2 MB."""


class Watch:
    """Runs a target and keeps what it stumbles over."""

    def __init__(self, target: str, seconds: float, folder: Path) -> None:
        from tests.fuzz.targets import TARGETS

        self.name, self.run = target, TARGETS[target]
        self.end = time.process_time() + seconds
        self.folder = folder
        self.count = 0
        self.judged = 0
        self.found: dict[str, int] = {}
        self.slowest = judge.Verdict(0.0, 0)
        folder.mkdir(parents=True, exist_ok=True)

    def one(self, data: bytes) -> None:
        """Try an input; every 64th also as one piece of a long input, for what is not linear."""
        self.count += 1
        if self._try(data) > SECONDS:
            self._judge(data, repeated=False)
        if data and self.count % _EVERY == 0:
            before = _memory_from_now()
            took = self._try(data * (_GROWN // len(data) + 1))
            if took > _SUSPECT_SECONDS or peak_megabytes() - before > _SUSPECT_MEGABYTES:
                self._judge(data, repeated=True)
        if time.process_time() > self.end:
            self.told()
            os._exit(bool(self.found))

    def _try(self, data: bytes) -> float:
        """Seconds that it took."""
        start = time.process_time()
        try:
            self.run(data)
        except Exception as error:  # noqa: BLE001 # it is what is looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{type(error).__name__} {Path(last.filename).name}:{last.lineno} {str(error)[:40]}"
            self._keep(where, data)
        return time.process_time() - start

    def _judge(self, data: bytes, *, repeated: bool) -> None:
        verdict = judge.judged(self.name, data, repeated=repeated)
        self.judged += 1
        if verdict.seconds > self.slowest.seconds:
            self.slowest = verdict
            (self.folder / f"{self.name}-slowest").write_bytes(data)
        if verdict.complaint:
            self._keep(f"{verdict.complaint.split(':')[0]}{' repeated' if repeated else ''}", data)

    def _keep(self, what: str, data: bytes) -> None:
        key = re.sub(r"[^\w.]+", "-", what)[:80]
        self.found[key] = self.found.get(key, 0) + 1
        file = self.folder / f"{self.name}-{key}"
        if not file.exists() or file.stat().st_size > len(data):
            file.write_bytes(data)

    def told(self) -> None:
        """One line about the run."""
        sys.stdout.write(
            f"\n{self.name}: {self.count} inputs, {self.judged} measured again, of them the slowest "
            f"{self.slowest.seconds:.2f} s, found {self.found or 'nothing'}\n"
        )
        sys.stdout.flush()


def _memory_from_now() -> int:
    """What this process holds, in MB; where the system can (Linux) its peak is counted afresh."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    return peak_megabytes()


def main() -> None:
    """Run one target."""
    target, seconds = sys.argv[1], float(sys.argv[2])
    number = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    folder = Path(sys.argv[4]) if len(sys.argv) > 4 else Path(tempfile.mkdtemp(prefix="fuzz-"))
    if importlib.util.find_spec("atheris") is None:
        _unguided(target, seconds, number, folder)
    else:
        _guided(importlib.import_module("atheris"), target, seconds, number, folder)


def _unguided(target: str, seconds: float, number: int, folder: Path) -> None:
    from tests.fuzz.mutations import Mutator

    watch, mutator = Watch(target, seconds, folder), Mutator(target, number)
    while True:
        watch.one(mutator.next())


def _guided(atheris: Any, target: str, seconds: float, number: int, folder: Path) -> None:
    with atheris.instrument_imports(include=["mailreeve"]):
        from tests.fuzz import targets  # noqa: F401

        from mailreeve.mail import html, layout, mime  # noqa: F401 # instrumented as they are loaded
    from tests.fuzz.mutations import LONGEST, WORDS, seeds

    watch = Watch(target, seconds, folder)
    atexit.register(watch.told)
    corpus = Path(tempfile.mkdtemp(prefix="corpus-"))
    for data in seeds(target):
        (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    words = corpus.with_suffix(".words")
    words.write_text(
        "".join('"' + "".join(f"\\x{byte:02X}" for byte in word) + '"\n' for word in WORDS if word), "ascii"
    )
    options = [
        f"-seed={number}",
        f"-max_len={LONGEST}",
        f"-dict={words}",
        "-timeout=900",
        "-report_slow_units=900",
        f"-artifact_prefix={folder}/",
        "-rss_limit_mb=2048",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], watch.one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
