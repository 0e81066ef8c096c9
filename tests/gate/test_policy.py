"""What may leave at all, what is asked, and the two exceptions that a person can set."""

from dataclasses import replace

import pytest

from mailreeve.gate.policy import Answer, Policy, advice, digest_terms, rule
from mailreeve.models import Envelope, Flag, Weight

OWN = "ada@example.com"
TO_BOB = Envelope((OWN,), ("bob@partner.example",))
TO_SELF = Envelope((OWN,), ("Ada@Example.com",))
ON = Policy(send=True, sends_per_day=5, own_addresses=(OWN,))
TRUSTING = replace(ON, trusted_recipients=("Bob@partner.example", "@house.example"))
NOTE = Flag("first_answer", Weight.NOTE, "The first mail to somebody.")
WARN = Flag("bcc", Weight.WARN, "Hidden recipients.")
STOP = Flag("blanks", Weight.STOP, "1 blank is left to fill in: [ ].")


def test_nothing_may_leave_by_default() -> None:
    """The capability send is off until a person switches it on."""
    ruling = rule(Policy(), "send", TO_BOB, (), 0)
    assert Answer.REFUSE == ruling.answer
    assert "config.toml" in advice(Policy())


def test_everything_is_asked_by_default() -> None:
    """Without an exception a person confirms each message, the digest too."""
    assert Answer.ASK == rule(ON, "send", TO_BOB, (), 0).answer
    assert Answer.ASK == rule(ON, "send", TO_SELF, (), 0).answer
    assert Answer.ASK == rule(replace(ON, account=OWN), "digest", TO_SELF, (), 0).answer


def test_the_sends_of_a_day_are_capped() -> None:
    """From the cap on nothing leaves, trusted or not."""
    assert Answer.ALLOW == rule(TRUSTING, "send", TO_BOB, (), 4).answer
    assert Answer.REFUSE == rule(TRUSTING, "send", TO_BOB, (), 5).answer


def test_blanks_and_a_missing_recipient_are_refused() -> None:
    """A flag that says stop refuses with its own words."""
    assert STOP.text == rule(ON, "send", TO_BOB, (NOTE, STOP), 0).reason
    assert Answer.REFUSE == rule(ON, "send", Envelope((OWN,)), (), 0).answer
    assert "Gmail" in advice(ON)


@pytest.mark.parametrize(
    ("recipients", "answer"),
    [
        (("bob@partner.example",), Answer.ALLOW),
        (("BOB@PARTNER.EXAMPLE", "anyone@house.example"), Answer.ALLOW),
        (("bob@partner.example", "carl@partner.example"), Answer.ASK),
        (("anyone@sub.house.example",), Answer.ASK),
        (("anyone@house.example.evil.example",), Answer.ASK),
        (("evil@anyhouse.example",), Answer.ASK),
        (("evil.bob@partner.example",), Answer.ASK),
        (("bob@partner.example@evil.example",), Answer.ASK),
        (("house.example",), Answer.ASK),
    ],
)
def test_only_listed_recipients_go_without_a_question(recipients: tuple[str, ...], answer: Answer) -> None:
    """Every recipient, hidden ones too, must be listed by address or by exact domain."""
    for envelope in (
        Envelope((OWN,), recipients),
        Envelope((OWN,), ("bob@partner.example",), (), recipients),
    ):
        assert answer == rule(TRUSTING, "send", envelope, (), 0).answer


def test_a_warning_is_asked_about_even_when_the_recipient_is_trusted() -> None:
    """An exception covers what is plain; a note does not take it away."""
    assert Answer.ASK == rule(TRUSTING, "send", TO_BOB, (WARN,), 0).answer
    assert Answer.ALLOW == rule(TRUSTING, "send", TO_BOB, (NOTE,), 0).answer


def test_the_digest_goes_to_the_own_address_alone_and_only_when_set() -> None:
    """The second exception covers digests to the account itself and nothing else."""
    letting = replace(ON, account=OWN, digest_to_self=lambda: True)
    assert Answer.ALLOW == rule(letting, "digest", TO_SELF, (), 0).answer
    assert Answer.ASK == rule(letting, "send", TO_SELF, (), 0).answer
    assert Answer.ASK == rule(letting, "digest", TO_BOB, (), 0).answer
    assert Answer.ASK == rule(letting, "digest", Envelope((OWN,), (OWN,), (), ("x@y.example",)), (), 0).answer
    assert Answer.ASK == rule(TRUSTING, "digest", TO_BOB, (), 0).answer
    alias = replace(letting, own_addresses=(OWN, "ada@alias.example"))
    assert Answer.ASK == rule(alias, "digest", Envelope((OWN,), ("ada@alias.example",)), (), 0).answer
    assert digest_terms(OWN.upper()) == digest_terms(OWN) != digest_terms("ada@alias.example")


def test_what_a_mail_in_the_digest_left_blank_is_no_blank_of_the_digest() -> None:
    """To the account itself alone: whoever else is written to gets nothing that is not filled in."""
    letting = replace(ON, account=OWN, digest_to_self=lambda: True)
    assert Answer.ALLOW == rule(letting, "digest", TO_SELF, (STOP,), 0).answer
    assert Answer.REFUSE == rule(letting, "digest", TO_BOB, (STOP,), 0).answer
    assert Answer.REFUSE == rule(letting, "send", TO_SELF, (STOP,), 0).answer
