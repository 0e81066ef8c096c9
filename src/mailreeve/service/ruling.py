"""The user's rules: what there is, what they would have done on past mail, and why for one mail."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from mailreeve.app import App, Mailbox, rulebook
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.models import Message, Verdict
from mailreeve.reading import secrets_mail
from mailreeve.rules import extract
from mailreeve.rules.explain import explain
from mailreeve.rules.facts import Facts, Surroundings
from mailreeve.rules.model import Rule
from mailreeve.rules.walk import acts_in_words, reasons, walk
from mailreeve.service.answers import Failed
from mailreeve.service.answers.rules import (
    RuleJson,
    RulesAnswer,
    SampleJson,
    ShownJson,
    TriedAnswer,
    TriedJson,
    WhyAnswer,
    WhyJson,
)
from mailreeve.triage.run import parse_age

_CODE = "(a code or a link to sign in)"
SAMPLES = 3
"""Mails that are shown of a rule."""
MOST = 2_000
"""Past mails that are looked at."""

Opinion = Callable[[Message], Verdict]


def rules_of(app: App) -> tuple[Rule, ...]:
    """The rules of this home. Raises ConfigError naming the line and the rule."""
    config = app.config
    return rulebook.read(config.home, app.labels, config.triage.label_prefix, config.destination)


def listed(app: App) -> RulesAnswer:
    """The rules, once they are found right; needs no account."""
    rules = [
        RuleJson(
            id=one.id,
            version=one.version,
            line=one.line,
            enabled=one.enabled,
            does=list(acts_in_words(one)),
            match=[condition.told for condition in one.match.conditions()],
        )
        for one in rules_of(app)
    ]
    return RulesAnswer(file=str(app.config.home / rulebook.FILE), rules=rules)


def try_out(app: App, messages: Iterable[Message]) -> TriedAnswer:
    """What the rules would have done with these mails; needs no account, asks no model, changes nothing."""
    from mailreeve.reading.offline.reader import OfflineReader

    reader = OfflineReader(zone=app.zone)
    return _tried(
        rules_of(app),
        messages,
        Surroundings(datetime.now(UTC), app.zone, label_names={}),
        lambda message: reader.classify(message, app.labels, Cancel()),
    )


def try_out_past(box: Mailbox, *, since: str, cancel: Cancel, most: int = MOST) -> TriedAnswer:
    """The same for the mail of the account that came since (`30d`), the newest ones first, at most `most`."""
    age = parse_age(since or "30d")
    assert age is not None  # noqa: S101 -- the text is not empty
    ruling = box.ruling()
    if ruling is None:
        return TriedAnswer(seen=0, touched=0, rules=[], failed=[], left_out=0)
    gmail, start = box.gmail.bound(cancel), int((datetime.now(UTC) - age).timestamp())
    ids: list[str] = []
    cursor = ""
    while len(ids) <= most:
        page = gmail.search(f"after:{start} -in:drafts -in:sent -in:chats", limit=100, cursor=cursor)
        ids += [ref.id for ref in page.items]
        cursor = page.next
        if not cursor:
            break
    failed: list[Failed] = []
    found: list[Message] = []
    for id_, one in gmail.get_many(ids[:most], cancel):
        if isinstance(one, Message):
            found.append(one)
        else:
            failed.append(Failed(id=id_, reason=str(one)))
    reader = box.offline()
    answer = _tried(
        ruling.rules, found, ruling.around, lambda message: reader.classify(message, box.labels, cancel)
    )
    return {**answer, "failed": failed, "left_out": max(0, len(ids) - most)}


def shown(box: Mailbox, *, since: str, most: int, cancel: Cancel) -> tuple[list[ShownJson], TriedAnswer]:
    """The rules with what they would have done on past mail; changes nothing and switches none on."""
    told = {one["id"]: one for one in listed(box.app)["rules"]}
    tried = try_out_past(box, since=since, cancel=cancel, most=most)
    rows = [
        ShownJson(**one, enabled=told[one["id"]]["enabled"], match=told[one["id"]]["match"])
        for one in tried["rules"]
    ]
    return rows, tried


def why(box: Mailbox, id_: str, *, cancel: Cancel) -> WhyAnswer:
    """Rule by rule and condition by condition for one mail, by the offline reader; changes nothing."""
    ruling = box.ruling()
    if ruling is None:
        raise InputError(
            "There are no rules yet.", f"Write {box.config.home / rulebook.FILE} (docs/rules.md)."
        )
    message = box.gmail.bound(cancel).get(id_)
    facts = Facts(message, ruling.around)
    if any(rule.after_reading for rule in ruling.rules):
        facts = facts.read(box.offline().classify(message, box.labels, cancel))
    words = {True: "holds", False: "does not hold", None: "is not known"}
    return WhyAnswer(
        id=id_,
        rules=[
            WhyJson(
                id=one.rule.id,
                state=one.state,
                does=list(acts_in_words(one.rule)),
                conditions=[f"{each.told}: {words[each.holds]}" for each in one.conditions],
            )
            for one in explain(ruling.rules, facts)
        ],
    )


def _tried(
    rules: Sequence[Rule], messages: Iterable[Message], around: Surroundings, opinion: Opinion
) -> TriedAnswer:
    reads = any(rule.after_reading for rule in rules)
    fired: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    samples: dict[str, list[SampleJson]] = {rule.id: [] for rule in rules}
    seen = touched = 0
    for message in messages:
        facts = Facts(message, around)
        outcome = walk(rules, facts)
        if reads and outcome.unknown:
            facts = facts.read(opinion(message))
            outcome = walk(rules, facts)
        seen += 1
        touched += bool(outcome.fired)
        unknown.update(rule.id for rule in outcome.unknown)
        for rule in outcome.fired:
            fired[rule.id] += 1
            if len(samples[rule.id]) < SAMPLES:
                samples[rule.id].append(_sample(message, rule, facts))
    told = [
        TriedJson(
            id=rule.id,
            version=rule.version,
            fired=fired[rule.id],
            not_judged=unknown[rule.id],
            does=list(acts_in_words(rule)),
            samples=samples[rule.id],
        )
        for rule in rules
    ]
    return TriedAnswer(seen=seen, touched=touched, rules=told, failed=[], left_out=0)


def _sample(message: Message, rule: Rule, facts: Facts) -> SampleJson:
    secret = secrets_mail.is_secret_mail(message)
    found = {} if secret else {one.name: extract.value(one, facts) for one in rule.extract}
    return SampleJson(
        id=message.id or message.message_id,
        sender=str(message.author)[:200],
        subject=_CODE if secret else message.subject[:200],
        why=list(reasons(rule, facts)),
        extracted=found,
    )
