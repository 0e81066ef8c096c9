"""What is fuzzed: each target reads bytes and raises Broken when a promise of the parser does not hold."""

import contextlib
import re
from collections.abc import Callable
from datetime import UTC, datetime

from mailreeve.errors import InputError
from mailreeve.mail import addresses, css, headers, html, invites, mime, pages, params, quotes
from mailreeve.mail.compose import Compose, File, compose, forward, read_compose, reply
from mailreeve.mail.invisible import clean
from mailreeve.models import Address, Message

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
ME = Address("Me", "me@example.com")
YOU = Address("You", "you@example.com")
_BREAK = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CANARY = "zqcanaryqz"


class Broken(Exception):  # it is a promise that broke
    """A promise of the parser that an input breaks."""


def _must(holds: object, promise: str) -> None:
    if not holds:
        raise Broken(promise)


def _one_line(value: str, what: str) -> None:
    _must(not _BREAK.search(value), f"{what} holds a line break or control character: {value[:80]!r}")


def _shown(value: str, what: str) -> None:
    """Text for people and models: valid Unicode that hides nothing."""
    value.encode("utf-8")
    _must(clean(value).text == value, f"{what} holds something invisible: {value[:80]!r}")


def _addresses(found: tuple[Address, ...]) -> None:
    for one in found:
        _one_line(one.name, "a name")
        _one_line(one.address, "an address")


def message(raw: bytes) -> None:
    """A whole mail: read without the net under the parser, every part of it reachable, every value clean."""
    read = mime.from_bytes(raw)
    _must(not [one for one in read.defects if one.startswith(mime.UNREADABLE)], f"unreadable: {read.defects}")
    for name in ("text", "quoted", "signature"):
        _shown(getattr(read, name), name)
    for name in (
        "subject",
        "message_id",
        "in_reply_to",
        "list_id",
        "list_unsubscribe",
        "authentication_results",
    ):
        _one_line(getattr(read, name), name)
    _addresses((*read.from_, *read.to, *read.cc, *read.bcc, *read.reply_to))
    for file in read.attachments[:3]:
        _one_line(file.name, "a file name")
        mime.part_bytes(raw, file.part_id)
    for link in read.links:
        _one_line(link.url, "a link")
    _answered(read)
    pages.page(read, "")


def _answered(read: Message) -> None:
    """An answer to it and a forward of it can be written or are refused, and never gain a recipient."""
    with contextlib.suppress(InputError):
        answer = reply(read, own=[ME.address], everyone=True, now=NOW, body="ok")
        known = {one.address for one in (*read.from_, *read.to, *read.cc, *read.reply_to, ME)}
        _must({one.address for one in answer.recipients} <= known, "an answer has a recipient of its own")
        back = mime.from_bytes(compose(answer))
        _must(len(back.to) == len(answer.to), "an answer's recipients are read as others")
    with contextlib.suppress(InputError):
        compose(forward(read, own=[ME.address], to=[YOU], now=NOW))


def page(raw: bytes) -> None:
    """HTML: text that hides nothing; what a template, a comment or `hidden` holds is never in it."""
    source = raw.decode("utf-8", "replace")
    seen = html.to_text(source)
    _shown(seen.text, "the text")
    _must(len(seen.text) <= 2 * html.HTML_LIMIT, "the text is longer than the limit")
    _must(-1 <= seen.quote_at <= len(seen.text), "the history starts outside of the text")
    for carrier in (f"<p hidden>{_CANARY}</p>", f'<i style="display:none">{_CANARY}</i>'):
        _must(_CANARY not in html.to_text(carrier + source).text, "what follows shows hidden text")


def answer(raw: bytes) -> None:
    """Text with history: no line is lost or made up."""
    text = raw.decode("utf-8", "replace")
    parts = quotes.split(text)
    kept = f"{parts.new}\n{parts.quoted}\n{parts.signature}"
    marks = re.compile(r"[\s>_=*-]+")
    lost = len(marks.sub("", text)) - len(marks.sub("", kept))
    _must(lost <= 0, f"{lost} characters are lost")


def people(raw: bytes) -> None:
    """Lists of addresses, parameters, message ids and dates."""
    value = raw.decode("utf-8", "replace")
    _addresses(addresses.parse(value))
    for one in addresses.parse(value):
        addresses.key(one.address)
    params.parse(value)
    headers.message_ids(value)
    headers.date(value)
    invites.parse(f"BEGIN:VEVENT\n{value}\nEND:VEVENT")


def sheet(raw: bytes) -> None:
    """A style sheet and a style attribute: later ones are read whatever stands before them, in another sheet."""
    text = raw.decode("utf-8", "replace")
    with contextlib.suppress(css.TooComplex):
        css.declarations(text)
    inner = text.replace("<", "")
    source = f"<style>{inner}</style><style>#q#q#q#q#q#q#q#q {{display:none !important}}</style><p id=q style='{inner}'>{_CANARY}"
    if "'" not in inner and "&" not in inner and "important" not in inner and "\\" not in inner:
        _must(_CANARY not in html.to_text(source).text, "a sheet undoes the next one")


def letter(raw: bytes) -> None:
    """Composing: refused, or read back as it was meant, by us and field for field."""
    subject, name, address, body, file = (
        piece.decode("utf-8", "replace") for piece in (raw.split(b"\x1e") + [b""] * 5)[:5]
    )
    try:
        made = compose(
            Compose(
                ME,
                NOW,
                to=(Address(name, address or YOU.address),),
                subject=subject,
                body=body,
                attachments=(File(file, "text/plain", b"x"),) if file else (),
            )
        )
    except InputError:
        return
    head = made.partition(b"\r\n\r\n")[0].decode("ascii")
    fields = [line.partition(":")[0] for line in head.split("\r\n") if line[:1] not in {" ", "\t"}]
    _must(len(fields) == len(set(fields)), f"a field stands twice: {fields}")
    _must("Bcc" not in fields, "a Bcc was made up")
    back = mime.from_bytes(made)
    wanted = " ".join(clean(subject).text.split())
    _must(wanted == " ".join(back.subject.split()), f"subject {subject!r} is read as {back.subject!r}")
    _must(1 == len(back.to), f"recipients {name!r} {address!r} are read as {back.to}")
    _must(len(back.attachments) == bool(file), "a file is lost or made up")
    read_compose(made)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "message": message,
    "html": page,
    "quotes": answer,
    "addresses": people,
    "css": sheet,
    "compose": letter,
}

READINGS: dict[str, Callable[[bytes], object]] = {
    **TARGETS,
    "message": mime.from_bytes,
    "html": lambda raw: html.to_text(raw.decode("utf-8", "replace")),
    "css": lambda raw: html.to_text(f"<style>{raw.decode('utf-8', 'replace')}</style><p id=q>x"),
}
"""What is timed: one reading, where a target makes several of it."""
