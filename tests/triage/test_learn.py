"""Patterns out of evidence: three that agree, two that contradict, the scope, the vetoes, forged senders."""

from dataclasses import replace

import pytest
from tests.triage.house import ME, mail

from mailreeve.cancel import Cancel
from mailreeve.mail.mime import from_bytes
from mailreeve.models import DecidedBy, Message, Verdict
from mailreeve.reading.offline.reader import OfflineReader
from mailreeve.store.patterns import Observation, Source, Wish
from mailreeve.triage.labels import BUILT_IN
from mailreeve.triage.learn import Pattern, Patterns, Scope, derive, list_key, sighting

SENDER = "jo@shop.example"


def seen(
    *labels: str, source: Source = Source.MOVED, sender: str = SENDER, list_id: str = ""
) -> list[Observation]:
    return [
        Observation(f"m{number}", sender, list_id, label, source, 1000 + number)
        for number, label in enumerate(labels)
    ]


def of(found: tuple[Pattern, ...], scope: Scope = Scope.SENDER) -> list[tuple[str, str]]:
    return [(one.value, one.label) for one in found if one.scope is scope]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("fyi", "fyi"), None),
        (("fyi", "fyi", "fyi"), "fyi"),
        (("fyi", "receipt", "fyi", "receipt", "fyi"), None),
        (("fyi", "fyi", "fyi", "receipt"), "fyi"),
        (("fyi", "fyi", "fyi", "receipt", "receipt"), None),
        (("fyi", "fyi", "fyi", "", ""), None),
        (("fyi", "fyi", "fyi", "receipt", "receipt", "receipt"), "receipt"),
        (("fyi",) * 9 + ("receipt", "", "fyi"), None),
        (("fyi",) * 3 + ("receipt",) + ("fyi",) * 3 + ("receipt",), "fyi"),
    ],
)
def test_three_make_it_and_two_end_it(labels: tuple[str, ...], expected: str | None) -> None:
    """Agreeing observations in a row make a pattern; the second contradiction ends it, however old it is."""
    assert ([(SENDER, expected)] if expected else []) == of(derive(seen(*labels)))


def test_a_domain_is_more_than_one_sender_and_never_a_public_provider() -> None:
    """Two addresses of a firm make a pattern of the firm; two of gmail.com make none."""
    two = [one for name in ("a", "b") for one in seen("fyi", "fyi", sender=f"{name}@firm.example")]
    assert [("firm.example", "fyi")] == of(derive(two), Scope.DOMAIN)
    assert [] == of(derive(seen("fyi", "fyi", "fyi")), Scope.DOMAIN)
    public = [one for name in ("a", "b") for one in seen("fyi", "fyi", sender=f"{name}@gmail.com")]
    assert [] == of(derive(public), Scope.DOMAIN)


def test_a_wish_forgets_or_pins() -> None:
    """What was forgotten needs new evidence; what was pinned needs none."""
    assert () == derive(seen("fyi", "fyi", "fyi"), [Wish("sender", SENDER, "", 5000)])
    fresh = [*seen("fyi", "fyi", "fyi"), *(Observation("n", SENDER, "", "fyi", Source.MOVED, 6000),) * 3]
    assert [3] == [
        one.count for one in derive(fresh, [Wish("sender", SENDER, "", 5000)]) if one.scope is Scope.SENDER
    ]
    (pinned,) = derive([], [Wish("sender", SENDER, "receipt", 1)])
    assert (True, "receipt", True) == (pinned.pinned, pinned.label, pinned.strong)


def judged(raw: bytes, source: Source, label: str = "receipt", known: tuple[str, ...] = ()) -> Verdict | None:
    message = from_bytes(raw)
    reader = OfflineReader(known, (ME,))
    patterns = Patterns(derive(seen(*(label,) * 3, source=source, sender=message.author.key)))
    return patterns.verdict(
        message, reader.signals(message), reader.classify(message, BUILT_IN, Cancel()), BUILT_IN
    )


def test_what_was_only_left_so_stops_at_a_veto() -> None:
    """A question is decided by a pattern only when the person named the label three times."""
    said = judged(mail(), Source.MOVED)
    assert said is not None
    assert (DecidedBy.PATTERN, "receipt", False) == (said.by, said.label, said.needs_human)
    assert judged(mail(), Source.KEPT) is None
    assert judged(mail("Notes", "The notes of today.\n"), Source.KEPT) is not None


def test_who_was_written_to_is_not_cold() -> None:
    """A pattern of a stranger ends the moment the person answers."""
    plain = mail("Our offer", "We make parts.\n")
    assert judged(plain, Source.MOVED, "cold") is not None
    assert judged(plain, Source.MOVED, "cold", ("grace@example.org",)) is None


@pytest.mark.parametrize(
    "result", ["dmarc=fail header.from=example.org", "spf=pass smtp.mailfrom=evil.example"]
)
def test_a_sender_that_is_not_proven_gets_no_pattern_and_makes_none(result: str) -> None:
    """Whoever writes another's address into From neither uses nor teaches what is known of them."""
    forged = mail("Notes", "The notes of today.\n", Authentication_Results=f"mx.google.com; {result}")
    assert judged(forged, Source.MOVED) is None
    assert sighting(from_bytes(forged), _fyi()) is None
    proven = mail("Notes", "Hi.\n", Authentication_Results="mx.google.com; dkim=pass header.d=example.org")
    assert judged(proven, Source.MOVED) is not None
    assert sighting(from_bytes(proven), _fyi()) is not None


def test_a_sender_in_doubt_gets_no_pattern() -> None:
    """Proven, but with answers that go elsewhere: what the person said of others does not decide it."""
    odd = mail("Notes", "The notes of today.\n", Reply_To="jo@evil.example")
    assert judged(odd, Source.MOVED) is None


def test_what_a_rule_decided_teaches_nothing() -> None:
    """It would only repeat the rule, and outlive it."""
    plain = from_bytes(mail("Notes", "The notes of today.\n"))
    assert sighting(plain, replace(_fyi(), by=DecidedBy.RULE)) is None
    assert sighting(plain, _fyi()) is not None


def test_the_identifier_of_a_list_is_what_counts() -> None:
    """RFC 2919: the name before the angle brackets may change."""
    assert "news.example.net" == list_key(Message(list_id="The News <News.example.net>"))
    assert "news.example.net" == list_key(Message(list_id="news.example.net"))


def _fyi() -> Verdict:
    message = from_bytes(mail())
    return OfflineReader((), (ME,)).classify(message, BUILT_IN, Cancel())
