"""The head of a digest lists what to do, each task with its mail; a thread is told by its newest mail."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.triage.test_digest import LINK, edition, entry, lines

from mailreeve.models import ActionItem, Priority
from mailreeve.store.entries import Entry, Sight
from mailreeve.triage.digest import Span, compose

NIGHT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


def asking(id_: str, *tasks: ActionItem, priority: Priority = Priority.NORMAL, **changes: object) -> Entry:
    made = entry(id_, "to-reply", priority, **changes)
    assert made.verdict
    return replace(made, verdict=replace(made.verdict, actions=tasks))


def seen(minute: int) -> Sight:
    at = NIGHT.replace(minute=minute)
    return Sight("Grace <grace@example.org>", "The plan", int(at.timestamp() * 1000))


def tasks(text: str) -> list[str]:
    """The lines under "To do", without the link."""
    if "## To do" not in text:
        return []
    head = text.partition("## To do\n")[2].partition("\n## ")[0]
    return [line.partition(" [Gmail]")[0] for line in lines(head, "- ")]


def test_tasks_stand_first_the_soonest_date_on_top() -> None:
    """Those of the person, with date, sender and Gmail; what was due is said so; undated ones if the mail presses."""
    text = compose(
        edition(
            asking("1", ActionItem("Send the plan", "you", "2026-11-27"), ActionItem("Call Bo", "you")),
            asking("2", ActionItem("Pay the bill", "you", "2026-11-20"), ActionItem("Book a room", "Bo")),
            asking("3", ActionItem("Restart the server", "you"), priority=Priority.URGENT),
            asking("4", ActionItem("Shop now", "you", "2026-11-24"), priority=Priority.LOW),
        )
    ).text
    by = " — **Grace (example[.]org)**"
    assert [
        f"- was due 2026-11-20: Pay the bill{by}",
        f"- by 2026-11-27: Send the plan{by}",
        f"- Restart the server{by}",
    ] == tasks(text)
    assert text.index("## To do") < text.index("## Urgent")
    assert "#all/t2)" in lines(text, "- was due")[0]


def test_without_tasks_there_is_no_head() -> None:
    """Nothing is said where there is nothing to do."""
    assert "To do" not in compose(edition(asking("1"))).text


def test_more_tasks_than_a_head_holds_are_counted() -> None:
    """Seven are listed; how many more there are is said."""
    many = [asking(str(n), ActionItem(f"Do number {n}", "you", "2026-11-27")) for n in range(9)]
    text = compose(edition(*many)).text
    assert 7 == len(tasks(text))
    assert "And 2 tasks more in the mails below." in text


def test_of_tasks_of_a_thread_that_are_alike_the_newer_holds() -> None:
    """The date that a later mail names replaces the earlier one; another thread's task stays."""
    old = asking("1", ActionItem("Send Grace the plan", "you", "2026-11-25"), thread="t", sight=seen(1))
    new = asking("2", ActionItem("Send the plan to Grace", "you", "2026-11-27"), thread="t", sight=seen(2))
    other = asking("3", ActionItem("Send Grace the plan", "you", "2026-11-26"), sight=seen(3))
    assert ["- by 2026-11-26: Send Grace the plan", "- by 2026-11-27: Send the plan to Grace"] == [
        line.partition(" — ")[0] for line in tasks(compose(edition(old, new, other)).text)
    ]


def test_a_thread_is_told_by_its_newest_mail() -> None:
    """As loud as the loudest of its mails, with the draft of any of them; the older ones are counted."""
    old = entry("1", "urgent", Priority.URGENT, thread="t", sight=seen(1), draft="r-9", note="Check it.")
    new = entry("2", "fyi", Priority.NORMAL, thread="t", sight=seen(2))
    text = compose(edition(old, new, entry("3", "fyi", Priority.NORMAL))).text
    told = [line for line in lines(text, "- ") if "Summary" in line]
    assert 2 == len(told)
    assert "Summary of 2." in told[0]
    assert told[0].endswith("**draft to review** · newest of 2 in this thread")
    assert text.index("## Urgent") < text.index("Summary of 2.") < text.index("## Normal")
    assert "Summary of 1." not in text
    assert "  Check it." in text
    assert "3 mails decided, 1 urgent, 1 draft to review" in text


def test_a_week_still_counts_every_mail() -> None:
    """What is only counted counts the mails, not the threads."""
    mails = [entry(str(n), "newsletter", Priority.LOW, thread="t", sight=seen(n)) for n in range(3)]
    text = compose(replace(edition(*mails), span=Span.WEEK)).text
    assert "**Newsletter**: 3 mails" in text


@pytest.mark.parametrize(
    "words", ["![x](https://evil.example/p)", "<a href=//evil.example>x</a>", "see www.evil.example"]
)
def test_a_task_is_text(words: str) -> None:
    """Words of a mail in the head are no markup and no link."""
    text = compose(edition(asking("1", ActionItem(words, "you", "2026-11-27")))).text
    (line,) = tasks(text)
    assert LINK.search(line) is None
