"""Summaries are made of the mail's own sentences; where messages disagree the newest holds."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.reading.mails import OWNER, WHEN, mail, thread

from mailreeve.cancel import Cancel
from mailreeve.models import Archetype, Claim, Invite, Message, Summary, ThreadCoverage
from mailreeve.reading.offline import extract, signals
from mailreeve.reading.offline.reader import OfflineReader

OWN = frozenset({OWNER})
ME = f"Robin Vale <{OWNER}>"
ANA = "Ana Price <ana@price-studio.example>"
SAM = "Sam Ode <sam@ode.example>"


def line(message: Message, archetype: Archetype = Archetype.TO_REPLY) -> str:
    return extract.line(message, signals.read(message, own=OWN), archetype, WHEN.tzinfo)


def summary(*messages: Message) -> Summary:
    dated = [replace(each, id=f"m{n}", date=WHEN + timedelta(hours=n)) for n, each in enumerate(messages)]
    return OfflineReader(own_addresses=[OWNER]).summarize(thread(*dated), Cancel())


def texts(claims: tuple[Claim, ...]) -> tuple[str, ...]:
    return tuple(one.text for one in claims)


@pytest.mark.parametrize(
    ("message", "archetype", "expected"),
    [
        (
            mail("Hi Robin,\n\nthe handrail is oak now. Does that move the delivery date?\n\nAna"),
            Archetype.TO_REPLY,
            "The handrail is oak now. Does that move the delivery date?",
        ),
        (mail("Perfect, thank you.", "Re: kitchen"), Archetype.FYI, "Perfect, thank you."),
        (
            mail(
                "Thank you.\n\nSubtotal 100.00\nTotal 112.80 GBP",
                "Order 5518 confirmed",
                sender="no-reply@shop.example",
            ),
            Archetype.RECEIPT,
            "Order 5518 confirmed (112.80 GBP)",
        ),
        (mail("Read it online.", "Weekly #88: hand planes"), Archetype.NEWSLETTER, "Weekly #88: hand planes"),
        (mail("", "Only a subject"), Archetype.FYI, "Only a subject"),
    ],
)
def test_one_line(message: Message, archetype: Archetype, expected: str) -> None:
    """The sentence that informs and the question; the subject where a program writes."""
    assert expected == line(message, archetype)


def test_an_invitation_is_what_when_and_where() -> None:
    """In the zone of the owner."""
    event = Invite(
        "REQUEST", "u", "Proof review", "2026-11-26T10:00:00+01:00", "2026-11-26T11:00:00+01:00", "Room 3", ""
    )
    assert "Proof review, Thu 26 Nov 09:00, Room 3" == line(mail("x", invite=event), Archetype.CALENDAR)


def test_a_line_is_short_and_shows_no_foreign_link() -> None:
    """However long the sentences are."""
    long = mail("The board " + "and the committee " * 40 + "met. " + "Could you come " * 30 + "?")
    assert len(line(long)) <= extract.LINE
    assert "\n" not in line(mail("a\nb\nc"))


def test_a_long_thread_is_told_by_its_newest_message() -> None:
    """Who takes part, about what, and where it stands."""
    found = summary(
        mail("Shall we meet on Thursday?", "Site visit", sender=ANA),
        mail("Friday suits me better.", "Re: Site visit", sender=ME, to=ANA),
        mail("Friday it is. I booked the room for the site visit at 10.", "Re: Site visit", sender=ANA),
    )
    assert found.gist.startswith("3 messages between Ana and you about “Site visit”.")
    assert "Last, Ana: Friday it is." in found.gist
    assert "offline" == found.by.value


def test_a_newer_decision_replaces_an_older_one() -> None:
    """The same subject decided twice is told once, as it stands now."""
    found = summary(
        mail("We decided to print the cover on the white paper.", sender=ANA),
        mail("Something else entirely.", sender=SAM),
        mail("We decided to print the cover on the grey paper.", sender=ANA),
    )
    assert ("We decided to print the cover on the grey paper.",) == texts(found.decisions)


def test_every_statement_points_to_its_message() -> None:
    """A decision, a question and a task to the one that says so, the gist to first and last; all were read."""
    found = summary(
        mail("Hello.", sender=SAM),
        mail("We decided to print the cover on the white paper.", sender=ANA),
        mail("Fine. And who fetches it on Friday? Please send the file by Monday.", sender=SAM),
    )
    assert ("m0", "m2") == found.sources
    assert ["m1"] == [one.message_id for one in found.decisions]
    assert ["m2"] == [one.message_id for one in found.questions]
    assert ["m2"] == [one.message_id for one in found.actions]
    assert ThreadCoverage(messages=3, read=3) == found.coverage


def test_a_list_of_decisions_is_read() -> None:
    """The lines under "Decided:" count without a verb of deciding."""
    found = summary(
        mail(
            "Hi,\n\nDecided:\n- Cover B with the fifth ink\n- Files on Monday\n\nTo do:\n- Robin asks Delmar\n",
            sender=SAM,
        )
    )
    assert ("Cover B with the fifth ink", "Files on Monday") == texts(found.decisions)
    assert [("you", "Ask Delmar")] == [(item.who, item.what) for item in found.actions]


def test_what_may_happen_is_not_decided() -> None:
    """Conditions and questions decide nothing."""
    found = summary(
        mail("If it is approved, we print. Should we go with oak? It might be decided on Monday.", sender=ANA)
    )
    assert () == texts(found.decisions)


def test_questions_are_open_until_the_owner_writes() -> None:
    """What was asked before the owner's last message counts as answered; what came after does not."""
    found = summary(
        mail("Which oak do you want?", sender=ANA),
        mail("The white one, please.", sender=ME, to=ANA),
        mail("Fine. And who fetches it on Friday?", sender=ANA),
    )
    assert ("Ana: And who fetches it on Friday?",) == texts(found.questions)


