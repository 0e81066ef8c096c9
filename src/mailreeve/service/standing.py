"""Mails that other software may have sent by itself: a person's standing consent per system, template and recipients."""

from datetime import UTC

from typing_extensions import TypedDict

from mailreeve.app import Mailbox
from mailreeve.errors import InputError, NotApproved
from mailreeve.gate.standing import Standing
from mailreeve.store.consents import Consents


class TemplateJson(TypedDict):
    """A template of the settings, and the terms that a consent is given to."""

    id: str
    system: str
    known: bool
    to: list[str]
    subject: str
    body: str
    fields: dict[str, str]
    per_day: int
    agreed: bool
    since: str
    terms: str


def templates(box: Mailbox) -> list[TemplateJson]:
    """The templates of config.toml; `known` is false while their system has no key. Raises ConfigError."""
    consents = Consents(box.app.db, box.address)
    return [_json(one, consents) for one in box.templates]


def _json(one: Standing, consents: Consents) -> TemplateJson:
    agreed = bool(one.key_hash) and consents.stands(one.key, one.terms)
    given = consents.get(one.key) if agreed else None
    return TemplateJson(
        id=one.id,
        system=one.system,
        known=bool(one.key_hash),
        to=list(one.to),
        subject=one.subject,
        body=one.body,
        fields=dict(one.fields),
        per_day=one.per_day,
        agreed=agreed,
        since=given.at.astimezone(UTC).isoformat(timespec="seconds") if given else "",
        terms=one.terms,
    )


def named(box: Mailbox, id_: str) -> Standing:
    """A template by its id. Raises InputError."""
    found = next((one for one in box.templates if one.id == id_), None)
    if found is None:
        raise InputError(f"There is no template {id_[:40]!r}.", "Add [[template]] to config.toml.")
    return found


def agree(box: Mailbox, id_: str, terms: str, *, by: str, how: str) -> None:
    """A person agrees to a template as they were shown it. Raises InputError, NotApproved when it changed since."""
    one = named(box, id_)
    if not one.key_hash:
        raise InputError(
            f"The system {one.system} is not let in.", f"Run `mailreeve systems add {one.system}`."
        )
    if terms != one.terms:
        raise NotApproved(f"{id_} changed since it was shown.", "Look at it again.")
    Consents(box.app.db, box.address).give(one.key, terms, by, how)
    box.audit.append(
        "standing.consent", {"template": id_, "system": one.system, "terms": terms, "how": how}, by
    )


def revoke(box: Mailbox, id_: str, *, by: str) -> bool:
    """From now on each such mail is a question; False when there was no consent."""
    found = Consents(box.app.db, box.address).revoke(named(box, id_).key)
    if found:
        box.audit.append("standing.revoke", {"template": id_}, by)
    return found
