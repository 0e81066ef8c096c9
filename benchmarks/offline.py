"""How many mails a second the reader without a model sorts on one core, parsing left out.

The mails are the 500 real ones of `mail/real-2002.mbox` and the labelled ones of `triage/gaia.dev.jsonl` in
MAILREEVE_TEST_DATA (or ../shared/data), else our own cases. The processor's time of this process counts, not the
clock, since others use the machine; of five passes the best and the median are told. Exit 1 below 500 a second.
"""

import mailbox
import os
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from mailreeve.cancel import Cancel
from mailreeve.evaluation import cases
from mailreeve.mail import mime
from mailreeve.models import Message
from mailreeve.reading.offline.reader import OfflineReader
from mailreeve.triage.labels import BUILT_IN

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("MAILREEVE_TEST_DATA", ROOT.parent / "shared" / "data"))
PASSES = 5
TARGET = 500


def sets() -> dict[str, list[Message]]:
    """The mails by where they are from."""
    form = "A case has an id and a body."
    found: dict[str, list[Message]] = {}
    if (real := DATA / "mail" / "real-2002.mbox").is_file():
        box = mailbox.mbox(real, create=False)
        found["real mails of 2002"] = [mime.from_bytes(bytes(mail)) for mail in box]
    if (gaia := DATA / "triage" / "gaia.dev.jsonl").is_file():
        lines = [one for _, one in cases.objects(gaia, form)]
        found["third-party work mail"] = [cases.to_message({**one, "from": one["sender"]}) for one in lines]
    own = sorted((ROOT / "evals" / "cases").glob("*.jsonl"))
    found["our own cases"] = [cases.to_message(one) for file in own for _, one in cases.objects(file, form)]
    return found


def seconds(mails: Sequence[Message]) -> list[float]:
    """Processor seconds of each pass, after one that warms up."""
    reader, made = OfflineReader(), []
    for _ in range(PASSES + 1):
        start = time.process_time()
        for mail in mails:
            reader.classify(mail, BUILT_IN, Cancel())
        made.append(time.process_time() - start)
    return made[1:]


def main() -> int:
    """Print a line for each set, and one for all."""
    print(f"{'':<24}{'mails':>6}{'ms each':>10}{'median':>9}{'a second':>10}")
    best, count = 0.0, 0
    for name, mails in sets().items():
        made = seconds(mails)
        each, middle = (1000 * one / len(mails) for one in (min(made), statistics.median(made)))
        print(f"{name:<24}{len(mails):>6}{each:>10.2f}{middle:>9.2f}{1000 / each:>10.0f}")
        best, count = best + min(made), count + len(mails)
    print(f"{'all':<24}{count:>6}{1000 * best / count:>10.2f}{'':>9}{count / best:>10.0f}")
    return 0 if count / best >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