def test_the_owners_own_question_is_open_at_the_end() -> None:
    """Nobody has written since."""
    found = summary(
        mail("Here are the plans.", sender=ANA), mail("Which of them do you prefer?", sender=ME, to=ANA)
    )
    assert ("you: Which of them do you prefer?",) == texts(found.questions)


def test_what_was_asked_of_the_owner_before_the_owner_wrote_is_done() -> None:
    """Later requests and other people's tasks stay."""
    found = summary(
        mail("Could you measure the door?\n\nI'll order the hinges.", sender=ANA),
        mail("Measured, 82 cm.", sender=ME, to=ANA),
        mail("Thanks. Please send the drawing by Friday.", sender=ANA),
    )
    assert [("Ana", "Order the hinges", ""), ("you", "Send the drawing by Friday", "2026-11-27")] == [
        (item.who, item.what, item.due) for item in found.actions
    ]
    assert ["m0", "m2"] == [item.message_id for item in found.actions]


def test_one_author_is_not_a_conversation() -> None:
    """The phrase fits the number of people, in the language of the thread."""
    found = summary(
        mail("Die Tür ist da und wir haben sie eingebaut.", "Tür", sender=ANA),
        mail("Die Klinke ist noch nicht da, sie kommt mit der Post.", "AW: Tür", sender=ANA),
    )
    assert found.gist.startswith("2 Nachrichten von Ana zu „Tür“.")


def test_newsletters_ask_nothing() -> None:
    """A rhetorical question to thousands is not open."""
    found = summary(
        mail(
            "Have you ever been lost at sea?",
            headers={"List-Unsubscribe": "<x>"},
            sender="News <n@x.example>",
        )
    )
    assert () == texts(found.questions)


def test_a_summary_shows_no_remains_of_layout() -> None:
    """Fields of forms, code, shouting, broken lines and placeholders are told only where there is nothing else."""
    text = (
        "URL: http://example.org/a\nDate: 2002-10-09T03:15:19+01:00\nBUY THIS GREAT THING NOW\n%EM%JM@X%/EM%.\n"
        "foo (a, b) {\nPlease reply to\n\nThe museum shows its largest sculpture from Monday on."
    )
    found = summary(mail(text, "Museum"))
    assert "The museum shows its largest sculpture from Monday on." == found.gist


def test_a_short_decision_says_about_what() -> None:
    """A bare word of agreement is told with the subject; an advertisement decides nothing."""
    assert ("Agreed (Oak or ash)",) == texts(summary(mail("Agreed.", "Re: Oak or ash", sender=ANA)).decisions)
    assert () == summary(mail("NEW-Special Package Deal! What a Deal!", "Offer")).decisions


def test_a_question_in_another_language_is_open() -> None:
    """Whatever its first word is."""
    found = summary(mail("Hola Robin:\n\nel plano está listo. ¿Quiere papel mate o brillante?", sender=ANA))
    assert ("Ana: ¿Quiere papel mate o brillante?",) == texts(found.questions)


def test_dates_and_sums_are_told_newest_first() -> None:
    """Each once, with the message that names it; what has passed when it is written is left out."""
    found = summary(
        mail("It costs 1,240 EUR until Friday. We met on 12 November.", sender=ANA),
        mail("Now it costs $1,300, but only until Monday at 10:00.", sender=SAM),
    )
    assert [("Monday at 10:00", "2026-11-30T10:00+00:00", "m1"), ("Friday", "2026-11-27", "m0")] == [
        (one.text, one.value, one.message_id) for one in found.dates
    ]
    assert [("$1,300", "1300.00 USD", "m1"), ("1,240 EUR", "1240.00 EUR", "m0")] == [
        (one.text, one.value, one.message_id) for one in found.amounts
    ]
