"""Answers as text for people. Mail is data: control characters never reach the terminal."""

import unicodedata
from typing import TYPE_CHECKING

from mailreeve.service import destinations
from mailreeve.service.answers import (
    ClassifyAnswer,
    DigestAnswer,
    DraftAnswer,
    Failed,
    FileAnswer,
    InboxRow,
    LabelsAnswer,
    ReadAnswer,
    ReadJson,
    ReviewAnswer,
    RunAnswer,
    RunsAnswer,
    SearchAnswer,
    SendAnswer,
    SummarizeAnswer,
    UndoAnswer,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

SHOWN_IDS = 3
"""Ids that a line of failures names."""
NARROW = 100
"""Columns below which tables leave out what is not essential."""
WHOLE = frozenset(
    (
        *("Id", "Draft", "Run", "Label", "Priority", "By", "Date", "Started", "State"),
        *(
            "Seen",
            "Decided",
            "Needs you",
            "Failed",
            "Cost",
            "No.",
            "Mails",
            "Unread",
            "MB",
            "Newest",
            "Opened",
        ),
        *("You wrote", "Unsubscribe"),
    )
)
"""Columns that are never cut."""
PRIORITY_STYLE = {"urgent": "bold red", "high": "yellow", "normal": "", "low": "dim"}


def safe(value: str) -> str:
    """Text without control and format characters (a mail could hold terminal commands); lines are kept."""
    return "".join(
        c for c in value if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Cs"} or c == "\u200d"
    )


def table(*columns: str) -> "Table":
    """A table without lines, as wide as the terminal."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    made = Table(box=SIMPLE_HEAD, pad_edge=False, expand=True)
    for column in columns:
        whole = column in WHOLE
        wraps = column in {"Summary", "When", "Reason", "Flags"}
        ratio = None if whole else (3 if wraps else 2 if column == "Subject" else 1)
        made.add_column(column, overflow="ellipsis", no_wrap=not wraps, ratio=ratio)
    return made


def failures(console: "Console", failed: list[Failed]) -> None:
    """Say which ids failed and why; a reason that many share is told once."""
    reasons: dict[str, list[str]] = {}
    for one in failed:
        reasons.setdefault(one["reason"], []).append(one["id"])
    for reason, ids in reasons.items():
        more = f" and {len(ids) - SHOWN_IDS} more (--json lists them)" if len(ids) > SHOWN_IDS else ""
        count = f"{len(ids)} failed:" if len(ids) > 1 else "failed"
        console.print(f"{count} {', '.join(ids[:SHOWN_IDS])}{more}: {safe(reason)}", style="red")


def hits(console: "Console", answer: SearchAnswer) -> None:
    """One line a hit."""
    made = table("Id", "Date", "From", "Subject")
    narrow = console.width < NARROW
    for hit in answer["hits"]:
        date = hit["date"][: 10 if narrow else 16].replace("T", " ")
        from_ = _who(safe(hit["from"])) if narrow else safe(hit["from"])
        made.add_row(hit["id"], date, from_, safe(hit["subject"]))
    console.print(made)
    failures(console, answer["failed"])
    more = f"; next page: --cursor {answer['next']}" if answer["next"] else ""
    console.print(f"{len(answer['hits'])} of about {answer['total']}{more}", style="dim")
    if answer["source"] == "local":
        reach = f", mail since {answer['since'][:10]}" if answer["since"] else ""
        console.print(
            f"From the local index as of {answer['synced'][:16].replace('T', ' ')}{reach}.", style="dim"
        )
        if answer["ranked_by"]:
            console.print(f"Best first, by {answer['ranked_by']}.", style="dim")
        if answer["note"]:
            console.print(safe(answer["note"]), style="yellow")


def messages(console: "Console", answer: ReadAnswer) -> None:
    """Messages as a person reads them, history folded."""
    for message in answer["messages"]:
        people = ", ".join(one["address"] for one in message["to"])
        author = ", ".join(f"{one['name']} <{one['address']}>".strip() for one in message["from"])
        console.print(safe(message["subject"]) or "(no subject)", style="bold")
        console.print(
            f"{safe(author)} → {safe(people)} · {message['date'] or 'no date'} · {message['id']}", style="dim"
        )
        console.print(safe(message["text"]))
        if message["quoted"]:
            console.print(
                f"[{len(message['quoted'].splitlines())} quoted lines folded; --json shows them]", style="dim"
            )
        if message["hidden"]["chars"]:
            how = ", ".join(message["hidden"]["how"])
            console.print(f"[{message['hidden']['chars']} hidden characters removed: {how}]", style="dim")
        for part in message["attachments"]:
            console.print(f"📎 {safe(part['name'])} ({part['type']}, {part['size']} bytes)", style="dim")
        console.print(message["url"], style="dim", soft_wrap=True)
        console.print()
    failures(console, answer["failed"])


def file(console: "Console", answer: FileAnswer) -> None:
    """An attachment: its text, or where it was saved."""
    console.print(f"📎 {safe(answer['name'])} ({safe(answer['type'])}, {answer['size']} bytes)", style="dim")
    if answer["saved"]:
        console.print(f"Saved: {answer['saved']}", soft_wrap=True)
        return
    console.print(safe(answer["text"]))
    if answer["omitted"]:
        console.print(f"[{safe(answer['omitted'])}]", style="dim")


def summaries(console: "Console", answer: SummarizeAnswer) -> None:
    """Thread summaries."""
    for one in answer["summaries"]:
        console.print(safe(one["subject"]) or "(no subject)", style="bold")
        console.print(f"{safe(one['gist'])}  [{one['by']}]")
        for title, lines in (("decided", one["decisions"]), ("open", one["questions"])):
            for line in lines:
                console.print(f"  {title}: {safe(line)}")
        for item in one["actions"]:
            due = f" by {item['due']}" if item["due"] else ""
            console.print(f"  to do: {safe(item['what'])}{due} {safe(item['who'])}".rstrip())
        if reach := _reach(one["coverage"]):
            console.print(f"  {reach}", style="yellow")
        console.print(one["url"], style="dim", soft_wrap=True)
        console.print()
    failures(console, answer["coverage"]["failed"])
    if answer["coverage"]["advice"]:
        console.print(answer["coverage"]["advice"], style="yellow")


def _reach(read: ReadJson) -> str:
    """How much of a thread was read, where that is not all of it."""
    counts = (
        (read["folded"], "older ones read as notes"),
        (read["left_out"], "left out"),
        (read["unsupported"], "statements without a message dropped"),
    )
    told = ", ".join(f"{number} {what}" for number, what in counts if number)
    return f"{read['read']} of {read['messages']} messages read in full, {told}" if told else ""


def verdicts(console: "Console", answer: ClassifyAnswer) -> None:
    """One line a verdict."""
    made = table("Id", "Label", "Priority", "By", "Summary", "Reason")
    for one in answer["verdicts"]:
        style = PRIORITY_STYLE.get(one["priority"], "")
        label = "needs human" if one["needs_human"] else one["label"]
        by = f"{one['by']} {one['confidence']:.2f}"
        made.add_row(
            one["id"], label, one["priority"], by, safe(one["summary"]), safe(one["reason"]), style=style
        )
    console.print(made)
    failures(console, answer["coverage"]["failed"])


def draft(console: "Console", answer: DraftAnswer, program: str) -> None:
    """A draft as it lies in Gmail; `program` begins the commands that are shown."""
    letter(console, answer)
    console.print(
        f"\n{answer['url']}\nSend it with: {program} send {answer['draft_id']}", style="dim", soft_wrap=True
    )
    if answer["change"]:
        console.print(f"Undo with: {program} undo {answer['change']}", style="dim")


def letter(console: "Console", answer: DraftAnswer) -> None:
    """A draft without the ways on."""
    console.print(f"Draft {answer['draft_id']}: {safe(answer['subject']) or '(no subject)'}", style="bold")
    console.print(f"to {safe(', '.join(answer['to'])) or 'nobody yet'}")
    for name in ("cc", "bcc"):
        if answer[name]:
            console.print(f"{name} {safe(', '.join(answer[name]))}")
    for flag in answer["flags"]:
        console.print(f"! {safe(flag)}", style="yellow")
    console.print()
    console.print(safe(answer["text"]))


def sent(console: "Console", answer: SendAnswer) -> None:
    """What became of a request to send."""
    told = f"{answer['status']}: {safe(answer['advice'])}" if answer["advice"] else answer["status"]
    console.print(told, soft_wrap=True)


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
        made.add_row(mark, row["priority"], _who(safe(row["from"])), summary, by, style=style)
    console.print(made)


def _who(sender: str) -> str:
    """The name alone where there is one: the address is in the digest and in --json."""
    return sender.partition(" <")[0].strip()


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


def labels(console: "Console", answer: LabelsAnswer) -> None:
    """The closed set and its sentences."""
    made = table("Id", "Name", "When")
    for label in answer["labels"]:
        made.add_row(label["id"], safe(label["name"]), safe(label["when"]))
    console.print(made)


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


def waiting(console: "Console", answer: ReviewAnswer, program: str) -> None:
    """What waits for a person: each list only when there is something in it."""
    for one in answer["bounced"]:
        console.print(f"“{safe(one['subject'])}” did not arrive. {safe(one['bounced'])}", style="yellow")
    if answer["proposals"]:
        made = table("Id", "Kind", "State", "To", "Subject", "Flags")
        for one in answer["proposals"]:
            to, flags = safe(", ".join(one["to"])), safe("; ".join(one["flags"]))
            made.add_row(one["id"], one["kind"], one["state"], to, safe(one["subject"]), flags)
        console.print(made)
    if answer["drafts"]:
        made = table("Draft", "To", "Subject", "Flags")
        for draft in answer["drafts"]:
            to, flags = safe(", ".join(draft["to"])), safe("; ".join(draft["flags"]))
            made.add_row(draft["draft_id"], to, safe(draft["subject"]), flags)
        console.print(made)
    if answer["drafts"] or answer["proposals"]:
        console.print(
            f"Go through them with: {program} review --web, or {program} review on a terminal", style="dim"
        )
    else:
        console.print("Nothing waits for you.")
