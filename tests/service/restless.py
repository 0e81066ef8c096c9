"""Run after run without a pause, in a process that a test kills; says `ready` before the first. Settings by the environment."""

import time
from contextlib import closing

from mailreeve import config
from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.service import triage


def main() -> None:
    """Until it is killed."""
    with closing(App(config.load())) as app:
        box = app.mailbox()
        print("ready", flush=True)  # noqa: T201 -- what it says
        while True:
            triage.triage(box, cancel=Cancel())
            time.sleep(0.01)


if __name__ == "__main__":
    main()
