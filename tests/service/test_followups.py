"""Follow-ups over a local mailbox."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.boxes import OpenBox
from tests.sandbox_server import SandboxServer
from tests.scripted_llm import ScriptedLlm
from tests.triage.house import ME, mail

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.service import followups as use


def test_an_unanswered_question_is_listed_until_it_is_answered(box: Mailbox, sandbox: SandboxServer) -> None:
    """A sent question of five days ago is told; a sent note is not; an answer takes it off the list."""
    sandbox.clock(now=(datetime.now(UTC) - timedelta(days=5)).timestamp())
    sender = f"Alex Moreno <{ME}>"
    question = mail("The plan", "Could you send me the plan?\n", sender, To="bo@firm.example")
    sent = sandbox.deliver(question, "SENT")
    sandbox.deliver(mail("Thanks", "Thanks for the cake.\n", sender, To="bo@firm.example"), "SENT")
    sandbox.clock(now=datetime.now(UTC).timestamp())
    (one,) = use.followups(box, cancel=Cancel())["followups"]
    assert (sent, 5, ["bo@firm.example"]) == (one["message_id"], one["days"], one["to"])
    assert ["Could you send me the plan?"] == one["asked"]
    id_ = next(line for line in question.decode().splitlines() if line.startswith("Message-ID")).partition(
        ": "
    )[2]
    sandbox.deliver(
        mail("Re: The plan", "Here it is.\n", "Bo <bo@firm.example>", In_Reply_To=id_, References=id_)
    )
    assert [] == use.followups(box, cancel=Cancel())["followups"]


SENDER = f"Alex Moreno <{ME}>"
LINE = "Could you send me the plan?"


def asked(box: Mailbox, sandbox: SandboxServer, text: str = LINE) -> str:
    """A question of five days ago that is on the list; the id of its thread."""
    sandbox.clock(now=(datetime.now(UTC) - timedelta(days=5)).timestamp())
    raw = mail("The plan", f"{text}\n", SENDER, To="Bo Lund <bo@firm.example>", Cc="cy@firm.example")
    sandbox.deliver(raw, "SENT")
    sandbox.clock(now=datetime.now(UTC).timestamp())
    (one,) = use.followups(box, cancel=Cancel())["followups"]
    return one["thread_id"]


def test_a_reminder_is_drafted_in_the_thread(box: Mailbox, sandbox: SandboxServer) -> None:
    """To everyone who was asked, with the question, and nothing is sent; a second one is refused."""
    thread = asked(box, sandbox)
    ((sent, before),) = sandbox.units()["full"].items()
    made = use.nudge(box, "1", cancel=Cancel())
    assert before + 2 == sandbox.units()["full"][sent]  # once to remind of it; the gate looks for itself
    assert (thread, ["bo@firm.example"], ["cy@firm.example"]) == (made["thread_id"], made["to"], made["cc"])
    assert made["text"].startswith("Hi Bo,\n")
    assert LINE in made["text"]
    assert [] == sandbox.sent()
    with pytest.raises(InputError, match="draft already"):
        use.nudge(box, thread, cancel=Cancel())


def test_the_model_reminds_too(open_box: OpenBox, sandbox: SandboxServer, llm_server: ScriptedLlm) -> None:
    """It is told that the reply goes to whom the person wrote, not to the person."""
    box = open_box(sandbox, f'[llm]\nbase_url = "{llm_server.base_url}"\nmodel = "m"\n')
    asked(box, sandbox)
    llm_server.says({"body": "Hi Bo,\n\nany news about the plan?\n\nAlex", "note": ""})
    made = use.nudge(box, "1", cancel=Cancel())
    assert "any news about the plan?" in made["text"]
    assert "The reply goes to: Bo Lund <bo@firm.example>" in llm_server.requests[-1].user


def test_nobody_is_reminded_who_answered_or_was_promised_something(
    box: Mailbox, sandbox: SandboxServer
) -> None:
    """The list is checked against the thread as it is now; a promise waits for the person."""
    thread = asked(box, sandbox)
    (sent,) = [one for one in sandbox.state()["messages"] if "SENT" in one["labels"]]
    id_ = box.gmail.get(sent["id"]).message_id
    sandbox.deliver(
        mail("Re: The plan", "Here it is.\n", "Bo <bo@firm.example>", In_Reply_To=id_, References=id_)
    )
    with pytest.raises(InputError, match="wrote in this thread since"):
        use.nudge(box, thread, cancel=Cancel())
    with pytest.raises(InputError, match="is no follow-up"):
        use.nudge(box, "99", cancel=Cancel())


def test_a_promise_is_no_reminder(box: Mailbox, sandbox: SandboxServer) -> None:
    """What the person promised is theirs to do."""
    asked(box, sandbox, "I will send you the plan by Friday.")
    with pytest.raises(InputError, match="you promised"):
        use.nudge(box, "1", cancel=Cancel())


def test_a_thread_that_did_not_change_is_not_fetched_again(
    open_box: OpenBox, box: Mailbox, sandbox: SandboxServer
) -> None:
    """The second look is one list; a new message, or another address of the person's, makes it look again."""
    asked(box, sandbox)
    sandbox.deliver(mail("Thanks", "Thanks for the cake.\n", SENDER, To="bo@firm.example"), "SENT")

    def looks(one: Mailbox) -> tuple[int, list[int], int]:
        before = sandbox.units()
        told = use.followups(one, cancel=Cancel())["followups"]
        after = sandbox.units()
        fetched = sum(after["full"].values()) - sum(before["full"].values())
        return fetched, [each["number"] for each in told], after["units"] - before["units"]

    assert (1, [1]) == looks(box)[:2]
    assert (0, [1], 10) == looks(box)
    sandbox.send_as("sam@acme.example")
    assert (2, [1]) == looks(open_box(sandbox))[:2]
    (sent,) = [one for one in sandbox.state()["messages"] if "SENT" in one["labels"]][:1]
    sandbox.api("POST", f"/messages/{sent['id']}/modify", {"addLabelIds": ["STARRED"]})
    box = open_box(sandbox)
    assert (1, [1]) == looks(box)[:2]
    about = box.gmail.get(sent["id"]).message_id
    sandbox.deliver(
        mail("Re: The plan", "Here.\n", "Bo <bo@firm.example>", In_Reply_To=about, References=about)
    )
    assert (2, []) == looks(box)[:2]
    assert (0, []) == looks(box)[:2]
