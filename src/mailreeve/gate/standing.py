"""A standing consent to mails of one template, asked for by one system, to one set of recipients. Pure.

The words are the person's own, from config.toml; the system fills in values that match the patterns beside them. The
consent is bound to all of it, and to the system's key: any change voids it.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from mailreeve.errors import ConfigError, InputError
from mailreeve.mail.invisible import one_line
from mailreeve.outbound import template

PREFIX = "standing:"
"""How the kind of such a proposal begins; the template's id follows."""
MOST_VALUE = 200
"""Characters of one value."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One template of the settings, and who may use it."""

    id: str
    system: str
    key_hash: str
    """Of the system's key; empty while it is not let in."""
    to: tuple[str, ...]
    """Exact addresses, or @domain for everyone there (not for its subdomains)."""
    subject: str
    body: str
    fields: tuple[tuple[str, str], ...]
    """Each name and the pattern that its whole value has to match."""
    per_day: int

    @property
    def kind(self) -> str:
        """Of proposals under it."""
        return f"{PREFIX}{self.id}"

    @property
    def key(self) -> str:
        """Its name among consents; no destination can have it."""
        return f":{self.kind}"

    @property
    def terms(self) -> str:
        """SHA-256 over all that a person agrees to."""
        told = (
            self.id,
            self.system,
            self.key_hash,
            self.to,
            self.subject,
            self.body,
            self.fields,
            self.per_day,
        )
        return hashlib.sha256(f"mailreeve standing 1\n{json.dumps(told)}".encode()).hexdigest()

    def covers(self, address: str) -> bool:
        """True for a recipient of the set."""
        key = address.lower()
        _, at, domain = key.rpartition("@")
        return bool(at) and any(entry.lower() in {key, at + domain} for entry in self.to)

    def filled(self, values: Mapping[str, object]) -> tuple[str, str]:
        """Subject and text. Raises InputError naming the value that is missing, too much, or not as it has to be."""
        names = [name for name, _ in self.fields]
        wrong = sorted(set(values) ^ set(names))
        if wrong:
            raise InputError(
                f"`values` of {self.id}: {wrong[0][:40]!r}.", f"It needs exactly {', '.join(names)}."
            )
        for name, pattern in self.fields:
            value = values[name]
            good = isinstance(value, str) and len(value) <= MOST_VALUE and value == one_line(value)
            if not good or not re.fullmatch(pattern, str(value)):
                raise InputError(
                    f"`{name}` is not as {self.id} wants it.", f"It has to match {pattern[:100]}"
                )
        return one_line(template.letter(self.subject, values)), template.letter(self.body, values)

    def check(self) -> None:
        """Raises ConfigError for a pattern or a text that cannot be used."""
        try:
            for _, pattern in self.fields:
                re.compile(pattern)
            template.letter(f"{self.subject}\n{self.body}", {name: "" for name, _ in self.fields})
        except (re.error, InputError) as error:
            raise ConfigError(f"[[template]] {self.id}: {error}", "Correct it (docs/propose.md).") from None
