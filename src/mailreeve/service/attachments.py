"""One attachment of a message: its text, and a saved copy on request."""

from mailreeve.app import Mailbox
from mailreeve.attachments import jail
from mailreeve.attachments.extract import extract
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.mail import mime
from mailreeve.models import Attachment, Message
from mailreeve.service.answers import FileAnswer


def get(box: Mailbox, message_id: str, part: str, *, save: bool = False, cancel: Cancel) -> FileAnswer:
    """Read one attachment, named by its part or by its file name.

    Raises InputError naming the attachments there are when it is none of them.
    """
    cancel.check()
    gmail = box.gmail.bound(cancel)
    message = gmail.get(message_id)
    found = _find(message, part)
    if found.attachment_id:
        data = gmail.attachment(message.id, found.attachment_id)
    else:  # Gmail gives small parts no id
        data = mime.part_bytes(gmail.raw(message.id), found.part_id)
    text = extract(found.name, found.type, data)
    return FileAnswer(
        name=found.name,
        type=found.type,
        size=len(data),
        text=text.text,
        omitted=text.note,
        saved=str(jail.save(box.config.home / "attachments", found.name, data)) if save else "",
    )


def _find(message: Message, part: str) -> Attachment:
    for attachment in message.attachments:
        if part in {attachment.part_id, attachment.name}:
            return attachment
    if not part and len(message.attachments) == 1:
        return message.attachments[0]
    if not message.attachments:
        raise InputError(f"Message {message.id} has no attachments.", "Choose another message.")
    there = ", ".join(f"{one.part_id} ({one.name})" for one in message.attachments)
    told = f"has no attachment {part!r}" if part else f"has {len(message.attachments)} attachments"
    raise InputError(f"Message {message.id} {told}.", f"Name one of: {there}.")
