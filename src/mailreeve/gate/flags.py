"""What a person should look at before a message leaves, computed from its final bytes. Pure."""

import re
from collections.abc import Callable, Iterator

from mailreeve.gate.known import Known
from mailreeve.gate.proposal import text_hash
from mailreeve.mail import charset, lookalike, parts, providers, senders
from mailreeve.mail.invisible import one_line
from mailreeve.mail.parts import Part
from mailreeve.models import Envelope, Flag, Message, Weight

MANY = 10
"""More recipients than this are many."""
_BLANK = re.compile(
    r"\[\s*(?:|\.{2,}|…|_+|TODO|TBD|XXX|[^\[\]\n]{1,40}\?"
    r"|(?:your|insert|votre|vos|tu|su|dein|deine|ihr|ihre)\s[^\[\]\n]{1,30}"
    r"|(?:first |last )?name|date|time|place|amount|price|number|address|company|recipient|answer"
    r"|antwort|name|datum|uhrzeit|ort|betrag|preis|réponse|nom|date|heure|montant|respuesta|nombre|fecha|hora)\s*\]",
    re.IGNORECASE,
)
"""Places that a reader left open: `[ ]`, `[date?]`, `[your answer]`, and what templates usually say."""
_NAMES_ATTACHMENT = re.compile(
    r"\b(?:attach(?:ed|ment|ments|ing)|enclos(?:ed|ure)|anbei|im anhang|angehängt|beigefügt|ci-joint|"
    r"en pièce jointe|adjunt[oa]s?|allegat[oi]|em anexo|bijgevoegd|bijlage)\b|"
    r"添付|附件|첨부|во вложении",
    re.IGNORECASE,
)
_ONE_SIDED = re.compile(r"https?://\S+|\[(?:image|cid):[^\]\n]*\]")
_USUAL = frozenset({
    "from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "in-reply-to", "references",
    "mime-version", "content-type", "content-transfer-encoding", "content-language", "x-mailreeve-id",
    "user-agent", "x-mailer", "received", "thread-topic", "thread-index", "x-gm-message-state",
    "x-google-smtp-source", "x-received", "list-unsubscribe",
})  # fmt: skip
_RECEIPTS = frozenset({"disposition-notification-to", "return-receipt-to", "x-confirm-reading-to"})


def of(raw: bytes, message: Message, envelope: Envelope, known: Known) -> tuple[Flag, ...]:
    """All flags, the gravest first."""
    found = [
        *_strangers(envelope, known),
        *_lookalikes(message, envelope, known),
        *_answered(known),
        *_outsiders(envelope, known),
        *_hidden_recipients(envelope),
        *_many(envelope),
        *_from(envelope, known),
        *_reply_to(message, known),
        *_blanks(message),
        *_invisible(message),
        *_attachments(message),
        *_links(message),
        *_headers(message),
        *_empty(message),
        *_versions(raw),
        *_author(message, known),
    ]
    order = (Weight.STOP, Weight.WARN, Weight.NOTE)
    return tuple(sorted(found, key=lambda flag: order.index(flag.weight)))


def _warn(code: str, text: str) -> Flag:
    return Flag(code, Weight.WARN, one_line(text))


def _note(code: str, text: str) -> Flag:
    return Flag(code, Weight.NOTE, one_line(text))


def _listed(addresses: list[str]) -> str:
    shown = ", ".join(addresses[:5])
    return f"{shown} and {len(addresses) - 5} more" if len(addresses) > 5 else shown


# --- who ------------------------------------------------------------------------------------------


def _others(envelope: Envelope, known: Known) -> list[str]:
    """Recipients apart from the account's own addresses, each once, in lower case."""
    keys = dict.fromkeys(address.lower() for address in envelope.recipients)
    return [key for key in keys if key not in known.own]


def _strangers(envelope: Envelope, known: Known) -> Iterator[Flag]:
    new = [key for key in _others(envelope, known) if key not in known.written_to | known.contacts]
    outside = [key for key in new if key not in known.thread]
    inside = [key for key in new if key in known.thread]
    if outside:
        yield _warn("new_recipient", f"Never written to, and not in this thread: {_listed(outside)}.")
    if inside:
        yield _note("first_answer", f"The first mail to {_listed(inside)}, who is in this thread.")


def _lookalikes(message: Message, envelope: Envelope, known: Known) -> Iterator[Flag]:
    names = {one.key: one.name for one in (*message.to, *message.cc, *message.bcc)}
    for key in _others(envelope, known):
        if key in known.written_to:
            continue
        # somebody of the same domain in the thread vouches for nothing: it may be the imitator's other half
        thread = {one for one in known.thread if _domain(one) != _domain(key)}
        genuine = (known.own | known.written_to | known.contacts | thread) - {key}
        imitated = lookalike.imitated(key, names.get(key, ""), genuine)
        if imitated:
            yield _warn("lookalike", f"{key} looks like {imitated}, but is not.")


def _answered(known: Known) -> Iterator[Flag]:
    """What speaks against the mail that is answered: an answer is what its sender is after."""
    mail = known.answered
    if mail is None:
        return
    told = senders.doubts(mail, senders.facts(mail, known.written_to | known.contacts | known.own))
    if told:
        yield _warn("doubtful_sender", f"About the mail that you answer: {'; '.join(told)}.")
    if mail.hidden.alarm:
        yield _warn("hidden_orders", "The mail that you answer hides words that speak to an assistant.")


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _outsiders(envelope: Envelope, known: Known) -> Iterator[Flag]:
    own = {_domain(address) for address in known.own}
    house = {domain for domain in own if not providers.is_public(domain)}
    others = _others(envelope, known)
    outside = [key for key in others if _domain(key) not in house]
    if house and outside and len(outside) < len(others):
        yield _note("external", f"Outside your own domain, among others inside: {_listed(outside)}.")


