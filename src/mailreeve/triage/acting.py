"""What rules want done outside: written down with the decision, once for a mail, a rule and a destination."""

import hashlib
from dataclasses import replace

from mailreeve.errors import MailreeveError, NotFound
from mailreeve.models import Action, Message, Verdict
from mailreeve.outbound.event import Event, Kind
from mailreeve.reading import secrets_mail
from mailreeve.rules.model import OUTSIDE
from mailreeve.store.entries import Entry
from mailreeve.triage.handing import event
from mailreeve.triage.parts import Parts


def order(parts: Parts, message: Message) -> int:
    """Queue the acts of a mail that was just decided, in the caller's transaction; returns how many are new."""
    entry = parts.ledger.entry(message.id) if parts.outlet else None
    if parts.outlet is None or entry is None or entry.verdict is None:
        return 0
    wanted = [one for one in entry.verdict.does if one.kind in OUTSIDE]
    return sum(parts.outlet.order(one.value, act(parts, entry, message, one)) for one in wanted)


def act(parts: Parts, entry: Entry, message: Message | None, action: Action) -> Event:
    """The event of one act. Its id is the same for this mail and this rule for ever, whatever the rule says by then."""
    rule = hashlib.sha256(action.rule.partition("@")[0].encode()).hexdigest()[:12]
    told = event(parts, entry, message)
    secret = message is None or secrets_mail.is_secret_mail(message)
    values = {} if secret or entry.verdict is None else taken(entry.verdict, action.rule)
    return replace(told, id=f"r_{entry.message}_{rule}", type=Kind.RULE, rule=action.rule, extracted=values)


def taken(verdict: Verdict, rule: str) -> dict[str, str | float | bool]:
    """What a rule took out of the mail, by the names of its fields."""
    start = f"{rule.partition('@')[0]}."
    return {name.removeprefix(start): value for name, value in verdict.extracted if name.startswith(start)}


def renew(parts: Parts) -> int:
    """Make anew what waits for terms that a person has replaced by others; returns how many could be."""
    if parts.outlet is None:
        return 0
    outdated = [row for one in parts.outlet.standing for row in parts.outlet.outdated(one)]
    done = 0
    for row in outdated:
        try:
            found = parts.gmail.get(row.message)
        except NotFound:
            parts.outlet.renew(row, None)
            continue
        except MailreeveError:
            continue  # the next run tries again; until then it is listed as waiting
        entry = parts.ledger.entry(row.message)
        if entry is not None and entry.verdict is not None:
            done += parts.outlet.renew(row, act(parts, entry, found, Action("", rule=row.rule)))
    return done
