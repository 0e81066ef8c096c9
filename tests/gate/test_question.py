"""What the person is shown: all that matters, and nothing that a sender can fake."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gate.letters import OWN, proposal, raw

from mailreeve.gate import envelope, question
from mailreeve.gate.proposal import digest
from mailreeve.mail.compose import Compose, File, compose
from mailreeve.models import Address, Flag, Proposal, Weight

BIDI_AND_FRIENDS = "\u202e\u2066\u200b\u00ad\ufeff\U000e0041\u2028\u0085\x1b\x07\x00"


def proposed(message: bytes, **fields: object) -> Proposal:
    one = proposal(raw=message, envelope=envelope.read(message), **fields)
    return proposal(raw=message, envelope=one.envelope, digest=digest(one), **fields)


def test_the_question_shows_everyone_the_subject_the_files_and_the_text() -> None:
    """Hidden recipients and where answers go are shown like all others."""
    letter = Compose(
        Address("Ada", OWN),
        datetime(2026, 11, 23, tzinfo=UTC),
        to=(Address("Bob", "bob@partner.example"),),
        cc=(Address("", "carl@partner.example"), Address("Dora", "dora@partner.example")),
        bcc=(Address("", "hidden@elsewhere.example"),),
        reply_to=(Address("", "answers@elsewhere.example"),),
        subject="The meeting",
        body="Monday suits me.",
        attachments=(File("plan.pdf", "application/pdf", b"x" * 1234),),
    )
    one = proposed(
        compose(letter),
        flags=(Flag("bcc", Weight.WARN, "Hidden recipients."), Flag("note", Weight.NOTE, "A note.")),
    )
    expected = f"""Send this e-mail?
From:    {OWN}  "Ada"
To:      bob@partner.example  "Bob"
Cc:      carl@partner.example
         dora@partner.example  "Dora"
Bcc:     hidden@elsewhere.example
Answers: answers@elsewhere.example
Subject: The meeting
File:    "plan.pdf", application/pdf, 1,234 bytes
LOOK: Hidden recipients.
note: A note.

| Monday suits me.

{len(one.raw):,} bytes, fingerprint {one.digest[:12]}"""
    assert expected == question.text(one)


def test_the_same_proposal_always_gives_the_same_question() -> None:
    """Clients that ask again compare the texts."""
    one = proposed(raw("Subject: Hello"))
    assert question.text(one) == question.text(one)


def test_a_time_is_shown_in_the_zone_of_the_person() -> None:
    """A message for later says when it leaves."""
    one = proposed(raw("Subject: Hello"), scheduled_at=1_795_424_400_000)
    assert "Leaves:  2026-11-23 09:00 UTC" in question.text(one)
    assert "Leaves:  2026-11-23 10:00 CET" in question.text(one, zone=ZoneInfo("Europe/Berlin"))


def test_a_long_text_is_cut_in_the_middle_and_the_cut_is_told() -> None:
    """Head and tail are shown; the whole text on request."""
    body = f"START {'word ' * 1000} END"
    one = proposed(raw("Subject: Hello", body=body))
    short, whole = question.text(one), question.text(one, whole=True)
    assert "START" in short
    assert "END" in short
    assert f"[{len(body) - 2000:,} of {len(body):,} characters are not shown here" in short
    assert "not shown" not in whole
    assert body.replace(" ", "") in whole.replace("\n| ", "").replace(" ", "")


def test_many_recipients_are_counted() -> None:
    """The list is bounded, the number is not hidden."""
    people = ", ".join(f"p{n}@partner.example" for n in range(60))
    assert "and 20 more, 60 in all" in question.text(proposed(raw(f"To: {people}")))


def test_a_draft_without_recipients_says_so() -> None:
    """Nobody yet."""
    assert "To:      nobody yet" in question.text(proposed(raw("To: ")))


def test_a_display_name_cannot_pose_as_another_address() -> None:
    """The address stands first, the name behind it in quotes of its own."""
    shown = question.text(proposed(raw('To: "bob@partner.example\\" " <eve@elsewhere.example>')))
    assert 'To:      eve@elsewhere.example  "bob@partner.example\'"' in shown


VALUES = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(BIDI_AND_FRIENDS + '\r\n"')),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(VALUES, VALUES, VALUES)
def test_no_value_starts_a_line_or_hides_a_character(name: str, subject: str, body: str) -> None:
    """Names, subjects and text of any kind: each line is ours, and every character can be seen."""
    import base64

    def word(value: str) -> str:
        return f"=?utf-8?b?{base64.b64encode(value.encode()).decode()}?="

    message = raw(
        f"To: {word(name)} <bob@partner.example>",
        f"Subject: {word(subject)}",
        "Content-Type: text/plain; charset=utf-8",
        body=body,
    )
    lines = question.text(proposed(message)).split("\n")
    assert all(line.isprintable() for line in lines)
    ours = ("Send this e-mail?", "From:    ", "To:      ", "Subject: ", "| ", f"{len(message):,} bytes, ")
    assert [] == [line for line in lines if line and not line.startswith(ours)]
    assert ["From:", "To:", "Subject:"] == [line.split()[0] for line in lines[1:4]]
    assert not set("".join(lines)) & set(BIDI_AND_FRIENDS)
