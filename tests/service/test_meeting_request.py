"""A request for a meeting: from the mail to a draft with times, and to an event after a yes."""

from tests.boxes import OpenBox
from tests.sandbox_server import SandboxServer
from tests.scripted_llm import ScriptedLlm

from mailreeve.cancel import Cancel
from mailreeve.sandbox import calendar as google
from mailreeve.service import calendar, drafting, sending

MAIL = b"""From: Ana <ana@example.org>\r\nTo: me@example.org\r\nSubject: Proofs\r\nMessage-ID: <1@example.org>\r
Date: Mon, 23 Nov 2026 09:00:00 +0000\r\n\r\nCould we meet next week about the proofs?\r\n"""


def test_a_mail_becomes_a_draft_with_times_and_an_event(
    sandbox: SandboxServer, open_box: OpenBox, llm_server: ScriptedLlm
) -> None:
    """The model is told the free times and no title; the event is made after a yes, and only then Ana hears of it."""
    id_ = sandbox.deliver(MAIL)
    with sandbox.state_file() as state:
        days = {"start": {"date": "2026-11-25"}, "end": {"date": "2026-11-26"}}
        google.put(state, {"summary": "Secret surgery", **days})
    llm_server.says({"body": "Dear Ana,\n\nThursday at 9?\n", "note": ""})
    model = f'[llm]\nbase_url = "{llm_server.base_url}"\nmodel = "m"\n'
    box = open_box(sandbox, f'[google]\nquota = "off"\n[user]\ntimezone = "Europe/Berlin"\n{model}')
    drafting.draft(box, kind="reply", reply_to_id=id_, cancel=Cancel())
    asked = llm_server.requests[-1].user
    assert ("the owner is free at (Europe/Berlin)" in asked, "surgery" in asked) == (True, False)
    wish = calendar.Wish(title="Proofs", start="2026-11-26T09:00", guests=("ana@example.org",))
    proposed = calendar.propose(box, wish, cancel=Cancel())
    with sandbox.state_file() as state:
        assert 0 == state.scalar("select count(*) from invitations")
    sending.confirm(box, proposed["proposal"], proposed["digest"], channel="tty", by="ada")
    with sandbox.state_file() as state:
        assert '["ana@example.org"]' == state.scalar("select guests from invitations")
