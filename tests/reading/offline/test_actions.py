"""Action items are short, addressed and dated, and nothing is made of sentences that only inform."""

import json
from dataclasses import replace
from email.utils import parseaddr
from pathlib import Path

import pytest
from tests.reading.mails import OWNER, WHEN, mail

from mailreeve.cancel import Cancel
from mailreeve.evaluation.tasks import Found, paired
from mailreeve.models import ActionItem, Address, Message
from mailreeve.reading.offline import actions, signals
from mailreeve.reading.offline.reader import OfflineReader
from mailreeve.triage.labels import BUILT_IN

OWN = frozenset({OWNER})


def found(message: Message) -> list[tuple[str, str, str]]:
    seen = signals.read(message, own=OWN)
    items = actions.of(message, seen, actions.people(message, OWN), WHEN)
    return [(item.who, item.what, item.due) for item in items]


CASES = [
    ("Could you send me the revised quote by Friday?", [("you", "Send Ana the revised quote by Friday", "2026-11-27")]),
    ("Please sign page 7 and send it back.", [("you", "Sign page 7 and send it back", "")]),
    ("Can you please check my drawing before Thursday?", [("you", "Check Ana's drawing before Thursday", "2026-11-26")]),
    ("Let me know if that works.", [("you", "Tell Ana whether that works (A subject)", "")]),
    ("I need to know by tomorrow 3pm.", [("you", "Tell Ana the answer by tomorrow 3pm (A subject)", "2026-11-25T15:00+00:00")]),
    ("We need your sign-off no later than 4 December.", [("you", "Give Ana your sign-off no later than 4 December", "2026-12-04")]),
    ("I'll send the minutes tomorrow.", [("Ana", "Send the minutes tomorrow", "")]),
    ("Could somebody ask the printer?", [("somebody", "Ask the printer", "")]),
    ("They print on Friday. Can you confirm the colour before then?", [("you", "Confirm the colour before then", "2026-11-27")]),
    ("Bitte gib mir bis Mittwoch Bescheid.\nDanke für die schnelle Hilfe mit der Tür und dem Rahmen.", [("you", "Bitte gib mir bis Mittwoch Bescheid.", "2026-11-25")]),
    ("Review the attached plan.\nConfirm the date.", [("you", "Review the attached plan", ""), ("you", "Confirm the date", "")]),
    ("I would be grateful for your comments by Friday.", [("you", "Give Ana your comments by Friday", "2026-11-27")]),
    ("The invoice is due on 4 December. Please pay the amount by the due date.", [("you", "Pay the amount by the due date (A subject)", "2026-12-04")]),
    ("If you cannot come, call us by Friday.", [("you", "Call us by Friday", "2026-11-27")]),
    ("If anything is unclear, call us.", []),
    ("Please give the keys to Bo and update the list.", [("you", "Give the keys to Bo", ""), ("you", "Update the list", "")]),
    ("I'll scan the plan and ask Bo for the price.", [("Ana", "Scan the plan", ""), ("Ana", "Ask Bo for the price", "")]),
    ("Könnten Sie mir außerdem die Maße der Tür angeben?", [("you", "Könnten Sie mir außerdem die Maße der Tür angeben?", "")]),
    ("Merci aussi de confirmer le format pour vendredi.", [("you", "Merci aussi de confirmer le format pour vendredi.", "")]),
    ("Por favor, revisa el plano antes del viernes.", [("you", "Por favor, revisa el plano antes del viernes.", "2026-11-27")]),
    ("The lift is repaired.", []),
    ("I will be away on Friday.", []),
    ("Please find the invoice attached.", []),
    ("You kindly offered a scan when we met.", []),
    ("What a lovely picture!", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text[:40] for text, _ in CASES])
def test_items(text: str, expected: list[tuple[str, str, str]]) -> None:
    """Who has to do what until when, in the words of the mail."""
    assert expected == found(mail(f"Hi Robin,\n\n{text}\n\nBest,\nAna"))


def test_a_list_under_a_heading_names_who() -> None:
    """Each line goes to the name that it begins with; the owner is "you"."""
    text = "Hi all,\n\nTo do:\n- Robin asks the printer by Friday.\n- Sam: measure the door\n- Ana will proof page 3\n\nShout if something is wrong."
    assert [
        ("you", "Ask the printer by Friday", "2026-11-27"),
        ("Sam", "Measure the door", ""),
        ("Ana", "Proof page 3", ""),
    ] == found(mail(text))


