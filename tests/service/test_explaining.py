"""Why a mail was sorted as it was."""

import pytest
from tests.boxes import OpenBox
from tests.sandbox_server import SandboxServer
from tests.scripted_llm import Reply, ScriptedLlm, completion, verdict
from tests.service.test_learning import corrected, deliver

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.service import explaining, labels, learning, night
from mailreeve.service import triage as use


def test_the_built_in_reader_is_named_with_its_confidence(box: Mailbox, sandbox: SandboxServer) -> None:
    """Who decided, what it saw, the label that was set; and undoing that change is told afterwards."""
    id_ = deliver(sandbox, 1)
    use.triage(box, since="1d", cancel=Cancel())
    told = explaining.why(box, id_)
    verdict = box.ledger.verdict(id_)
    assert verdict is not None
    assert ("offline", "the built-in reader on this computer") == (told["by"], told["who"])
    assert [round(verdict.confidence, 2)] == [
        one["confidence"] for one in told["stages"] if one["confidence"]
    ]
    (change,) = told["changes"]
    assert f"put on the label Mailreeve/{told['label']}" == change["text"]
    assert 1 == use.undo(box, change["undo"], cancel=Cancel())["undone"]
    (after,) = explaining.why(box, id_)["changes"]
    assert ("undone", "") == (after["state"], after["undo"])


def test_labels_of_gmail_are_told_by_what_they_mean(box: Mailbox, sandbox: SandboxServer) -> None:
    """Archived and starred, not INBOX and STARRED."""
    id_ = deliver(sandbox, 1)
    use.triage(box, since="1d", cancel=Cancel())
    labels.label_mail(box, [id_], add=["star"], remove=["INBOX"], cancel=Cancel())
    assert "starred it; archived it" == explaining.why(box, id_)["changes"][-1]["text"]


def test_a_pattern_is_named_by_its_id(box: Mailbox, sandbox: SandboxServer) -> None:
    """The id is the one that the patterns command takes."""
    corrected(box, sandbox)
    (pattern,) = learning.patterns(box)["patterns"]
    (row,) = [one for one in box.ledger.entries([use.runs(box)["runs"][0]["run"]]) if one.verdict]
    told = explaining.why(box, row.message)
    assert f"a pattern that was learned from you ({pattern['id']})" == told["who"]
    assert f"Pattern {pattern['id']}" in [one["stage"] for one in told["stages"]]


def test_a_correction_is_told_until_it_is_undone(box: Mailbox, sandbox: SandboxServer) -> None:
    """From which label to which, and what takes it back."""
    id_ = deliver(sandbox, 1)
    use.triage(box, since="1d", cancel=Cancel())
    before = explaining.why(box, id_)
    act = night.correct(box, id_, "receipt", cancel=Cancel())
    found = explaining.why(box, id_)["correction"]
    assert found is not None
    assert (before["label"], "Receipt", act) == (found["old"], found["new"], found["undo"])
    night.undo(box, found["undo"], cancel=Cancel())
    assert None is explaining.why(box, id_)["correction"]


def test_unknown_and_not_yet_decided_are_different_errors(box: Mailbox, sandbox: SandboxServer) -> None:
    """Not there, not triaged yet, or Gmail cannot be asked: each says so, and what to do next."""
    waiting = deliver(sandbox, 1)
    for id_, says, advice in (
        (waiting, "Triage has not taken up this mail.", "`mailreeve triage`"),
        ("nothing", "There is no mail with the id 'nothing'.", "`mailreeve search`"),
        ("1234567890abcdef", "There is no mail with the id '1234567890abcdef'.", "`mailreeve search`"),
    ):
        with pytest.raises(InputError) as error:
            explaining.why(box, id_)
        assert says == error.value.message
        assert advice in error.value.advice
    sandbox.faults([{"path": "/messages/", "method": "GET", "nth": 1, "kind": "403-daily"}])
    with pytest.raises(InputError) as error:
        explaining.why(box, waiting)
    assert "could not look it up" in error.value.message


def test_a_veto_and_the_models_decision_are_told(
    open_box: OpenBox, sandbox: SandboxServer, llm_server: ScriptedLlm
) -> None:
    """What spoke against the built-in reader, that it was not sure enough or not allowed, and what the model said."""
    box = open_box(
        sandbox, f'[llm]\nbase_url = "{llm_server.base_url}"\nmodel = "m"\n[triage]\noffline_bar = 0.0\n'
    )
    llm_server.default = lambda request: Reply(completion(verdict(request, label="notification")))
    id_ = sandbox.deliver(
        b"From: Bank <no-reply@bank.example>\r\nTo: alex@example.com\r\nSubject: New sign-in\r\n"
        b"Message-ID: <s@bank.example>\r\n\r\nWe noticed a new sign-in to your account.\r\n",
        "INBOX,IMPORTANT",
    )
    use.triage(box, since="1d", cancel=Cancel())
    told = explaining.why(box, id_)
    assert ("llm", "the language model") == (told["by"], told["who"])
    assert {"Gmail marked it important", "about security"} <= set(told["vetoes"])
    stages = [(one["stage"], one["text"]) for one in told["stages"]]
    assert any(stage == "Language model" and text.startswith("says Notification") for stage, text in stages)
    assert any("sure enough to decide without a model" in text for _, text in stages)


def test_words_that_were_outweighed_are_told() -> None:
    """A decision in spite of a deadline names the deadline, and is no veto."""
    line = "offline: sure enough in spite of: names a deadline"
    assert {
        "stage": "Built-in reader",
        "text": "sure enough in spite of: names a deadline",
        "confidence": None,
    } == dict(explaining._stage(line, {}))


def test_lines_of_the_model_and_of_rules_are_told_in_words() -> None:
    """A form that is not known is told as it is."""
    names = {"to-reply": "To reply"}
    said = [
        explaining._stage(line, names)
        for line in ("llm: to-reply (0.80)", "rule Bills: from is x -> label Receipt", "something else")
    ]
    assert [("Language model", "says To reply", 0.8)] == [tuple(said[0].values())]
    assert ["Your rule Bills", "Note"] == [one["stage"] for one in said[1:]]


def test_the_mail_that_a_model_was_shown_is_named(
    open_box: OpenBox, sandbox: SandboxServer, llm_server: ScriptedLlm
) -> None:
    """A corrected mail is an example for the next call, by subject and label; `why` names it; 0 turns it off."""
    settings = (
        f'[llm]\nbase_url = "{llm_server.base_url}"\nmodel = "m"\n[triage]\noffline_bar = 1.0\nexamples = '
    )
    box = open_box(sandbox, f"{settings}6\n")
    use.triage(box, cancel=Cancel())
    first = deliver(sandbox, 1)
    use.triage(box, cancel=Cancel())
    night.correct(box, first, "receipt", cancel=Cancel())
    second = deliver(sandbox, 2)
    use.triage(box, cancel=Cancel())
    shown = [one for one in llm_server.requests if '"subject": "Notes 1"' in one.user]
    assert [True] == ['"label": "receipt"' in one.user for one in shown]
    assert f"was shown mail that you corrected: {first}" in [
        one["text"] for one in explaining.why(box, second)["stages"]
    ]
    box = open_box(sandbox, f"{settings}0\n")
    deliver(sandbox, 3)
    use.triage(box, cancel=Cancel())
    assert "Notes 1" not in llm_server.requests[-1].user
