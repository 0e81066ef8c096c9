"""Whether a mail meets a rule, above all when it tries to look as if it did."""

from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mailreeve.mail import mime
from mailreeve.models import Attachment, DecidedBy, Message, Priority, Verdict
from mailreeve.rules.facts import Facts, Surroundings
from mailreeve.rules.load import Names, load
from mailreeve.rules.match import holds
from mailreeve.rules.model import Rule

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
AROUND = Surroundings(NOW, ZoneInfo("Europe/Berlin"), frozenset({"ana@good.example"}), {"Label_7": "Clients"})
READ = Verdict("m", "receipt", Priority.LOW, False, "", 0.93, "", DecidedBy.OFFLINE)


def rule(match: str) -> Rule:
    (found,) = load(
        f'[[rule]]\nid = "r"\nmatch = {{ {match} }}\ndo = {{ star = true }}\n', Names(("receipt", "fyi"))
    )
    return found


def fits(match: str, message: Message, reading: Verdict | None = None) -> bool | None:
    return holds(rule(match).match, Facts(message, AROUND, reading))


def mail(*heads: str, body: str = "Hello.") -> Message:
    return mime.from_bytes("\r\n".join([*heads, "", body]).encode())


HOSTILE = [
    'From: "ana@good.example" <evil@bad.example>',
    "From: ana@good.example <evil@bad.example>",
    "From: =?utf-8?q?ana=40good=2Eexample?= <evil@bad.example>",
    "From: evil@good.example.bad.example",
    "From: evil@notgood.example",
    "From: ana@good.example.",
    'From: "a@good.example"@bad.example',
    "From: evil@bad.example (ana@good.example)",
    "From: <evil@bad.example> ana@good.example",
    "From: =?utf-8?b?PGFuYUBnb29kLmV4YW1wbGU+?= <evil@bad.example>",
    "From: evil@bad.example\r\n ana@good.example",
    "From: evil@bad.example, Ana <ana@good.example>",
    "From: Ana <ana@good.example>, evil@bad.example",
    "From: ana@good.example\r\nFrom: evil@bad.example",
    "From: evil@bad.example\r\nFrom: ana@good.example",
    "From: ana@g\u043e\u043ed.example",
    "From: \u0430na@good.example",
    "From: ana@good.example@bad.example",
    "X-From: ana@good.example\r\nFrom: evil@bad.example",
    "From: evil@bad.example\r\nSender: ana@good.example\r\nReply-To: ana@good.example",
    "From: evil@bad.example\r\nSubject: x\r\n\r\nFrom: ana@good.example",
]


@pytest.mark.parametrize("head", [one for one in HOSTILE if one != "From: ana@good.example."])
def test_no_trick_of_a_mail_makes_another_sender_fit(head: str) -> None:
    """Names, comments, encoded words, folds, longer domains, look-alikes, second authors: none is the address."""
    assert fits('from = "ana@good.example"', mail(head)) is False


@pytest.mark.parametrize(
    "head", [one for one in HOSTILE if "good.example>," not in one and "\u0430" not in one]
)
def test_a_domain_is_not_a_part_of_a_text(head: str) -> None:
    """`@good.example` fits that domain only."""
    expected = head == "From: ana@good.example."
    assert expected is fits('from = "@good.example"', mail(head))


def test_the_address_itself_fits_however_it_is_written() -> None:
    """Case, quotes, names, folds and comments do not matter."""
    for head in (
        "From: ana@good.example",
        "From: ANA@Good.Example",
        'From: "Somebody" <ana@good.example>',
        "From: Ana\r\n <ana@good.example>",
        "From: (hi) ana@good.example",
    ):
        assert fits('from = "ana@good.example"', mail(head)) is True


def test_subdomains_are_inside_only_when_asked_for() -> None:
    """`@good.example` leaves out what is below it, `@.good.example` takes both."""
    below, itself = mail("From: a@news.good.example"), mail("From: a@good.example")
    assert [False, True] == [fits('from = "@good.example"', one) for one in (below, itself)]
    assert [True, True] == [fits('from = "@.good.example"', one) for one in (below, itself)]
    assert fits('from = "@.good.example"', mail("From: a@evilgood.example")) is False


def test_international_domains_are_compared_as_they_travel() -> None:
    """A rule and a mail may each write the domain in Unicode or in ASCII."""
    assert fits('from = "@bücher.example"', mail("From: a@xn--bcher-kva.example")) is True
    assert fits('from = "@xn--bcher-kva.example"', mail("From: a@bücher.example")) is True


