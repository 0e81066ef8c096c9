"""A parsed message as the outer face shows it: the same keys from a file and from Gmail."""

from collections.abc import Collection, Sequence

from mailreeve.mail import senders
from mailreeve.models import Address, Hidden, Message
from mailreeve.service.answers import AddressJson, HiddenJson, ParsedJson, SenderJson


def parsed_json(message: Message, known: Collection[str] | None = None) -> ParsedJson:
    """What the parser found; ids and labels of Gmail are not part of it. `known` are addresses of correspondents."""
    return ParsedJson({
        "message_id": message.message_id,
        "subject": message.subject,
        "from": _addresses(message.from_),
        "to": _addresses(message.to),
        "cc": _addresses(message.cc),
        "bcc": _addresses(message.bcc),
        "reply_to": _addresses(message.reply_to),
        "date": message.date.isoformat() if message.date else None,
        "text": message.text,
        "quoted": message.quoted,
        "signature": message.signature,
        "html": message.html,
        "hidden": hidden_json(message.hidden),
        "sender": sender_json(message, known),
        "links": [{"text": link.text, "url": link.url} for link in message.links],
        "attachments": [
            {"name": one.name, "type": one.type, "size": one.size, "inline": one.inline, "part": one.part_id}
            for one in message.attachments
        ],
        "list_id": message.list_id,
        "defects": list(message.defects),
    })  # fmt: skip


def hidden_json(hidden: Hidden) -> HiddenJson:
    """What was left out because nobody sees it."""
    return HiddenJson(chars=hidden.chars, how=list(hidden.how), alarm=hidden.alarm)


def sender_json(message: Message, known: Collection[str] | None) -> SenderJson:
    """The facts about a sender; without `known` nothing is said of acquaintance."""
    found = senders.facts(message, known or ())
    return SenderJson(
        spf=found.spf,
        dkim=found.dkim,
        dmarc=found.dmarc,
        aligned=found.aligned,
        reply_to_differs=found.reply_to_differs,
        lookalike_of=found.lookalike_of,
        first_contact=found.first_contact if known else None,
        mismatched_links=[{"text": link.text, "url": link.url} for link in found.mismatched_links],
        doubts=list(senders.doubts(message, found)),
    )


def _addresses(group: Sequence[Address]) -> list[AddressJson]:
    return [{"name": one.name, "address": one.address} for one in group]
