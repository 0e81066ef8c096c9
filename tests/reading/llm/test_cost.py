"""What one classification costs in tokens."""

import importlib
import json
import mailbox
import statistics
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from tests.evaluation.given import case

from mailreeve.evaluation import cases
from mailreeve.mail import mime
from mailreeve.models import Message

ROOT = Path(__file__).parents[3]


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The benchmark that catches the prompts as they are sent."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("tokens")


def median(found: Any) -> float:
    """Of mail and answer, the part that is the same for each mail left out."""
    assert 1 == len({one.fixed for one in found})
    return float(statistics.median(one.own + one.answer for one in found))


def own() -> list[Message]:
    file = ROOT / "evals" / "cases" / "dev.jsonl"
    return [cases.to_message(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_mail_costs_at_most_900_tokens_in_the_median(tokens: Any) -> None:
    """Beside the instructions, which are the same for every mail and at most 700."""
    found = tokens.costs(own()[:40])
    assert median(found) <= 900
    assert found[0].fixed <= 700


def test_a_real_mail_costs_at_most_900_tokens_in_the_median(tokens: Any, data: Path) -> None:
    """The same for fifty mails of 2002."""
    with closing(mailbox.mbox(data / "mail" / "real-2002.mbox")) as box:
        mails = [mime.from_bytes(bytes(mail)) for mail in islice(box, 0, 500, 10)]
    assert median(tokens.costs(mails)) <= 900


def test_no_mail_costs_more_than_its_budget(tokens: Any) -> None:
    """A mail of a megabyte is cut at head and tail: its part stays below 900."""
    long = cases.to_message(case(body=f"The beginning. {'word and more ' * 80_000} The end."))
    (cost,) = tokens.costs([long])
    assert cost.own <= 900
