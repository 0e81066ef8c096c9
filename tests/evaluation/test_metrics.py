"""The figures, against values worked out by hand."""

from collections import Counter

import pytest

from mailreeve.evaluation import metrics
from mailreeve.models import LabelSpec

LABELS = (
    LabelSpec("a", "a", "", rank=1, urgent=True),
    LabelSpec("b", "b", "", rank=2),
    LabelSpec("c", "c", "", rank=3),
    LabelSpec("p", "p", ""),
)
PAIRS = [("a", "a"), ("a", "b"), ("a", "c"), ("b", "b"), ("b", "p"), ("p", "p"), ("p", "a"), ("c", "")]
COUNTS = Counter(PAIRS)


def test_exact_is_the_share_of_right_labels() -> None:
    """Three of eight."""
    assert 3 / 8 == metrics.exact(COUNTS)


def test_within_one_takes_neighbours_of_ranked_labels_only() -> None:
    """A for b counts, a for c does not, and a label without rank has no neighbours."""
    assert 4 / 8 == metrics.within_one(COUNTS, LABELS)


def test_urgent_recall_is_about_urgent_labels() -> None:
    """One of three urgent mails got an urgent label; without urgent mails there is no figure."""
    assert 1 / 3 == metrics.urgent_recall(COUNTS, LABELS)
    assert metrics.urgent_recall(Counter({("b", "b"): 3}), LABELS) is None


def test_scores_of_a_label() -> None:
    """Precision, recall and F1; no label is no class, but lowers a recall."""
    found = metrics.per_label(COUNTS)
    assert ["a", "b", "c", "p"] == list(found)
    assert (1 / 2, 1 / 3, 2 / 5) == (found["a"].precision, found["a"].recall, found["a"].f1)
    assert (0.0, 0.0, 0.0) == (found["c"].precision, found["c"].recall, found["c"].f1)
    assert {"n": 2, "predicted": 2, "precision": 0.5, "recall": 0.5, "f1": 0.5} == found["p"].as_json()


def test_macro_f1_is_the_mean_over_labels() -> None:
    """Rare labels count as much as frequent ones."""
    assert pytest.approx((2 / 5 + 1 / 2 + 0 + 1 / 2) / 4) == metrics.macro_f1(COUNTS)


def test_calibration_error_weighs_the_bins() -> None:
    """Two bins: |0.9 - 0.5| of two mails and |0.15 - 0| of two; certainty falls into the last bin."""
    judged = [(0.9, True), (0.9, False), (0.1, False), (0.2, False)]
    assert pytest.approx((2 * 0.4 + 2 * 0.15) / 4) == metrics.calibration_error(judged, bins=2)
    assert 0 == metrics.calibration_error([(1.0, True)])


def test_an_interval_holds_the_figure_and_is_the_same_every_time() -> None:
    """Fixed seed; the width is near what the normal approximation gives."""
    pairs = [("a", "a")] * 80 + [("a", "b")] * 20
    low, high = metrics.interval(pairs, metrics.exact) or (0, 0)
    assert (low, high) == metrics.interval(pairs, metrics.exact)
    assert low < 0.8 < high
    assert pytest.approx(2 * 1.96 * 0.04, abs=0.03) == high - low


def test_an_interval_of_no_figure_is_none() -> None:
    """No urgent mail, no interval of their recall."""
    assert metrics.interval([("b", "b")], lambda found: metrics.urgent_recall(found, LABELS)) is None
