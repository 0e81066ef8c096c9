"""stats: how the triage does, as bars on a terminal."""

from typing import TYPE_CHECKING

import click

from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.service import stats as use
from mailreeve.service.answers.stats import AnsweredJson, DayJson, StatsAnswer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

WIDEST = 40
"""Columns of the longest bar."""
SIGNS = "▁▂▃▄▅▆▇█"
ROWS = 31
"""More days than these are told by weeks."""
STAGES = (("rule", "rules", "cyan"), ("pattern", "learned", "green"), ("offline", "offline", "blue"))
"""Key, word and colour; the model and the person follow."""


@click.command()
@click.option("--since", default="30d", show_default=True, help="How far back: 7d, 4w, 3m.")
@json_option
@click.pass_obj
def stats(face: Face, since: str, as_json: bool) -> None:
    """Show how triage does: volume, who decided, cost, your corrections, how soon you answer."""
    answer = use.stats(face.box, since)
    if as_json:
        print_json(answer)
        return
    show(face.console, answer)


def show(console: "Console", answer: StatsAnswer) -> None:
    """The whole of it."""
    runs = f"{answer['runs']} run{'' if answer['runs'] == 1 else 's'}"
    console.print(f"{answer['account']} since {answer['since']}: {answer['received']} mails, {runs}")
    if not answer["received"]:
        console.print("Nothing was sorted in that time: `mailreeve triage` does it.")
        return
    _who(console, answer)
    days = answer["days"]
    while not days[0]["received"]:
        days = days[1:]
    step = 7 if len(days) > ROWS else 1
    groups = [days[start : start + step] for start in range(0, len(days), step)]
    _volume(console, groups, step)
    _line(console, "Corrections", [sum(day["corrected"] for day in group) for group in groups], "{:.0f}")
    _line(console, "Cost", [sum(day["cost"] for day in group) for group in groups], "{:.2f}")
    _answers(console, answer["answered"])
    _labels(console, answer)
    _told(console, answer)


def _parts(day: DayJson | StatsAnswer) -> list[tuple[str, int, str]]:
    """Who decided how many, in the order in which the stages ask."""
    stages = [(word, day["decided"][key], colour) for key, word, colour in STAGES]  # type: ignore[literal-required]
    others = (("model", day["decided"]["llm"], "magenta"), ("you", day["needs_human"], "yellow"))
    return [*stages, *others, ("failed", day["failed"], "red")]


def _bar(parts: list[tuple[str, int, str]], most: int) -> "Text":
    from rich.text import Text

    made, done, drawn = Text(), 0, 0
    for _, count, colour in parts:
        done += count
        end = round(WIDEST * done / most) if most else 0
        made.append("█" * (end - drawn), style=colour)
        drawn = end
    return made


def _who(console: "Console", answer: StatsAnswer) -> None:
    from rich.text import Text

    parts = [part for part in _parts(answer) if part[1]]
    console.print()
    console.print(_bar(parts, sum(count for _, count, _ in parts)))
    legend = Text("  ").join(Text(f"■ {word} {count}", style=colour) for word, count, colour in parts)
    console.print(legend)


def _line(console: "Console", what: str, values: list[float], shown: str) -> None:
    """One sign for each day or week of the bars above; nothing where all are nought."""
    most = max(values)
    if most:
        signs = "".join(SIGNS[round((len(SIGNS) - 1) * one / most)] if one else "·" for one in values)
        console.print(f"{what:<12} {signs}  at most {shown.format(most)}, {shown.format(sum(values))} in all")


def _answers(console: "Console", answered: AnsweredJson) -> None:
    from rich.text import Text

    if not answered["count"]:
        return
    console.print()
    console.print("How soon you answered (as the next run saw it)")
    most = max(one["count"] for one in answered["within"])
    for one in answered["within"]:
        name = f"within {span(one['hours'])}" if one["hours"] else "later"
        bar = Text("█" * round(WIDEST * one["count"] / most), style="green")
        console.print(Text(f"{name:<16} {one['count']:>5} ").append(bar))


def span(hours: int) -> str:
    """1 hour, 4 hours, 3 days."""
    count, word = (hours // 24, "day") if hours >= 24 else (hours, "hour")
    return f"{count} {word}{'' if count == 1 else 's'}"


def _volume(console: "Console", groups: list[list[DayJson]], step: int) -> None:
    """A bar for each day from the first with mail on, or for each week when there are many."""
    from rich.text import Text

    most = max(sum(day["received"] for day in group) for group in groups)
    console.print()
    console.print("Mail a week, from" if step > 1 else "Mail a day")
    for group in groups:
        count = sum(day["received"] for day in group)
        merged = [
            (word, sum(_parts(day)[place][1] for day in group), colour)
            for place, (word, _, colour) in enumerate(_parts(group[0]))
        ]
        console.print(Text(f"{group[0]['date']} {count:>5} ").append(_bar(merged, most)))


def _labels(console: "Console", answer: StatsAnswer) -> None:
    from rich.text import Text

    console.print()
    console.print("Labels")
    most = max((one["count"] for one in answer["labels"]), default=0)
    for one in answer["labels"]:
        wrong = f"  you corrected {one['corrected']}" if one["corrected"] else ""
        bar = "█" * round(WIDEST * one["count"] / most)
        console.print(Text(f"{one['name'][:20]:<20} {one['count']:>5} {bar}{wrong}"))


def _told(console: "Console", answer: StatsAnswer) -> None:
    console.print()
    share = answer["corrected_share"]
    console.print(
        f"You corrected {answer['corrected']} decisions" + (f" ({share:.1%})" if share else "") + "."
    )
    tokens = answer["tokens"]
    console.print(
        f"{answer['model_calls']} model calls, {tokens['in']} tokens in, {tokens['out']} out, cost"
        f" {answer['cost']:.2f}; {answer['units']} units of Gmail's quota."
    )
    answered = answer["answered"]
    if answered["count"]:
        console.print(
            f"You answered {answered['count']} of these mails: half within {answered['median_hours']} hours,"
            f" nine of ten within {answered['p90_hours']}."
        )
