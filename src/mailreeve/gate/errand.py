"""What leaves without being a mail, under ids of its own: its kinds, and what a person is asked about each."""

from mailreeve.gate import appointment, cancellation

ASKS = {**appointment.KINDS, cancellation.KIND: cancellation.ASK}
"""Kind of proposal -> what the person is asked."""
PREFIXES = (appointment.PREFIX, cancellation.PREFIX)


def is_errand(kind: str) -> bool:
    """True for a kind of proposal that is no mail: it has no draft in Gmail."""
    return kind in ASKS


def waits_here(draft_id: str) -> bool:
    """True for an id that is ours and not Gmail's."""
    return draft_id.startswith(PREFIXES)


def nobody(kind: str) -> str:
    """Whom it goes to when there is no recipient."""
    if appointment.is_event(kind):
        return "nobody: only your calendar"
    return "the address below" if is_errand(kind) else "nobody yet"
