"""A made-up mail: what a person is shown before they agree to a destination, and what a test sends there."""

import base64
from datetime import datetime

from mailreeve.outbound.event import Event, Kind
from mailreeve.outbound.template import Enclosed

ENCLOSED = Enclosed("offer.pdf", "application/pdf", base64.b64encode(b"%PDF-").decode())


def made_up(now: datetime) -> Event:
    """An event with every field filled."""
    return Event(
        f"test_{int(now.timestamp() * 1000)}",
        Kind.TEST,
        now,
        account="you@example.com",
        message_id="18c0ffee",
        thread_id="18c0ffee",
        draft_id="r-1",
        sender="Ana Example <ana@client.example>",
        subject="Offer until Friday?",
        received=now.isoformat(),
        label="To reply",
        priority="high",
        needs_reply=True,
        deadline=now.date().isoformat(),
        decided_by="rule",
        summary="Ana asks for an offer until Friday.",
        text="Could you send me an offer until Friday?\n\nAna",
        url="https://mail.google.com/mail/u/0/#all/18c0ffee",
        decided=12,
        needs_human=1,
        failed=0,
        rule="a-rule@0123456789ab",
        contact="Ana Example <ana@client.example>",
        company="client.example",
        first=now.isoformat(),
        last=now.isoformat(),
        messages_from=2,
        messages_to=1,
        waits_for="you",
        extracted={"order_number": "A-1234", "amount": 129.9, "due_date": now.date().isoformat()},
    )
