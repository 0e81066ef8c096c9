"""The text of a draft out of a rule's own template."""

from datetime import UTC, datetime

from mailreeve.models import DecidedBy, ReplyText
from mailreeve.outbound import template
from mailreeve.store.ledger import Entry
from mailreeve.triage.parts import Parts


def reply(parts: Parts, entry: Entry) -> ReplyText | None:
    """The reply that a rule has the words for; None when none has. What it does not know is a visible blank.

    Raises InputError for a template that cannot be filled.
    """
    verdict = entry.verdict
    act = next((one for one in verdict.does if one.kind == "draft"), None) if verdict else None
    if verdict is None or act is None or parts.ruling is None:
        return None
    id_ = act.rule.partition("@")[0]
    rule = next((one for one in parts.ruling.rules if one.id == id_ and one.template), None)
    if rule is None:
        return None
    name, _, rest = entry.sight.sender.rpartition("<")
    received = datetime.fromtimestamp(entry.sight.received_at / 1000, UTC).astimezone(parts.zone)
    known = {
        "sender_name": name.strip() or rest.rstrip(">"),
        "sender_address": rest.rstrip(">"),
        "subject": entry.sight.subject,
        "summary": verdict.summary,
        "deadline": verdict.deadline,
        "received": received.date().isoformat(),
        "extracted": {
            field.removeprefix(f"{id_}."): value
            for field, value in verdict.extracted
            if field.startswith(f"{id_}.")
        },
    }
    return ReplyText(template.letter(rule.template, known).strip() + "\n", DecidedBy.RULE, f"your rule {id_}")
