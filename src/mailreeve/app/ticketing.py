"""Mail that becomes a ticket: the files that go along, and the label that comes back."""

import base64
from typing import TYPE_CHECKING

from mailreeve.config import DestinationConfig
from mailreeve.errors import ConfigError, NotFound
from mailreeve.triage.labels import TICKET

if TYPE_CHECKING:
    from mailreeve.app.mailbox import Mailbox
    from mailreeve.cancel import Cancel
    from mailreeve.outbound.template import Enclosures

_MOST_FILES = 20
_MOST_BYTES = 20_000_000
_UNITS = {"KB": 1_000, "MB": 1_000_000}


def size(one: DestinationConfig) -> int:
    """How many bytes of a mail's files go along. Raises ConfigError."""
    text = one.attachments.replace(" ", "")
    found = int(text[:-2]) * _UNITS[text[-2:]] if text else 0
    if found > _MOST_BYTES:
        raise ConfigError(f"Destination {one.id}: {text} of attachments are too much.", "At most 20MB.")
    return found


def enclosures(box: "Mailbox", id_: str, most: int, cancel: "Cancel") -> "Enclosures":
    """The files of a mail as far as so many bytes reach, the first ones first; of a mail that is a secret none.

    What is not taken along is named. Raises GoogleError.
    """
    from mailreeve.mail import mime
    from mailreeve.mail.invisible import one_line
    from mailreeve.outbound.template import Enclosed, Enclosures
    from mailreeve.reading.secrets_mail import is_secret_mail

    gmail = box.gmail.bound(cancel, interactive=False)
    try:
        raw = gmail.raw(id_)  # its text, which tells a secret, and its files in one
    except NotFound:
        return Enclosures(left=("the mail is no longer in Gmail",))
    files: list[Enclosed] = []
    left: list[str] = []
    message = mime.from_bytes(raw)
    for one in () if is_secret_mail(message) else message.attachments:
        if one.inline:
            continue
        name = one_line(one.name).replace("/", "_").replace("\\", "_")[:200] or "file"
        data = mime.part_bytes(raw, one.part_id)
        if len(files) == _MOST_FILES or len(data) > most:
            left.append(name)
            continue
        most -= len(data)
        files.append(Enclosed(name, one_line(one.type)[:100], base64.b64encode(data).decode()))
    return Enclosures(tuple(files), tuple(left[:_MOST_FILES]))


def labels(box: "Mailbox") -> dict[str, str]:
    """What mail that became a ticket is called in Gmail, by destination; empty: nothing. Raises ConfigError."""
    prefix, found = box.config.triage.label_prefix, {}
    for one in box.config.destination:
        name = f"{prefix}/{TICKET}/{one.id}" if one.ticket_label is None else one.ticket_label
        inside = name.casefold().startswith(f"{prefix}/".casefold())
        wrong = inside and not name.casefold().startswith(f"{prefix}/{TICKET}/".casefold())
        if name and (wrong or " ".join(name.split()) != name or name.strip("/") != name or len(name) > 200):
            raise ConfigError(
                f"Destination {one.id}: {name[:60]!r} cannot be the label of its tickets.",
                f'Write a name of your own, or one that begins with "{prefix}/{TICKET}/".',
            )
        found[one.id] = name
    return found
