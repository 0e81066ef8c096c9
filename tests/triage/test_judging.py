"""Reading and deciding: what counts as incoming, and what is kept of it."""

from dataclasses import replace

import pytest
from tests.sandbox_server import SandboxServer
from tests.triage.conftest import PartsFor
from tests.triage.house import code, mail, newsletter

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, NotFound
from mailreeve.mail.mime import from_bytes
from mailreeve.models import Address
from mailreeve.triage.judging import is_incoming, sight, verdicts
from mailreeve.triage.loop import cascade_of


@pytest.mark.parametrize(
    ("labels", "incoming"),
    [
        (("INBOX",), True),
        (("INBOX", "SENT"), True),
        ((), False),
        (("SENT",), False),
        (("INBOX", "TRASH"), False),
        (("INBOX", "SPAM"), False),
        (("DRAFT", "INBOX"), False),
    ],
)
def test_mail_in_the_inbox_is_incoming(labels: tuple[str, ...], incoming: bool) -> None:
    """A mail to oneself counts; drafts, spam and the trash do not."""
    assert incoming == is_incoming(replace(from_bytes(mail()), labels=labels))


def test_the_heading_of_a_secret_mail_has_no_subject() -> None:
    """One-time codes often stand in the subject, so none is kept."""
    assert "" == sight(from_bytes(code()), "7").subject
    assert "Lunch tomorrow?" == sight(from_bytes(mail()), "7").subject


def test_a_heading_is_one_line_that_a_person_can_see() -> None:
    """Line breaks, bidi marks and invisible characters of a hostile mail do not reach the lists."""
    hostile = replace(
        from_bytes(mail()),
        subject="a\nb\u200b\u200fc" + "x" * 400,
        from_=(Address("E\x1b[31mve\n", "eve@example.org"),),
    )
    seen = sight(hostile, "7")
    assert seen.subject.startswith("a bcx")
    assert 300 == len(seen.subject)
    assert "E[31mve <eve@example.org>" == seen.sender


def test_each_id_has_its_outcome(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """A verdict, an error, or nothing for what is outside the inbox; no id twice and none left out."""
    inside, outside = sandbox.deliver(newsletter()), sandbox.deliver(mail(), labels="SENT")
    parts = parts_for(sandbox)
    found = {
        one.id: one
        for one in verdicts(parts, cascade_of(parts), [inside, outside, "18f0000000000000"], Cancel())
    }
    assert {inside, outside, "18f0000000000000"} == set(found)
    assert found[inside].verdict is not None
    assert (None, None, None) == (found[outside].verdict, found[outside].message, found[outside].error)
    assert isinstance(found["18f0000000000000"].error, NotFound)


def test_giving_up_is_told_after_what_was_decided(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """A set Cancel ends the reading with Cancelled, not with half an answer."""
    id_ = sandbox.deliver(newsletter())
    parts, cancel = parts_for(sandbox), Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        list(verdicts(parts, cascade_of(parts), [id_], cancel))
