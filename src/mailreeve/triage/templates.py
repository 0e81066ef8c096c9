"""What templates of rules may name of a mail, and the text of a draft out of a rule's own template."""

from datetime import UTC, datetime

from mailreeve.models import Action, DecidedBy, Json, ReplyText
from mailreeve.outbound import template
from mailreeve.rules.model import Rule
from mailreeve.store.entries import Entry
from mailreeve.triage.parts import Parts


def reply(parts: Parts, entry: Entry) -> ReplyText | None:
    """The reply that a rule has the words for; None when none has. What it does not know is a visible blank.

    Raises InputError for a template that cannot be filled.
    """
    act = wish(entry)
    rule = rule_of(parts, act) if act else None
    if rule is None or not rule.template:
        return None
    text = template.letter(rule.template, known(parts, entry, rule.id)).strip()
    return ReplyText(text + "\n", DecidedBy.RULE, f"your rule {rule.id}")


def wish(entry: Entry) -> Action | None:
    """The act of a rule that has the words for a draft."""
    return next((one for one in entry.verdict.does if one.kind == "draft"), None) if entry.verdict else None


def rule_of(parts: Parts, act: Action) -> Rule | None:
    """The rule that wants an act, as it is now; None when it is gone."""
    id_ = act.rule.partition("@")[0]
    rules = parts.ruling.rules if parts.ruling else ()
    return next((one for one in rules if one.id == id_), None)


def known(parts: Parts, entry: Entry, rule: str) -> Json:
    """The names that a template of this rule may use."""
    verdict = entry.verdict
    assert verdict is not None  # noqa: S101 -- only decided mail has acts
    name, _, rest = entry.sight.sender.rpartition("<")
    received = datetime.fromtimestamp(entry.sight.received_at / 1000, UTC).astimezone(parts.zone)
    return {
        "sender_name": name.strip() or rest.rstrip(">"),
        "sender_address": rest.rstrip(">"),
        "subject": entry.sight.subject,
        "summary": verdict.summary,
        "deadline": verdict.deadline,
        "received": received.date().isoformat(),
        "extracted": {
            field.removeprefix(f"{rule}."): value
            for field, value in verdict.extracted
            if field.startswith(f"{rule}.")
        },
    }
