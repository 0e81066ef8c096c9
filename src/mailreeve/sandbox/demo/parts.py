"""MIME parts with the charset and transfer encoding that a letter asks for; boundaries are always the same."""

from email import charset, encoders
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from email.utils import formataddr, getaddresses

from mailreeve.sandbox.demo.enclosures import Enclosure
from mailreeve.sandbox.demo.transport import token

TRANSFER = {"quoted-printable": charset.QP, "base64": charset.BASE64, "7bit": None}
ADDRESSED = frozenset({"From", "To", "Cc", "Reply-To", "Sender"})


def encoding(name: str, transfer: str, text: str) -> charset.Charset:
    """The charset for a text; pure ASCII with short lines goes as it is unless the letter asks otherwise."""
    plain = text.isascii() and max(map(len, text.splitlines()), default=0) < 998
    chosen = charset.Charset(name or ("us-ascii" if plain else "utf-8"))
    chosen.body_encoding = TRANSFER[transfer or ("7bit" if plain else "quoted-printable")]  # type: ignore[assignment]
    return chosen


def text(body: str, subtype: str = "plain", *, name: str = "", transfer: str = "") -> Message:
    """A text part; line ends inside base64 are CRLF as on the wire (RFC 2045, 6.8)."""
    if transfer == "base64":
        body = body.replace("\n", "\r\n")
    return bare(MIMEText(body, subtype, encoding(name, transfer, body)))  # type: ignore[arg-type]


def multipart(subtype: str, key: str, parts: list[Message], **parameters: str) -> Message:
    """A multipart whose boundary follows from the letter's key."""
    whole = MIMEMultipart(subtype, boundary=f"00000000{token(key, subtype, length=24)}")
    for name, value in parameters.items():
        whole.set_param(name.replace("_", "-"), value)
    for part in parts:
        whole.attach(part)
    return bare(whole)


def attached(file: Enclosure) -> Message:
    """A file to keep."""
    part = _file(file)
    part.add_header("Content-Disposition", "attachment", filename=file.name)
    return part


def inline(file: Enclosure, content_id: str) -> Message:
    """A picture that the HTML shows by its Content-ID."""
    part = _file(file)
    part.add_header("Content-Disposition", "inline", filename=file.name)
    part["Content-ID"] = f"<{content_id}>"
    return part


def carried(message: Message) -> Message:
    """A whole message inside another (RFC 2046, 5.2.1)."""
    part = MIMENonMultipart("message", "rfc822")
    part.set_payload([message])
    return bare(part)


def bare(part: Message) -> Message:
    """A part without MIME-Version, which belongs to the top alone."""
    del part["MIME-Version"]
    return part


def header(name: str, value: str, charset_name: str) -> str:
    """A header value in ASCII: names and free text as encoded words (RFC 2047) where needed."""
    if value.isascii():
        return value
    if name in ADDRESSED:
        return ", ".join(formataddr(pair, charset_name) for pair in getaddresses([value]))
    return Header(value, charset_name, header_name=name).encode()


def _file(file: Enclosure) -> Message:
    main, _, sub = file.type.partition("/")
    part = MIMEBase(main, sub, name=file.name)
    if main == "text":
        part.set_param("charset", "utf-8")
    part.set_payload(file.data)
    encoders.encode_base64(part)
    return bare(part)
