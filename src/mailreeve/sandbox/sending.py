"""Sending: the envelope, the sender's copy, and the copy for oneself. Nothing leaves the machine."""

import json
import re

from mailreeve.sandbox import headers, messages
from mailreeve.sandbox.errors import bad_request
from mailreeve.sandbox.messages import Mail
from mailreeve.sandbox.state import State

RECIPIENT_LIMIT = 500
"""Recipients of a message that is sent through the API."""
_WELL_FORMED = re.compile(r"<[^\s<>@]+@[^\s<>@]+>")


def send(state: State, raw: bytes, thread: str) -> Mail:
    """Send bytes as Gmail does; returns the sender's copy.

    From must be one of the account's addresses, else it is replaced by the default one. A missing or malformed
    Message-ID and a missing Date are set. Bcc stays in the sender's copy and leaves the bytes on the wire.
    """
    raw = _signed(state, raw)
    found = headers.fields(raw)
    recipients = _recipients(found)
    sender = headers.addresses(headers.first(found, "from"))[0]
    own = {row["email"].lower() for row in state.rows("select email from send_as")}
    label_ids = {"SENT"}
    if own & set(recipients):
        label_ids |= {"INBOX", "UNREAD"}
    mail = messages.add(state, raw, label_ids, state.now_ms(), thread=thread)
    state.execute(
        "insert into sent (message, thread, raw, sender, recipients, at) values (?, ?, ?, ?, ?, ?)",
        (mail.id, mail.thread, headers.without(raw, "Bcc"), sender, json.dumps(recipients), mail.date),
    )
    return mail


def _recipients(found: headers.Fields) -> list[str]:
    """The envelope's recipients, each once; ApiError 400 when there is none, or one that is no address."""
    known: list[str] = []
    for name in ("to", "cc", "bcc"):
        for text in headers.every(found, name).split("\n"):
            if not headers.all_addresses(text):
                raise bad_request(f"Invalid {name.capitalize()} header")
            known += [address for address in headers.addresses(text) if address not in known]
    if not known:
        raise bad_request("Recipient address required")
    if len(known) > RECIPIENT_LIMIT:
        raise bad_request(f"Too many recipients: the limit is {RECIPIENT_LIMIT}.")
    return known


def _signed(state: State, raw: bytes) -> bytes:
    """The message with a From, Message-ID and Date that Gmail lets through; untouched when it has them."""
    found = headers.fields(raw)
    own = {row["email"].lower(): row for row in state.rows("select * from send_as")}
    senders = headers.addresses(headers.first(found, "from"))
    if len(senders) != 1 or senders[0] not in own:
        default = next(row for row in own.values() if row["is_default"])
        raw = headers.with_first(raw, "From", mailbox(default["name"], default["email"]))
    if not _WELL_FORMED.fullmatch(headers.first(found, "message-id")):
        number = state.history + 1
        raw = headers.with_first(raw, "Message-ID", f"<CASandbox{number}.{state.now_ms()}@mail.gmail.com>")
    if not headers.first(found, "date"):
        raw = headers.with_first(raw, "Date", headers.rfc_date(state.now_ms()))
    return raw


def mailbox(name: str, address: str) -> str:
    """A From value."""
    return f'"{name}" <{address}>' if name else address


def report(state: State) -> list[dict[str, object]]:
    """Everything that was sent, in order: the bytes on the wire (base64url) and their envelope."""
    return [
        {
            "raw": headers.base64url(row["raw"]),
            "envelope": {"from": row["sender"], "to": json.loads(row["recipients"])},
            "id": row["message"],
            "threadId": row["thread"],
            "at": row["at"],
        }
        for row in state.rows("select * from sent order by n")
    ]
