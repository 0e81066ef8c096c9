"""The readers of one account: what they are told of the person besides the mail itself."""

from typing import TYPE_CHECKING

from mailreeve.app.mailbox import Mailbox

if TYPE_CHECKING:
    from mailreeve.models import Example, Style
    from mailreeve.reading.llm.reader import LlmReader
    from mailreeve.reading.offline.reader import OfflineReader
    from mailreeve.triage.ruling import Ruling


def llm(box: Mailbox, ruling: "Ruling | None") -> "LlmReader | None":
    """The language model with a budget of its own; None when none is configured."""
    settings = box.config.llm
    if not settings.configured:
        return None
    from mailreeve.reading.llm.budget import Budget
    from mailreeve.reading.llm.client import ChatClient
    from mailreeve.reading.llm.reader import LlmReader

    about = " ".join(filter(None, (box.name, f"<{box.address}>", box.config.user.about)))
    return LlmReader(
        ChatClient(box.app.endpoint),
        Budget(box.app.limits),
        about=about,
        body_tokens=settings.body_tokens,
        conditions=ruling.questions if ruling else (),
        fields=ruling.fields if ruling else (),
        styles=lambda: _styles(box).values(),
        examples=lambda: _examples(box),
        known=box.acquainted() | box.own,
    )


def offline(box: Mailbox) -> "OfflineReader":
    """The built-in reader, which knows whom the person writes to, and how they write."""
    from mailreeve.reading.offline.reader import OfflineReader

    return OfflineReader(
        box.correspondents.known(), box.own, name=box.name, zone=box.zone, styles=lambda: _styles(box)
    )


def _styles(box: Mailbox) -> "dict[str, Style]":
    from mailreeve.people import style

    return style.styles(box.styles) if box.config.user.style else {}


def _examples(box: Mailbox) -> "tuple[Example, ...]":
    """Mail that the person corrected."""
    from mailreeve.triage import examples

    most = box.config.triage.examples
    return examples.chosen(box.learned, box.ledger, box.labels, most) if most else ()
