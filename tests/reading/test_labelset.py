"""Archetypes find the user's labels by what these declare, else by what they are called."""

import pytest
from tests.reading.mails import LABELS

from mailreeve.models import Archetype, LabelSpec
from mailreeve.reading.labelset import FALLBACKS, LabelSet


def spec(id_: str, when: str, archetype: Archetype | None = None, *, urgent: bool = False) -> LabelSpec:
    return LabelSpec(id_, "", when, archetype, urgent=urgent)


@pytest.mark.parametrize("archetype", Archetype)
def test_a_declared_archetype_is_taken(archetype: Archetype) -> None:
    """A full set maps each archetype to its own label."""
    assert archetype.value == LabelSet(LABELS).best(archetype)


BUCKETS = [
    spec("URGENT", "Needs action within hours: an outage, a blocker, a deadline today.", urgent=True),
    spec("NEEDS_RESPONSE", "Somebody expects an answer, though not today."),
    spec("FYI", "Informational, no action required."),
    spec("PROMOTIONAL", "Marketing, newsletters, spam, phishing."),
    spec("PERSONAL", "Friends and family."),
]


@pytest.mark.parametrize(
    ("archetype", "label"),
    [
        (Archetype.URGENT, "URGENT"),
        (Archetype.TO_REPLY, "NEEDS_RESPONSE"),
        (Archetype.FYI, "FYI"),
        (Archetype.NEWSLETTER, "PROMOTIONAL"),
        (Archetype.PROMOTION, "PROMOTIONAL"),
        (Archetype.SUSPICIOUS, "PROMOTIONAL"),
        (Archetype.COLD, "PROMOTIONAL"),
        (Archetype.PERSONAL, "PERSONAL"),
        (Archetype.NOTIFICATION, "FYI"),
        (Archetype.RECEIPT, "FYI"),
    ],
)
def test_labels_without_archetype_are_understood_by_their_words(archetype: Archetype, label: str) -> None:
    """Id, name and sentence say what they stand for; what has no label goes to its nearest relative."""
    assert label == LabelSet(BUCKETS).best(archetype)


def test_german_labels_are_understood() -> None:
    """People write their labels in their own language."""
    labels = LabelSet(
        [
            spec("Rechnungen", "Alles, was bezahlt wird."),
            spec("Werbung", "Angebote."),
            spec("Familie", "Privates."),
        ]
    )
    assert ["Rechnungen", "Werbung", "Familie"] == [
        labels.best(kind) for kind in (Archetype.RECEIPT, Archetype.PROMOTION, Archetype.PERSONAL)
    ]


def test_what_a_label_is_not_does_not_count() -> None:
    """A label that says "no newsletters" is none for newsletters."""
    labels = LabelSet(
        [
            spec("reading", "Long articles, but no promotions and not receipts."),
            spec("money", "Receipts and invoices."),
        ]
    )
    assert "money" == labels.best(Archetype.RECEIPT)


def test_labels_about_something_else_take_nothing() -> None:
    """No archetype is forced on a label that has nothing to do with it."""
    labels = LabelSet([spec("cats", "Pictures of cats.")])
    assert {""} == {labels.best(kind) for kind in Archetype}


def test_the_fallbacks_reach_every_archetype() -> None:
    """Each archetype has relatives, none is its own."""
    for kind, relatives in FALLBACKS.items():
        assert relatives
        assert kind not in relatives
    assert set(Archetype) == set(FALLBACKS)