def test_recipients_and_lists_are_compared_whole() -> None:
    """To, Cc, both, and the List-Id between its angle brackets."""
    one = mail(
        "From: a@x.example",
        "To: me@y.example",
        "Cc: you@z.example",
        "List-Id: dev.good.example <l.bad.example>",
    )
    assert [True, False, True, True] == [
        fits(match, one)
        for match in (
            'to = "me@y.example"',
            'to = "you@z.example"',
            'cc = "@z.example"',
            'recipients = "@z.example"',
        )
    ]
    assert [False, True, True, False] == [
        fits(f'list = "{name}"', one)
        for name in ("dev.good.example", "l.bad.example", ".bad.example", "ad.example")
    ]


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ('subject = "your invoice"', True),
        ('subject = { words = "voice" }', False),
        ('subject = { words = "INVOICE 12" }', True),
        ('subject = { starts_with = "re: your" }', True),
        ('subject = { starts_with = "invoice" }', False),
        ('subject = { glob = "*invoice ??" }', True),
        ('subject = { glob = "invoice*" }', False),
        ('subject = { is = "re: your invoice 12" }', True),
        ('subject = { contains = "invoice", words = "nothing" }', False),
        ('text = { contains = ["nothing", "straße"] }', True),
        ('text = "first second"', True),
    ],
)
def test_text_is_compared_as_a_person_reads_it(match: str, expected: bool) -> None:
    """Without case, line breaks, full width and what nobody sees."""
    seen = EmailMessage()
    seen["From"] = "a@x.example"
    seen["Subject"] = "Re: Your in\u200bvo\u00adice \uff11\uff12"
    seen.set_content("First\nsecond STRASSE.")
    assert expected is fits(match, mime.from_bytes(seen.as_bytes()))


def test_attachments_labels_and_sizes() -> None:
    """One file has to meet all of it; a label is compared by its whole name."""
    files = (
        Attachment("Rechnung.PDF", "application/pdf", 5_000, False),
        Attachment("a.png", "image/png", 9, True),
    )
    one = Message(attachments=files, labels=("Label_7", "INBOX"), size=2_000_000)
    told = [
        ("attachments = true", True),
        ('attachments = { name = "*.pdf", larger_than = "4KB" }', True),
        ('attachments = { name = "*.pdf", larger_than = "6KB" }', False),
        ('attachments = { type = "image/*" }', False),
        ('labels = "clients"', True),
        ('labels = "client"', False),
        ('size = { larger_than = "1MB", smaller_than = "3MB" }', True),
    ]
    assert [expected for _, expected in told] == [fits(match, one) for match, _ in told]


def test_time_is_the_user_s_own() -> None:
    """23:30 in Berlin is inside 22:00-06:00, on Sunday, though it is earlier and elsewhere in UTC."""
    at = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
    one = Message(internal_date=int(at.timestamp() * 1000))
    told = {
        'hours = "22:00-06:00"': True,
        'hours = "06:00-22:00"': False,
        'hours = "22:00-23:30"': False,
        'hours = "23:30-06:00"': True,
        'hours = "23:45-23:30"': False,
        'weekday = "sun"': True,
        'weekday = ["mon", "sat"]': False,
        'older_than = "12h"': True,
        'older_than = "1d"': False,
        'newer_than = "1d"': True,
    }
    assert told == {match: fits(f"time = {{ {match} }}", one) for match in told}
    assert fits('time = { older_than = "1h" }', Message()) is None


def test_facts_of_the_sender() -> None:
    """A look-alike of somebody known, a first contact, what Gmail's server found out."""
    fake = mail("From: Ana <ana@g00d.example>")
    assert fits("sender = { lookalike = true, first_contact = true }", fake) is True
    assert fits("sender = { aligned = true }", fake) is False
    good = mail(
        "Authentication-Results: mx.google.com; dmarc=pass header.from=good.example", "From: ana@good.example"
    )
    assert fits('sender = { dmarc = "pass", aligned = true, first_contact = false }', good) is True
    forged = mail(
        "Authentication-Results: bad.example; dmarc=pass header.from=good.example", "From: ana@good.example"
    )
    assert fits('sender = { dmarc = "pass" }', forged) is False


def test_what_is_not_known_never_fires_whatever_stands_around_it() -> None:
    """Not read yet, or not judged by a model, is neither true nor false, under `not` too."""
    one = mail("From: a@x.example")
    assert fits('when = "It is about cats."', one) is None
    assert fits('not = { when = "It is about cats." }', one, READ) is None
    assert fits('from = "b@x.example", when = "It is about cats."', one) is False
    assert fits('any = [{ from = "a@x.example" }, { when = "It is about cats." }]', one) is True
    assert fits('any = [{ from = "b@x.example" }, { when = "It is about cats." }]', one) is None
    assert fits('not = { any = [{ from = "b@x.example" }, { when = "It is about cats." }] }', one) is None
    assert fits('verdict = { label = "receipt" }', one) is None
    assert fits('verdict = { label = "receipt" }', one, replace(READ, needs_human=True)) is None


@pytest.mark.parametrize(
    ("met", "expected"), [((), False), (("r",), True), (("other",), False), (None, None)]
)
def test_a_sentence_holds_when_the_model_named_its_rule(met: Any, expected: bool | None) -> None:
    """And the other way round under `not`."""
    one = replace(READ, met=met)
    assert expected is fits('when = "It is about cats."', Message(), one)
    assert (None if expected is None else not expected) is fits(
        'not = { when = "About cats." }', Message(), one
    )


def test_verdict_conditions() -> None:
    """Label, priority, answer and confidence, all of them."""
    assert (
        fits(
            'verdict = { label = ["fyi", "receipt"], priority = "low", needs_reply = false }', Message(), READ
        )
        is True
    )
    assert fits("verdict = { min_confidence = 0.94 }", Message(), READ) is False
    assert fits('verdict = { priority = "urgent" }', Message(), READ) is False
