"""What a watched mailbox tells: notices out of a Pub/Sub subscription, pulled or pushed.

A notice names a mailbox and nothing that is trusted: what is new is read from Gmail's history.
Sources: developers.google.com/workspace/gmail/api/guides/push; docs.cloud.google.com/pubsub/docs/reference/rest.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mailreeve.cancel import Cancel
from mailreeve.google.shapes import objects
from mailreeve.google.transport import Transport

SCOPE = "https://www.googleapis.com/auth/pubsub"
MOST = 1000
"""Messages in one pull, as many as Pub/Sub gives."""
LONGEST = 4_000
"""Characters of a notice's data that are looked at; Gmail's has about a hundred."""
PATIENCE = 120.0
"""Seconds to wait for an answer at least: Pub/Sub keeps a pull open until there is something."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message of the subscription."""

    ack: str
    """What acknowledges it; changes with each delivery."""
    address: str
    """The mailbox that changed, in lower case; empty when the message is none of Gmail's."""


class Subscription:
    """A pull subscription, by its full name. Every call raises GoogleError, LoginNeeded or Cancelled."""

    def __init__(self, transport: Transport, name: str) -> None:
        self._transport = transport
        self._name = name

    @property
    def _subscriptions(self) -> Any:
        return self._transport.service("pubsub.v1").projects().subscriptions()

    def pull(self, cancel: Cancel) -> tuple[Notice, ...]:
        """What waits; nothing may mean that Pub/Sub has waited for something in vain."""
        request = self._subscriptions.pull(subscription=self._name, body={"maxMessages": MOST})
        body = self._transport.bound(cancel, interactive=False).safe(request)
        return tuple(
            Notice(str(one.get("ackId", "")), address_of(one.get("message")))
            for one in objects(body.get("receivedMessages"))
        )

    def acknowledge(self, notices: Sequence[Notice], cancel: Cancel) -> None:
        """Have them not come again."""
        body = {"ackIds": [one.ack for one in notices if one.ack]}
        if body["ackIds"]:
            request = self._subscriptions.acknowledge(subscription=self._name, body=body)
            self._transport.bound(cancel, interactive=False).safe(request)

    def close(self) -> None:
        """Close idle connections."""
        self._transport.close()


def address_of(message: object) -> str:
    """The mailbox that a Pub/Sub message of Gmail's names, in lower case; empty for anything else."""
    data = message.get("data") if isinstance(message, dict) else None
    if not isinstance(data, str) or len(data) > LONGEST:
        return ""
    try:
        told = json.loads(base64.urlsafe_b64decode(data + "=" * (-len(data) % 4)))
    except (ValueError, RecursionError):
        return ""
    address = told.get("emailAddress") if isinstance(told, dict) else None
    return address.lower() if isinstance(address, str) else ""
