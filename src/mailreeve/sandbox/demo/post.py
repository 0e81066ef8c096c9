"""Letters become messages: dates, threads, quoted history, bodies and headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.message import Message
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime, parseaddr

from mailreeve.sandbox.demo import parts, quoting, transport
from mailreeve.sandbox.demo.dates import fill, moment
from mailreeve.sandbox.demo.enclosures import enclosure
from mailreeve.sandbox.demo.letters import Letter
from mailreeve.sandbox.demo.newsletter import expand

OWNER = "Alex Moreno <alex.moreno@example.com>"
WIRE = compat32.clone(linesep="\r\n", mangle_from_=False)
SIGNED = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "list-unsubscribe",
    "list-unsubscribe-post",
)


@dataclass(frozen=True, slots=True)
class Post:
    """All letters, seen from one `now`."""

    letters: Mapping[str, Letter]
    now: datetime

    def sent(self, letter: Letter) -> datetime:
        """When the letter was written, with odd seconds as clocks have them."""
        at = moment(letter.note("sent"), self.now)
        return at - timedelta(seconds=int(transport.token(letter.key, "second", length=2), 16) % 50)

    def arrived(self, letter: Letter) -> datetime:
        """When the mailbox took it: Gmail's internal date."""
        return self.sent(letter) + timedelta(seconds=transport.delay(letter.key))

    def raw(self, letter: Letter) -> bytes:
        """The exact message (RFC 5322) with CRLF line ends."""
        return self.message(letter).as_bytes(policy=WIRE)

    def message(self, letter: Letter) -> Message:
        """The body with all headers above it, in the order in which servers and programs write them."""
        whole = self._report(letter) if letter.note("report") else self._with_files(letter)
        content = whole.items()
        for name in set(whole.keys()):
            del whole[name]
        own = self._own_headers(letter)
        signed = tuple(name for name in SIGNED if name in {"mime-version", *(key.lower() for key, _ in own)})
        for name, value in [*self._transport(letter, signed), ("MIME-Version", "1.0"), *own, *content]:
            whole[name] = value
        return whole

    def plain(self, letter: Letter) -> str:
        """The plain text with the quoted history below it."""
        parent = self.letters.get(letter.note("parent"))
        above = self._attribution(parent, letter.note("quote") or "gmail") if parent else ""
        text = fill(letter.text, self.now, {"attribution": above})
        if parent is None or letter.note("quote") in {"", "inline"}:
            return text
        return f"{text}\n{above}\n{quoting.quoted(letter.note('quote'), self.plain(parent))}"

    def _attribution(self, parent: Letter, style: str) -> str:
        author = self._author(parent)
        sent = self.sent(parent).astimezone(self.now.tzinfo)
        return quoting.attribution(style, author, parent.header("To") or OWNER, self._subject(parent), sent)

    def _author(self, letter: Letter) -> str:
        return letter.header("From") or OWNER

    def _subject(self, letter: Letter) -> str:
        return fill(letter.header("Subject"), self.now)

    def _message_id(self, letter: Letter) -> str:
        domain = parseaddr(self._author(letter))[1].rpartition("@")[2]
        return f"<{transport.token(letter.key, 'message', length=24)}@mail.{domain}>"

    def _ancestors(self, letter: Letter) -> list[str]:
        parent = self.letters.get(letter.note("parent"))
        return [*self._ancestors(parent), self._message_id(parent)] if parent else []

    def _transport(self, letter: Letter, signed: tuple[str, ...]) -> transport.Headers:
        if "SENT" in letter.note("labels").split() or not letter.note("labels"):
            return []
        return transport.inbound(
            letter.key,
            parseaddr(self._author(letter))[1],
            self.sent(letter),
            auth=letter.note("auth") or "pass",
            via=letter.note("via"),
            signed=signed,
        )

    def _own_headers(self, letter: Letter) -> transport.Headers:
        own = {"From": self._author(letter), "To": OWNER, "Date": self._date(letter)}
        own["Message-ID"] = self._message_id(letter)
        ancestors = self._ancestors(letter)
        if ancestors:
            own |= {"In-Reply-To": ancestors[-1], "References": "\n ".join(ancestors)}
        own |= {name: fill(value, self.now) for name, value in letter.headers}
        name = letter.note("charset") or "utf-8"
        return [(key, parts.header(key, value, name)) for key, value in own.items()]

    def _date(self, letter: Letter) -> str:
        zone = letter.note("zone")
        if not zone:
            return format_datetime(self.sent(letter).astimezone(self.now.tzinfo))
        minutes = int(zone[1:3]) * 60 + int(zone[3:])
        offset = timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes))
        return format_datetime(self.sent(letter).astimezone(offset))

    def _body(self, letter: Letter) -> Message:
        """The text, its HTML twin or a page of HTML, and the invitation for calendars."""
        name, transfer = letter.note("charset"), letter.note("transfer")
        text = self.plain(letter)
        page = fill(expand(letter.html, self.now), self.now)
        if letter.note("rich"):
            page = f'<div dir="ltr">{quoting.as_html(text)}{self._picture(letter)}</div>\n'
        bodies = [parts.text(text, name=name, transfer=transfer)] if text.strip() else []
        if page:
            bodies.append(parts.text(page, "html", name=name, transfer=transfer))
        if letter.note("invite"):
            event = parts.text(
                enclosure(letter.note("invite"), self.now).data.decode(), "calendar", name="utf-8"
            )
            event.set_param("method", "REQUEST")
            bodies.append(event)
        return bodies[0] if len(bodies) == 1 else parts.multipart("alternative", letter.key, bodies)

    def _picture(self, letter: Letter) -> str:
        name = letter.note("inline")
        return (
            f'<div><img src="cid:{self._content_id(name)}" alt="{name}" width="320"></div>\n' if name else ""
        )

    def _content_id(self, name: str) -> str:
        return f"ii_{transport.token(name, length=12)}"

    def _with_files(self, letter: Letter) -> Message:
        body = self._body(letter)
        if letter.note("inline"):
            picture = enclosure(letter.note("inline"), self.now)
            shown = parts.inline(picture, self._content_id(picture.name))
            body = parts.multipart("related", letter.key, [body, shown], type="multipart/alternative")
        names = [*letter.note("attach").split(), *letter.note("invite").split()]
        kept = [parts.attached(enclosure(name, self.now)) for name in names]
        if letter.note("carry"):
            kept.append(parts.carried(self.message(self.letters[letter.note("carry")])))
        return parts.multipart("mixed", letter.key, [body, *kept]) if kept else body

    def _report(self, letter: Letter) -> Message:
        """A delivery status notification (RFC 3464) about the reported letter."""
        failed = self.letters[letter.note("report")]
        status = MIMENonMultipart("message", "delivery-status")
        server, recipient = Message(), Message()
        server["Reporting-MTA"] = "dns; mail.example.com"
        server["Arrival-Date"] = self._date(failed)
        recipient["Final-Recipient"] = f"rfc822; {parseaddr(failed.header('To'))[1]}"
        recipient["Action"] = "failed"
        recipient["Status"] = "5.1.1"
        recipient["Diagnostic-Code"] = (
            "smtp; 550-5.1.1 The email account that you tried to reach does not exist."
        )
        status.set_payload([server, recipient])
        original = parts.carried(self.message(failed))
        bodies = [self._body(letter), parts.bare(status), original]
        return parts.multipart("report", letter.key, bodies, report_type="delivery-status")
