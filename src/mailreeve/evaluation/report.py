"""The report about a measured triage, as the outer face shows it."""

from collections import Counter
from collections.abc import Sequence

from mailreeve.evaluation import metrics
from mailreeve.evaluation.metrics import rounded
from mailreeve.evaluation.runner import Prediction
from mailreeve.models import Json, LabelSpec, Usage


def triage(predictions: Sequence[Prediction], labels: Sequence[LabelSpec], usage: Usage, reader: str) -> Json:
    """All figures. `usage` is what the model cost; a mail without a verdict counts as wrong."""
    pairs = [(one.case.label, one.label) for one in predictions]
    counts, n = Counter(pairs), len(pairs)
    figures: dict[str, metrics.Figure] = {
        "exact": metrics.exact,
        "within_one": lambda found: metrics.within_one(found, labels),
        "macro_f1": metrics.macro_f1,
        "urgent_recall": lambda found: metrics.urgent_recall(found, labels),
    }
    return {
        "n": n,
        **{name: rounded(figure(counts)) for name, figure in figures.items()},
        "per_label": {name: score.as_json() for name, score in metrics.per_label(counts).items()},
        "model_calls_per_mail": rounded(usage.calls / n),
        "tokens_per_mail": rounded((usage.tokens_in + usage.tokens_out) / n),
        "ms_per_mail": rounded(1000 * sum(one.seconds for one in predictions) / n),
        "ci95": {name: metrics.ends(metrics.interval(pairs, figure)) for name, figure in figures.items()},
        "ece": rounded(metrics.calibration_error((_confidence(one), one.right) for one in predictions)),
        "confusion": _confusion(counts),
        "by": dict(Counter(one.verdict.by.value for one in predictions if one.verdict)),
        "needs_human": [one.case.id for one in predictions if one.verdict and one.verdict.needs_human],
        "failed": [{"id": one.case.id, "reason": one.problem} for one in predictions if one.problem],
        "reader": reader,
        "tokens": {"in": usage.tokens_in, "out": usage.tokens_out},
        "cost": usage.cost,
        "cost_per_mail": round(usage.cost / n, 6),
        "predictions": [_prediction(one) for one in predictions],
    }


def _confidence(one: Prediction) -> float:
    return one.verdict.confidence if one.verdict else 0.0


def _confusion(counts: metrics.Counts) -> dict[str, dict[str, int]]:
    """Wanted label -> given label -> how many; `""` is no label."""
    table: dict[str, dict[str, int]] = {}
    for (want, got), number in sorted(counts.items()):
        table.setdefault(want, {})[got] = number
    return table


def _prediction(one: Prediction) -> Json:
    return {
        "id": one.case.id,
        "label": one.label,
        "by": one.verdict.by.value if one.verdict else "",
        "confidence": round(_confidence(one), 3),
    }
