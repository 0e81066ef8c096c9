"""What reaches the wire: whole secrets never, parts of mail that are secrets only masked; in every flow."""

import re
from collections.abc import Iterator

import pytest
from tests.reading.mails import LABELS, mail, thread
from tests.reading.test_secrets_mail import CODES, RESETS
from tests.scripted_llm import Reply, Request, ScriptedLlm, completion

from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.models import DecidedBy, Style
from mailreeve.reading.llm.client import ChatClient, Endpoint
from mailreeve.reading.llm.reader import LlmReader

CARD, IBAN, TOKEN = "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "4f9a0b7c1d"
SPOKEN = f"Card {CARD}, account {IBAN}, https://example.org/reset/{TOKEN} and the password is hunter2!x"


@pytest.fixture
def reader(llm_server: ScriptedLlm) -> Iterator[LlmReader]:
    endpoint = Endpoint(llm_server.base_url, "small", timeout_seconds=5, first_wait_seconds=0.01)
    made = LlmReader(ChatClient(endpoint))
    yield made
    made.close()


@pytest.mark.parametrize(("subject", "text"), [*CODES, *RESETS], ids=lambda text: text[:24])
def test_a_secret_mail_reaches_no_model_in_any_flow(
    llm_server: ScriptedLlm, reader: LlmReader, subject: str, text: str
) -> None:
    """Alone it is sorted by rule; in a thread the other messages are told without it."""
    marked = f"{text} canary-7731"
    secret, other = mail(marked, subject, id="m2"), mail("When shall we meet?", "Lunch")
    assert DecidedBy.RULE == reader.classify(secret, LABELS, Cancel()).by
    for ask in (
        reader.summarize,
        lambda one, cancel: reader.draft(one, "", cancel),
        lambda one, cancel: reader.tell(one, {"m1", "m2"}, cancel),
    ):
        with pytest.raises(InputError):
            ask(thread(secret), Cancel())
    assert [] == llm_server.requests
    reader.summarize(thread(other, secret), Cancel())
    reader.draft(thread(secret, other), "be brief", Cancel())
    reader.tell(thread(secret, other), {"m1", "m2"}, Cancel())
    assert 3 == len(llm_server.requests)
    for request in llm_server.requests:
        assert "When shall we meet?" in request.user
        assert "canary-7731" not in request.raw.decode()


def test_secrets_within_mail_are_masked_in_every_flow(llm_server: ScriptedLlm, reader: LlmReader) -> None:
    """In the body, the subject, the names of people and files, and the owner's own instructions."""
    carrier = mail(SPOKEN, SPOKEN, sender=f'"{CARD}" <ana@example.org>')
    reader.classify(carrier, LABELS, Cancel())
    reader.summarize(thread(carrier), Cancel())
    reader.draft(thread(carrier), f"Tell her {SPOKEN}", Cancel())
    reader.tell(thread(carrier), {"m1"}, Cancel())
    assert 4 == len(llm_server.requests)
    for request in llm_server.requests:
        wire = request.raw.decode()
        assert "[card-" in wire
        assert [] == [secret for secret in (CARD, IBAN, TOKEN, "hunter2!x") if secret in wire]


def test_a_secret_is_masked_before_the_text_is_cut(llm_server: ScriptedLlm, reader: LlmReader) -> None:
    """At the edge of a cut half a card number would no longer look like one."""
    for before in range(360, 460, 4):
        text = "word " * before + CARD + " word" * 2000
        reader.classify(mail(text), LABELS, Cancel())
    wires = [request.raw.decode() for request in llm_server.requests]
    assert [] == [wire for wire in wires if "4111 1111" in wire or "1111 1111" in wire]


def test_a_draft_gets_back_what_its_own_thread_says(llm_server: ScriptedLlm, reader: LlmReader) -> None:
    """A placeholder of this call is restored; one that the model invents is a blank for the person."""

    def answer(request: Request) -> Reply:
        name = request.user[request.user.index("[IBAN-") :].partition("]")[0] + "]"
        return Reply(completion({"body": f"I paid to {name}, not to [IBAN-9-ffff].", "note": ""}))

    seen = mail(f"Please pay to {IBAN}.")
    llm_server.default = answer
    drafted = reader.draft(thread(seen), "", Cancel())
    assert f"I paid to {IBAN}, not to [IBAN?]." == drafted.body
    assert "It tells what no model was shown: IBAN." == drafted.note


def test_a_draft_gets_back_nothing_that_stands_elsewhere(llm_server: ScriptedLlm) -> None:
    """However a mail makes the model move placeholders: those of the owner's phrases, and of another call, are blanks."""
    style = Style(language="en", mails=9, phrases=(f"My account is {IBAN}.",))
    endpoint = Endpoint(llm_server.base_url, "small", timeout_seconds=5, first_wait_seconds=0.01)
    found: list[str] = []

    def moved(request: Request) -> Reply:
        """All placeholders that it sees now or ever saw."""
        found.extend(re.findall(r"\[(?:card|IBAN)-[^\]]+\]", request.system + request.user))
        return Reply(completion({"body": " ".join(found), "note": ""}))

    llm_server.default = moved
    made = LlmReader(ChatClient(endpoint), styles=lambda: [style])
    drafted = [made.draft(thread(mail(text)), "", Cancel()).body for text in (f"Card {CARD}.", "No secret.")]
    made.close()
    assert {"card", "IBAN"} == {one[1:5] for one in found}
    assert (1, True) == (drafted[0].count(CARD), "[IBAN?]" in drafted[0])
    assert {"[card?]", "[IBAN?]"} == set(drafted[1].split())
