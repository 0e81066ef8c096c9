"""Runs as text for people: the triaged inbox, what was decided, what it cost, what was taken back."""

from typing import TYPE_CHECKING

from mailreeve.cli.text import NARROW, PRIORITY_STYLE, failures, safe, table, who
from mailreeve.service import destinations
from mailreeve.service.answers import DigestAnswer, InboxRow, RunAnswer, RunsAnswer, UndoAnswer

if TYPE_CHECKING:
    from rich.console import Console


def inbox(console: "Console", rows: list[InboxRow]) -> None:
    """The triaged inbox, the most pressing first; what is not pressing has one line each."""
    from rich.text import Text

    made = table("Label", "Priority", "From", "Summary", "By")
    narrow = console.width < NARROW
    for row in rows:
        style = PRIORITY_STYLE.get(row["priority"], "")
        by = row["by"] if narrow else f"{row['by']} {row['confidence']:.2f}"
        mark = f"{row['label']} ✎" if row["draft"] else row["label"]
        pressing = row["priority"] in {"urgent", "high"}
        short = _short(safe(row["summary"]), 60 if narrow else 110)
        summary = Text(short, no_wrap=not pressing, overflow="ellipsis")
        made.add_row(mark, row["priority"], who(safe(row["from"])), summary, by, style=style)
    console.print(made)


def _short(summary: str, size: int) -> str:
    return summary if len(summary) <= size else f"{summary[: size - 1].rsplit(' ', 1)[0]}…"


def run(console: "Console", answer: RunAnswer, program: str) -> None:
    """A run: its inbox, then its coverage; `program` begins the command that is shown."""
    if answer.get("inbox"):
        inbox(console, answer["inbox"])
    console.print(coverage(answer))
    failures(console, answer["failures"])
    for one in answer.get("sent", []):
        console.print(f"{one['status']} (planned for now) {one['proposal']}: {safe(one['advice'])}")
    for item in answer.get("bounced", []):
        console.print(f"bounced {item['id']}: {safe(item['reason'])}", style="yellow")
    if outside := answer.get("outbox"):
        for line in destinations.lines(outside):
            console.print(safe(line))
    for told in answer.get("digest", []):
        console.print(safe(told))
    if answer["left"]:
        console.print(f"{answer['left']} more wait for the next run (the cap was reached).", style="yellow")
    if answer.get("changes"):
        console.print(f"Take it all back with: {program} undo {answer['run']}", style="dim")


def coverage(answer: RunAnswer) -> str:
    """One line that accounts for every message."""
    decided = ", ".join(f"{count} by {who}" for who, count in answer["decided"].items() if count)
    parts = [
        f"{answer['seen']} seen = {answer['already']} already + {decided or '0 decided'}",
        f"{len(answer['needs_human'])} need you + {len(answer['failed'])} failed;",
        f"{len(answer['drafts'])} drafts, {answer['units']} units, {answer['model_calls']} model calls,",
        f"{answer['seconds']:.1f} s",
    ]
    return " ".join([parts[0], "+", *parts[1:]])


def decided(answer: RunAnswer) -> int:
    """How many messages were decided, by whomever."""
    by = answer["decided"]
    return by["rule"] + by["pattern"] + by["offline"] + by["llm"]


def runs(console: "Console", answer: RunsAnswer) -> None:
    """One line a run; a narrow terminal leaves out when it started, which its id tells, and what it cost."""
    if answer.get("next"):
        console.print(
            f"A worker is alive; its next run is planned for {answer['next'][:16].replace('T', ' ')}."
        )
    _watch(console, answer)
    if not answer["runs"]:
        console.print("There was no run yet.")
        return
    narrow = console.width < NARROW
    essential = ("Run", "State", "Seen", "Decided", "Needs you", "Failed")
    made = table(*essential) if narrow else table(*essential, "Started", "Cost")
    for one in answer["runs"]:
        counts = (one["seen"], decided(one), len(one["needs_human"]), len(one["failed"]))
        wide = (one["started"][:16].replace("T", " "), f"{one['cost']:.2f}")
        made.add_row(one["run"], one["state"], *map(str, counts), *(() if narrow else wide))
    console.print(made)
    judged = [
        (one["model_calls"], decided(one) + len(one["needs_human"])) for one in reversed(answer["runs"])
    ]
    shares = [f"{calls / mails:.2f}" for calls, mails in judged if mails]
    if any(calls for calls, _ in judged):
        console.print(f"Model calls for a mail, the oldest run first: {', '.join(shares)}")


def _watch(console: "Console", answer: RunsAnswer) -> None:
    """Whether Gmail tells of new mail; nothing where that is not wanted."""
    watch = answer.get("watch")
    if watch is None or watch["state"] == "off":
        return
    until, noticed = (watch[name][:16].replace("T", " ") for name in ("until", "noticed"))
    last = f"; last notice {noticed}" if noticed else ""
    said = {
        "live": f"Gmail watches the mailbox until {until}{last}.",
        "silent": f"Gmail watches the mailbox until {until}, but new mail came without a notice{last}.",
        "lapsed": f"Gmail's watch lapsed at {until}; the worker renews it. {safe(watch['error'])}",
        "none": "Gmail does not watch the mailbox yet; the worker sees to that.",
    }
    console.print(said.get(watch["state"], safe(watch["error"])).rstrip())


def digest(console: "Console", answer: DigestAnswer) -> None:
    """The digest; its Markdown is laid out on a terminal and left as it is elsewhere."""
    if console.is_terminal:
        from rich.markdown import Markdown

        console.print(Markdown(safe(answer["text"]), hyperlinks=True))
    else:
        console.print(safe(answer["text"]), soft_wrap=True)


def undone(console: "Console", answer: UndoAnswer) -> None:
    """What was taken back and what was not."""
    counts = {"undone": answer["undone"]} | {
        name: len(one) for name, one in (("skipped", answer["skipped"]), ("final", answer["final"]))
    }
    if any((*counts.values(), answer["failed"])):
        console.print(", ".join(f"{count} {name}" for name, count in counts.items()) + ".")
    else:
        console.print("There was nothing to take back.")
    for name in ("skipped", "final"):
        for one in answer[name]:
            console.print(f"{name} {one['id']}: {safe(one['reason'])}", style="dim")
    failures(console, answer["failed"])
