"""Answers as text for people. Mail is data: control characters never reach the terminal."""

import unicodedata
from typing import TYPE_CHECKING

from mailreeve.service.answers import (
    ClassifyAnswer,
    DraftAnswer,
    Failed,
    FileAnswer,
    LabelsAnswer,
    ReadAnswer,
    ReadJson,
    SearchAnswer,
    SendAnswer,
    SummarizeAnswer,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

SHOWN_IDS = 3
"""Ids that a line of failures names."""
NARROW = 100
"""Columns below which tables leave out what is not essential."""
WHOLE = frozenset(
    [
        *("", "Id", "Draft", "Run", "Label", "Priority", "By", "Date", "Started", "State"),
        *("Seen", "Decided", "Needs you", "Failed", "Cost"),
        *("No.", "Mails", "Unread", "MB", "Newest", "Opened", "You wrote", "Unsubscribe"),
    ]
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
        ratio = None if whole else (3 if wraps else 2 if column in {"Subject", "About"} else 1)
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
        from_ = who(safe(hit["from"])) if narrow else safe(hit["from"])
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
            console.print(
                f"📎 {safe(part['name'])} ({safe(part['type'])}, {part['size']} bytes)", style="dim"
            )
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
            due = f"by {item['due']}" if item["due"] else ""
            told = ", ".join(part for part in (safe(item["who"]), due) if part)
            console.print(f"  to do: {safe(item['what'])}{told and f' ({told})'}")
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


def labels(console: "Console", answer: LabelsAnswer) -> None:
    """The closed set and its sentences."""
    made = table("Id", "Name", "When")
    for label in answer["labels"]:
        made.add_row(label["id"], safe(label["name"]), safe(label["when"]))
    console.print(made)


def who(sender: str) -> str:
    """The name alone where there is one: the address is in the digest and in --json."""
    return sender.partition(" <")[0].strip()
