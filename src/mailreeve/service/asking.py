"""Other software asks for a mail: it becomes a draft and a question to the person, or goes by their standing consent."""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from typing_extensions import TypedDict

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import GateError, InputError, MailreeveError
from mailreeve.gate.standing import PREFIX
from mailreeve.models import Proposal
from mailreeve.models import ProposalState as State
from mailreeve.service import drafting, sending, standing
from mailreeve.service.answers import SendAnswer
from mailreeve.store.db import now_ms
from mailreeve.store.systems import Systems
from mailreeve.triage import posting

MOST_BODY = 100_000
"""Characters of a text."""
MOST_PEOPLE = 20
PER_HOUR = 30
"""Mails that one system may ask for within an hour."""
HOUR_MS = 3_600_000
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_KEY = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_FIELDS = ("key", "to", "cc", "bcc", "subject", "body")


class TooMany(MailreeveError):
    """A system asks for more than it may."""


class SystemJson(TypedDict):
    """A system that may ask."""

    id: str
    since: str


class SystemsAnswer(TypedDict):
    """All of them."""

    systems: list[SystemJson]


class KeyAnswer(TypedDict):
    """A new key, shown this once."""

    id: str
    key: str


def systems(box: Mailbox) -> SystemsAnswer:
    """Who may ask for mails."""
    found = Systems(box.app.db, box.address).all()
    return SystemsAnswer(
        systems=[
            SystemJson(
                id=one.id, since=datetime.fromtimestamp(one.at / 1000, UTC).isoformat(timespec="seconds")
            )
            for one in found
        ]
    )


def let_in(box: Mailbox, id_: str) -> KeyAnswer:
    """A key for a system; an earlier one no longer counts. Only its hash is kept."""
    if not _ID.fullmatch(id_):
        raise InputError(f"{id_[:40]!r} is no name of a system.", "Small letters, digits, - and _.")
    key = f"mrk_{secrets.token_urlsafe(32)}"
    Systems(box.app.db, box.address).put(id_, key)
    box.audit.append("system.added", {"system": id_})
    return KeyAnswer(id=id_, key=key)


def shut_out(box: Mailbox, id_: str) -> bool:
    """Its key no longer counts; False when there was none."""
    found = Systems(box.app.db, box.address).remove(id_)
    if found:
        box.audit.append("system.removed", {"system": id_})
    return found


def who(box: Mailbox, key: str) -> str:
    """Whose key it is; empty when it is nobody's."""
    return Systems(box.app.db, box.address).of_key(key) if key else ""


def ask(box: Mailbox, system: str, wish: Any, *, cancel: Cancel) -> SendAnswer:
    """Write the draft and put it before the person; the same `key` again tells where it stands.

    A mail of a template leaves at once while the person's standing consent to it stands. Raises InputError naming the
    wrong field, and TooMany above the cap.
    """
    key, letter, template = _understood(box, system, wish)
    known = Systems(box.app.db, box.address)
    told = {**letter, "template": template} if template else letter
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    before = known.wish(system, key)
    if before and before.digest != digest:
        raise InputError("This key was used for another mail.", "Give each mail a key of its own.")
    if before and before.proposal:
        current = sending.current(box, before.proposal)
        return _sent(box, current) or sending.outcome(box, current)
    if before is None and known.count(system, now_ms() - HOUR_MS) >= PER_HOUR:
        raise TooMany(f"{system} asked for {PER_HOUR} mails within an hour.", "Ask again later.")
    known.begin(system, key, digest)
    mark = hashlib.sha256(f"{box.address}\n{system}\n{key}".encode()).hexdigest()[:32]
    draft = (before.draft if before else "") or _draft(box, system, mark, letter, cancel)
    known.settle(system, key, draft, "")
    try:
        proposal = _proposed(box, draft, mark, template)
    except GateError as error:
        box.audit.append("system.asked", {"system": system, "draft": draft, "proposal": ""})
        advice = f"The draft lies in Gmail; nobody is asked to send it: {error.message}"
        return SendAnswer(
            status="needs_user", draft_id=draft, message_id="", sent_id="", proposal="", advice=advice
        )
    known.settle(system, key, draft, proposal.id)
    box.audit.append("system.asked", {"system": system, "draft": draft, "proposal": proposal.id})
    return _sent(box, proposal) or sending.answer(
        proposal, "It waits for the person: `mailreeve review`. Ask again with the same key."
    )


