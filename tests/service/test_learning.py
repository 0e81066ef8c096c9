"""Patterns as the person sees them, out of what they did in Gmail and on the review page."""

import pytest
from tests.sandbox_server import SandboxServer
from tests.triage.house import mail

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.models import DecidedBy
from mailreeve.service import labels, learning, night
from mailreeve.service import triage as use

ME = "Notes <notes@paper.example>"


def deliver(sandbox: SandboxServer, number: int) -> str:
    return sandbox.deliver(mail(f"Notes {number}", "The notes of today. Nothing else is new.\n", ME))


def corrected(box: Mailbox, sandbox: SandboxServer, count: int = 3) -> list[str]:
    use.triage(box, cancel=Cancel())
    ids = [deliver(sandbox, number) for number in range(count)]
    use.triage(box, cancel=Cancel())
    acts = [night.correct(box, id_, "receipt", cancel=Cancel()) for id_ in ids]
    deliver(sandbox, 98)
    use.triage(box, cancel=Cancel())
    return acts


def told(box: Mailbox) -> list[tuple[str, str, str]]:
    return [(one["scope"], one["value"], one["label"]) for one in learning.patterns(box)["patterns"]]


def test_three_corrections_are_a_pattern_that_decides(box: Mailbox, sandbox: SandboxServer) -> None:
    """The next mail of the sender is decided by it, and the run says so."""
    corrected(box, sandbox)
    assert [("sender", "notes@paper.example", "receipt")] == told(box)
    last = use.runs(box)["runs"][0]
    assert 1 == last["decided"]["pattern"]
    (row,) = [one for one in box.ledger.entries([last["run"]]) if one.verdict]
    assert row.verdict is not None
    assert (DecidedBy.PATTERN, "receipt") == (row.verdict.by, row.verdict.label)


def test_two_corrections_are_none(box: Mailbox, sandbox: SandboxServer) -> None:
    """Twice may be chance."""
    corrected(box, sandbox, 2)
    assert [] == told(box)


def test_an_undone_correction_teaches_nothing(box: Mailbox, sandbox: SandboxServer) -> None:
    """Taking it back with the command takes its evidence back too."""
    acts = corrected(box, sandbox)
    use.undo(box, acts[0], cancel=Cancel())
    use.triage(box, cancel=Cancel())
    assert [] == told(box)


def test_labels_moved_in_gmail_are_evidence(box: Mailbox, sandbox: SandboxServer) -> None:
    """Three mails put under another label make a pattern; what Mailreeve labels itself makes none."""
    use.triage(box, cancel=Cancel())
    ids = [deliver(sandbox, number) for number in range(3)]
    use.triage(box, cancel=Cancel())
    use.triage(box, cancel=Cancel())
    assert [] == told(box)
    (was,) = {name for name in sandbox.labels_of(ids[0]) if name.startswith("Mailreeve/")}
    made = sandbox.api("POST", "/labels", {"name": "Mailreeve/Receipt"})["id"]
    there = {one["name"]: one["id"] for one in sandbox.api("GET", "/labels")["labels"]}
    for id_ in ids:
        change = {"addLabelIds": [made], "removeLabelIds": [there[was]]}
        sandbox.api("POST", f"/messages/{id_}/modify", change)
    use.triage(box, cancel=Cancel())
    assert [("sender", "notes@paper.example", "receipt")] == told(box)
    assert {"moved": 3} == learning.patterns(box)["patterns"][0]["sources"]


def test_a_report_of_spam_ends_a_pattern(box: Mailbox, sandbox: SandboxServer) -> None:
    """Two reports contradict whatever was learned."""
    corrected(box, sandbox)
    more = [deliver(sandbox, number) for number in (51, 52)]
    use.triage(box, cancel=Cancel())
    for id_ in more:
        change = {"addLabelIds": ["SPAM"], "removeLabelIds": ["INBOX"]}
        sandbox.api("POST", f"/messages/{id_}/modify", change)
    use.triage(box, cancel=Cancel())
    assert [] == told(box)


def test_a_pattern_can_be_changed_and_forgotten(box: Mailbox, sandbox: SandboxServer) -> None:
    """A label set by hand stands against the evidence; what is forgotten is gone; nonsense is refused."""
    corrected(box, sandbox)
    (one,) = learning.patterns(box)["patterns"]
    (changed,) = learning.edit(box, one["id"], "fyi")["patterns"]
    assert ("fyi", True, one["id"]) == (changed["label"], changed["pinned"], changed["id"])
    with pytest.raises(InputError, match="none of your labels"):
        learning.edit(box, one["id"], "nonsense")
    assert [] == learning.forget(box, one["id"])["patterns"]
    with pytest.raises(InputError, match="no pattern"):
        learning.forget(box, one["id"])


def test_the_evidence_of_a_pattern_can_be_seen(box: Mailbox, sandbox: SandboxServer) -> None:
    """Each mail with what was done to it, and its age."""
    corrected(box, sandbox)
    (one,) = learning.patterns(box)["patterns"]
    told = learning.show(box, one["id"])
    assert [(f"Notes {number}", "corrected", "receipt", 0) for number in range(3)] == sorted(
        (each["subject"], each["source"], each["label"], each["days"]) for each in told["evidence"]
    )


def test_the_tool_that_labels_teaches_as_gmail_does(box: Mailbox, sandbox: SandboxServer) -> None:
    """A triage label takes the place of the one that the mail had; three such calls make a pattern, undone ones none."""
    use.triage(box, cancel=Cancel())
    ids = [deliver(sandbox, number) for number in range(3)]
    use.triage(box, cancel=Cancel())
    act = labels.label_mail(box, ids, add=["receipt"], cancel=Cancel())["change"]
    assert [{"Mailreeve/Receipt"}] * 3 == [
        {name for name in sandbox.labels_of(id_) if name.startswith("Mailreeve/")} for id_ in ids
    ]
    use.triage(box, cancel=Cancel())
    assert [("sender", "notes@paper.example", "receipt")] == told(box)
    use.undo(box, act, cancel=Cancel())
    use.triage(box, cancel=Cancel())
    assert [] == told(box)


def test_a_rule_beats_a_pattern(box: Mailbox, sandbox: SandboxServer) -> None:
    """What the person wrote down outweighs what was learned of them."""
    corrected(box, sandbox)
    (box.config.home / "rules.toml").write_text(
        '[[rule]]\nid = "notes"\nmatch = { from = "notes@paper.example" }\ndo = { set = { label = "fyi" } }\n',
        encoding="utf-8",
    )
    id_ = deliver(sandbox, 77)
    use.triage(box, cancel=Cancel())
    verdict = box.ledger.verdict(id_)
    assert verdict is not None
    assert (DecidedBy.RULE, "fyi") == (verdict.by, verdict.label)
