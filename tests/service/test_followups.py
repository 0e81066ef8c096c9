"""Follow-ups over a local mailbox."""

from datetime import UTC, datetime, timedelta

from tests.sandbox_server import SandboxServer
from tests.triage.house import ME, mail

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
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
