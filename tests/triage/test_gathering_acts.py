"""What single acts in Gmail say, one by one."""

import pytest
from tests.sandbox_server import SandboxServer
from tests.triage.conftest import PartsFor, ours
from tests.triage.house import ME, NoNap, mail, newsletter

from mailreeve.store.patterns import Source
from mailreeve.triage.gathering import gather
from mailreeve.triage.loop import triage
from mailreeve.triage.parts import Parts
from mailreeve.triage.run import Options

Act = tuple[list[str], list[str]]
READ: Act = ([], ["UNREAD"])
ARCHIVED: Act = ([], ["INBOX"])


def decided(parts: Parts, sandbox: SandboxServer, raw: bytes) -> tuple[str, str]:
    """A mail that a run decided: its id, and the label's name."""
    triage(parts, Options(), cancel=NoNap())
    id_ = sandbox.deliver(raw)
    triage(parts, Options(), cancel=NoNap())
    (name,) = ours(sandbox, id_)
    return id_, name


def seen(parts: Parts, sandbox: SandboxServer, id_: str, *acts: Act) -> list[tuple[str, str]]:
    """Source and label of what is learned when these acts follow each other, each before another run."""
    assert parts.learned is not None
    for add, remove in acts:
        sandbox.api("POST", f"/messages/{id_}/modify", {"addLabelIds": add, "removeLabelIds": remove})
        gather(parts, NoNap())
        triage(parts, Options(), cancel=NoNap())
    return [(one.source.value, one.label) for one in parts.learned.observations()]


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ((READ,), [("kept", "newsletter")]),
        ((ARCHIVED,), [("unread", "newsletter")]),
        ((READ, ARCHIVED), [("kept", "newsletter")]),
        ((ARCHIVED, READ), [("kept", "newsletter")]),
        (((["SPAM"], ["INBOX"]),), [("spam", "")]),
        (((["SPAM"], ["INBOX"]), (["INBOX"], ["SPAM"])), []),
        (((["TRASH"], ["INBOX"]),), []),
    ],
    ids=["read", "archived-unread", "read-archived", "archived-read", "spam", "not-spam", "trash"],
)
def test_an_act_on_quiet_mail(
    sandbox: SandboxServer,
    parts_for: PartsFor,
    acts: tuple[Act, ...],
    expected: list[tuple[str, str]],
) -> None:
    """Left as it was speaks for its label, spam against it, and what is taken back says nothing."""
    parts = parts_for(sandbox, drafts=False)
    id_, _ = decided(parts, sandbox, newsletter())
    assert expected == seen(parts, sandbox, id_, *acts)


def test_what_presses_and_is_archived_unread_did_not_press(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """A question that nobody even read speaks against the label To reply."""
    parts = parts_for(sandbox, drafts=False)
    id_, name = decided(parts, sandbox, mail())
    assert "Mailreeve/To reply" == name
    assert [(Source.UNREAD.value, "")] == seen(parts, sandbox, id_, ARCHIVED)


def test_a_label_moved_back_says_nothing(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """A slip that the person mends themselves is no evidence."""
    parts = parts_for(sandbox, drafts=False)
    id_, name = decided(parts, sandbox, newsletter())
    made = sandbox.api("POST", "/labels", {"name": "Mailreeve/Receipt"})["id"]
    there = {one["name"]: one["id"] for one in sandbox.api("GET", "/labels")["labels"]}[name]
    assert [("moved", "receipt")] == seen(parts, sandbox, id_, ([made], [there]))
    assert [] == seen(parts, sandbox, id_, ([there], [made]))


@pytest.mark.parametrize(
    ("subject", "body", "expected"),
    [
        (
            "Lunch tomorrow?",
            "Hi Alex,\n\nCould you tell me whether Friday works for you?\n\nGrace\n",
            "to-reply",
        ),
        (
            "Quick question about your growth",
            (
                "Hi Alex,\n\nI came across your company and we help teams like yours to double their sales pipeline."
                " Are you open to a 15-minute call next week to see a demo?\n\nBest,\nGrace\n"
            ),
            "",
        ),
    ],
    ids=["to-reply", "cold"],
)
def test_an_answer_confirms_the_label_or_clears_cold(
    sandbox: SandboxServer, parts_for: PartsFor, subject: str, body: str, expected: str
) -> None:
    """Whom the person answers is no stranger; any other label stood the test."""
    parts = parts_for(sandbox, drafts=False)
    id_, name = decided(parts, sandbox, mail(subject, body))
    assert ("Mailreeve/Cold" == name) is (not expected)
    asked = parts.gmail.get(id_)
    thanks = mail(
        "Re: " + subject, "Yes.\n", f"Alex <{ME}>", To="grace@example.org", In_Reply_To=asked.message_id
    )
    sandbox.deliver(thanks, labels="SENT")
    gather(parts, NoNap())
    assert parts.learned is not None
    assert [("replied", expected)] == [(one.source.value, one.label) for one in parts.learned.observations()]
