"""The destinations of config.toml, as what the gate works with."""

from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

from mailreeve import platform
from mailreeve.app import ticketing
from mailreeve.config import DavConfig, DestinationConfig, StepConfig
from mailreeve.errors import ConfigError, DestinationRefused, InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailreeve.app.mailbox import Mailbox
    from mailreeve.gate.cancellation import Cancellations, Poster
    from mailreeve.gate.forms import Form, Item
    from mailreeve.gate.mirror import Mirror
    from mailreeve.gate.outbox import Outlet
    from mailreeve.gate.standing import Standing
    from mailreeve.google.tokens import Keyring
    from mailreeve.models import Contact, Entry
    from mailreeve.outbound.desk import Desk, Step
    from mailreeve.outbound.destination import Destination
    from mailreeve.outbound.place import Place
    from mailreeve.store.proposals import Proposals

_STORED = "keyring:"
_STEPS = ("create", "find", "append", "seen")


def destinations(box: "Mailbox") -> "tuple[Destination, ...]":
    """All of the settings. Raises ConfigError."""
    ticketing.labels(box)
    return tuple(destination(one, lambda: box.app.keyring) for one in box.config.destination)


def outlet(box: "Mailbox") -> "Outlet":
    """The door for events of one account. Without the capability its wire reaches nobody."""
    from mailreeve.gate.outbox import Outlet
    from mailreeve.gate.ports import SystemClock
    from mailreeve.outbound.wire import Wire
    from mailreeve.store.consents import Consents
    from mailreeve.store.outbox import Outbox
    from mailreeve.store.tickets import Tickets

    db = box.app.db
    if box.destinations:
        db.demand_sound()  # it remembers what was delivered
    return Outlet(
        box.destinations,
        Outbox(db, box.address),
        Consents(db, box.address),
        Wire({one.place for one in box.destinations} if box.may_leave else ()),
        box.audit,
        SystemClock(),
        Tickets(db, box.address),
        lambda id_, most, cancel: ticketing.enclosures(box, id_, most, cancel),
    )


def templates(box: "Mailbox") -> "tuple[Standing, ...]":
    """The mails that other software may have sent by itself; each still needs a person's consent. Raises ConfigError."""
    from mailreeve.gate.standing import Standing
    from mailreeve.store.systems import Systems

    systems = Systems(box.app.db, box.address)
    made = []
    for one in box.config.template:
        fields, hashed = tuple(one.fields.items()), systems.key_hash(one.system)
        made.append(Standing(one.id, one.system, hashed, one.to, one.subject, one.body, fields, one.per_day))
        made[-1].check()
    return tuple(made)


def standing(box: "Mailbox", kind: str) -> "Standing | None":
    """The template of a kind of proposal, while a person's consent to exactly it stands."""
    from mailreeve.gate.standing import PREFIX
    from mailreeve.store.consents import Consents

    if not kind.startswith(PREFIX):
        return None
    consents = Consents(box.app.db, box.address)
    agreed = (one for one in templates(box) if one.kind == kind and one.key_hash)
    return next((one for one in agreed if consents.stands(one.key, one.terms)), None)


def cancellations(box: "Mailbox", proposals: "Proposals") -> "Cancellations":
    """What leaves lists; each request gets a wire to its own place. From the demo nobody outside is reached."""
    from mailreeve.gate.cancellation import Cancellations, to_one
    from mailreeve.gate.ports import SystemClock

    wire = _nowhere if box.config.demo else to_one
    return Cancellations(proposals, box.audit, SystemClock(), box.config.home / "locks", wire)


def _nowhere(where: "Place") -> "Poster":
    raise DestinationRefused(f"The demo reaches nobody outside, so {where.host} was not asked.")


def mirrors(box: "Mailbox") -> "tuple[Mirror[Contact], ...]":
    """The CardDAV servers of the settings. Without the capability their wires reach nobody. Raises ConfigError."""
    from mailreeve.gate.forms import Cards

    return tuple(_mirror(box, one, "carddav", Cards()) for one in box.config.address_book)


