"""The decision, as a pure function: rules, then the offline reader if it is sure and nothing vetoes, else the model.

Each stage writes what it saw; the digest and `classify` show it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from mailreeve.models import Archetype, DecidedBy, LabelSpec, Message, Priority, Verdict
from mailreeve.reading import secrets_mail
from mailreeve.reading.offline import trained
from mailreeve.reading.offline.signals import Signals

Rule = Callable[[Message, Sequence[LabelSpec]], Verdict | None]
"""Decides, or passes with None. The verdict says by itself whether a rule or a pattern made it."""


def secret_mail(message: Message, labels: Sequence[LabelSpec]) -> Verdict | None:
    """One-time codes, password resets and sign-in links are sorted here and shown to no model."""
    why = secrets_mail.is_secret_mail(message)
    return secrets_mail.rule_verdict(message, labels, why) if why else None


RULES: tuple[Rule, ...] = (secret_mail,)

GRAVE = 2
"""So many reasons to doubt a sender outweigh what a model says: a list breaks DMARC, a tool's link leads elsewhere."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict, or the wish to ask the model."""

    verdict: Verdict | None
    """None: the model has to be asked."""
    evidence: tuple[str, ...]


def decide(
    message: Message,
    signals: Signals,
    offline: Verdict,
    labels: Sequence[LabelSpec],
    *,
    bar: float,
    model: bool,
    learned: Verdict | None = None,
    rules: Sequence[Rule] = RULES,
    asked: Sequence[str] = (),
) -> Decision:
    """Choose who decides; `offline` is what the offline reader thinks, `learned` what a pattern says.

    From the confidence `bar` on the offline reader may decide. Words such as a deadline raise the bar to that of the
    trained model, facts such as a known correspondent forbid it. `asked` says why only a model will do. Without a
    model the offline reader decides alone, below the bar too; its evidence then says how unsure it is, and the
    verdict keeps the low confidence.
    """
    for rule in rules:
        verdict = rule(message, labels)
        if verdict is not None:
            return Decision(closed(verdict, labels), verdict.evidence)
    if learned is not None and not (asked and model):
        return Decision(closed(learned, labels), learned.evidence)
    evidence = ("rules: none applies", *offline.evidence)
    kind = next((label.archetype for label in labels if label.id == offline.label), None)
    objections, firm = signals.objections(kind), (*signals.firm_objections(kind), *asked)
    needed = max(bar, trained.load().bars["vetoed"]) if objections else bar
    sure = offline.confidence >= needed and not offline.needs_human
    measure = f"offline: {offline.confidence:.2f} is {'above' if sure else 'below'} the bar of {needed:.2f}"
    if not model:
        evidence = (*evidence, measure, "no model is configured, so the offline reader decides alone")
        return Decision(closed(replace(offline, evidence=evidence), labels), evidence)
    if sure and not firm:
        weighed = (f"offline: sure enough in spite of: {', '.join(objections)}",) if objections else ()
        evidence = (*evidence, measure, *weighed, "veto: none")
        return Decision(closed(replace(offline, evidence=evidence), labels), evidence)
    return Decision(
        None, (*evidence, measure, *(f"veto: {why}" for why in dict.fromkeys((*objections, *asked))))
    )


def closed(verdict: Verdict, labels: Sequence[LabelSpec]) -> Verdict:
    """The verdict, or needs-human when its label is none of the user's."""
    if verdict.needs_human or verdict.label in {label.id for label in labels}:
        return verdict
    return needs_human(verdict, f"{verdict.by.value} chose a label that does not exist")


def together(verdict: Verdict, doubts: Sequence[str], labels: Sequence[LabelSpec]) -> Verdict:
    """What a model says and what is known of the sender: facts that its words cannot talk away.

    With two reasons or more to doubt the sender the mail is Suspicious, whatever the model was made to say, and gets
    no draft; with fewer the model decides, who was told of them. It is a label, and the mail stays where it is.
    """
    label = next((one.id for one in labels if one.archetype is Archetype.SUSPICIOUS), "")
    if not label or verdict.needs_human or verdict.label == label or len(doubts) < GRAVE:
        return verdict
    return replace(
        verdict,
        label=label,
        needs_reply=False,
        reason=f"The sender may not be who it seems: {'; '.join(doubts)}."[:160],
        evidence=(*verdict.evidence, f"sender: {'; '.join(doubts)}; {verdict.label} does not stand"),
    )


def needs_human(verdict: Verdict, why: str) -> Verdict:
    """The same verdict without its choice: a person has to look."""
    return replace(
        verdict,
        label="",
        priority=Priority.NORMAL,
        needs_reply=False,
        confidence=0.0,
        reason=why,
        needs_human=True,
        evidence=(*verdict.evidence, f"needs a person: {why}"),
    )


def undecided(message: Message, by: DecidedBy, why: str, evidence: tuple[str, ...] = ()) -> Verdict:
    """A verdict for a message that nobody could judge."""
    blank = Verdict(
        id=message.id,
        label="",
        priority=Priority.NORMAL,
        needs_reply=False,
        summary="",
        confidence=0.0,
        reason=why,
        by=by,
        evidence=evidence,
    )
    return needs_human(blank, why)
