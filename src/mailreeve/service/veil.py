"""What an MCP client is not shown unless the settings say so: one-time codes, and links that open an account.

A client's model may obey a hostile mail, and a code is all that somebody needs who knows the password. The person
sees everything on the command line, on the review page and in Gmail. Cards, addresses and all other words of a
mail go to the client that asks.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal, cast

from mailreeve.app import Mailbox
from mailreeve.models import Message
from mailreeve.reading.secrets_mail import CODE_NEAR, folded, is_secret_mail
from mailreeve.service.answers import Hit, SummaryJson

CODE = "[code withheld: open the mail in Gmail]"
LINK = "[link withheld: open the mail in Gmail]"
_WORDS: tuple[Literal["subject", "gist", "decisions", "actions", "questions", "dates", "amounts"], ...]
_WORDS = ("subject", "gist", "decisions", "actions", "questions", "dates", "amounts")
_LINK = re.compile(r"(https?://[^\s/?#<>\"\\]+)[/?#][^\s<>\")\]]*", re.IGNORECASE)


def message(box: Mailbox, mail: Message) -> Message:
    """The message without the codes in it, and without the links of a mail that is a secret as a whole."""
    if box.config.privacy.show_codes_to_clients:
        return mail
    codes = _codes(_whole(mail))
    secret = bool(is_secret_mail(mail))
    if not (codes or secret):
        return mail

    def hide(text: str) -> str:
        text = _without(text, codes)
        return _LINK.sub(rf"\1/{LINK}", text) if secret else text

    return replace(
        mail,
        subject=hide(mail.subject),
        text=hide(mail.text),
        signature=hide(mail.signature),
        quoted=hide(mail.quoted),
        links=tuple(replace(link, text=hide(link.text), url=hide(link.url)) for link in mail.links),
        headers=tuple(
            (name, hide(value) if name.lower() == "subject" else value) for name, value in mail.headers
        ),
    )


def hit(box: Mailbox, found: Hit) -> Hit:
    """A search hit without the codes and the links that its subject and snippet show."""
    shown = message(box, Message(id=found["id"], subject=found["subject"], text=found["snippet"]))
    return {**found, "subject": shown.subject, "snippet": shown.text}


def summary(box: Mailbox, mails: Sequence[Message], told: SummaryJson) -> SummaryJson:
    """A summary without the codes and the links that its mails hold, whoever wrote it."""
    if box.config.privacy.show_codes_to_clients:
        return told
    codes = [code for mail in mails for code in _codes(_whole(mail))]
    secret = any(is_secret_mail(mail) for mail in mails)

    def hide(value: object) -> object:
        if isinstance(value, str):
            return _LINK.sub(rf"\1/{LINK}", _without(value, codes)) if secret else _without(value, codes)
        if isinstance(value, list):
            return [hide(item) for item in value]
        return {key: hide(item) for key, item in value.items()} if isinstance(value, dict) else value

    return cast("SummaryJson", {**told, **{key: hide(told[key]) for key in _WORDS}})


def words(box: Mailbox, text: str) -> str:
    """A text that repeats a mail, such as the history quoted in a draft, without the codes in it."""
    return message(box, Message(id="", text=text)).text


def _whole(mail: Message) -> str:
    return f"{mail.subject}\n{mail.text}\n{mail.signature}\n{mail.quoted}"


def _codes(text: str) -> tuple[str, ...]:
    """Every code that stands near a word for one, as it is written, the longest first."""
    plain = folded(text)
    found = {text[slice(*one.span(one.lastgroup or 0))] for one in CODE_NEAR.finditer(plain) if one.lastgroup}
    return tuple(sorted(found, key=len, reverse=True))


def _without(text: str, codes: Iterable[str]) -> str:
    """The codes are hidden wherever they are repeated: in the subject, below, in a link."""
    for code in codes:
        text = re.sub(rf"(?<![A-Za-z\d]){re.escape(code)}(?![A-Za-z\d])", CODE, text)
    return text
