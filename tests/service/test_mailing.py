"""The digest by mail: to oneself, under a consent, once, whatever dies on the way."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.boxes import OpenBox
from tests.sandbox_server import SandboxServer
from tests.triage.house import mail as letter

from mailreeve import config
from mailreeve.app import App, Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import GateError, NotApproved
from mailreeve.service import digest, mailing, triage
from mailreeve.store.digest_mail import DigestMails, Stage

SETTINGS = """
[google]
quota = "off"
[policy]
capabilities = ["read", "label", "draft", "send"]
[digest]
mail = ["daily"]
"""
MOST_STEPS = 40


@pytest.fixture
def box(open_box: OpenBox, sandbox: SandboxServer) -> Mailbox:
    """A mailbox with one mail that was triaged, and mail on but not agreed to."""
    made = open_box(sandbox, SETTINGS)
    sandbox.deliver(letter("Is the plan [attached]? <b>evil.example</b>", "Could you look? [date?]\n"))
    triage.triage(made, cancel=Cancel())
    return made


def agree(box: Mailbox) -> None:
    mailing.consent(box, box.address, by="terminal", how="terminal")


def test_without_a_consent_nothing_is_drafted_or_sent(box: Mailbox, sandbox: SandboxServer) -> None:
    """The setting alone is not enough, and the refusal says what is."""
    with pytest.raises(GateError, match="agreed"):
        digest.mail(box, week=False, cancel=Cancel())
    assert [] == sandbox.sent()
    assert () == DigestMails(box.app.db, box.address).unfinished()


def test_a_consent_is_to_the_address_that_was_shown(box: Mailbox) -> None:
    """Nobody agrees to another address."""
    with pytest.raises(NotApproved):
        mailing.consent(box, "other@example.com", by="terminal", how="terminal")
    assert None is mailing.consented(box)


def test_it_goes_to_the_own_address_once_a_day(box: Mailbox, sandbox: SandboxServer) -> None:
    """With the consent it leaves without a question; a second wish on the same day sends nothing."""
    agree(box)
    assert "was mailed" in digest.mail(box, week=False, cancel=Cancel())
    assert "mailed already" in digest.mail(box, week=False, cancel=Cancel())
    (sent,) = sandbox.sent()
    assert [box.address] == sent["envelope"]["to"]
    assert {"digest.consent", "send.approved"} <= {row.event for row in box.audit.rows(100)}


def test_its_words_are_ours_and_nothing_of_a_mail_is_active(box: Mailbox, sandbox: SandboxServer) -> None:
    """Subject and summary of the hostile mail are text; both versions say the same; no remote content."""
    agree(box)
    digest.mail(box, week=False, cancel=Cancel())
    raw = str(sandbox.sent()[0]["raw"])
    made = digest.make(box)
    assert "&lt;b&gt;evil[.]example" in made.html
    assert "default-src 'none'" in made.html
    assert "<img" not in raw + made.html
    (proposal,) = [one for one in box.gate.recent() if one.kind == "digest"]
    assert "two_texts" not in {flag.code for flag in proposal.flags}


def test_a_consent_that_is_taken_back_stops_the_next_one(box: Mailbox, sandbox: SandboxServer) -> None:
    """Also in a process that opened its gate before."""
    agree(box)
    _ = box.gate
    assert True is mailing.revoke(box, by="terminal")
    with pytest.raises(GateError):
        digest.mail(box, week=False, cancel=Cancel())
    assert [] == sandbox.sent()


def test_a_draft_that_somebody_changed_is_not_sent(box: Mailbox, sandbox: SandboxServer) -> None:
    """The consent is to digests that Mailreeve wrote."""
    agree(box)
    made = digest.make(box)
    mails = DigestMails(box.app.db, box.address)
    row = mails.begin("day", made.day.isoformat(), "m" * 32, 1)
    draft = mailing._drafted(box, row, made)
    mails.move(row, Stage.DRAFTED, draft=draft.id)
    box.gmail.update_draft(draft.id, draft.raw.replace(b"decided", b"DECIDED"))
    told = mailing.mail(box, made, made.day, Cancel())
    assert "changed" in told
    assert [] == sandbox.sent()
    assert any("was not mailed" in line for line in digest.digest(box)["text"].splitlines())


def test_bytes_that_we_did_not_write_are_asked_about(box: Mailbox, sandbox: SandboxServer) -> None:
    """Also when they were put into the draft between our look at it and the gate's."""
    agree(box)
    made = digest.make(box)
    row = DigestMails(box.app.db, box.address).begin("day", made.day.isoformat(), "m" * 32, 1)
    draft = mailing._drafted(box, row, made)
    changed = box.gmail.update_draft(draft.id, draft.raw.replace(b"decided", b"DECIDED"))
    stage, _ = mailing._sent(box, row, replace(changed, raw=draft.raw))
    assert Stage.ASKED == stage
    assert [] == sandbox.sent()


def test_only_the_command_line_takes_the_consent() -> None:
    """No tool, page or run can agree in the person's place."""
    source = Path(mailing.__file__).parents[1]
    callers = {
        str(file.relative_to(source))
        for file in source.rglob("*.py")
        if "mailing.consent(" in file.read_text(encoding="utf-8")
    }
    assert {"cli/digest.py"} == callers


def test_a_run_mails_it_by_itself_and_only_once(box: Mailbox, sandbox: SandboxServer) -> None:
    """After the consent the next run brings it, and the run after that does not."""
    agree(box)
    first = triage.triage(box, cancel=Cancel())["digest"]
    second = triage.triage(box, cancel=Cancel())["digest"]
    assert 1 == len(sandbox.sent())
    assert "was mailed" in first[0]
    assert [] == second


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize(
    "every",
    [pytest.param(1, marks=pytest.mark.prove), 7],
)
def test_after_a_kill_at_any_request_exactly_one_leaves(
    box: Mailbox, sandbox: SandboxServer, home: Path, every: int
) -> None:
    """Killed after its n-th request to Gmail, for each n, the next tries bring the digest exactly once.

    A kill at the send itself is told as unknown until the request can no longer be under way.
    """
    agree(box)
    for step in range(1, MOST_STEPS, every):
        box.app.db.execute("delete from digest_mail", ())
        before = len(sandbox.sent())
        survived = _killed(sandbox, home, step)
        for _ in range(2):
            digest.mail(box, week=False, cancel=Cancel())
            box.app.db.execute("update proposal set executing_at = executing_at - 60000", ())
        digest.mail(box, week=False, cancel=Cancel())
        assert 1 == len(sandbox.sent()) - before, f"killed after request {step}"
        if survived:
            return
    pytest.fail(f"it never came through in {MOST_STEPS} requests")


def _killed(sandbox: SandboxServer, home: Path, step: int) -> bool:
    """Mail the digest in a child that dies after its n-th request; True when it came through alive."""
    child = os.fork()
    if child == 0:  # pragma: no cover -- the child's own life
        _die_after(step)
        environment = {"MAILREEVE_GOOGLE_BASE": sandbox.base_url, "MAILREEVE_GOOGLE_TOKEN": sandbox.token}
        app = App(config.load(environment, home))
        digest.mail(app.mailbox(), week=False, cancel=Cancel())
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0


def _die_after(step: int) -> None:  # pragma: no cover -- runs in the child
    left = step

    def count(event: str, _arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event == "http.client.send":
            left -= 1
            if left < 0:
                os.kill(os.getpid(), 9)

    sys.addaudithook(count)
