"""What waits for an answer: questions of the owner that nobody answered, and promises with a date."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest

from mailreeve.models import Address, Message, Thread
from mailreeve.people import followups

ME = Address("Sam Chen", "sam@acme.example")
BO = Address("Bo", "bo@firm.example")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def message(
    text: str, *, mine: bool = True, age: float = 5, subject: str = "The plan", other: Address = BO
) -> Message:
    at = NOW - timedelta(days=age)
    return Message(
        id=f"m{age}",
        from_=(ME if mine else other,),
        to=(other if mine else ME,),
        subject=subject,
        text=text,
        internal_date=int(at.timestamp() * 1000),
        date=at,
    )


def found(*messages: Message) -> followups.FollowUp | None:
    return followups.of(Thread("t", messages), {ME.key}, NOW, UTC)


WAITS = [
    ("Could you send me the plan?", True),
    ("Please let me know which day suits you.", True),
    ("Do you know who has the key?", True),
    ("Thanks for the plan. It looks good.", False),
    ("Here is the plan for your information. No reply needed.", False),
    ("I could not find it, never mind.", False),
]


@pytest.mark.parametrize(("text", "waits"), WAITS)
def test_a_question_waits_and_a_note_does_not(text: str, waits: bool) -> None:
    """What the owner asked and nobody answered within three days is told."""
    assert waits == bool(found(message(text)))


def test_an_answer_ends_the_waiting_and_an_automatic_one_does_not() -> None:
    """An out-of-office note leaves the question open."""
    asked = message("Could you send me the plan?")
    assert found(asked, message("Here it is.", mine=False, age=4)) is None
    away = message(
        "I am out of the office until Monday.", mine=False, age=4, subject="Automatic reply: The plan"
    )
    assert found(asked, away) is not None


def test_a_young_question_and_a_note_to_oneself_do_not_wait() -> None:
    """Two days are no time, and nobody owes an answer to themselves."""
    assert found(message("Could you send me the plan?", age=2)) is None
    assert found(message("Could you send me the plan?", other=ME)) is None


def test_a_promise_with_a_date_is_told_at_once() -> None:
    """What the owner said that they would do by a day."""
    one = found(message("I'll send the plan by Friday.", age=1))
    assert one is not None
    assert [("Send the plan by Friday", "2026-11-27")] == [(each.what, each.due) for each in one.promises]


def test_published_cases(data: Path) -> None:
    """At least 14 of 16 third-party threads are judged as their labels say."""
    cases = json.loads((data / "triage" / "followups_ground_truth.json").read_text(encoding="utf-8"))
    told = {name: case for name, case in cases.items() if not name.startswith("_")}
    wrong = [name for name, case in told.items() if case["awaits_reply"] != _waits(case)]
    assert 16 == len(told)
    assert len(wrong) <= 2, wrong


def _waits(case: dict[str, Any]) -> bool:
    messages = []
    for one in case["thread"]:
        mine = one["direction"] == "outbound"
        named = one.get("to" if mine else "from", "")
        other = Address(*parseaddr(named)) if named else BO
        messages.append(
            message(one["body"], mine=mine, age=one["age_days"], subject=one["subject"], other=other)
        )
    waiting = found(*messages)
    return bool(waiting and waiting.asked)
