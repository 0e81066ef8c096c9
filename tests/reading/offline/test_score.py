"""Weights add up to shares, and each share can say why."""

import math

import pytest
from tests.reading.mails import OWNER, letters, mail

from mailreeve.models import Archetype, Invite
from mailreeve.reading.offline import lexicon, signals
from mailreeve.reading.offline.score import RULES, weigh


def test_shares_sum_to_one() -> None:
    """For every letter, over all archetypes."""
    for letter in letters():
        score = weigh(signals.read(letter.mail, own=frozenset({OWNER})))
        assert math.isclose(1.0, sum(score.shares.values()))
        assert set(Archetype) == set(score.shares)


def test_every_rule_can_speak() -> None:
    """No rule is dead: each one fires on some mail."""
    seen = [
        signals.read(letter.mail, own=frozenset({OWNER}), known={"gareth@pike-architects.example"})
        for letter in letters()
    ]
    extra = [
        mail("x", labels=("CATEGORY_UPDATES",)),
        mail("x", labels=("CATEGORY_FORUMS",)),
        mail("x", sender=OWNER),
        mail("v i a g r a now!!! b u y n o w!!! ci/al/is !!!! a n d more"),
        mail("To unsubscribe click here."),
        mail("x", invite=Invite("REQUEST", "u", "Lunch", "2026-11-26T12:00", "2026-11-26T13:00", "", "")),
        mail("Half price for friends, 40% off", sender="a@b.xyz"),
        mail("x", headers={"Delivered-To": OWNER}, to="other@elsewhere.example"),
        mail(
            "Robin, could you send the scan?",
            headers={"List-Post": "<mailto:l@x.example>", "List-Id": "<l.x.example>"},
        ),
        mail("\n".join(f"https://shop.example/{number}" for number in range(5)), sender="a@b.example"),
        mail("x", subject="ADV: roofs"),
    ]
    seen += [signals.read(message, own=frozenset({OWNER})) for message in extra]
    dead = [rule.why for rule in RULES if not any(rule.strength(each) for each in seen)]
    assert [] == dead


def test_little_evidence_is_little_confidence() -> None:
    """A mail that says nothing is not sorted with conviction."""
    score = weigh(signals.read(mail("x", "y")))
    assert score.confidence(score.shares[score.best]) < 0.4


def test_reasons_are_what_spoke_for_it() -> None:
    """Strongest first."""
    score = weigh(signals.read(mail("20% off, shop now, free shipping", headers={"List-Unsubscribe": "<x>"})))
    assert Archetype.PROMOTION == score.best
    assert "sales words" == score.reasons[Archetype.PROMOTION][0]


@pytest.mark.parametrize("topic", sorted(lexicon.topics()))
def test_no_phrase_matches_the_empty_text(topic: str) -> None:
    """A broken phrase would find its topic everywhere."""
    assert not lexicon.topic(topic).search("")
    assert not lexicon.topic(topic).search("quux zzyzx 9 - .")
