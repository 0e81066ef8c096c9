"""Other systems: where events may go, what other software may ask for, servers that Google is kept in step with."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from mailreeve.config.values import Section


class StepConfig(Section):
    """One request to a ticket system; texts are templates (docs/destinations.md)."""

    path: str = Field(min_length=1, max_length=2000)
    method: Literal["GET", "POST", "PUT", "PATCH"] = "POST"
    body: dict[str, object] | None = None
    id: str = ""
    link: str = ""


class DestinationConfig(Section):
    """Where events may go, once a person has agreed to it."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    kind: Literal["webhook", "request_tracker", "github", "http"] = "webhook"
    url: str
    kinds: tuple[
        Literal["message.decided", "draft.created", "run.finished", "rule.fired", "record.updated"], ...
    ] = ("message.decided",)
    fields: tuple[str, ...] = ("message_id", "thread_id", "sender", "subject", "label", "priority", "url")
    labels: tuple[str, ...] = ()
    """Only mail with one of these labels; empty: all mail."""
    secrets: tuple[SecretStr, ...] = Field(min_length=1)
    """Each is the secret itself, env:NAME, or keyring:NAME."""
    user: str = ""
    """With it the secret is the password of this user (Basic)."""
    private: bool = False
    """True: the host is in your own network; http is allowed then."""
    queue: str = "General"
    requester: bool = False
    """Request Tracker: the sender becomes the requestor, whom RT may write to by its own rules."""
    attachments: str = Field(default="", pattern=r"^$|^[1-9][0-9]{0,7} ?(KB|MB)$")
    """How much of a mail's files goes along with it, such as 5MB; at most 20MB, empty: none."""
    ticket_label: str | None = None
    """The Gmail label of mail that became a ticket; `{ticket}` is its number; empty: none. Default: Mailreeve/Ticket/ID."""
    headers: dict[str, str] = Field(default_factory=dict)
    create: StepConfig | None = None
    find: StepConfig | None = None
    append: StepConfig | None = None
    seen: StepConfig | None = None


class TemplateConfig(Section):
    """A mail that other software may have sent by itself, once you have agreed to it (docs/propose.md)."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    system: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    """Who may ask for it: a name of `mailreeve systems`."""
    to: tuple[str, ...] = Field(min_length=1, max_length=100)
    """Who may get it: addresses, or @domain."""
    subject: str = Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f]*$")
    body: str = Field(min_length=1, max_length=20_000)
    fields: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")], str] = Field(default_factory=dict)
    """What the system fills in: each name, and the pattern that the whole value has to match."""
    per_day: int = Field(default=20, ge=1, le=500)
    """So many leave without a question within 24 hours."""


class DavConfig(Section):
    """A collection on a server that Google is kept in step with, once you have agreed to it."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    url: str
    """Of the collection itself."""
    user: str = Field(min_length=1, max_length=200, pattern=r"^[^:\x00-\x1f]+$")
    secret: SecretStr
    """The password, env:NAME, or keyring:NAME."""
    private: bool = False
    """True: the host is in your own network; http is allowed then."""
    wins: Literal["google", "server"] = "google"
    """Whose version stays where both sides changed the same thing."""
