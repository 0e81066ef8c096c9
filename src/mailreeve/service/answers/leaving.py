"""What wants to leave: drafts, proposals, and what became of them."""

from typing_extensions import TypedDict


class DraftAnswer(TypedDict):
    """A draft as it lies in Gmail now; `flags` are what a person should look at before sending.

    `message_id` is the Message-ID header, `digest` the SHA-256 of the exact bytes, `change` what undo takes.
    """

    draft_id: str
    message_id: str
    thread_id: str
    to: list[str]
    cc: list[str]
    bcc: list[str]
    subject: str
    digest: str
    flags: list[str]
    text: str
    url: str
    change: str


class SendAnswer(TypedDict):
    """What became of a request to send: sent, declined, needs_user, scheduled, unknown or failed.

    `message_id` is the Message-ID header, `sent_id` Gmail's id of the sent message.
    """

    status: str
    draft_id: str
    message_id: str
    sent_id: str
    proposal: str
    advice: str


class ProposalJson(TypedDict):
    """Something that waits for a person."""

    id: str
    kind: str
    state: str
    digest: str
    to: list[str]
    subject: str
    flags: list[str]
    draft_id: str
    url: str
    expires: str
    leaves: str
    """When it is to leave, ISO 8601; empty: at once."""
    bounced: str
    """Who was not reached, as the receiving servers said: `address: reason`; empty when nobody said so."""


class WaitingDraft(TypedDict):
    """A draft of ours that waits for the user, and was not proposed for sending yet.

    `flags` are what to look at before sending, `about` is what the mail says that it answers, `note` what the
    triage says to check in it.
    """

    draft_id: str
    thread_id: str
    to: list[str]
    subject: str
    flags: list[str]
    about: str
    note: str
    priority: str
    url: str


class ReviewAnswer(TypedDict):
    """What waits for a person: proposals to send, and the drafts that nobody proposed yet; each of them once.

    `total` counts both lists on all pages; `bounced` is mail of the last week that did not arrive.
    """

    proposals: list[ProposalJson]
    drafts: list[WaitingDraft]
    bounced: list[ProposalJson]
    total: int


class UnsubscribeAnswer(TypedDict):
    """Leaving a list waits for a person; `how` is one_click or mail, `draft_id` is what `send` and send_mail take."""

    status: str
    how: str
    draft_id: str
    proposal: str
    digest: str
    question: str
    advice: str
