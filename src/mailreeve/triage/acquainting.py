"""Senders that rules put into the address book: journalled first, undoable, and nothing that a person wrote is changed."""

import re

from mailreeve.errors import InputError
from mailreeve.mail.invisible import one_line
from mailreeve.models import Action, Contact, Labelled, Message
from mailreeve.outbound import template
from mailreeve.people import keeping, merging
from mailreeve.rules.model import Card
from mailreeve.store.db import now_ms
from mailreeve.store.entries import Entry
from mailreeve.triage import templates
from mailreeve.triage.work import Work

FRESH_MS = 60_000
"""So long a look at the address book holds."""
_MOST = 100
_ADDRESS = re.compile(r"://|\bwww\.|[<>]", re.IGNORECASE)


def acquaint(work: Work, entry: Entry, message: Message) -> str:
    """Write the contacts that rules want of a message; returns what the person should know.

    Raises GoogleError or OutcomeUnknown: the next run looks, and tries again.
    """
    wanted = [one for one in entry.verdict.does if one.kind == "contact"] if entry.verdict else []
    return " ".join(filter(None, (_kept(work, entry, message, one) for one in wanted)))


def _kept(work: Work, entry: Entry, message: Message, act: Action) -> str:
    parts, rule = work.parts, templates.rule_of(work.parts, act)
    if rule is None or rule.card is None:
        return ""
    if parts.book is None or parts.kept is None:
        return f"No contact (rule {rule.id}): contacts are not connected: `mailreeve login --contacts`."
    if len(message.from_) != 1 or "@" not in message.author.key or message.author.key in parts.own:
        return f"No contact (rule {rule.id}): the mail has no single sender who is not you."
    book = parts.book.bound(work.cancel)
    try:
        known = {**templates.known(parts, entry, rule.id), "sender_name": message.author.name}
        wish = _wish(rule.card, known, message.author.key)
    except InputError as error:
        return f"No contact (rule {rule.id}): {error}"
    open_ = any(one.do.get("wish") for one in parts.journal.unsettled(merging.KIND))
    if open_ or now_ms() - book.store.seen_at() > FRESH_MS:
        book.sync(work.cancel)  # else a contact that is there would be made a second time
    done = keeping.keep(book, parts.journal, parts.kept, work.run, wish, act.rule)
    return f"The contact of {message.author.key} was {done} (rule {rule.id})." if done else ""


def _wish(card: Card, known: dict[str, object], address: str) -> Contact:
    """What the rule says of the sender; a name or a number that looks like an address of the web is left out."""

    def line(text: str) -> str:
        made = one_line(template.letter(text, known)).replace("[ ]", "").strip() if text else ""
        return "" if _ADDRESS.search(made) else made[:_MOST]

    name, phone = line(card.name), line(card.phone)
    digits = sum(char.isdigit() for char in phone)
    return Contact(
        name=name,
        emails=(Labelled(address),),
        phones=(Labelled(phone),) if digits >= 5 else (),
        organization=line(card.organization),
        title=line(card.title),
    )
