"""What the person is shown before something leaves: plain text, the same for every face.

It is made from the final bytes alone, always the same for the same proposal, and no value in it can start a
line of its own: line breaks and everything invisible go out of each value, and every line of the text stands
behind a bar.
"""

from datetime import UTC, datetime, tzinfo

from mailreeve.gate import errand
from mailreeve.mail import mime
from mailreeve.mail.invisible import clean, one_line
from mailreeve.models import Address, Attachment, Message, Proposal, Weight

HEAD = 1_600
"""Characters of the text that are shown from its start, when it is too long to be shown whole."""
TAIL = 400
LINE = 160
NAMES = 40
"""Addresses that one line of the question lists; the number of all is always told."""
_MARKS = {Weight.STOP: "STOP", Weight.WARN: "LOOK", Weight.NOTE: "note"}


def text(proposal: Proposal, *, zone: tzinfo = UTC, whole: bool = False) -> str:
    """The question; `whole` shows all of the text instead of its head and tail."""
    message = mime.from_bytes(proposal.raw)
    title = errand.ASKS.get(proposal.kind, "Send this e-mail?")
    lines = [title, *_people(proposal, message), f"Subject: {_value(message.subject)}"]
    if proposal.scheduled_at:
        moment = datetime.fromtimestamp(proposal.scheduled_at / 1000, zone)
        lines.append(f"Leaves:  {moment:%Y-%m-%d %H:%M %Z}")
    if not errand.is_errand(proposal.kind):  # its request is told in its text
        lines += [f"File:    {_file(file)}" for file in message.attachments]
    lines += [f"{_MARKS[flag.weight]}: {_value(flag.text, 600)}" for flag in proposal.flags]
    lines += ["", *_body(message, whole=whole), ""]
    lines.append(f"{len(proposal.raw):,} bytes, fingerprint {proposal.digest[:12]}")
    return "\n".join(lines)


def _people(proposal: Proposal, message: Message) -> list[str]:
    """Addresses come from the envelope; names, which anybody can choose, stand behind them in quotes."""
    envelope = proposal.envelope
    groups = (
        ("From:   ", envelope.from_, message.from_),
        ("To:     ", envelope.to, message.to),
        ("Cc:     ", envelope.cc, message.cc),
        ("Bcc:    ", envelope.bcc, message.bcc),
        ("Answers:", tuple(one.address for one in message.reply_to), message.reply_to),
    )
    lines = []
    for title, addresses, named in groups:
        names = {one.address: one for one in named}
        shown = [_person(address, names.get(address)) for address in addresses[:NAMES]]
        if len(addresses) > NAMES:
            shown.append(f"and {len(addresses) - NAMES} more, {len(addresses)} in all")
        lines += [f"{title if not index else ' ' * 8} {line}" for index, line in enumerate(shown)]
    return lines if envelope.recipients else [*lines, f"To:      {errand.nobody(proposal.kind)}"]


def _person(address: str, known: Address | None) -> str:
    name = _value(known.name, 60).replace('"', "'") if known else ""
    return f'{_value(address, 330)}  "{name}"' if name else _value(address, 330)


def _file(file: Attachment) -> str:
    name = _value(file.name, 100).replace('"', "'") or "without a name"
    return f'"{name}", {_value(file.type, 80)}, {file.size:,} bytes'


def _value(text: str, limit: int = 300) -> str:
    """One line, nothing invisible, bounded."""
    line = "".join(char if char.isprintable() else " " for char in one_line(text))
    return line if len(line) <= limit else f"{line[:limit]}… ({len(line):,} characters)"


def _body(message: Message, *, whole: bool) -> list[str]:
    pieces = [message.text]
    if message.signature:
        pieces.append(f"-- \n{message.signature}")
    if message.quoted:
        pieces.append(message.quoted)
    shown = clean("\n\n".join(piece for piece in pieces if piece)).text
    if whole or len(shown) <= HEAD + TAIL:
        return _barred(shown)
    left = len(shown) - HEAD - TAIL
    gap = f"[{left:,} of {len(shown):,} characters are not shown here; the draft in Gmail shows all]"
    return [*_barred(shown[:HEAD]), gap, *_barred(shown[-TAIL:])]


def _barred(text: str) -> list[str]:
    """Every line behind a bar, long ones folded."""
    lines = []
    for line in text.split("\n"):
        printable = "".join(char if char.isprintable() else " " for char in line)
        lines += [printable[at : at + LINE] for at in range(0, max(len(printable), 1), LINE)]
    return [f"| {line}" for line in lines]