def test_somebody_else_who_is_called_has_to_do_it() -> None:
    """By name in the sentence, or in the greeting of a mail that the owner only gets a copy of."""
    assert [("Sam", "Check the fuse", "")] == found(
        mail("Hi both,\n\nSam, can you check the fuse?", cc="Sam Ode <s@x.example>")
    )
    copy = mail("Bryn, can you sign for it?", to="Bryn Ellis <b@x.example>", cc=f"Robin Vale <{OWNER}>")
    assert [("Bryn", "Sign for it (A subject)", "")] == found(copy)


def test_a_program_has_to_name_a_date() -> None:
    """A wish to be rated is nothing to do; a payment with a date is."""
    robot = "no-reply@shop.example"
    assert [] == found(mail("Please rate your purchase.", sender=robot))
    assert [("you", "Pay the invoice by 4 December", "2026-12-04")] == found(
        mail("Please pay the invoice by 4 December.", sender=robot)
    )


def test_a_desk_that_writes_about_an_appointment_is_heeded() -> None:
    """What to bring to a visit has no date of its own, and is no advertisement."""
    text = "Ihr Termin ist am 4. Dezember um 9 Uhr. Bitte bringen Sie Ihren Pass mit."
    found_ = found(mail(text, "Ihr Termin", sender="Bürgeramt <termine@amt.example>"))
    assert [("you", "Bitte bringen Sie Ihren Pass mit.")] == [(who, what) for who, what, _ in found_]


def test_no_deadline_comes_out_of_a_signature_or_of_history() -> None:
    """Office hours and dates that stand below the closing or in quoted text bind nobody."""
    text = "Hi Robin,\n\ncould you call Bo?\n\nBest regards,\nAna\nOffice open until Friday 17:00"
    assert [("you", "Call Bo", "")] == found(mail(text))
    quoted = "Hi Robin,\n\ncould you call Bo?\n\n> please send it by Friday\n> or by 4 December"
    assert [("you", "Call Bo", "")] == found(mail(quoted, quoted="please pay by Friday"))
    verdict = OfflineReader((), OWN).classify(mail(text), BUILT_IN, Cancel())
    assert "" == verdict.deadline


def test_what_the_owner_asks_is_for_the_others() -> None:
    """In sent mail "you" is not the owner."""
    sent = mail("Ana, could you check it?", sender=f"Robin Vale <{OWNER}>", to="Ana Price <ana@x.example>")
    assert [("Ana", "Check it (A subject)", "")] == found(sent)


def test_the_same_thing_is_listed_once() -> None:
    """A reminder at the end of a mail is no second item."""
    text = "Could you send me the revised quote for the oak staircase?\n\nSo please send me the revised quote for the oak staircase."
    assert 1 == len(found(mail(text)))


def test_items_know_their_message() -> None:
    """The id leads back to the mail that says so."""
    message = mail("Please sign it.", id="m77")
    seen = signals.read(message, own=OWN)
    assert (ActionItem("Sign it (A subject)", "you", "", "m77"),) == actions.of(
        message, seen, actions.people(message, OWN), WHEN
    )


MANY = [
    ("Please book a room, send the plan to Bo, and forward the list.", ["Book a room", "Send the plan to Bo", "Forward the list"]),
    ("Two things: (1) please review the plan and (2) can you fix the door?", ["Review the plan", "Fix the door"]),
    ("Reminder: submit the expense report.", ["Submit the expense report"]),
    ("You must renew the badge or the door stays shut.", ["Renew the badge or the door stays shut"]),
    ("Can you find the cause and let us know?", ["Find the cause and let us know"]),
    ("Please add your figures to the plan so we can print.", ["Add your figures to the plan"]),
    ("I could have booked a room, sent the plan, and left.", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MANY, ids=[text for text, _ in MANY])
def test_each_task_of_a_sentence_stands_alone(text: str, expected: list[str]) -> None:
    """Lists and numbers are taken apart; what only explains is left out."""
    assert expected == [what for _, what, _ in found(mail(text))]


def test_published_cases(data: Path) -> None:
    """F1 on third-party mails with their tasks by hand; a match is half of the words in common."""
    total = Found()
    reader = OfflineReader((), OWN)
    cases = json.loads((data / "triage" / "action_items_ground_truth.json").read_text(encoding="utf-8"))
    for name, case in cases.items():
        if name.startswith("_"):
            continue
        told = case["email"]
        author = Address(*parseaddr(told["from"]))
        message = replace(mail(told["body"]), subject=told["subject"], from_=(author,))
        items = reader.classify(message, BUILT_IN, Cancel()).actions
        expected = [one["description"] for one in case["expected_action_items"]]
        right = len(paired([one.what for one in items], expected))
        total += Found(right, len(items) - right, len(expected) - right)
    assert total.f1 >= 0.75, total
