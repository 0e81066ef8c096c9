"""The local index on generated mail: how fast it is built, how fast it answers, how much memory it takes.

The mail is made here from a fixed seed: words by Zipf's law over a vocabulary of 60,000, 40 to 400 of them a
mail, 3,000 senders, ten years. Beside it notmuch, where it is installed, on the same mail in the same run: a
peer reads a Maildir, parses each file and is started for each search, so its figures hold more work; the
time to start it is told too. Limits at 100,000: 8,000 messages a second, p50 1 ms, p95 20 ms, 300 MB; at
1,000,000 (--large): p95 120 ms, 300 MB.
"""

import argparse
import itertools
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mailreeve.models import Address, Attachment, Label, Message
from mailreeve.store import index_search
from mailreeve.store.index import Index, files

SEED, VOCABULARY, SENDERS, BATCH = 20_261_123, 60_000, 3_000, 2_000
FIRST, SPAN = 1_480_000_000_000, 10 * 365 * 86_400_000
ROUNDS = 40
RATE, P50, P95, LARGE_P95, LARGE_MB = 8_000, 1.0, 20.0, 120.0, 300


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of search: for ours and for notmuch, with a word and a person filled in."""

    name: str
    ours: str
    notmuch: str


KINDS = (
    Kind("common word", "{common}", "{common}"),
    Kind("rare word", "{rare}", "{rare}"),
    Kind("two words", "{common} {middle}", "{common} and {middle}"),
    Kind("phrase", '"{common} {common2}"', '"{common} {common2}"'),
    Kind("sender", "from:{person}", "from:{person}"),
    Kind("sender + word", "from:{person} {middle}", "from:{person} and {middle}"),
    Kind("month + word", "after:{after} before:{before} {common}", "date:@{after}..@{before} and {common}"),
    Kind(
        "unread, label, without",
        "is:unread label:work {middle} -{rare}",
        "tag:unread and tag:inbox and {middle} and not {rare}",
    ),
)


class Mail:
    """Generated mail; the same for the same count."""

    def __init__(self, count: int) -> None:
        self.count = count
        chance = random.Random(SEED)  # noqa: S311 - no secrets here
        syllables = [c + v for c in "bcdfghjklmnprstvwz" for v in ("a", "e", "i", "o", "u", "ai", "or", "en")]
        words: dict[str, None] = {}
        while len(words) < VOCABULARY:
            words["".join(chance.choices(syllables, k=chance.choice((1, 2, 2, 3, 3, 4))))] = None
        self.words = list(words)
        self._weights = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(VOCABULARY)))
        self.people = [f"{self.words[200 + i]} {self.words[9_000 + i]}" for i in range(SENDERS)]

    def __iter__(self) -> Iterator[Message]:
        chance = random.Random(SEED + 1)  # noqa: S311 - no secrets here
        pool = chance.choices(self.words, cum_weights=self._weights, k=2_000_003)
        step = SPAN // self.count
        for number in range(self.count):
            size = int(chance.triangular(40, 400, 90))
            start = chance.randrange(len(pool) - size)
            jump = chance.randrange(len(pool) - 8)
            text = " ".join(pool[start : start + size])
            name = self.people[min(int(chance.paretovariate(0.6)), SENDERS) - 1]
            address = name.replace(" ", ".") + "@example.org"
            subject = " ".join(pool[jump : jump + 6])
            headers = (("From", f"{name} <{address}>"), ("To", "me@example.org"), ("Subject", subject))
            yield Message(
                id=f"{0x18F0000000000000 + number * 977:016x}",
                thread_id=f"{0x18F0000000000000 + number * 977:016x}",
                labels=(
                    "INBOX",
                    *(("UNREAD",) if number % 3 else ()),
                    *(("Label_1",) if number % 5 == 0 else ()),
                ),
                internal_date=FIRST + number * step + chance.randrange(step),
                size=size * 6,
                message_id=f"<{number}@example.org>",
                subject=subject,
                from_=(Address(name, address),),
                to=(Address("", "me@example.org"),),
                headers=headers,
                text=text,
                attachments=(Attachment("plan.pdf", "application/pdf", 9_000, inline=False),)
                if number % 9 == 0
                else (),
            )

    def searches(self, kind: Kind) -> list[tuple[str, str]]:
        """The searches of a kind, for ours and for notmuch."""
        chance = random.Random(SEED + 2)  # noqa: S311 - no secrets here
        made = []
        for _ in range(ROUNDS):
            after = (FIRST + chance.randrange(SPAN)) // 1000
            values = {
                "common": self.words[chance.randrange(3, 60)],
                "common2": self.words[chance.randrange(0, 20)],
                "middle": self.words[chance.randrange(200, 3_000)],
                "rare": self.words[chance.randrange(20_000, VOCABULARY)],
                "person": self.people[chance.randrange(400)].split()[0],
                "after": after,
                "before": after + 30 * 86_400,
            }
            made.append((kind.ours.format_map(values), kind.notmuch.format_map(values)))
        return made


def build(index: Index, mail: Mail) -> float:
    """Seconds that the index took for the mail; making the mail is not counted."""
    spent = 0.0
    source = iter(mail)
    while batch := list(itertools.islice(source, BATCH)):
        began = time.perf_counter()
        index.add(batch)
        spent += time.perf_counter() - began
    index.name_labels([Label("INBOX", "INBOX", system=True), Label("Label_1", "Work")])
    return spent


def timed(search: Callable[[str], object], texts: list[str]) -> list[float]:
    """Milliseconds of each search."""
    spent = []
    for text in texts:
        began = time.perf_counter()
        search(text)
        spent.append((time.perf_counter() - began) * 1000)
    return spent


def p(values: list[float], share: int) -> float:
    """A percentile."""
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


def peak_mb() -> float:
    """The most memory that this process held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024 if sys.platform != "darwin" else 1024**2
    )


