"""The readers of one account: what they are told of the person besides the mail itself."""

from typing import TYPE_CHECKING

from mailreeve.app.mailbox import Mailbox

if TYPE_CHECKING:
    from mailreeve.models import Example
    from mailreeve.reading.llm.reader import LlmReader
    from mailreeve.triage.ruling import Ruling


def llm(box: Mailbox, ruling: "Ruling | None") -> "LlmReader | None":
    """The language model with a budget of its own; None when none is configured."""
    settings = box.config.llm
    if not settings.configured:
        return None
    from mailreeve.reading.llm.budget import Budget, Limits
    from mailreeve.reading.llm.client import ChatClient
    from mailreeve.reading.llm.reader import LlmReader

    limits = Limits(
        settings.max_tokens_per_run,
        settings.max_cost_per_run,
        settings.price_in_per_million,
        settings.price_out_per_million,
    )
    about = " ".join(filter(None, (box.name, f"<{box.address}>", box.config.user.about)))
    return LlmReader(
        ChatClient(box.app.endpoint),
        Budget(limits),
        about=about,
        body_tokens=settings.body_tokens,
        conditions=ruling.questions if ruling else (),
        fields=ruling.fields if ruling else (),
        examples=lambda: _examples(box),
        known=box.acquainted() | box.own,
    )


def _examples(box: Mailbox) -> "tuple[Example, ...]":
    """Mail that the person corrected."""
    from mailreeve.triage import examples

    most = box.config.triage.examples
    return examples.chosen(box.learned, box.ledger, box.labels, most) if most else ()
