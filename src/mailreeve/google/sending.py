"""The one call that makes mail leave. Built in app/ and handed to the gate alone."""

from mailreeve.google.gmail import written
from mailreeve.google.shapes import labels_of
from mailreeve.google.transport import SENDING, Transport
from mailreeve.models import SentMail


class Sender:
    """Sends a draft that a person has confirmed."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def send_draft(self, draft_id: str, raw: bytes, thread_id: str) -> SentMail:
        """drafts.send with the confirmed bytes themselves, exactly once.

        Raises OutcomeUnknown when the answer is lost: the mail may have left, so look for it before
        anything else. NotFound means that the draft is gone, sent perhaps; every other error means that
        nothing was sent.
        """
        request = self._transport.users.drafts().send(userId="me", **written(raw, thread_id, draft_id))
        body = self._transport.once(request, SENDING)
        return SentMail(str(body["id"]), str(body.get("threadId", "")), labels_of(body.get("labelIds")))