def ours(mail: Mail, folder: Path) -> tuple[float, dict[str, list[float]]]:
    """Messages a second, and milliseconds by kind of search."""
    index = Index(folder / "index.db", "me@example.org")
    rate = mail.count / build(index, mail)
    size = sum(file.stat().st_size for file in files(index.db.file) if file.exists()) / 1e6
    print(f"mailreeve: {mail.count:,} messages, {rate:,.0f}/s, {size:,.0f} MB on disk")

    def search(text: str) -> object:
        return index_search.search(index, index_search.prepare(index, text))

    found = {kind.name: timed(search, [one for one, _ in mail.searches(kind)]) for kind in KINDS}
    index.close()
    return rate, found


def maildir(mail: Mail, folder: Path) -> None:
    """The same mail as files."""
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    for number, one in enumerate(mail):
        date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(one.internal_date / 1000))
        head = "".join(f"{name}: {value}\n" for name, value in one.headers)
        text = f"{head}Date: {date}\nMessage-ID: {one.message_id}\n\n{one.text}\n"
        (folder / "cur" / f"{number}:2,{'' if 'UNREAD' in one.labels else 'S'}").write_text(text)


def notmuch(mail: Mail, folder: Path) -> tuple[float, float, dict[str, list[float]]] | str:
    """Messages a second, milliseconds to start the program, and by kind of search; or why there is none."""
    program = shutil.which("notmuch")
    if program is None:
        return "notmuch is not installed (Debian: apt-get install notmuch)"
    maildir(mail, folder / "mail")
    settings = folder / "notmuch-config"
    settings.write_text(
        f"[database]\npath={folder / 'mail'}\n[user]\nprimary_email=me@example.org\n[new]\ntags=unread;inbox;\n"
    )
    environment = {"NOTMUCH_CONFIG": str(settings), "PATH": "/usr/bin:/bin", "HOME": str(folder)}

    def call(*arguments: str) -> object:
        return subprocess.run([program, *arguments], env=environment, capture_output=True, check=True)

    began = time.perf_counter()
    call("new", "--quiet")
    rate = mail.count / (time.perf_counter() - began)
    start = statistics.median(timed(lambda _: call("--version"), [""] * 9))

    def search(text: str) -> object:
        return call("search", "--limit=20", "--sort=newest-first", text)

    return rate, start, {kind.name: timed(search, [one for _, one in mail.searches(kind)]) for kind in KINDS}


def table(found: dict[str, list[float]], peer: dict[str, list[float]]) -> None:
    """A row a kind, and one for all."""
    print(f"{'p50 / p95 in ms':<26}{'mailreeve':>18}{'notmuch' if peer else '':>18}")
    everything = {"all": [value for values in found.values() for value in values]}
    every_peer = {"all": [value for values in peer.values() for value in values]} if peer else {}
    for name, values in (found | everything).items():
        other = (peer | every_peer).get(name)
        told = f"{p(other, 50):9.2f} /{p(other, 95):7.2f}" if other else ""
        print(f"{name:<26}{p(values, 50):9.2f} /{p(values, 95):7.2f}{told:>18}")


def main() -> int:
    """Print the table; 1 when a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="1,000,000 messages, without notmuch")
    parser.add_argument("--count", type=int, default=0, help="another number of messages")
    asked = parser.parse_args()
    mail = Mail(asked.count or (1_000_000 if asked.large else 100_000))
    with tempfile.TemporaryDirectory(prefix="mailreeve-bench-") as name:
        rate, found = ours(mail, Path(name))
        memory = peak_mb()
        peer = "left out at this size" if asked.large else notmuch(mail, Path(name))
    if isinstance(peer, str):
        print(f"notmuch: {peer}")
        table(found, {})
    else:
        print(
            f"notmuch: {peer[0]:,.0f} messages/s from a Maildir; {peer[1]:.1f} ms of each search start the program"
        )
        table(found, peer[2])
    every = [value for values in found.values() for value in values]
    missed = (
        [p(every, 95) > LARGE_P95, memory > LARGE_MB]
        if asked.large
        else [rate < RATE, p(every, 50) > P50, p(every, 95) > P95, memory > LARGE_MB]
    )
    print(f"peak memory {memory:,.0f} MB; {'a limit is missed' if any(missed) else 'all limits are kept'}")
    print(f"python benchmarks/index.py{' --large' if asked.large else ''}")
    return int(any(missed))


if __name__ == "__main__":
    sys.exit(main())
