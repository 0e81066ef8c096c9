"""Figures about triage as text for people, within 80 columns."""

from typing import TYPE_CHECKING

from mailreeve.cli import text
from mailreeve.cli.face import Face
from mailreeve.models import Json

if TYPE_CHECKING:
    from rich.console import Console

_FIGURES = {
    "exact": "right label",
    "within_one": "right or one rank off",
    "macro_f1": "mean F1 of the labels",
    "urgent_recall": "of the urgent, found",
    "ece": "confidence is off by",
}


def show(face: Face, answer: Json) -> None:
    """The figures with their 95 % intervals, the labels, what was taken for what, and the cost."""
    console = face.console
    for name, words in _FIGURES.items():
        console.print(f"{name:<14} {_figure(answer, name):<26} {words}", highlight=False)
    made = text.table("Label", "Mails", "Given", "Precision", "Recall", "F1")
    for label, score in answer["per_label"].items():
        shares = (f"{score[key]:.2f}" for key in ("precision", "recall", "f1"))
        made.add_row(text.safe(label), str(score["n"]), str(score["predicted"]), *shares)
    console.print(made)
    _confusion(console, answer["confusion"])
    if "failed" in answer:
        text.failures(console, answer["failed"])
    if "baseline" in answer:
        _baseline(console, answer["baseline"])
    console.print(_cost(answer), style="dim", highlight=False)


def _figure(answer: Json, name: str) -> str:
    value, ends = answer[name], answer["ci95"].get(name)
    if value is None:
        return "no mail is urgent"
    return f"{value:.3f}  [{ends[0]:.3f}, {ends[1]:.3f}]" if ends else f"{value:.3f}"


def _confusion(console: "Console", table: dict[str, dict[str, int]]) -> None:
    """The commonest mistakes, one a line: a square of many labels is wider than a terminal."""
    wrong = [(number, want, got) for want, row in table.items() for got, number in row.items() if want != got]
    for number, want, got in sorted(wrong, key=lambda one: (-one[0], one[1:]))[:10]:
        told = f"{number:>4} {want or '(none of the labels)'} taken for {got or '(nobody decided)'}"
        console.print(text.safe(told), markup=False, highlight=False)


def _baseline(console: "Console", found: Json) -> None:
    made = text.table("Figure", "Was", "Now", "Change")
    for name, row in found.items():
        made.add_row(name, f"{row['was']:g}", f"{row['now']:g}", f"{row['change']:+g}")
    console.print(made)


def _cost(answer: Json) -> str:
    told = [f"{answer['n']} mails by {answer['reader']}"]
    told.append(f"{answer['model_calls_per_mail']:.2f} model calls a mail")
    if "tokens_per_mail" in answer:
        money = f", money {answer['cost_per_mail']:.5f}" if answer["cost"] else ""
        told.append(f"{answer['tokens_per_mail']:.0f} tokens{money}, {answer['ms_per_mail']:.1f} ms")
    return "; ".join(told)
