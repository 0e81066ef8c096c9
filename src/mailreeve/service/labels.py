"""Labels: what there is, and setting them, always with an undo."""

from collections.abc import Sequence

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.service.answers import LabelJson, LabelledAnswer, LabelsAnswer

WORDS = {
    "archive": ("", "INBOX"),
    "inbox": ("INBOX", ""),
    "read": ("", "UNREAD"),
    "unread": ("UNREAD", ""),
    "star": ("STARRED", ""),
    "unstar": ("", "STARRED"),
    "important": ("IMPORTANT", ""),
    "trash": ("TRASH", ""),
    "untrash": ("", "TRASH"),
    "spam": ("SPAM", "INBOX"),
}
"""Plain words for system labels: word -> (label to add, label to remove)."""

NEVER = {"SENT", "DRAFT"}


def labels(box: Mailbox) -> LabelsAnswer:
    """The triage labels and the labels that exist in Gmail."""
    return LabelsAnswer(
        labels=[
            LabelJson(id=spec.id, name=spec.name, when=spec.when, archetype=spec.archetype or "")
            for spec in box.labels
        ],
        gmail=sorted(label.name for label in box.gmail.labels()),
    )
