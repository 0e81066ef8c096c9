"""Where events go: destinations, what waits for them, and what was given up."""

from typing import NotRequired

from typing_extensions import TypedDict


class DestinationJson(TypedDict):
    """One destination; `state` is agreed, not agreed, or changed (the consent was to other terms)."""

    id: str
    kind: str
    host: str
    url: str
    kinds: list[str]
    fields: list[str]
    labels: list[str]
    attachments: int
    """Bytes of a mail's files that go along at most; 0: none."""
    state: str
    terms: str
    agreed_at: str
    agreed_by: str
    sample: NotRequired[str]
    """Exactly what it would be sent for a made-up mail."""


class DeadJson(TypedDict):
    """A delivery that was given up; `seq` is what retry takes."""

    seq: int
    destination: str
    event: str
    reason: str


class HeldJson(TypedDict):
    """What a rule wants outside and what waits for a person; `advice` says for what."""

    seq: int
    destination: str
    event: str
    rule: str
    message_id: str
    advice: str


class TicketJson(TypedDict):
    """A ticket outside that a thread has."""

    destination: str
    thread_id: str
    ticket: str
    url: str


class OutboxJson(TypedDict):
    """What became of events: `delivered` counts one run or all, `waiting` are event ids."""

    delivered: int
    waiting: list[str]
    dead: list[DeadJson]
    held: list[HeldJson]
    """Of those that wait: what needs a person's consent first."""
    tickets: list[TicketJson]
    unlabelled: list[str]
    """Mail that became a ticket and does not bear its label in Gmail yet."""


class DestinationsAnswer(TypedDict):
    """All destinations of the settings; `allowed` is false while `outbound` is not among the capabilities."""

    allowed: bool
    destinations: list[DestinationJson]
    outbox: OutboxJson


class DestinationAct(TypedDict):
    """What was done; status is agreed, revoked, none, delivered, waiting, dead or declined."""

    id: str
    status: str
    advice: str
