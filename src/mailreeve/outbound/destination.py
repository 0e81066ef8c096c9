"""A destination as the person set it, and the terms that a consent is given to."""

import hashlib
import json
from dataclasses import dataclass, field

from mailreeve.errors import InputError
from mailreeve.outbound import webhook
from mailreeve.outbound.event import FIELDS, SCHEMA, Kind
from mailreeve.outbound.place import Place, place


@dataclass(frozen=True, slots=True)
class Destination:
    """A webhook: where it goes, what it is told of, and which fields it gets."""

    id: str
    url: str
    kinds: tuple[Kind, ...]
    fields: tuple[str, ...]
    secrets: tuple[str, ...] = field(repr=False)
    """The first is the newest; more than one while a new one is brought in."""
    private: bool = False

    @property
    def place(self) -> Place:
        """Where it lies."""
        return place(self.url, private=self.private)

    @property
    def terms(self) -> str:
        """SHA-256 over all that a person agrees to; any change of these makes another one."""
        what = [self.id, self.url, self.private, sorted(self.kinds), sorted(self.fields), SCHEMA]
        return hashlib.sha256(json.dumps(what).encode()).hexdigest()

    def check(self) -> None:
        """Raise InputError for an address, a field or a secret that cannot be."""
        place(self.url, private=self.private)
        strangers = sorted(set(self.fields) - set(FIELDS))
        if strangers or not self.kinds or not self.secrets:
            what = f"{strangers[0][:40]!r} is no field" if strangers else "it needs events and secrets"
            raise InputError(f"Destination {self.id[:40]}: {what}.", f"Fields are: {', '.join(FIELDS)}.")
        for secret in self.secrets:
            webhook.key(secret)