def calendar_mirrors(box: "Mailbox") -> "tuple[Mirror[Entry], ...]":
    """The CalDAV servers of the settings, likewise. Raises ConfigError."""
    from mailreeve.gate.forms import Events

    if box.config.calendar_server and find_spec("icalendar") is None:
        raise ConfigError("[[calendar_server]] needs icalendar.", f"Run {platform.install('caldav')}.")
    return tuple(_mirror(box, one, "caldav", Events(box.zone)) for one in box.config.calendar_server)


def _mirror(
    box: "Mailbox", one: DavConfig, kind: Literal["carddav", "caldav"], form: "Form[Item]"
) -> "Mirror[Item]":
    from mailreeve.gate.mirror import Mirror
    from mailreeve.outbound.dav import Server
    from mailreeve.outbound.wire import Wire
    from mailreeve.store.consents import Consents
    from mailreeve.store.dav import Links

    secret = _secret(one.secret.get_secret_value(), f"Server {one.id}", lambda: box.app.keyring)
    server = Server(one.id, one.url, one.user, secret, one.private, one.wins, kind)
    try:
        place = server.place
    except InputError as error:
        raise ConfigError(f"{server.section} {one.id}: {error.message}", error.advice) from None
    consents, links = Consents(box.app.db, box.address), Links(box.app.db, box.address, server.key)
    return Mirror(server, form, Wire({place} if box.may_leave else ()), consents, links, box.audit)


def destination(one: DestinationConfig, keyring: "Callable[[], Keyring | None]") -> "Destination":
    """One of the settings. Raises ConfigError when it cannot be; the keyring is opened only for a secret in it."""
    from mailreeve.outbound.destination import Destination
    from mailreeve.outbound.event import Kind

    made = Destination(
        one.id,
        one.url,
        tuple(map(Kind, one.kinds)),
        one.fields,
        tuple(_secret(secret.get_secret_value(), f"Destination {one.id}", keyring) for secret in one.secrets),
        one.private,
        one.labels,
        _desk(one),
        one.user,
        ticketing.size(one),
    )
    try:
        made.check()
    except InputError as error:
        raise ConfigError(error.message, error.advice) from None
    return made


def _secret(text: str, owner: str, keyring: "Callable[[], Keyring | None]") -> str:
    if not text.startswith(_STORED):
        return text
    from keyring.errors import KeyringError

    from mailreeve.google.tokens import SERVICE

    ring, entry = keyring(), f"destination-{text.removeprefix(_STORED)}"
    try:
        found = ring.get_password(SERVICE, entry) if ring else None
    except KeyringError:
        found = None
    if not found:
        raise ConfigError(
            f"{owner}: its secret is not in the keyring.", f"Run `keyring set {SERVICE} {entry}`."
        )
    return found


def _desk(one: DestinationConfig) -> "Desk | None":
    from mailreeve.outbound import desk

    if one.kind == "webhook":
        return None
    if one.kind == "request_tracker":
        made = desk.request_tracker(one.url, one.queue, requester=one.requester, files=bool(one.attachments))
        scheme = "token {secret}"
    elif one.kind == "github":
        made, scheme = desk.github(), "Bearer {secret}"
    else:
        steps = {name: _step(getattr(one, name), name, one.id) for name in _STEPS}
        made = desk.Desk(steps["create"], steps["find"], steps["append"], steps["seen"])
        scheme = ""
    login = {} if one.user or not scheme else {"Authorization": scheme}
    return replace(made, headers={**made.headers, **login, **one.headers})


def _step(one: StepConfig | None, name: str, destination: str) -> "Step":
    from mailreeve.outbound.desk import Step

    if one is None:
        raise ConfigError(
            f"Destination {destination}: it has no [destination.{name}].",
            "A ticket system needs create, find, append and seen (docs/destinations.md).",
        )
    return Step(one.path, one.method, one.body, one.id, one.link)
