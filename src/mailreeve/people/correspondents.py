"""Learning whom the person writes to, from the mail that they sent: bounded, and each mail once."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence

from mailreeve.cancel import Cancel
from mailreeve.errors import MailreeveError
from mailreeve.google.gmail import Gmail
from mailreeve.models import Message
from mailreeve.store.correspondents import Correspondents

FIRST = 50
"""Sent messages looked at in one go; the newest come first. 20 quota units each."""


def refresh(
    gmail: Gmail,
    store: Correspondents,
    own: Collection[str],
    cancel: Cancel,
    told: Callable[[Sequence[Message]], object] | None = None,
) -> int:
    """Count the recipients of mail sent since the last look; returns how many messages were looked at.

    `told` is handed the messages too, before they count as looked at.

    A message that cannot be read now is left out: what is learned here only makes the reader more careful.
    """
    since = store.seen_until()
    # From the next second on: else the newest mail of the last look would be fetched again by every one.
    query = f"in:sent after:{since // 1000 + 1}" if since else "in:sent"
    page = gmail.bound(cancel, interactive=False).search(query, limit=FIRST)
    written: Counter[str] = Counter()
    sent: list[Message] = []
    until = since
    for _, found in gmail.get_many([ref.id for ref in page.items], cancel):
        if isinstance(found, MailreeveError) or found.internal_date <= since:
            continue
        sent.append(found)
        until = max(until, found.internal_date)
        written.update(_recipients(found, own))
    if sent and told:
        told(sent)
    if sent:
        store.add(written, until)
    return len(sent)


def _recipients(message: Message, own: Collection[str]) -> set[str]:
    return {one.key for one in (*message.to, *message.cc, *message.bcc) if one.address and one.key not in own}
