"""[wake]: how new mail is told at once, instead of looked for."""

import re
from typing import Self

from pydantic import Field, model_validator

from mailreeve.config.values import Section, UserPath

_LISTEN = re.compile(r"(?P<host>\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\]|localhost):(?P<port>\d{1,5})")
_NAME = r"[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$"


class WakeConfig(Section):
    """Gmail's notices by Google Pub/Sub (docs/wake.md); without a topic new mail is looked for (polling)."""

    topic: str = Field(default="", pattern=r"^$|^projects/[a-z0-9:.-]+/topics/" + _NAME)
    """Where Gmail tells of changes, in the Cloud project of the OAuth client."""
    subscription: str = Field(default="", pattern=r"^$|^projects/[a-z0-9:.-]+/subscriptions/" + _NAME)
    """What the worker pulls notices from; needs no address that the internet can reach."""
    service_account: UserPath | None = None
    """The JSON key of a service account that may pull; None: that of [organization]."""
    push_listen: str = ""
    """Where the worker takes pushes, such as 127.0.0.1:8471, behind a web server that speaks https; empty: it does not."""
    push_audience: str = ""
    """The audience of the push subscription's token."""
    push_account: str = Field(default="", pattern=r"^$|^[^\s@]+@[^\s@]+$")
    """The service account that the token of a push is made out to."""

    @property
    def is_on(self) -> bool:
        """True when Gmail is to tell of new mail."""
        return bool(self.topic)

    @property
    def listen(self) -> tuple[str, int]:
        """Host and port of `push_listen`."""
        host, _, port = self.push_listen.rpartition(":")
        return host.strip("[]"), int(port)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.subscription or self.push_listen) and not self.topic:
            raise ValueError("topic is missing: Gmail tells nobody without it")
        if self.push_listen:
            found = _LISTEN.fullmatch(self.push_listen)
            if not found or not 0 < int(found["port"]) < 65_536:
                raise ValueError("push_listen must be an address and a port such as 127.0.0.1:8471")
            if not self.push_audience or not self.push_account:
                raise ValueError(
                    "push_audience and push_account are needed with push_listen: without them anybody could wake"
                )
        return self
