"""The trained part: what it reads of a mail, and that the package holds what the training data give."""

import importlib
import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from tests.reading.mails import LABELS, mail

from mailreeve.cancel import Cancel
from mailreeve.models import Archetype, LabelSpec
from mailreeve.reading.offline import score, trained
from mailreeve.reading.offline.reader import OfflineReader

EVALS = Path(__file__).parents[3] / "evals"


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The maker of the training mails."""
    monkeypatch.syspath_prepend(str(EVALS))
    return importlib.import_module("training.letters")


def test_a_mail_becomes_words_and_pairs() -> None:
    """Lower case, every number the same, words of the subject marked once more, no pair across their border."""
    assert {"0", "due", "s:due", "now", "|", "0 due", "due |", "| now", "s:0"} == trained.grams(
        "12 Due", "NOW"
    )


def test_a_very_long_mail_is_read_at_both_ends() -> None:
    """The middle of it is left out."""
    found = trained.grams("", f"first {'x ' * 5000} middle {'x ' * 5000} last")
    assert (True, False, True) == ("first" in found, "middle" in found, "last" in found)


def test_the_model_is_small_and_whole() -> None:
    """Under 2 MB, a weight for each archetype in every line, and rules of the same names as the reader's."""
    model = trained.load()
    assert trained.FILE.stat().st_size < 2_000_000
    kinds = {len(model.bias), *map(len, model.rules.values()), *map(len, model.grams.values())}
    assert {len(Archetype)} == kinds
    assert set(model.rules) <= {rule.why for rule in score.RULES}
    assert 0.5 <= model.bars["free"] <= model.bars["vetoed"] <= 1
    assert model.temperature >= 1


def test_the_model_is_made_of_these_training_mails(letters: Any) -> None:
    """Who changes evals/training/ has to run `python evals/train.py`."""
    head = json.loads(trained.FILE.read_text(encoding="utf-8").splitlines()[0])
    assert head["made_of"] == letters.digest()


def test_training_mails_are_varied_and_the_same_each_time(letters: Any) -> None:
    """Every archetype has at least 25 templates and each of four languages, no slot stays open."""
    templates = letters.templates()
    for kind in Archetype:
        assert sum(one.archetype is kind for one in templates) >= 25
        assert {"en", "de", "fr", "es"} == {one.language for one in templates if one.archetype is kind}
    first, second = ([one.message for one in letters.letters(1)] for _ in range(2))
    assert first == second
    assert not any(re.search(r"\{\w+\}", f"{one.subject} {one.text}") for one in first)


def test_no_training_mail_is_one_of_the_cases(letters: Any) -> None:
    """What is measured was never learnt: no case has the text of a template."""
    told = {" ".join(one.body.split()) for one in letters.templates()}
    for half in ("dev", "locked"):
        for line in (EVALS / "cases" / f"{half}.jsonl").read_text(encoding="utf-8").splitlines():
            body = " ".join(json.loads(line)["body"].split())
            assert not any(text in body for text in told)


@pytest.mark.prove
def test_the_package_has_the_model_that_the_script_makes() -> None:
    """The whole training once more; skipped without its group of packages."""
    if find_spec("scipy") is None:
        pytest.skip("needs `pip install --group train`")
    # threads that wait for each other take seven times as long on a busy machine
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(EVALS / "train.py"), "--check"],
        env=alone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr


def test_labels_of_the_users_own_are_chosen_by_what_they_stand_for() -> None:
    """A set of three labels without archetypes: their sentences say which kinds each takes."""
    labels = (
        LabelSpec("Inbox zero", "", "Somebody asks me a question and waits for my answer."),
        LabelSpec("Shopping", "", "Offers, discounts, newsletters and other advertising."),
        LabelSpec("Papers", "", "Invoices, receipts and orders."),
    )
    reader = OfflineReader()
    wanted = {
        "Could you tell me which of the two dates suits you?": "Inbox zero",
        "20% off everything, shop now, free shipping. Unsubscribe here.": "Shopping",
        "Your invoice 4711 over 49.90 EUR is attached. Payment due in 14 days.": "Papers",
    }
    got = {text: reader.classify(mail(text), labels, Cancel()).label for text in wanted}
    assert wanted == got


def test_words_are_named_as_a_reason() -> None:
    """When the model's words spoke, the verdict says which."""
    found = OfflineReader().classify(
        mail("Great to see the kids, love from grandma. Hugs!"), LABELS, Cancel()
    )
    assert "personal" == found.label
    assert "words such as “" in found.evidence[0]
