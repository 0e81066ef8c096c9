"""The rules of this home: rules.toml, read anew for each run, and what they look at around a mail."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import astuple
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from mailreeve.config import DestinationConfig
from mailreeve.errors import ConfigError, InputError
from mailreeve.models import EventRequest, LabelSpec
from mailreeve.rules.facts import Surroundings
from mailreeve.rules.load import Names, Place, load
from mailreeve.rules.model import Rule
from mailreeve.triage.ruling import Ruling

if TYPE_CHECKING:
    from mailreeve.app.mailbox import Mailbox

FILE = "rules.toml"
_RECENT = 1_000
"""Proposals that are looked through for a draft."""
_SYSTEM = frozenset(
    ("inbox", "unread", "starred", "important", "sent", "category_personal", "category_social",
     "category_promotions", "category_updates", "category_forums")
)  # fmt: skip
"""Gmail's own labels that a rule may look at, folded."""


def of(box: "Mailbox") -> Ruling | None:
    """The rules of an account as the file has them now; None without any. Raises ConfigError for a wrong one."""
    config = box.config
    rules = read(config.home, box.labels, config.triage.label_prefix, config.destination)
    _check(rules, drafts=config.triage.drafts and "draft" in config.policy.capabilities)

    def names() -> dict[str, str]:
        return {one.id: one.name for one in box.gmail.labels()}

    return ruling(rules, box.zone, box.correspondents.known(), names) if rules else None


def proposer(box: "Mailbox") -> Callable[[str], None]:
    """Asks a person about a draft, whatever the policy allows without a question: a rule wants it, and mail moves rules.

    Asked once: a draft that was proposed before, whatever became of it, is left alone. Raises GateError.
    """

    def propose(draft_id: str) -> None:
        if all(one.draft_id != draft_id for one in box.gate.recent(_RECENT)):
            box.gate.propose_send(draft_id, ask=True)

    return propose


def scheduler(box: "Mailbox") -> Callable[[EventRequest, str], str] | None:
    """Asks a person about a new event, once for its id; what is in the calendar already is left. None without a calendar."""

    def schedule(wish: EventRequest, uid: str) -> str:
        if uid and any(not one.gone for one in box.calendar.with_uid(uid)):
            return "The event of this invitation is in your calendar."
        id_ = f"{PREFIX}{wish.event}"
        if all(one.draft_id != id_ for one in box.gate.recent(_RECENT)):
            asked = box.gate.propose_event("event_new", wish)
            rule = wish.body["extendedProperties"]["private"]["rule"]
            box.audit.append("rule.event", {"proposal": asked.id, "event": wish.event, "rule": rule})
        return "An event waits for your yes: mailreeve review." if box.gate.waits_for(id_) else ""

    from mailreeve.gate.appointment import PREFIX

    return schedule if box.may("calendar") else None


def _check(rules: Sequence[Rule], *, drafts: bool) -> None:
    """Raise ConfigError for a template that cannot be filled, and for drafts that are switched off."""
    from mailreeve.outbound import template

    for rule in rules:
        wants = rule.template or any(one.kind == "forward" for one in rule.actions)
        if rule.enabled and wants and not drafts:
            raise ConfigError(
                f"{FILE}, line {rule.line}, rule {rule.id}: it writes drafts, and drafts are switched off.",
                'Set `drafts = true` in [triage], and "draft" among [policy] capabilities.',
            )
        for name, text in _templates(rule):
            try:
                template.letter(text, {"extracted": {}})
            except InputError as error:
                told = f"{FILE}, line {rule.line}, rule {rule.id}: {error.message}"
                raise ConfigError(told, f"Correct `do.{name}` (Jinja2).") from None


def _templates(rule: Rule) -> list[tuple[str, str]]:
    """Every template of a rule, by what it is of."""
    booking = [("event", one) for one in (rule.booking.title, rule.booking.place)] if rule.booking else []
    card = [("contact", str(one)) for one in astuple(rule.card)] if rule.card else []
    return [("draft", rule.template), *booking, *card]


def read(
    home: Path, labels: Sequence[LabelSpec], prefix: str, destinations: Sequence[DestinationConfig] = ()
) -> tuple[Rule, ...]:
    """The rules; none without a file. Raises ConfigError naming the line and the rule."""
    file = home / FILE
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ()
    except UnicodeDecodeError:
        raise ConfigError(f"{file} is not UTF-8.", "Save it as UTF-8.") from None
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.", "Check its permissions.") from None
    places = {one.id: _place(one) for one in destinations}
    return load(text, Names(tuple(one.id for one in labels), prefix, places), str(file))


def _place(one: DestinationConfig) -> Place:
    if "rule.fired" not in one.kinds:
        return Place.DEAF
    return Place.WEBHOOK if one.kind == "webhook" else Place.DESK


def ruling(
    rules: tuple[Rule, ...], zone: tzinfo, known: Collection[str], names: Callable[[], Mapping[str, str]]
) -> Ruling:
    """The rules with what they look at around a mail; `names` are Gmail's labels, asked when a rule needs them.

    Raises ConfigError for a label that is not in Gmail.
    """
    wanted = {
        name: rule
        for rule in rules
        if rule.enabled
        for one in rule.match.conditions()
        if one.kind == "labels"
        for name in one.value
    }
    there = names() if wanted else {}
    for name in sorted(set(wanted) - {one.casefold() for one in there.values()} - _SYSTEM):
        rule = wanted[name]
        raise ConfigError(
            f"{FILE}, line {rule.line}, rule {rule.id}: there is no label {name!r} in Gmail.",
            "Make it in Gmail, or correct its name: `mailreeve labels` lists them.",
        )
    return Ruling(rules, Surroundings(datetime.now(UTC), zone, frozenset(known), there))
