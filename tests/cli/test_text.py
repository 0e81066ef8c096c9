"""Answers as text: what fits a terminal of 80 columns, and what is said once."""

import io

from rich.console import Console

from mailreeve.cli import outcome, text
from mailreeve.service.answers import Failed, Hit, InboxRow, RunAnswer, RunsAnswer, SearchAnswer


def console(columns: int = 80) -> Console:
    return Console(file=io.StringIO(), width=columns, highlight=False, emoji=False, markup=False)


def shown(made: Console) -> list[str]:
    assert isinstance(made.file, io.StringIO)
    return [line.rstrip() for line in made.file.getvalue().splitlines() if line.strip()]


def test_a_reason_that_many_share_is_told_once() -> None:
    """Twenty mails that a model did not read are one line with their number and the first ids."""
    made = console(200)
    text.failures(made, [Failed(id=f"18f{n}", reason="The model is down.") for n in range(20)])
    text.failures(made, [Failed(id="18fa", reason="Gone.")])
    assert [
        "20 failed: 18f0, 18f1, 18f2 and 17 more (--json lists them): The model is down.",
        "failed 18fa: Gone.",
    ] == shown(made)


def a_run() -> RunAnswer:
    return RunAnswer(
        run="r-20261123-0301-ab12",
        account="me@example.com",
        seen=1234,
        already=1000,
        decided={"rule": 1, "pattern": 2, "offline": 3, "llm": 226},
        needs_human=["a"],
        failed=["b"],
        failures=[],
        drafts=[],
        units=0,
        model_calls=0,
        tokens={"in": 0, "out": 0},
        cost=1.5,
        seconds=2,
        left=0,
        dry_run=False,
        started="2026-11-23T03:01:00+00:00",
        state="interrupted",
    )


def test_past_runs_fit_80_columns() -> None:
    """Every heading and figure is whole; when and how much it cost are for wider terminals."""
    made, wide = console(), console(120)
    outcome.runs(made, RunsAnswer(runs=[a_run()]))
    outcome.runs(wide, RunsAnswer(runs=[a_run()]))
    head, _, row = shown(made)
    assert "Run State Seen Decided Needs you Failed" == " ".join(head.split())
    assert "r-20261123-0301-ab12 interrupted 1234 232 1 1" == " ".join(row.split())
    assert "2026-11-23 03:01 1.50" in " ".join(shown(wide)[2].split())


def test_the_calls_for_a_mail_are_told_night_by_night() -> None:
    """The oldest run first, so that a falling row can be seen; without a model there is no such line."""
    made, quiet = console(), console()
    nights = [{**a_run(), "model_calls": calls, "needs_human": []} for calls in (29, 116)]
    outcome.runs(made, RunsAnswer(runs=nights))  # type: ignore[typeddict-item] # keys of a_run
    outcome.runs(quiet, RunsAnswer(runs=[a_run()]))
    told = "Model calls for a mail, the oldest run first: 0.50, 0.12"
    assert told == shown(made)[-1].strip()
    assert "Model calls" not in " ".join(shown(quiet))


def test_hits_fit_80_columns() -> None:
    """The id is whole, the sender keeps the name, and each hit has one line."""
    hit = Hit(
        {
            "id": "18f0001daa66d130",
            "thread_id": "18f0001daa66d130",
            "date": "2026-11-23T20:55:00+00:00",
            "from": "Sam Okafor <sam.okafor@saltmere-harbor.example>",
            "subject": "URGENT: chart tiles are not loading in the pilot app since this morning",
            "snippet": "",
            "labels": [],
            "url": "",
        }
    )
    made = console()
    text.hits(
        made,
        SearchAnswer(hits=[hit], next="", total=1, source="gmail", ranked_by="", note="", failed=[]),  # type: ignore[typeddict-item,unused-ignore] # keys of the local index
    )
    row = shown(made)[2]
    assert row.strip().startswith("18f0001daa66d130   2026-11-23   Sam Okafor")
    assert "URGENT: chart tiles not" in row or "URGENT: chart tiles are" in row


def test_mail_that_can_wait_has_one_line() -> None:
    """What presses is shown whole, the rest is cut to its line."""
    rows = [
        InboxRow(
            {
                "id": "1",
                "thread_id": "1",
                "label": "Newsletter",
                "priority": priority,
                "from": "Contour Weekly <weekly@contour.example>",
                "subject": "",
                "summary": "one two three four five six seven eight nine ten eleven",
                "by": "offline",
                "confidence": 0.93,
                "reason": "",
                "draft": "",
                "url": "",
            }
        )
        for priority in ("high", "low")
    ]
    made = console()
    outcome.inbox(made, rows)
    lines = shown(made)[2:]
    assert "eleven" in " ".join(lines[:-1])
    assert lines[-1].endswith("offline")
    assert "…" in lines[-1]


def test_a_queue_to_choose_from_has_one_line_for_each_draft() -> None:
    """However long the texts are, a page of it fits a terminal, and the mark of the chosen one takes one column."""
    made = console()
    rows = text.table("", "To", "Subject", "About")
    for mark in ("›", "", ""):
        rows.add_row(mark, "ana@example.org", "A subject of some length", "What it is about. " * 20)
    made.print(rows)
    assert [" ›   ana@", "     ana@", "     ana@"] == [line[:9] for line in shown(made)[2:]]
