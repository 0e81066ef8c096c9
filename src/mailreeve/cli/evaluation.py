"""eval triage, eval injection: figures about labelled and about hostile mail."""

from pathlib import Path

import click

from mailreeve.cli import measuring, text
from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.cli.figures import show
from mailreeve.cli.marking import mine
from mailreeve.models import Json
from mailreeve.service import evaluation as use
from mailreeve.service.injection import injection as attack

_FILE = click.Path(path_type=Path)


@click.group(name="eval")
def evaluation() -> None:
    """Measure how mail is sorted and understood, and what hostile mail achieves. Only `mine` needs an account."""


for _command in (*measuring.COMMANDS, mine):
    evaluation.add_command(_command)


@evaluation.command()
@click.option("--cases", required=True, type=_FILE, help="JSON lines: id, from, to, cc, subject, body, ...")
@click.option("--labels", required=True, type=_FILE, help="TOML: [[labels]] with id and when.")
@click.option("--reader", type=click.Choice(use.READERS), default=use.CASCADE, show_default=True)
@click.option("--owner", default="", metavar="ADDRESS", help="Whose mailbox it is, if the cases do not tell.")
@click.option(
    "--record", type=_FILE, help="Keep the model's answers in a file; what it has is not asked again."
)
@click.option(
    "--replay", type=_FILE, help="Take the model's answers from such a file: needs no key, asks nobody."
)
@click.option(
    "--baseline", type=_FILE, help="Tell how figures differ from those in a file: evals/baseline.json."
)
@json_option
@click.pass_obj
def triage(
    face: Face,
    cases: Path,
    labels: Path,
    reader: str,
    owner: str,
    record: Path | None,
    replay: Path | None,
    baseline: Path | None,
    as_json: bool,
) -> int:
    """Sort labelled mail and say how much of it is right.

    Example: mailreeve eval triage --cases evals/cases/dev.jsonl --labels evals/labels.toml
    """
    with face.interruptible(), face.progress() as progress:
        answer = use.triage(
            face.app,
            cases,
            labels,
            reader=reader,
            owner=owner,
            record=record,
            replay=replay,
            baseline=baseline,
            progress=progress,
            cancel=face.cancel,
        )
    if as_json:
        print_json(answer)
    else:
        show(face, answer)
    return 3 if answer["failed"] else 0


@evaluation.command()
@click.option(
    "--cases", required=True, type=_FILE, help="JSON lines: id, technique, sender, subject, body, ..."
)
@click.option("--mutate", default=None, type=int, metavar="SEED", help="Disguise each mail at random first.")
@json_option
@click.pass_obj
def injection(face: Face, cases: Path, mutate: int | None, as_json: bool) -> int:
    """Attack with hostile mail while the model itself is hostile; exit 1 if anything came of it.

    Example: mailreeve eval injection --cases evals/injection/cases.jsonl
    """
    with face.interruptible(), face.progress() as progress:
        answer = attack(face.app, cases, seed=mutate, progress=progress, cancel=face.cancel)
    if as_json:
        print_json(answer)
    else:
        _show_attacks(face, answer)
    return 1 if answer["findings"] else 0


def _show_attacks(face: Face, answer: Json) -> None:
    """Counts by flow, the negative control, and each finding."""
    for flow, row in answer["by_flow"].items():
        counts = ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in row.items())
        face.console.print(f"{flow}: {counts}")
    face.console.print(f"files written outside the home: {answer['files_written']}")
    face.console.print(f"events that a destination got as its person wants: {answer['delivered']}")
    control = answer["negative_control"]
    told = f"{control['outbound']} of {control['attempts']} mails made it send" if control else "no checkout"
    face.console.print(f"a naive assistant with the same model: {told}")
    for one in answer["findings"]:
        face.console.print(
            f"{one['kind']} in {one['flow']}, {one['case']}: {text.safe(one['what'])}", style="red"
        )
