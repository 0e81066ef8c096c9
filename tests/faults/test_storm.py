"""A day of bad weather ends as a calm day does."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.faults.conftest import AppFor
from tests.faults.weather import Time, storm
from tests.sandbox_server import Factory, SandboxServer
from tests.service.conftest import log_in
from tests.triage.house import balanced, code, mail, newsletter

from mailreeve.app import App
from mailreeve.errors import GoogleError, LoginNeeded
from mailreeve.models import ChangeState
from mailreeve.triage.loop import triage
from mailreeve.triage.run import Options

START = 1_795_000_000.0
"""Where both days begin, in epoch seconds."""
HOUR = 3600.0


def post(sandbox: SandboxServer, hour: int, mails: int) -> None:
    """The mail of one hour, the same on every day."""
    for number in range(mails):
        serial = hour * 100 + number
        kinds = (newsletter(serial), mail(f"Question {serial}?"), mail(f"Is plan {serial} right?"))
        sandbox.deliver(kinds[serial % 3])
    if hour % 6 == 0:
        sandbox.deliver(code())


def night(app: App, time: Time) -> bool:
    """One run as the timer makes it; False when it had to stop, and the next one has to go on."""
    box = app.mailbox()
    box._transport.cancel = time  # what is asked for outside of the run waits in simulated time too
    try:
        result = triage(replace(box.parts(), now=time.now), Options(), cancel=time)
    except GoogleError:
        return False
    assert balanced(result)
    return result.coverage.complete


def ending(sandbox: SandboxServer, app: App) -> dict[str, Any]:
    """What lasts of a day: labels, drafts, verdicts and the journal, by Message-ID."""
    state, ledger = sandbox.state(), app.mailbox().ledger
    mails = [one for one in state["messages"] if "DRAFT" not in one["labels"]]
    entries = {one["message_id"]: ledger.entry(one["id"]) for one in mails}
    threads = {one["threadId"]: one["message_id"] for one in mails}
    return {
        "labels": {one["message_id"]: sorted(one["labels"]) for one in mails},
        "names": sorted(label["name"] for label in state["labels"]),
        "drafts": sorted(threads[one["threadId"]] for one in state["drafts"]),
        "sent": sandbox.sent(),
        "verdicts": {
            id_: (entry.state.value, entry.verdict.label, entry.verdict.by.value, entry.generation)
            for id_, entry in entries.items()
            if entry and entry.verdict
        },
        "journal": journal(sandbox, app),
    }


def journal(sandbox: SandboxServer, app: App) -> list[tuple[str, str, tuple[str, ...]]]:
    """What was done, with names that last for Gmail's ids, each change as often as it is journalled as done.

    Nothing is left as an intention or with an unknown end.
    """
    state, kept = sandbox.state(), app.mailbox().journal
    names = {one["id"]: one["message_id"] for one in state["messages"]}
    labels = {one["id"]: one["name"] for one in state["labels"]}
    changes = [
        one for row in app.db.rows("select distinct run from change") for one in kept.changes(row["run"])
    ]
    assert {ChangeState.DONE, ChangeState.FAILED} >= {one.state for one in changes}
    return sorted(
        (one.kind, names.get(one.target, one.target), tuple(labels[id_] for id_ in one.do.get("add", ())))
        for one in changes
        if one.state is ChangeState.DONE
    )


def calm(sandbox: SandboxServer, app: App, hours: int, mails: int) -> dict[str, Any]:
    time = Time(sandbox, START)
    for hour in range(hours):
        time.to(START + hour * HOUR)
        post(sandbox, hour, mails)
        assert night(app, time)
    return ending(sandbox, app)


@pytest.mark.parametrize(
    ("hours", "mails", "seeds"),
    [
        pytest.param(5, 2, (1,), id="a few hours"),
        pytest.param(24, 4, (1, 2), id="24 hours, two storms", marks=pytest.mark.prove),
    ],
)
def test_a_stormy_day_ends_as_a_calm_one(
    sandbox_factory: Factory,
    app_for: AppFor,
    hours: int,
    mails: int,
    seeds: tuple[int, ...],
    record_property: Callable[[str, object], None],
) -> None:
    """429, 5xx, lost answers, a revoked login and an expired history: labels, drafts, verdicts and journal are the same.

    Nothing is sent, no draft is made twice, and after the storm one run finishes what is left.
    """
    quiet = sandbox_factory()
    expected = calm(quiet, app_for(quiet), hours, mails)
    counts = {"requests": 0, "faults": 0, "logins": 0, "stopped": 0, "simulated_seconds_waited": 0.0}
    for seed in seeds:
        sandbox = sandbox_factory()
        app = app_for(sandbox)
        lot = random.Random(seed)  # noqa: S311 -- weather that can be repeated, no secret
        day = Day(sandbox, app, lot, counts)
        for hour in range(hours):
            day.hour(hour, mails, revoked=hour == hours // 3, forgotten=hour == hours // 2)
        assert day.finish()
        assert expected == ending(sandbox, app), f"seed {seed}"
        assert app.mailbox().audit.verify().ok
        assert () == app.mailbox().ledger.open()
    assert counts["logins"] == len(seeds)
    assert counts["faults"] > hours * len(seeds)
    for name, value in counts.items():
        record_property(name, round(value))


class Day:
    """A day of bad weather."""

    def __init__(
        self, sandbox: SandboxServer, app: App, lot: random.Random, counts: dict[str, float]
    ) -> None:
        self._sandbox = sandbox
        self._app = app
        self._lot = lot
        self._counts = counts
        self._time = Time(sandbox, START)

    def hour(self, hour: int, mails: int, *, revoked: bool, forgotten: bool) -> None:
        """New mail, and one run in the storm."""
        self._time.to(START + hour * HOUR)
        self._sandbox.faults([])
        post(self._sandbox, hour, mails)
        faults = storm(self._lot, 300)
        if revoked:
            faults.insert(0, {"path": "/batch", "nth": 1, "kind": "revoked"})
        if forgotten:
            faults.insert(0, {"path": "/history", "nth": 1, "kind": "expired-history"})
        self._sandbox.faults(faults)
        try:
            self._run()
        except LoginNeeded:
            self._counts["logins"] += 1
            self._count()
            self._sandbox.faults([])
            log_in(self._app)
            self._app.mailbox().close()
            self._run()
        self._count()

    def _run(self) -> None:
        before = self._time.slept
        self._counts["stopped"] += not night(self._app, self._time)
        self._counts["simulated_seconds_waited"] += self._time.slept - before

    def _count(self) -> None:
        """Which faults struck: those whose request came."""
        status, _, data = self._sandbox.call("GET", "/_sandbox/faults")
        assert status == 200
        told = json.loads(data)
        self._counts["faults"] += sum(one["seen"] >= one["nth"] for one in told)
        self._counts["requests"] += max((one["seen"] for one in told if one["path"] == "/"), default=0)

    def finish(self) -> bool:
        """The sky clears: one run does what is left."""
        self._sandbox.faults([])
        return night(self._app, self._time)
