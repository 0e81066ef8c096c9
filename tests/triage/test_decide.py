"""The pure decision."""

from dataclasses import replace

import pytest
from tests.triage.house import code, mail, newsletter

from mailreeve.mail.mime import from_bytes
from mailreeve.models import DecidedBy, Message, Priority, Verdict
from mailreeve.reading.offline import signals, trained
from mailreeve.triage.decide import closed, decide, together, undecided
from mailreeve.triage.labels import BUILT_IN

SURE = Verdict(
    id="m",
    label="newsletter",
    priority=Priority.LOW,
    needs_reply=False,
    summary="The gazette.",
    confidence=0.9,
    reason="a list",
    by=DecidedBy.OFFLINE,
    evidence=("offline: newsletter 0.90",),
)
QUIET = from_bytes(newsletter())
QUESTION = from_bytes(mail())


def ask(message: bytes, opinion: Verdict, *, model: bool, bar: float = 0.85) -> Verdict | None:
    parsed = from_bytes(message)
    return decide(parsed, signals.read(parsed), opinion, BUILT_IN, bar=bar, model=model).verdict


def test_a_secret_mail_is_sorted_by_rule_and_never_shown_to_a_model() -> None:
    """A one-time code is decided by rule, whatever the offline reader thinks, and its code is nowhere in the verdict."""
    for model in (True, False):
        verdict = ask(code(), SURE, model=model)
        assert verdict is not None
        assert (DecidedBy.RULE, "notification") == (verdict.by, verdict.label)
        assert "483920" not in repr(verdict)


def test_the_offline_reader_decides_when_it_is_sure_and_nothing_vetoes() -> None:
    """Above the bar, without a veto, no model is asked, and the evidence says so."""
    decision = decide(QUIET, signals.read(QUIET), SURE, BUILT_IN, bar=0.85, model=True)
    assert decision.verdict is not None
    assert DecidedBy.OFFLINE is decision.verdict.by
    assert (
        "rules: none applies",
        "offline: newsletter 0.90",
        "offline: 0.90 is above the bar of 0.85",
        "veto: none",
    ) == decision.verdict.evidence


def test_below_the_bar_the_model_is_asked() -> None:
    """An unsure offline reader does not decide when there is a model."""
    decision = decide(
        QUIET, signals.read(QUIET), replace(SURE, confidence=0.84), BUILT_IN, bar=0.85, model=True
    )
    assert None is decision.verdict
    assert "offline: 0.84 is below the bar of 0.85" in decision.evidence


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (replace(QUIET, labels=("INBOX", "IMPORTANT")), "Gmail marked it important"),
        (replace(QUIET, text="The deadline is tomorrow, 24 November."), "names a deadline"),
        (replace(QUIET, text="We noticed a new sign-in to your account. Was it you?"), "about security"),
        (QUESTION, "asks the owner something"),
    ],
)
def test_a_veto_sends_a_sure_verdict_to_the_model(message: object, why: str) -> None:
    """Deadlines and questions raise the bar, security and IMPORTANT forbid; the evidence tells each."""
    assert isinstance(message, type(QUIET))
    decision = decide(message, signals.read(message), SURE, BUILT_IN, bar=0.85, model=True)
    assert None is decision.verdict
    assert f"veto: {why}" in decision.evidence


@pytest.mark.parametrize(
    ("message", "decided"),
    [
        (replace(QUIET, text="The deadline is tomorrow, 24 November."), True),
        (QUESTION, True),
        (replace(QUIET, labels=("INBOX", "STARRED")), False),
        (replace(QUIET, text="We noticed a new sign-in to your account. Was it you?"), False),
    ],
)
def test_words_only_raise_the_bar_and_facts_forbid(message: Message, *, decided: bool) -> None:
    """The reader has weighed the words too, so that it may be sure in spite of them; the evidence names them."""
    bars = trained.load().bars
    sure = replace(SURE, confidence=0.99)
    decision = decide(message, signals.read(message), sure, BUILT_IN, bar=bars["free"], model=True)
    assert decided == (decision.verdict is not None)
    if decided:
        assert f"offline: 0.99 is above the bar of {bars['vetoed']:.2f}" in decision.evidence
        assert any(line.startswith("offline: sure enough in spite of: ") for line in decision.evidence)


def test_a_known_correspondent_is_not_decided_lightly() -> None:
    """A person that the owner writes to vetoes the offline reader."""
    note = from_bytes(mail("The book", "I finished the book that you lent me. Loved it.\n"))
    seen = signals.read(note, known={"grace@example.org"})
    decision = decide(note, seen, replace(SURE, label="personal"), BUILT_IN, bar=0.85, model=True)
    assert "veto: from a known correspondent" in decision.evidence


def test_without_a_model_the_offline_reader_decides_alone_and_says_how_unsure_it_is() -> None:
    """Nothing is left lying for want of a model: the low confidence stays visible."""
    verdict = ask(mail(), replace(SURE, confidence=0.3), model=False)
    assert verdict is not None
    assert (0.3, DecidedBy.OFFLINE) == (verdict.confidence, verdict.by)
    assert "no model is configured, so the offline reader decides alone" in verdict.evidence


def test_an_offline_reader_that_knows_no_label_asks_or_hands_over() -> None:
    """needs-human of the offline reader goes to the model if there is one, else to the person."""
    lost = replace(SURE, label="", needs_human=True, confidence=0.99)
    assert None is ask(newsletter(), lost, model=True)
    verdict = ask(newsletter(), lost, model=False)
    assert verdict is not None
    assert verdict.needs_human


def test_a_label_outside_the_closed_set_is_never_set() -> None:
    """An invented label becomes needs-human, with the reason."""
    verdict = closed(replace(SURE, label="send-money"), BUILT_IN)
    assert (True, "") == (verdict.needs_human, verdict.label)
    assert "does not exist" in verdict.reason
    assert not verdict.needs_reply


def test_an_undecided_message_claims_nothing() -> None:
    """What nobody could judge has no label, no confidence, and says why."""
    verdict = undecided(QUIET, DecidedBy.LLM, "no JSON", ("offline: 0.2",))
    assert (True, "", 0.0, "no JSON") == (
        verdict.needs_human, verdict.label, verdict.confidence, verdict.reason
    )  # fmt: skip
    assert ("offline: 0.2", "needs a person: no JSON") == verdict.evidence


DOUBTS = ("DMARC failed", "answers go elsewhere")
SAID = replace(SURE, label="to-reply", needs_reply=True, by=DecidedBy.LLM)


def test_facts_about_the_sender_outweigh_what_a_model_says() -> None:
    """Two of them make a mail Suspicious and spare it a draft; the evidence says why, and what the model said."""
    found = together(SAID, DOUBTS, BUILT_IN)
    assert ("suspicious", False, DecidedBy.LLM) == (found.label, found.needs_reply, found.by)
    assert "DMARC failed; answers go elsewhere" in found.reason
    assert found.evidence[-1].endswith("to-reply does not stand")


def test_one_fact_alone_decides_nothing() -> None:
    """A list breaks DMARC, a tool's link leads elsewhere: then the reader decides, and it may say Suspicious by itself."""
    assert SAID == together(SAID, DOUBTS[:1], BUILT_IN)
    suspicious = replace(SAID, label="suspicious")
    assert suspicious == together(suspicious, (), BUILT_IN) == together(suspicious, DOUBTS, BUILT_IN)
    assert SAID == together(SAID, DOUBTS, [one for one in BUILT_IN if one.id != "suspicious"])
    waits = undecided(QUIET, DecidedBy.LLM, "junk")
    assert waits == together(waits, DOUBTS, BUILT_IN)
