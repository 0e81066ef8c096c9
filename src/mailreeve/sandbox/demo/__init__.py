"""The built-in demo mailbox: a few weeks in the mail of Alex Moreno, who makes maps for a living."""

from datetime import datetime
from typing import NamedTuple

from mailreeve.sandbox.demo.letters import load
from mailreeve.sandbox.demo.post import Post

ACCOUNT = "alex.moreno@example.com"
USER_LABELS: tuple[str, ...] = ("Atlas", "Clients/Harbor", "Family", "Travel")


class DemoMail(NamedTuple):
    """A message with what Gmail knows beside its bytes."""

    key: str
    raw: bytes
    labels: tuple[str, ...]
    """Gmail's system labels and names of `USER_LABELS`."""
    internal_date: datetime
    """In UTC."""


def messages(now: datetime) -> list[DemoMail]:
    """The whole mailbox as it stands at `now`, oldest first; the same `now` gives the same bytes.

    Every date, in headers and in the texts, follows from `now`, which must have a zone (ValueError without).
    """
    if now.tzinfo is None:
        raise ValueError("now must have a zone")
    post = Post(load(), now)
    mails = [
        DemoMail(letter.key, post.raw(letter), tuple(letter.note("labels").split()), post.arrived(letter))
        for letter in post.letters.values()
        if letter.note("labels")
    ]
    return sorted(mails, key=lambda mail: (mail.internal_date, mail.key))