def _proposed(box: Mailbox, draft: str, mark: str, template: str) -> Proposal:
    if not template:
        return box.gate.propose_send(draft, ask=True)
    kind = standing.named(box, template).kind
    return box.gate.propose_standing(draft, kind, posting.written(box.journal, mark))


def _sent(box: Mailbox, proposal: Proposal) -> SendAnswer | None:
    """Send what a standing consent allowed; None where a person is asked, or the gate has tried already."""
    by_consent = proposal.kind.startswith(PREFIX) and proposal.decided_how == "policy"
    if proposal.state is not State.APPROVED or not by_consent:
        return None
    return sending.told(box.gate.execute(proposal.id))


def _understood(box: Mailbox, system: str, wish: Any) -> tuple[str, dict[str, Any], str]:
    """The key, the letter, and the template that it is of, if any. Raises InputError."""
    if not isinstance(wish, dict) or "template" not in wish:
        return *_read(wish), ""
    id_, values = wish["template"], wish.get("values", {})
    one = standing.named(box, id_ if isinstance(id_, str) else "")
    if one.system != system:
        raise InputError(f"The template {one.id} is not yours.", "Name one of your own.")
    if not isinstance(values, dict) or {"subject", "body"} & set(wish):
        raise InputError(
            "`values` is no JSON object, or there is a text beside it.", "The template has the text."
        )
    subject, body = one.filled(values)
    plain = {name: value for name, value in wish.items() if name not in {"template", "values"}}
    return *_read({**plain, "subject": subject, "body": body}), one.id


def _draft(box: Mailbox, system: str, mark: str, letter: Mapping[str, Any], cancel: Cancel) -> str:
    """The draft of this wish: the one that a process wrote before it died, or a new one."""
    changes = box.journal.of_target(mark, posting.KIND)
    there = posting.earlier(box.gmail.bound(cancel), changes, mark, box.settle_seconds, cancel)
    if there is not None:
        return there.id
    return drafting.draft(box, **letter, system=system, mark=mark, cancel=cancel)["draft_id"]


def _read(wish: Any) -> tuple[str, dict[str, Any]]:
    """Raises InputError for anything that is not exactly such a wish."""
    if not isinstance(wish, dict):
        raise InputError("What is asked for is no JSON object.", f"It has {', '.join(_FIELDS)}.")
    strangers = sorted(set(wish) - set(_FIELDS))
    if strangers:
        raise InputError(f"{strangers[0][:40]!r} is no field.", f"There are {', '.join(_FIELDS)}.")
    key = wish.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise InputError(
            "`key` is missing or no plain word.", "It tells doubles: up to 100 letters, digits, . _ : -"
        )
    letter: dict[str, Any] = {name: _people(name, wish.get(name, [])) for name in ("to", "cc", "bcc")}
    if not letter["to"] or sum(map(len, letter.values())) > MOST_PEOPLE:
        raise InputError(f"`to` is empty, or there are more than {MOST_PEOPLE} recipients.", "Name 1 to 20.")
    for name, most in (("subject", 300), ("body", MOST_BODY)):
        text = wish.get(name)
        if not isinstance(text, str) or not text.strip() or len(text) > most:
            raise InputError(f"`{name}` is missing, empty or longer than {most} characters.", "Correct it.")
        letter[name] = text
    if not letter["subject"].isprintable():
        raise InputError("`subject` is no single line.", "Correct it.")
    return key, letter


def _people(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) and len(one) <= 320 for one in value):
        raise InputError(f"`{name}` is no list of addresses.", 'Write ["ana@example.org"].')
    if any("," in one for one in value):
        raise InputError(f"`{name}`: one address in each text.", 'Write ["ana@example.org"].')
    return value
