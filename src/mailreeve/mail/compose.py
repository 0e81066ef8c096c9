"""Mail to exact bytes, answers and forwards to mail, and a draft's bytes back to what it says."""

import base64
import secrets
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, tzinfo

from mailreeve.mail import charset, etiquette, markup, mime, parts, quotes, wire
from mailreeve.mail.letter import TEXT_LIMIT, Compose, File, checked, is_extra
from mailreeve.models import Address, Message, SendAs

__all__ = ["Compose", "File", "compose", "forward", "read_compose", "reply"]


def compose(letter: Compose) -> bytes:
    """The exact RFC 5322 bytes: ASCII, CRLF, lines within 998, Bcc included because Gmail reads it there.

    Raises InputError naming the field when a value cannot be a header, or an address is none.
    """
    letter = checked(letter)
    plain = whole_text(letter)
    alternative = _multipart(
        "alternative",
        [wire.text_part("plain", plain), wire.text_part("html", letter.html or markup.page(letter))],
    )
    content = alternative
    if letter.attachments:
        content = _multipart("mixed", [alternative, *map(_attached, letter.attachments)])
    return (_head(letter) + content).encode("ascii")


def whole_text(letter: Compose) -> str:
    """The text part: what the person says, the signature, the parent."""
    signature = f"-- \n{letter.signature}" if letter.signature else ""
    return "\n\n".join(filter(None, (letter.body, signature, letter.quoted))) + "\n"


def reply(
    parent: Message,
    *,
    own: Collection[str],
    everyone: bool,
    now: datetime,
    body: str = "",
    send_as: Sequence[SendAs] = (),
    zone: tzinfo | None = None,
) -> Compose:
    """An answer to `parent` from the identity that it was sent to.

    `own` are the addresses of the person; `zone` is theirs, for the attribution line.
    """
    mine = {*own, *(one.address.address for one in send_as)}
    identity = etiquette.sender(parent, send_as, Address("", next(iter(own), "")))
    to, cc = etiquette.recipients(parent, mine, everyone=everyone)
    return Compose(
        from_=identity.address,
        date=now,
        to=to,
        cc=cc,
        reply_to=_reply_to(identity),
        subject=etiquette.answer_subject(parent.subject),
        body=body,
        signature=_signature(identity),
        quoted=etiquette.quoted(parent, zone),
        in_reply_to=etiquette.parent_id(parent),
        references=etiquette.references(parent),
    )


def forward(
    parent: Message,
    *,
    own: Collection[str],
    to: Sequence[Address],
    now: datetime,
    body: str = "",
    attachments: Sequence[File] = (),
    send_as: Sequence[SendAs] = (),
    zone: tzinfo | None = None,
) -> Compose:
    """`parent` to somebody else, its text whole; the caller hands over the attachments to take along."""
    identity = etiquette.sender(parent, send_as, Address("", next(iter(own), "")))
    return Compose(
        from_=identity.address,
        date=now,
        to=tuple(to),
        reply_to=_reply_to(identity),
        subject=etiquette.forward_subject(parent.subject),
        body=body,
        signature=_signature(identity),
        quoted=etiquette.forwarded(parent, zone),
        references=etiquette.references(parent),
        attachments=tuple(attachments),
    )


def read_compose(raw: bytes) -> Compose:
    """What a draft's bytes say, to be edited with `dataclasses.replace` and composed again.

    `html` keeps the draft's own HTML part; set it to "" when body, signature or quoted change.
    """
    message = mime.from_bytes(raw)
    root, _ = parts.split(raw)
    plain = _first_text(root, "text/plain")
    said = quotes.split(plain) if plain else quotes.Parts(message.text, message.quoted, message.signature)
    return Compose(
        from_=message.author,
        date=message.date or datetime.fromtimestamp(0, UTC),
        to=message.to,
        cc=message.cc,
        bcc=message.bcc,
        reply_to=message.reply_to,
        subject=message.subject,
        body=said.new,
        signature=said.signature,
        quoted=said.quoted,
        in_reply_to=message.in_reply_to,
        references=message.references,
        attachments=tuple(_files(root, message)),
        message_id=message.message_id,
        headers=tuple((name, value) for name, value in message.headers if is_extra(name)),
        html=_first_text(root, "text/html"),
    )


def _first_text(root: parts.Part, kind: str) -> str:
    """The first text part of a kind that is shown, decoded; newlines only."""
    for part in root.walk():
        if part.type == kind and part.disposition.value != "attachment" and not part.filename:
            text, _ = charset.decode(part.decoded(TEXT_LIMIT), part.content_type.get("charset"))
            return text.replace("\r\n", "\n")
    return ""


def _files(root: parts.Part, message: Message) -> Iterator[File]:
    found = {part.id: part for part in root.walk()}
    for one in message.attachments:
        yield File(one.name, one.type, found[one.part_id].decoded(), one.content_id)


def _head(letter: Compose) -> str:
    lines = [
        wire.mailboxes("From", [letter.from_]),
        *(
            wire.mailboxes(name, group)
            for name, group in (
                ("To", letter.to), ("Cc", letter.cc), ("Bcc", letter.bcc), ("Reply-To", letter.reply_to)
            )
            if group
        ),
        wire.unstructured("Subject", letter.subject),
        wire.folded("Date", [wire.date(letter.date)]),
        wire.folded("Message-ID", [letter.message_id]),
    ]  # fmt: skip
    if letter.in_reply_to:
        lines.append(wire.folded("In-Reply-To", [letter.in_reply_to]))
    if letter.references:
        lines.append(wire.folded("References", letter.references))
    lines += [wire.unstructured(name, value) for name, value in letter.headers]
    return "".join([*lines, "MIME-Version: 1.0\r\n"])


def _multipart(subtype: str, inner: Sequence[str]) -> str:
    """Parts between boundaries from `secrets`, so that no text can hold one."""
    boundary = f"=_{secrets.token_hex(16)}"
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in inner)
    return f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n{body}--{boundary}--\r\n'


def _attached(one: File) -> str:
    kind = "inline" if one.content_id else "attachment"
    cid = f"Content-ID: <{one.content_id}>\r\n" if one.content_id else ""
    return (
        f"Content-Type: {one.type}{wire.parameter('name', one.name)}\r\n"
        f"Content-Disposition: {kind}{wire.parameter('filename', one.name)}\r\n{cid}"
        f"Content-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(one.data).decode("ascii").replace("\n", "\r\n")
    )


def _reply_to(identity: SendAs) -> tuple[Address, ...]:
    return (Address("", identity.reply_to),) if identity.reply_to else ()


def _signature(identity: SendAs) -> str:
    if not identity.signature_html:
        return ""
    from mailreeve.mail.html import to_text

    return to_text(identity.signature_html).text
