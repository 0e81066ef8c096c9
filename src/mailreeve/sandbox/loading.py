"""Filling a new mailbox: from a file, or with the built-in demo. An old state file is left as it is."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from mailreeve.sandbox import conversations, demo, gmail_drafts, headers, labels, mailboxes, messages, tokens
from mailreeve.sandbox.demo import book
from mailreeve.sandbox.mailboxes import Found
from mailreeve.sandbox.state import State


def source(
    mbox: Path | None = None, maildir: Path | None = None, eml: Path | None = None
) -> Iterable[Found] | None:
    """The messages of the named files, or None for the demo mailbox."""
    if mbox is maildir is eml is None:
        return None
    return _chained(mbox, maildir, eml)


def _chained(mbox: Path | None, maildir: Path | None, eml: Path | None) -> Iterator[Found]:
    if mbox:
        yield from mailboxes.mbox(mbox)
    if maildir:
        yield from mailboxes.maildir(maildir)
    if eml:
        yield from mailboxes.eml(eml)


def fill(state: State, mails: Iterable[Found] | None) -> None:
    """Set up the mailbox once, in one transaction: killed half-way, nothing was loaded."""
    with state.transaction():
        if state.meta("loaded"):
            return
        labels.create_system(state)
        tokens.create_printed(state)
        if mails is None:
            for name in demo.USER_LABELS:
                labels.named(state, name)
            mails = _demo(state)
            book.fill(state)
        now, senders = state.now_ms(), Counter[str]()
        for mail in mails:
            _add(state, mail, now)
            if "SENT" in mail.labels:
                senders.update(_sender(mail))
        _own_address(state, senders)
        state.set_meta("history_floor", state.history)
        state.set_meta("loaded", 1)


def _sender(mail: Found) -> tuple[str, ...]:
    return headers.addresses(headers.first(headers.fields(mail.raw), "from"))[:1]


def _own_address(state: State, senders: Counter[str]) -> None:
    """The address of the mailbox: the one that was asked for, else who sent most of its sent mail."""
    if not state.account:
        state.set_meta("account", next((who for who, _ in senders.most_common(1)), demo.ACCOUNT))
    local = state.account.partition("@")[0]
    name = " ".join(word.capitalize() for word in re.split(r"[._+-]+", local) if word)
    state.execute(
        "insert into send_as (email, name, reply_to, signature, is_primary, is_default) values (?, ?, '', '', 1, 1)",
        (state.account.lower(), name),
    )


def _demo(state: State) -> Iterator[Found]:
    """The demo mail, dated in the machine's own zone."""
    now = datetime.fromtimestamp(state.now_ms() / 1000, UTC).astimezone()
    for mail in demo.messages(now):
        yield Found(mail.raw, mail.labels, int(mail.internal_date.timestamp() * 1000))


def _add(state: State, mail: Found, now: int) -> None:
    date = now if mail.date is None else min(mail.date, now)
    thread = conversations.of_incoming(state, mail.raw)
    if "DRAFT" in mail.labels:
        gmail_drafts.put(state, mail.raw, thread, date, record=False)
        return
    label_ids = {labels.named(state, name) for name in map(labels.tidied, mail.labels) if name}
    messages.add(state, mail.raw, label_ids, date, thread=thread, record=False)
