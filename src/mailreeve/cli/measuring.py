"""eval summaries, actions, followups, drafts: figures about what is understood."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from mailreeve.cli import text
from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.models import Json
from mailreeve.service import measuring as use

_FILE = click.Path(path_type=Path)
_CASES = click.option("--cases", required=True, type=_FILE, help="JSON lines, as docs/evals.md says.")
_READER = click.option(
    "--reader", type=click.Choice(use.READERS), default=use.OFFLINE, show_default=True, help="Who reads."
)


def _written(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of what measures texts that the reader writes."""
    for option in (
        click.pass_obj,
        json_option,
        click.option("--hand", type=_FILE, help="With --judge: texts that people labelled, to compare with."),
        click.option("--judge-model", default="", metavar="NAME", help="Another model at the same endpoint."),
        click.option("--judge", is_flag=True, help="Let the configured model judge each text, too."),
        _READER,
        _CASES,
    ):
        command = option(command)
    return command


@click.command()
@_written
def summaries(face: Face, **wish: Any) -> int:
    """Summarize threads and check what is told.

    Example: mailreeve eval summaries --cases evals/summaries/cases.jsonl
    """
    return _measure(face, use.summarized, **wish)


@click.command()
@_written
def drafts(face: Face, **wish: Any) -> int:
    """Draft answers and check that nothing is invented or left out.

    Example: mailreeve eval drafts --cases evals/drafts/cases.jsonl
    """
    return _measure(face, use.drafted, **wish)


@click.command()
@_CASES
@_READER
@json_option
@click.pass_obj
def actions(face: Face, cases: Path, reader: str, as_json: bool) -> int:
    """Find action items and compare them with a person's list.

    Example: mailreeve eval actions --cases evals/actions/dev.jsonl
    """
    with face.interruptible(), face.progress() as progress:
        answer = use.actions(face.app, cases, reader=reader, progress=progress, cancel=face.cancel)
    return _told(face, answer, _extraction, as_json=as_json)


@click.command()
@_CASES
@json_option
@click.pass_obj
def followups(face: Face, cases: Path, as_json: bool) -> int:
    """Say which threads wait for an answer and compare.

    Example: mailreeve eval followups --cases evals/followups/cases.jsonl
    """
    with face.interruptible(), face.progress() as progress:
        answer = use.followups(face.app, cases, progress=progress, cancel=face.cancel)
    return _told(face, answer, _waiting, as_json=as_json)


COMMANDS = (summaries, actions, followups, drafts)


def _measure(
    face: Face,
    measure: Callable[..., Json],
    *,
    cases: Path,
    reader: str,
    judge: bool,
    judge_model: str,
    hand: Path | None,
    as_json: bool,
) -> int:
    """Let the reader write, check what it wrote, and tell."""
    if not judge and (judge_model or hand):
        raise click.UsageError("--judge-model and --hand need --judge.")
    wanted = use.Judge(judge_model, hand) if judge else None
    with face.interruptible(), face.progress() as progress:
        answer = measure(face.app, cases, reader=reader, judge=wanted, progress=progress, cancel=face.cancel)
    return _told(face, answer, _checks, as_json=as_json)


def _told(face: Face, answer: Json, show: Callable[[Face, Json], None], *, as_json: bool) -> int:
    judge = answer.get("judge") or {}
    if as_json:
        print_json(answer)
    else:
        show(face, answer)
        text.failures(face.console, [*answer["failed"], *judge.get("failed", ())])
    return 3 if answer["failed"] or judge.get("failed") else 0


def _checks(face: Face, answer: Json) -> None:
    made = text.table("Check", "Held", "Share", "95 %")
    for name, row in answer["by_check"].items():
        held = f"{row['passed']} of {row['n']}"
        made.add_row(name, held, *_shares(row["share"], answer["ci95"][name]))
    held = f"{sum(one['passed'] for one in answer['cases'])} of {answer['n']}"
    made.add_row("all of them", held, *_shares(answer["passed"], answer["ci95"]["passed"]))
    face.console.print(made)
    for one in answer["cases"]:
        for check, wrong in one["problems"].items():
            for what in wrong:
                face.console.print(f"{one['id']}, {check}: {text.safe(what)}", style="red", markup=False)
    _cost(face, answer)
    if judge := answer["judge"]:
        _judgement(face, judge)


def _judgement(face: Face, judge: Json) -> None:
    told = ", ".join(
        f"{name} {judge[name]:.2f}" for name in ("faithful", "complete") if judge[name] is not None
    )
    face.console.print(f"judged by {text.safe(judge['model'])}: {told}", markup=False)
    same = judge["agreement"]
    if same is None:
        face.console.print("How far the judge agrees with people was not measured: --hand.", style="yellow")
        return
    for name in ("faithful", "complete"):
        kappa = "none" if same[name]["kappa"] is None else f"{same[name]['kappa']:.2f}"
        face.console.print(
            f"agrees with people on {name}: {same[name]['agree']:.2f} of {same['n']}, kappa {kappa}"
        )


def _extraction(face: Face, answer: Json) -> None:
    _figures(face, answer, ("precision", "recall", "f1"))
    for name, told in (("due_right", "due date right"), ("who_right", "person right")):
        if answer[name] is not None:
            face.console.print(f"{told:<16}{answer[name]:.3f}")
    nothing = answer["nothing_asked"]
    if nothing["n"]:
        face.console.print(f"nothing found in {nothing['clean']} of {nothing['n']} mails that ask nothing")
    for one in answer["cases"]:
        for kind in ("extra", "missed"):
            for what in one[kind]:
                face.console.print(f"{one['id']}, {kind}: {text.safe(what)}", style="red", markup=False)
    _cost(face, answer)


def _waiting(face: Face, answer: Json) -> None:
    _figures(face, answer, ("exact", "precision", "recall", "f1"))
    for one in answer["cases"]:
        if one["waits"] != one["expected"]:
            told = f"waits for {one['asked'][0]!r}" if one["waits"] else "does not wait"
            face.console.print(f"{one['id']}: wrong, it {text.safe(told)}", style="red", markup=False)
    face.console.print(f"{answer['right']} of {answer['n']} threads right", style="dim")


def _figures(face: Face, answer: Json, names: Sequence[str]) -> None:
    for name in names:
        value, interval = _shares(answer[name], answer["ci95"][name])
        face.console.print(f"{name:<16}{value}  {interval}", markup=False)


def _shares(value: float | None, interval: Sequence[float] | None) -> tuple[str, str]:
    between = f"[{interval[0]:.3f}, {interval[1]:.3f}]" if interval else ""
    return ("" if value is None else f"{value:.3f}"), between


def _cost(face: Face, answer: Json) -> None:
    cost = f"{answer['model_calls_per_case']:.2f} model calls, {answer['tokens_per_case']:.0f} tokens"
    face.console.print(
        f"{answer['n']} cases, each {cost}, {answer['ms_per_case']:.1f} ms; reader: {answer['reader']}",
        style="dim",
    )
