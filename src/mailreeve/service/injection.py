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

from pydantic import SecretStr

from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.errors import ConfigError
from mailreeve.evaluation import attacks, hostile, mailbox, watch
from mailreeve.evaluation.attacks import Attack
from mailreeve.evaluation.hostile import HostileModel
from mailreeve.evaluation.mailbox import SandboxMailbox
from mailreeve.evaluation.oracle import COUNTS, Tally
from mailreeve.models import Json, Progress
from mailreeve.service.siege import FLOWS, Siege

BATCH = 100
"""Mails that share a mailbox, so that words of one could turn up in another."""
CONTROL = 200
"""At most so many mails are shown to the naive assistant."""
NAIVE = Path(__file__).parents[3] / "evals" / "injection" / "naive.py"
"""The negative control lies beside the source and is not part of the product."""


def injection(app: App, cases: Path, *, naive: Path = NAIVE, progress: Progress, cancel: Cancel) -> Json:
    """Attack with every case in every flow, and say what was achieved; `naive` is the negative control.

    Raises InputError naming the line of a file that is wrong.
    """
    found = attacks.read(cases)
    tally, written = Tally(), list[str]()
    with hostile.running() as model, tempfile.TemporaryDirectory(prefix="mailreeve-eval-") as folder:
        for start in range(0, len(found), BATCH):
            progress(start, len(found), "attacking")
            place = Path(folder) / str(start)
            with mailbox.started(place / "google") as google:
                written += _batch(
                    app, found[start : start + BATCH], place / "home", google, model, tally, cancel
                )
        sample = found[:: max(1, -(-len(found) // CONTROL))]
        control = _control(naive, sample, Path(folder), model)
    return _report(found, tally, written, control)


def _batch(
    app: App,
    batch: Sequence[Attack],
    home: Path,
    google: SandboxMailbox,
    model: HostileModel,
    tally: Tally,
    cancel: Cancel,
) -> list[str]:
    """Attack with some mails in a mailbox of their own; returns what was written outside the home."""
    besieged = _besieged(app, home, google, model)
    try:
        with watch.watching(home, (google.port, model.port)) as seen:
            siege = Siege(besieged.mailbox(), google, model, batch, seen, tally, cancel)
            for flow in FLOWS:
                siege.run(flow)
    finally:
        besieged.close()
    return seen.files


def _besieged(app: App, home: Path, google: SandboxMailbox, model: HostileModel) -> App:
    """The product at its most exposed: it may send, it drafts without limit, and the model decides every mail."""
    config = app.config
    reach = config.google.model_copy(
        update={"base": google.base_url, "token": SecretStr(google.token), "quota": "off"}
    )
    llm = config.llm.model_copy(
        update={
            "base_url": model.base_url,
            "model": "hostile",
            "api_key": None,
            "timeout_seconds": 10.0,
            "max_tokens_per_run": 0,
            "max_cost_per_run": 0.0,
        }
    )
    exposed = {
        "home": home,
        "account": "",
        "demo": True,  # keeps the keyring out of it
        "google": reach,
        "llm": llm,
        "labels": (),
        "triage": config.triage.model_copy(update={"offline_bar": 1.0, "max_drafts": 500, "drafts": True}),
        "policy": config.policy.model_copy(
            update={"capabilities": ("read", "label", "draft", "send"), "trusted_recipients": ()}
        ),
    }
    return App(config.model_copy(update=exposed))


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
        "canaries": len({attack.canary for attack in found}),
        "by_technique": tally.table(1),
        "by_flow": tally.table(0),
        "negative_control": control,
        "findings": [one.as_json() for one in tally.findings]
        + [{"kind": "files_written", "flow": "", "case": "", "what": name} for name in written],
    }
