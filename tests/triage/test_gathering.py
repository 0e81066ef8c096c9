"""Learning over many nights, with the real triage."""

from collections.abc import Callable

import pytest
from tests.sandbox_server import SandboxServer
from tests.scripted_llm import ScriptedLlm
from tests.triage.conftest import PartsFor
from tests.triage.life import Life, accuracy, calls_a_mail, lingered

SEEDS = [7, *(pytest.param(seed, marks=pytest.mark.prove) for seed in range(100, 119))]
"""One life in `make test`, twenty in `make prove`."""


@pytest.mark.parametrize("seed", SEEDS)
def test_thirty_nights_of_learning(
    sandbox: SandboxServer,
    llm_server: ScriptedLlm,
    parts_for: PartsFor,
    record_property: Callable[[str, object], None],
    seed: int,
) -> None:
    """The calls for a mail fall by three fifths, no less mail is right, and wrong patterns die within three nights.

    The runs that are kept tell of each night's calls.
    """
    parts = parts_for(sandbox, llm=llm_server, drafts=False)
    nights = Life(sandbox, llm_server, parts, seed).live(30)
    first, last = nights[:5], nights[-5:]
    record_property("calls a mail", [round(calls_a_mail(some), 3) for some in (first, last)])
    assert calls_a_mail(last) <= 0.4 * calls_a_mail(first), (calls_a_mail(first), calls_a_mail(last))
    assert accuracy(last) >= accuracy(first)
    stood = lingered(nights)
    assert len(stood) > 0
    assert max(stood) <= 3, stood
    kept = [run.result["model_calls"] for run in reversed(parts.ledger.runs.latest(30))]
    assert [one.calls for one in nights] == kept
