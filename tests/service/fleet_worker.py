"""A worker in a process of its own, which looks every second: `fleet_worker.py NAME`; settings by the environment."""

import signal
import sys
from contextlib import closing

from mailreeve import config
from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.service import fleet


def main(name: str) -> None:
    """Work until SIGTERM."""
    cancel = Cancel()
    signal.signal(signal.SIGTERM, lambda *_: cancel.set())
    with closing(App(config.load())) as app:
        fleet.work(app, lambda line: print(line, flush=True), cancel, tick=1, name=name)  # noqa: T201 -- what it says


if __name__ == "__main__":
    main(*sys.argv[1:])