def _hidden_recipients(envelope: Envelope) -> Iterator[Flag]:
    if envelope.bcc:
        yield _warn("bcc", f"Hidden recipients (Bcc): {_listed(list(envelope.bcc))}.")


def _many(envelope: Envelope) -> Iterator[Flag]:
    if len(envelope.recipients) > MANY:
        yield _warn("many_recipients", f"{len(envelope.recipients)} recipients.")


def _from(envelope: Envelope, known: Known) -> Iterator[Flag]:
    foreign = [address for address in envelope.from_ if address.lower() not in known.own]
    if known.own and foreign:
        yield _warn("foreign_from", f"From is none of your addresses, Gmail will change it: {foreign[0]}.")


def _reply_to(message: Message, known: Known) -> Iterator[Flag]:
    mine = known.own | {one.key for one in message.from_}
    elsewhere = [one.address for one in message.reply_to if one.key not in mine]
    if elsewhere:
        yield _warn("reply_to", f"Answers would go to {_listed(elsewhere)} (Reply-To).")


# --- what -----------------------------------------------------------------------------------------


def blanks(text: str) -> tuple[tuple[int, int], ...]:
    """Where a text has places that a reader left open: start and end of each."""
    return tuple(found.span() for found in _BLANK.finditer(text))


def _blanks(message: Message) -> Iterator[Flag]:
    found = _BLANK.findall(f"{message.subject}\n{message.text}\n{message.signature}")
    if found:
        places = "1 blank is" if len(found) == 1 else f"{len(found)} blanks are"
        yield Flag("blanks", Weight.STOP, f"{places} left to fill in: {one_line(found[0])}.")


def _invisible(message: Message) -> Iterator[Flag]:
    if message.hidden.chars:
        how = ", ".join(message.hidden.how)
        yield _warn("hidden_text", f"{message.hidden.chars} characters that nobody sees ({how}).")


def _attachments(message: Message) -> Iterator[Flag]:
    carried = [file for file in message.attachments if not file.inline]
    named = bool(_NAMES_ATTACHMENT.search(f"{message.subject}\n{message.text}"))
    if named and not message.attachments:
        yield _warn("attachment_missing", "The text speaks of an attachment, but there is none.")
    if carried and not named:
        yield _note("attachment_unnamed", f"{len(carried)} attached, though the text does not say so.")


def _links(message: Message) -> Iterator[Flag]:
    for link in [one for one in message.links if senders.mismatched(one)][:5]:
        yield _warn("link", f"A link shows {link.text[:80]} but leads to {link.url[:120]}.")


def _headers(message: Message) -> Iterator[Flag]:
    names = dict.fromkeys(name.lower() for name, _ in message.headers)
    receipts = [name for name in names if name in _RECEIPTS]
    other = [name for name in names if name not in _USUAL | _RECEIPTS]
    if receipts:
        yield _warn("receipt", "It asks the recipients' programs for a receipt.")
    if other:
        yield _note("headers", f"Header fields out of the ordinary: {_listed(other)}.")


def _empty(message: Message) -> Iterator[Flag]:
    if not message.subject:
        yield _note("no_subject", "It has no subject.")
    if not message.text and not message.quoted:
        yield _note("no_text", "It has no text.")


def _versions(raw: bytes) -> Iterator[Flag]:
    """The person is shown one version; a recipient's program may show the other."""
    root, _ = parts.split(raw)
    stack = [root]
    while stack:
        part = stack.pop()
        if part.type == "multipart/alternative":
            plain = next((child for child in part.children if child.type == "text/plain"), None)
            html = next((child for child in part.walk() if child.type == "text/html"), None)
            if plain and html and (_words(plain, str) ^ _words(html, _visible)):
                yield _warn("two_texts", "Its plain and its HTML version do not say the same.")
        elif part.is_multipart:
            stack += part.children


def _visible(html: str) -> str:
    from mailreeve.mail.html import to_text

    return to_text(html).text


def _words(part: Part, seen: Callable[[str], str]) -> frozenset[str]:
    """The words of a part; addresses of links and names of images stand in one version only."""
    text, _ = charset.decode(part.decoded(2_000_000), part.content_type.get("charset"))
    return frozenset(re.findall(r"\w+", _ONE_SIDED.sub(" ", seen(text)).lower()))


def _author(message: Message, known: Known) -> Iterator[Flag]:
    if not known.text_hash:
        return
    versions = {text_hash(message.text), text_hash(f"{message.text} {message.signature}")}
    if known.text_hash in versions:
        yield _note("model_text", f"Written by {_writer(known.text_by)}, not changed by you.")
    else:
        yield _note("edited_text", f"Written by {_writer(known.text_by)}, and changed since.")


def _writer(by: str) -> str:
    """Programs that speak MCP give themselves any name, so they are called what they are."""
    kind, _, name = by.partition(":")
    if kind == "system":
        return f"the program {name}"  # its name was given by the person
    return {"llm": "the language model", "offline": "the built-in reader"}.get(by, "your assistant")
