"""What nights and first runs cost in Gmail's units, as the sandbox counts them, beside a client that does it naively.

A night is a run on new mail of as many threads; its floor is one messages.get a mail, 20 units. In a night with drafts
every third mail is a question; the floor of a draft is a look at its thread, a post and a read-back, 70 units. A first run takes
threads of several mails each. The naive client lists, gets every mail in full and labels each by itself.

    python benchmarks/units.py [--mails 60,300]
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from servers.local_google import LocalGoogle

from mailreeve import config
from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.service import triage

GET, MODIFY, LIST, PAGE = 20, 5, 5, 500
THREAD, CREATE, READ_BACK = 40, 10, 20
OWNER = "alex.moreno@example.com"
NIGHT, FIRST = 1.05, 0.5
THREADS = (1, 3, 5, 10)
SETTINGS = '[google]\nquota = "off"\n[triage]\ndrafts = {drafts}\nmax_drafts = 500\nfirst_cap = 10000\n'
LABELS = ("messages.batchModify", "messages.modify")


def deliver(google: LocalGoogle, mails: int, length: int, name: str) -> None:
    """So many mails in threads of a length."""
    for number in range(mails):
        thread, place = divmod(number, length)
        first = f"<{name}.{thread}.0@y.example>"
        more = f"In-Reply-To: {first}\r\nReferences: {first}\r\n" if place else ""
        head = (
            f"From: Kim <kim{thread % 9}@y.example>\r\nTo: me@x.example\r\nSubject: Notes {name} {thread}\r\n"
        )
        own = f"Message-ID: <{name}.{thread}.{place}@y.example>\r\n{more}\r\n"
        google.deliver(
            f"{head}{own}The notes of meeting {thread}, part {place}, for your files.\r\n".encode()
        )


def ask(google: LocalGoogle, mails: int) -> None:
    """So many mails with a question, a thread each."""
    for number in range(mails):
        head = f"From: Kim <kim{number % 9}@y.example>\r\nTo: Alex <{OWNER}>\r\nSubject: Lunch {number}?\r\n"
        own = f"Message-ID: <ask.{number}@y.example>\r\n\r\n"
        google.deliver(
            f"{head}{own}Hi Alex,\r\n\r\nCould you tell me whether Friday works?\r\n\r\nKim\r\n".encode()
        )


def spent(google: LocalGoogle) -> dict[str, int]:
    """Units by method."""
    return {name: one["units"] for name, one in google.units()["by_method"].items()}


def run(app: App, google: LocalGoogle, mails: int) -> dict[str, int]:
    """What one run cost, by method, as Google counted it; the run's own count must say the same."""
    box = app.mailbox()
    before = spent(google)
    answer: Any = triage.triage(box, cancel=Cancel())
    cost = {name: units - before.get(name, 0) for name, units in spent(google).items()}
    assert (mails, [], sum(cost.values())) == (answer["seen"], answer["failed"], answer["units"]), answer
    return cost


def told(what: str, mails: int, cost: dict[str, int], beside: float, limit: float) -> bool:
    """A line of the table; whether the limit is kept."""
    labels = sum(cost.get(name, 0) for name in LABELS)
    reading, all_ = sum(cost.values()) - labels, sum(cost.values())
    compared = reading if limit == NIGHT else all_
    ratio = compared / beside
    kept = ratio <= limit
    print(
        f"{what:<26} {mails:>6} {reading:>9} {labels:>7} {beside:>9.0f} {ratio:>7.3f} {limit:>6.2f}  {'' if kept else 'MISSED'}"
    )
    return kept


def measured(mails: int, folder: Path) -> bool:
    """A night of so many mails, then first runs on threads of each length."""
    good = True
    google, app = opened(folder / "night")
    deliver(google, 1, 1, "earlier")
    run(app, google, 1)
    deliver(google, mails, 1, "new")
    good &= told("night, a thread each", mails, run(app, google, mails), mails * GET, NIGHT)
    close(google, app)
    good &= with_drafts(mails, folder)
    for length in THREADS:
        google, app = opened(folder / f"first-{length}")
        deliver(google, mails, length, "first")
        naive = -(-mails // PAGE) * LIST + mails * (GET + MODIFY)
        limit = FIRST if length >= 5 else 1.0
        good &= told(f"first run, threads of {length}", mails, run(app, google, mails), naive, limit)
        close(google, app)
    return good


def with_drafts(mails: int, folder: Path) -> bool:
    """A night in which every third mail is a question that gets a draft; no text comes twice."""
    google, app = opened(folder / "drafts", drafts=True)
    deliver(google, 1, 1, "earlier")
    run(app, google, 1)
    asked = mails // 3
    deliver(google, mails - asked, 1, "new")
    ask(google, asked)
    cost = run(app, google, mails)
    assert asked * CREATE == cost["drafts.create"], cost
    assert {1} == set(google.units()["full"].values())
    floor = mails * GET + asked * (THREAD + CREATE + READ_BACK)
    good = told(f"night with {asked} drafts", mails, cost, floor, NIGHT)
    close(google, app)
    return good


def opened(folder: Path, *, drafts: bool = False) -> tuple[LocalGoogle, App]:
    """A mailbox and a home of its own."""
    home = folder / "home"
    home.mkdir(parents=True, mode=0o700)
    (home / "config.toml").write_text(SETTINGS.format(drafts=str(drafts).lower()), encoding="utf-8")
    google = LocalGoogle(folder / "google.db")
    return google, App(config.load(google.environment, home))


def close(google: LocalGoogle, app: App) -> None:
    """End both."""
    app.close()
    google.stop()


def main() -> int:
    """Measure and print; 1 when a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", default="60,300", help="how many new mails, several with commas")
    asked = parser.parse_args()
    print(f"$ python benchmarks/units.py --mails {asked.mails}")
    print(f"{'':<26} {'mails':>6} {'reading':>9} {'labels':>7} {'beside':>9} {'ratio':>7} {'limit':>6}")
    good = True
    for mails in map(int, asked.mails.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            good &= measured(mails, Path(folder))
    print(
        "\nA night's ratio is reading to its floor, one get a mail and 70 units a draft; a first run's is all of it to a naive client."
    )
    print(
        "All look-ups of a run are in it, and the run itself tells the same sum; units are those of the list of 2026."
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
