"""Mail whose label the person corrected, as examples for the model: few, short, and never mail that may be hostile."""

from collections.abc import Sequence

from mailreeve.mail import invisible, tokens
from mailreeve.models import Archetype, Example, LabelSpec
from mailreeve.reading import plain
from mailreeve.reading.offline import lexicon
from mailreeve.store.ledger import Ledger
from mailreeve.store.patterns import Learned

TOKENS = 400
"""All examples together are at most so long."""
_A_LABEL = 2
_SUBJECT, _LINE = 80, 120
_LOOKED_AT = 200
"""The newest corrections, of which the examples are chosen."""


def chosen(
    learned: Learned, ledger: Ledger, labels: Sequence[LabelSpec], most: int = 6
) -> tuple[Example, ...]:
    """At most `most` examples, the newest first: one of each sender, two of each label.

    Left out are mail that the person called suspicious, mail with words that give orders to an assistant, and what
    the ledger no longer knows. Mail that may be forged, or that is a secret, is not even among what is learned from.
    """
    kinds = {spec.id: spec.archetype for spec in labels}
    found: list[Example] = []
    senders: set[str] = set()
    spent = 0
    for one in learned.lessons(_LOOKED_AT):
        if len(found) >= most or one.sender in senders or one.label not in kinds:
            continue
        if (
            kinds[one.label] is Archetype.SUSPICIOUS
            or sum(each.label == one.label for each in found) >= _A_LABEL
        ):
            continue
        entry = ledger.entry(one.message)
        if entry is None or entry.verdict is None:
            continue
        made = Example(
            one.message,
            _words(entry.sight.subject, _SUBJECT),
            _words(entry.verdict.summary, _LINE),
            one.label,
        )
        cost = tokens.count(f"{made.subject} {made.line} {made.label}") + 15
        if not made.subject or _orders(made) or spent + cost > TOKENS:
            continue
        spent += cost
        senders.add(one.sender)
        found.append(made)
    return tuple(found)


def _words(text: str, limit: int) -> str:
    return plain.one_line(invisible.one_line(text), limit)


def _orders(one: Example) -> bool:
    return bool(lexicon.topic("injection").search(f"{one.subject}\n{one.line}".lower()))
