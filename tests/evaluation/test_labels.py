"""Labels files."""

from pathlib import Path

import pytest
from tests.evaluation.given import LABELS

from mailreeve.errors import InputError
from mailreeve.evaluation import labels
from mailreeve.models import Archetype, LabelSpec


def file(folder: Path, text: str) -> Path:
    made = folder / "labels.toml"
    made.write_text(text, encoding="utf-8")
    return made


def test_a_labels_file_gives_the_closed_set(tmp_path: Path) -> None:
    """In its order, with archetype, rank and urgency."""
    found = labels.read(file(tmp_path, LABELS))
    assert ["now", "answer", "later", "friends"] == [one.id for one in found]
    first = LabelSpec(
        "now", "now", "Something breaks unless I act today.", Archetype.URGENT, (), 1, urgent=True
    )
    assert (first, None) == (found[0], found[3].rank)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[labels]\n", "at line 1"),
        ("", r"has no \[\[labels\]\]"),
        ("x = 1\n", r"has no \[\[labels\]\]"),
        ("labels = []\n", r"has no \[\[labels\]\]"),
        (LABELS + '[[labels]]\nid = "now"\nwhen = "Again."\n', "line 24: the id 'now' comes twice"),
        (LABELS + '[[labels]]\nid = "x"\n', "line 24: when: Field required"),
        (LABELS + '[[labels]]\nid = "x"\nwhen = "Yes."\nurgnet = true\n', "line 24: urgnet"),
        (LABELS + '[[labels]]\nid = "x"\nwhen = "Yes."\narchetype = "y"\n', "line 24: archetype"),
        ('labels = [{ id = "x y!", when = "Yes." }]\n', "label 1: id"),
    ],
)
def test_a_wrong_label_is_named(tmp_path: Path, text: str, told: str) -> None:
    """File, line, key."""
    with pytest.raises(InputError, match=told):
        labels.read(file(tmp_path, text))


def test_a_labels_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """Absent, or no text."""
    with pytest.raises(InputError, match="cannot be read"):
        labels.read(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"\xe4")
    with pytest.raises(InputError, match="not UTF-8"):
        labels.read(tmp_path / "latin.toml")
