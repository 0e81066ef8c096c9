"""Coverage-guided fuzzing: `python -m tests.fuzz.run html 300 [number] [folder]`, seconds of processor time.

Needs the package atheris (Linux, not a dependency of the project); without it the mutations of this folder run
unguided. What breaks a promise, raises, or takes over a second is written to the folder, one file each, named by
what it broke; the run goes on.
"""

import atexit
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

_SLOW = 1.0
_GROWN = 300_000
_EVERY = 64


class Watch:
    """Runs a target and keeps what it stumbles over."""

    def __init__(self, target: str, seconds: float, folder: Path) -> None:
        from tests.fuzz.targets import TARGETS

        self.name, self.run = target, TARGETS[target]
        self.end = time.process_time() + seconds
        self.folder = folder
        self.count = 0
        self.found: dict[str, int] = {}
        self.slowest = 0.0
        self._slowest = b""
        folder.mkdir(parents=True, exist_ok=True)

    def one(self, data: bytes) -> None:
        """Try an input; every 64th also as one piece of a long input, for what is not linear."""
        self.count += 1
        self._try(data)
        if data and self.count % _EVERY == 0:
            self._try(data * (_GROWN // len(data) + 1))
        if time.process_time() > self.end:
            self.told()
            os._exit(0)

    def _try(self, data: bytes) -> None:
        start = time.process_time()
        try:
            self.run(data)
        except Exception as error:  # noqa: BLE001 # it is what is looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{type(error).__name__} {Path(last.filename).name}:{last.lineno} {str(error)[:40]}"
            self._keep(where, data)
        took = time.process_time() - start
        if len(data) <= _GROWN * 1.1 and took > self.slowest:
            self.slowest, self._slowest = took, data
        # Instrumented code is some six times slower, and `html` reads each input three times.
        limit = _SLOW if len(data) < _GROWN else 10 * _SLOW
        if took > limit:
            self._keep(f"slow {int(took)} s for {len(data) // 1000} kB", data)

    def _keep(self, what: str, data: bytes) -> None:
        key = re.sub(r"[^\w.]+", "-", what)[:80]
        self.found[key] = self.found.get(key, 0) + 1
        file = self.folder / f"{self.name}-{key}"
        if not file.exists() or file.stat().st_size > len(data):
            file.write_bytes(data)

    def told(self) -> None:
        """One line about the run; its slowest input is kept."""
        (self.folder / f"{self.name}-slowest").write_bytes(self._slowest)
        sys.stdout.write(
            f"\n{self.name}: {self.count} inputs, slowest {self.slowest:.2f} s, found {self.found or 'nothing'}\n"
        )
        sys.stdout.flush()


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
        "-rss_limit_mb=2048",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], watch.one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
