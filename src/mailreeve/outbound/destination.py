"""A destination as the person set it, and the terms that a consent is given to."""

import base64
import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from mailreeve.errors import InputError
from mailreeve.outbound import webhook
from mailreeve.outbound.desk import Desk
from mailreeve.outbound.event import FIELDS, SCHEMA, Kind
from mailreeve.outbound.place import Place, place


@dataclass(frozen=True, slots=True)
class Destination:
    """A webhook or a ticket system: where it goes, what it is told of, and which fields it gets."""

    id: str
    url: str
    kinds: tuple[Kind, ...]
    fields: tuple[str, ...]
    secrets: tuple[str, ...] = field(repr=False)
    """The first is the newest; more than one while a new one is brought in."""
    private: bool = False
    labels: tuple[str, ...] = ()
    """Only mail with one of these; empty: all mail."""
    desk: Desk | None = None
    """How tickets are made there; None: it is a webhook."""
    user: str = ""
    """With it the secret is this user's password (RFC 7617)."""
    attachments: int = 0
    """Bytes of a mail's files that go along with it, at most; 0: none."""

    @property
    def place(self) -> Place:
        """Where it lies."""
        return place(self.url, private=self.private)

    @property
    def terms(self) -> str:
        """SHA-256 over all that a person agrees to; any change of these makes another one."""
        what = [self.id, self.url, self.private, sorted(self.kinds), sorted(self.fields), SCHEMA]
        more: list[Any] = [sorted(self.labels), self.user, asdict(self.desk) if self.desk else None]
        more += [self.attachments] if self.attachments else []
        return hashlib.sha256(json.dumps([*what, *more], sort_keys=True).encode()).hexdigest()

    @property
    def headers(self) -> dict[str, str]:
        """Who we are at a ticket system."""
        secret = self.secrets[0]
        sent = (
            {name: text.replace("{secret}", secret) for name, text in self.desk.headers.items()}
            if self.desk
            else {}
        )
        if self.user:
            sent["Authorization"] = "Basic " + base64.b64encode(f"{self.user}:{secret}".encode()).decode()
        return sent

    def check(self) -> None:
        """Raise InputError for an address, a field or a secret that cannot be."""
        place(self.url, private=self.private)
        strangers = sorted(set(self.fields) - set(FIELDS))
        if strangers or not self.kinds or not self.secrets:
            what = f"{strangers[0][:40]!r} is no field" if strangers else "it needs events and secrets"
            raise InputError(f"Destination {self.id[:40]}: {what}.", f"Fields are: {', '.join(FIELDS)}.")
        if self.desk and Kind.RECORD in self.kinds:
            raise InputError(f"Destination {self.id}: a record is no ticket.", "Send records to a webhook.")
        if self.desk:
            self.desk.check(self.id, files=bool(self.attachments))
            if any(not one.isascii() or not one.isprintable() for one in self.secrets):
                raise InputError(f"Destination {self.id}: its secret is none.", "It is printable ASCII.")
            return
        if self.attachments:
            raise InputError(f"Destination {self.id}: a webhook takes no attachments.", "Leave them out.")
        for secret in self.secrets:
            webhook.key(secret)
