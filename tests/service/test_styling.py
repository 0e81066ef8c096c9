"""The person's style from their sent mail into their drafts."""

import pytest
from tests.boxes import OpenBox
from tests.sandbox_server import SandboxServer
from tests.scripted_llm import ScriptedLlm
from tests.triage.house import mail

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.service import drafting, sending, styling
from mailreeve.service import triage as use

ME = "Alex Moreno <alex.moreno@example.com>"
TEXT = "Hey Grace,\n\nall fine here, let us talk tomorrow. That works for me.\n\nCheers,\nLex\n"


def wrote(sandbox: SandboxServer, count: int = 3) -> None:
    for number in range(count):
        sandbox.deliver(
            mail(f"Note {number}", TEXT, ME, To="Grace Hopper <grace@example.org>"), labels="SENT"
        )


def asked(sandbox: SandboxServer) -> str:
    return sandbox.deliver(mail("Lunch?", "Hi Alex,\n\nCould you come on Friday?\n\nGrace\n"))


def test_drafts_begin_and_end_as_the_person_does(box: Mailbox, sandbox: SandboxServer) -> None:
    """A run learns from sent mail; the built-in reader then greets and signs as the person does."""
    wrote(sandbox)
    use.triage(box, cancel=Cancel())
    text = drafting.draft(box, kind="reply", reply_to_id=asked(sandbox), cancel=Cancel())["text"]
    assert text.startswith("Hey Grace,\n")
    assert text.endswith("Cheers,\nLex")


def test_the_model_is_told_how_the_person_writes(
    open_box: OpenBox, sandbox: SandboxServer, llm_server: ScriptedLlm
) -> None:
    """Forms and chosen phrases are in the prompt, before the thread; a setting turns it off."""
    settings = f'[llm]\nbase_url = "{llm_server.base_url}"\nmodel = "m"\n[user]\nstyle = '
    box = open_box(sandbox, f"{settings}true\n")
    wrote(sandbox)
    styling.learn(box, 50, Cancel())
    styling.keep(box, "That works for me.", "en")
    id_ = asked(sandbox)
    drafting.draft(box, kind="reply", reply_to_id=id_, cancel=Cancel())
    told = llm_server.requests[-1].user.partition("The thread has")[0]
    assert [True] * 4 == [
        word in told for word in ("“Hey {name},”", "“Cheers,”", "“Lex”", "“That works for me.”")
    ]
    box = open_box(sandbox, f"{settings}false\n")
    drafting.draft(box, kind="reply", reply_to_id=id_, cancel=Cancel())
    assert "Cheers" not in llm_server.requests[-1].user.partition("The thread has")[0]
    with pytest.raises(InputError, match="switched off"):
        styling.learn(box, 50, Cancel())


def test_what_the_person_makes_of_a_draft_teaches(open_box: OpenBox, sandbox: SandboxServer) -> None:
    """A draft that is edited and sent counts three times; one that is sent as it was written does not count."""
    box = open_box(sandbox, '[policy]\ncapabilities = ["read", "label", "draft", "send"]\n')
    use.triage(box, cancel=Cancel())
    for edit in (False, True):
        id_ = asked(sandbox)
        made = drafting.draft(
            box, kind="reply", reply_to_id=id_, body="Hi Grace,\n\nyes.\n", by="some client", cancel=Cancel()
        )
        if edit:
            drafting.draft(box, kind="edit", draft_id=made["draft_id"], body=TEXT, cancel=Cancel())
        pending = sending.propose(box, made["draft_id"])
        done = sending.confirm(box, pending.proposal_id, pending.digest, "tty", "test")
        assert "sent" == done["status"]
    use.triage(box, cancel=Cancel())
    (found,) = styling.style(box)["styles"]
    assert (1, "Hey {name},", "longer") == (found["mails"], found["greeting"], found["edits"])


def test_everything_can_be_forgotten(box: Mailbox, sandbox: SandboxServer) -> None:
    """A phrase alone, or all of it; what is no phrase is refused."""
    wrote(sandbox)
    found = styling.learn(box, 50, Cancel())
    assert ["That works for me.", "all fine here, let us talk tomorrow."] == sorted(
        one["words"] for one in found["found"]
    )
    styling.keep(box, "That works for me.", "en")
    assert [] == styling.forget(box, "That works for me.")["styles"][0]["phrases"]
    with pytest.raises(InputError, match="none of your phrases"):
        styling.forget(box, "That works for me.")
    for words in ("x" * 90, "call 555", "see https://x.example", ""):
        with pytest.raises(InputError, match="cannot be kept"):
            styling.keep(box, words, "en")
    assert [] == styling.forget(box)["styles"]
