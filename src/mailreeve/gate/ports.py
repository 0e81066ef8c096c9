"""What the gate needs from others: something that reads Gmail, something that sends once, an audit, a clock."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mailreeve.models import Draft, Event, EventRequest, Json, Message, Page, SentMail, Thread


class MailReader(Protocol):
    """The part of google.gmail.Gmail that looks at drafts and at what was sent."""

    def moment(self) -> int:
        """What time it is by Google's clock, in epoch milliseconds; 0 when it does not say."""

    def draft(self, draft_id: str) -> Draft:
        """A draft with its exact bytes. Raises NotFound when it is gone."""

    def thread(self, thread_id: str) -> Thread:
        """All messages of a thread. Raises NotFound when it is gone."""

    def get(self, message_id: str) -> Message:
        """One message with its headers. Raises NotFound when it is gone."""

    def raw(self, message_id: str) -> bytes:
        """The bytes of one message. Raises NotFound when it is gone."""

    def search(
        self,
        query: str,
        *,
        label_ids: Sequence[str] = (),
        cursor: str = "",
        limit: int = 100,
        include_spam_trash: bool = False,
    ) -> Page:
        """One page of the messages that a query finds, newest first."""


class MailSender(Protocol):
    """google.sending.Sender: the only thing that can send, handed to the gate alone."""

    def send_draft(self, draft_id: str, raw: bytes, thread_id: str) -> SentMail:
        """Send these bytes in place of the draft, with one request that is never repeated.

        Raises OutcomeUnknown when the answer is lost: it may have left.
        """


class EventReader(Protocol):
    """The part of google.calendar.Calendar that looks at one event."""

    def get(self, id_: str) -> Event:
        """An event as it is now, cancelled when it was deleted. Raises NotFound."""


class EventCarrier(Protocol):
    """google.scheduling.Scheduler: the only thing that changes a calendar, handed to the gate alone."""

    def carry(self, wish: EventRequest) -> Event | None:
        """One request, never repeated. Raises OutcomeUnknown, AlreadyThere, ChangedMeanwhile."""


class AuditLog(Protocol):
    """store.audit.Audit: append-only; ids and hashes, no text."""

    def append(self, event: str, body: Json, actor: str = "mailreeve") -> str:
        """Add a row, in the transaction that is open if there is one."""


class Clock(Protocol):
    """The time that the gate goes by."""

    def now(self) -> int:
        """Epoch milliseconds."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The clock of this machine."""

    def now(self) -> int:
        """Epoch milliseconds."""
        return time.time_ns() // 1_000_000

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
