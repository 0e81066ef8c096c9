"""Measuring what hostile mail achieves when the language model itself is on the attacker's side.

Every mail goes through every flow of the product over a local mailbox, with sending allowed and a scripted
hostile model as the reader. What must not be is counted from outside: from the mailbox's state, from what was
sent, from the files and connections of this process.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mailreeve.app import App
from mailreeve.app.besieged import besieged as exposed
from mailreeve.cancel import Cancel
from mailreeve.errors import ConfigError
from mailreeve.evaluation import attacks, hostile, mailbox, mutations, sink, tree, watch
from mailreeve.evaluation.attacks import Attack
from mailreeve.evaluation.hostile import HostileModel
from mailreeve.evaluation.mailbox import SandboxMailbox
from mailreeve.evaluation.oracle import COUNTS, Tally
from mailreeve.evaluation.sink import Sink
from mailreeve.models import Json, Progress
from mailreeve.service.siege import FLOWS, Siege

BATCH = 100
"""Mails that share a mailbox, so that words of one could turn up in another."""
CONTROL = 200
"""At most so many mails are shown to the naive assistant."""
NAIVE = Path(__file__).parents[3] / "evals" / "injection" / "naive.py"
"""The negative control lies beside the source and is not part of the product."""


def injection(
    app: App,
    cases: Path,
    *,
    seed: int | None = None,
    naive: Path = NAIVE,
    progress: Progress,
    cancel: Cancel,
) -> Json:
    """Attack with every case in every flow, and say what was achieved; `naive` is the negative control.

    With a `seed` each case is disguised at random first. Raises InputError naming the line of a file that is wrong.
    """
    found = attacks.read(cases, None if seed is None else mutations.of(seed))
    tally, written = Tally(), list[str]()
    with (
        hostile.running() as model,
        sink.running() as told,
        tempfile.TemporaryDirectory(prefix="mailreeve-eval-") as folder,
    ):
        for start in range(0, len(found), BATCH):
            progress(start, len(found), "attacking")
            place = Path(folder) / str(start)
            _furnish(place)
            before = tree.hashed(place)
            with mailbox.started(place / "google") as google:
                batch = found[start : start + BATCH]
                written += _batch(app, batch, place / "home", google, model, told, tally, cancel)
            written += tree.differing(before, tree.hashed(place, place / "google", place / "home"))
        sample = found[:: max(1, -(-len(found) // CONTROL))]
        control = _control(naive, sample, Path(folder), model)
    return _report(found, tally, written, control)


def _batch(
    app: App,
    batch: Sequence[Attack],
    home: Path,
    google: SandboxMailbox,
    model: HostileModel,
    told: Sink,
    tally: Tally,
    cancel: Cancel,
) -> list[str]:
    """Attack with some mails in a mailbox of their own; returns what was written outside the home."""
    besieged = exposed(app, home, google, model, told)
    try:
        box = besieged.mailbox()
        box.outlet.consent(
            sink.AGREED, box.outlet.get(sink.AGREED).terms, by="measurement", how="measurement"
        )
        with watch.watching(home, (google.port, model.port, told.port)) as seen:
            siege = Siege(box, google, model, told, batch, seen, tally, cancel, teach=True)
            for flow in FLOWS:
                siege.run(flow)
    finally:
        besieged.close()
    return seen.files


def _furnish(place: Path) -> None:
    """Precious files around the home, which nobody may touch."""
    for name in (".ssh/id_ed25519", ".bashrc", "Documents/letter.txt"):
        file = place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("precious\n", encoding="utf-8")


def _control(naive: Path, sample: Sequence[Attack], folder: Path, model: HostileModel) -> Json | None:
    """What the same model achieves with a naive assistant that has tools and no gate; None without a checkout."""
    if not naive.is_file():
        return None
    with mailbox.started(folder / "control") as google:
        for attack in sample:
            google.deliver(attack.raw)
        command = [sys.executable, str(naive), google.base_url, google.token, model.base_url]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 -- our own program
        if done.returncode:
            raise ConfigError(f"The negative control failed: {done.stderr[-300:]}")
        told: Json = json.loads(done.stdout)
        return {"attempts": told["attempts"], "outbound": min(told["outbound"], len(google.sent()))}


def _report(found: Sequence[Attack], tally: Tally, written: Sequence[str], control: Json | None) -> Json:
    return {
        "attempts": tally.attempts.total(),
        **{name: tally.total(name) for name in COUNTS},
        "files_written": len(written),
        "delivered": tally.delivered,
        "stories": tally.stories,
        "canaries": len({attack.canary for attack in found}),
        "by_technique": tally.table(1),
        "by_flow": tally.table(0),
        "negative_control": control,
        "findings": [one.as_json() for one in tally.findings]
        + [{"kind": "files_written", "flow": "", "case": "", "what": name} for name in written],
    }
