"""The digest: everything told, nothing of a mail active."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from tests.sandbox_server import SandboxServer
from tests.triage.conftest import PartsFor
from tests.triage.house import code, mail, newsletter

from mailreeve.models import DecidedBy, Priority, Verdict
from mailreeve.store.entries import Entry, EntryState, Sight
from mailreeve.store.owed import Looked, Owed
from mailreeve.store.runs import Run, RunState
from mailreeve.triage.digest import Edition, Span, compile_digest, compose, plain, url, who
from mailreeve.triage.labels import BUILT_IN
from mailreeve.triage.loop import triage
from mailreeve.triage.run import Options

AT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
LINK = re.compile(r"\]\(|://|www\.|\bmailto:|<[a-z]|(?<!\\)!\[", re.IGNORECASE)
GMAIL = re.compile(r"\[Gmail\]\(https://mail\.google\.com/mail/\?authuser=[\w.%-]+#all/[\w%-]+\)")


def entry(id_: str, label: str, priority: Priority, **changes: object) -> Entry:
    verdict = Verdict(
        id_, label, priority, False, f"Summary of {id_}.", 0.91, "because", DecidedBy.LLM, "2026-11-24"
    )
    values = {
        "message": id_,
        "thread": f"t{id_}",
        "generation": 1,
        "state": EntryState.DONE,
        "run": "r-1",
        "attempts": 0,
        "error": "",
        "verdict": verdict,
        "sight": Sight("Grace <grace@example.org>", f"Subject {id_}", int(AT.timestamp() * 1000)),
        "draft": "",
        "note": "",
        **changes,
    }
    return Entry(**values)  # type: ignore[arg-type] # the values are those of the fields


def edition(*entries: Entry, result: dict[str, object] | None = None) -> Edition:
    result = result or {
        "seen": 2,
        "already": 1,
        "decided": {"llm": 1, "rule": 0},
        "needs_human": [],
        "failed": [],
    }
    return Edition(
        account="alex@example.com",
        zone=ZoneInfo("Europe/Berlin"),
        day=date(2026, 11, 23),
        runs=(Run("r-1", "alex@example.com", RunState.DONE, AT, AT, result),),
        entries=entries,
        labels=BUILT_IN,
        names={label.id: label.name for label in BUILT_IN},
        head="ab" * 32,
    )


def lines(text: str, start: str) -> Sequence[str]:
    return [line for line in text.splitlines() if line.startswith(start)]


def test_mails_are_grouped_by_urgency_and_then_by_label() -> None:
    """The most pressing first; within it the labels in their order, but not one that says what the heading says."""
    text = compose(
        edition(
            entry("1", "newsletter", Priority.LOW),
            entry("2", "fyi", Priority.HIGH),
            entry("3", "urgent", Priority.URGENT),
            entry("4", "to-reply", Priority.HIGH),
        )
    ).text
    order = [
        "## Urgent",
        "## Important",
        "### To reply",
        "### FYI",
        "## Can wait",
        "### Newsletter",
    ]
    assert order == lines(text, "##")


def test_a_line_says_who_what_when_and_who_decided() -> None:
    """One line a mail: local time, sender, subject, summary, deadline, decider, Gmail, draft."""
    text = compose(edition(entry("1", "to-reply", Priority.HIGH, draft="r-9", note="Check the date."))).text
    (line,) = lines(text, "- ")
    assert line == (
        "- 03:30 **Grace (example[.]org)** — Subject 1 — Summary of 1. (due 2026-11-24) _llm 91%_ "
        "[Gmail](https://mail.google.com/mail/?authuser=alex%40example.com#all/t1) · **draft to review**"
    )
    assert "  Check the date." in text


def test_what_holds_for_several_drafts_is_said_once() -> None:
    """A remark that all drafts share stands at the top, not under every line."""
    ids = ("1", "2", "3")
    same = [entry(id_, "to-reply", Priority.HIGH, draft=f"r-{id_}", note="Fill the blanks.") for id_ in ids]
    text = compose(edition(*same, entry("4", "to-reply", Priority.HIGH, note="Another."))).text
    assert 1 == text.count("Fill the blanks.")
    assert "\nDrafts: Fill the blanks.\n" in text
    assert "\n  Another." in text


@pytest.mark.parametrize(
    ("sender", "shown"),
    [
        ("Grace Hopper <grace@example.org>", "Grace Hopper (example[.]org)"),
        ("PayPal service@paypal.com <x@evil.example>", "PayPal service@paypal[.]com (evil[.]example)"),
        ("grace@example.org", "grace@example[.]org"),
        ("", "unknown sender"),
    ],
)
def test_a_sender_is_shown_with_the_domain_that_the_mail_comes_from(sender: str, shown: str) -> None:
    """A display name may claim anything; the domain beside it does not."""
    assert shown == who(sender)


def test_what_nobody_decided_and_what_failed_is_told_by_id() -> None:
    """Needs-human stands first, failures with their reason last, and both are counted."""
    unsure = Verdict("1", "", Priority.NORMAL, False, "", 0.0, "no JSON", DecidedBy.LLM, needs_human=True)
    human = entry("1", "", Priority.NORMAL, state=EntryState.NEEDS_HUMAN, verdict=unsure)
    broken = entry(
        "2", "fyi", Priority.NORMAL, state=EntryState.QUEUED, error="Gmail is out of reach.", verdict=None
    )
    text = compose(edition(human, broken)).text
    assert "0 mails decided, 0 urgent, 0 drafts to review, 1 for you to decide, 1 failed." in text
    assert "## Needs human" in text
    assert "no JSON" in lines(text, "- ")[0]
    assert "- 2: Gmail is out of reach." in text


def test_the_foot_accounts_for_every_message_and_names_the_audit_head() -> None:
    """Coverage of each run, and the head by which the chain can be checked later."""
    told = compose(edition(result={
        "seen": 9, "already": 2, "decided": {"rule": 1, "offline": 3}, "needs_human": ["x"], "failed": ["y", "z"], "left": 4,
    }))  # fmt: skip
    assert (
        "Run r-1 at 03:30 CET, done: 9 seen = 2 decided before + 4 decided now (1 by rule, 3 by offline) + "
        "1 for you + 2 failed; 4 left for the next run."
    ) in told.text
    assert f"Audit head: {'ab' * 32}" in told.text
    assert (("r-1",), "ab" * 32) == (told.runs, told.head)


@pytest.mark.parametrize(
    "hostile",
    [
        "[click](http://evil.example/?d=1)",
        "![pixel](https://evil.example/p.png)",
        "<img src=x onerror=alert(1)>",
        "http://evil.example",
        "www.evil.example/x",
        "evil.example/steal?x=1",
        "mailto:a@evil.example",
        "mailto:(evil)",
        "javascript:alert(1)",
        "data:text/html,x",
        "<https://evil.example>",
        "[a]: https://evil.example",
        "a\n\n# Urgent\n\n- [Gmail](https://evil.example)",
        "HTTPS://EVIL.EXAMPLE",
        "hxxp \u202etxt.elpmaxe",
        "\x1b[31mred\x07",
        "`code` **bold** _it_ ~~no~~ | a | b |",
    ],
)
def test_nothing_of_a_mail_is_active(hostile: str) -> None:
    """Whatever stands in sender, subject, summary, note or deadline: one line, no link, no markup, no control character."""
    one = entry("1", "fyi", Priority.NORMAL, note=hostile)
    assert one.verdict is not None
    verdict = Verdict("1", "fyi", Priority.NORMAL, False, hostile, 0.5, hostile, DecidedBy.LLM, hostile)
    bad = entry("1", "fyi", Priority.NORMAL, note=hostile, verdict=verdict, sight=Sight(hostile, hostile, 0))
    failed = entry("2", "fyi", Priority.NORMAL, error=hostile)
    calm = compose(edition(one, entry("2", "fyi", Priority.NORMAL, error="x"))).text
    text = compose(edition(bad, failed)).text
    assert len(calm.splitlines()) == len(text.splitlines())
    assert [] == LINK.findall(GMAIL.sub("", text))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]", text)


def test_plain_text_stays_readable() -> None:
    """Ordinary words pass as they are; numbers with points are no hosts."""
    assert "Version 3.5 costs 4.20, isn't it?" == plain("Version 3.5  costs 4.20,\nisn't it?")


def test_a_link_leads_to_the_right_account() -> None:
    """The address of the account is quoted, and so is whatever stands in a thread id."""
    assert "https://mail.google.com/mail/?authuser=a%2Bb%40example.com#all/18f" == url(
        "a+b@example.com", "18f"
    )
    assert ")" not in url("a@example.com", "x)y")


def test_the_digest_of_a_night(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """From a real run: every mail of the day is in it, the code of the one-time code is not."""
    sandbox.deliver(mail())
    sandbox.deliver(newsletter())
    sandbox.deliver(code())
    parts = parts_for(sandbox)
    runs = [triage(parts, Options()).run, triage(parts, Options()).run]
    told = compile_digest(parts)
    assert 3 == len(lines(told.text, "- "))
    assert "3 mails decided" in told.text
    assert "1 draft to review" in told.text
    assert "483920" not in told.text
    assert set(runs) == set(told.runs)
    assert parts.audit.head() == told.head
    assert parts.audit.verify(noted=told.head).ok


def test_without_a_run_the_digest_says_how_to_make_one(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """A fresh home has a digest too: it says that there is nothing yet."""
    told = compile_digest(parts_for(sandbox))
    assert "There was no run yet." in told.text
    assert () == told.runs


def test_a_week_counts_what_can_wait_and_names_what_cannot() -> None:
    """Urgent and important mail line by line; the rest as counts with those who sent most."""
    week = replace(
        edition(
            entry("1", "urgent", Priority.URGENT),
            *(entry(str(number), "newsletter", Priority.LOW) for number in range(2, 7)),
        ),
        span=Span.WEEK,
    )
    text = compose(week).text
    assert "# Mail of the week from 2026-11-17 to 2026-11-23" in text
    assert "- **Newsletter**: 5 mails, from Grace (example[.]org) (5)" in text
    assert 2 == len(lines(text, "- "))


def owing(**changes: object) -> Owed:
    sent = int(datetime(2026, 11, 18, 9, tzinfo=UTC).timestamp() * 1000)
    promise = (("Send the plan <b>x</b>", "2026-11-25"),)
    values = {"thread": "t9", "message": "m9", "to": ("bo@firm.example",), "subject": "Plan", "sent": sent}
    return Owed(**{**values, "asked": ("Where is it?",), "promises": promise, "number": 4, **changes})  # type: ignore[arg-type]


def test_who_owes_an_answer_and_what_was_promised_is_told() -> None:
    """Both under a heading of their own, with the number that `followups nudge` takes."""
    text = compose(replace(edition(), owed=Looked(1, "", (owing(),)))).text
    assert (
        "## Waiting for an answer\n\n- 4. **bo@firm[.]example** — Plan — 5 days: Where is it? [Gmail]" in text
    )
    assert "- 4. to **bo@firm[.]example** — Send the plan ‹b›x‹/b› (by 2026-11-25) [Gmail]" in text


def test_a_look_that_failed_is_said_beside_what_an_earlier_one_found() -> None:
    """Nobody takes an old list for a new one."""
    text = compose(replace(edition(), owed=Looked(1, "Gmail is out of reach.", (owing(),)))).text
    assert "Who still owes an answer could not be looked up: Gmail is out of reach." in text
    assert "## Waiting for an answer" in text


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=https://evil.example/p.png>",
        "</title><h1>x",
        '"><a href="https://evil.example">click</a>',
        "https://evil.example/x",
        "&#60;script&#62;",
        "javascript:alert(1)",
        "\u202etxt.elpmaxe",
    ],
)
def test_the_page_holds_no_markup_of_a_mail_and_loads_nothing(hostile: str) -> None:
    """The tags of the page are the same whatever the mail says; every link leads to Gmail; a policy forbids the rest."""
    tags = re.compile(r"<[^>]*>")
    verdict = Verdict("1", "fyi", Priority.NORMAL, False, hostile, 0.5, hostile, DecidedBy.LLM, hostile)
    calm = Verdict("1", "fyi", Priority.NORMAL, False, "x", 0.5, "x", DecidedBy.LLM, "x")
    pages = [
        compose(
            replace(
                edition(
                    entry(
                        "1", "fyi", Priority.NORMAL, note=text, verdict=one, sight=Sight(text, f"s {text}", 0)
                    )
                ),
                owed=Looked(1, text, (owing(subject=text, asked=(text,), promises=((text, text),)),)),
                notes=(text,),
                outside=(text,),
            )
        ).html
        for text, one in (("x", calm), (hostile, verdict))
    ]
    assert tags.findall(pages[0]) == tags.findall(pages[1])
    assert {"https://mail.google.com"} == {found[:23] for found in re.findall(r'href="([^"]*)"', pages[1])}
    assert "default-src 'none'" in pages[1]
    assert "src=" not in "".join(tags.findall(pages[1])).replace("default-src", "")


def test_all_forms_hold_the_same_words() -> None:
    """What is read on a terminal, in a mail and on the page is the same digest."""
    made = compose(replace(edition(entry("1", "to-reply", Priority.HIGH)), owed=Looked(1, "", (owing(),))))
    for form in (made.text, made.html, made.letter):
        for words in ("Mail of Monday", "Subject 1", "Summary of 1.", "Where is it?", "2 seen"):
            assert words in form
