"""Hostile words all the way: into a draft or an answer, past the person's yes, and out to exactly those confirmed."""

import email
import random
from collections.abc import Callable
from email.utils import formataddr, getaddresses
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import DATA
from tests.mail.hostile import ADDRESSES, NAMES, Enemy, naughty
from tests.sandbox_server import SandboxServer

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import GateError, InputError, MailreeveError
from mailreeve.mail import mime
from mailreeve.service import drafting, sending

Record = Callable[[str, object], None]
Open = Callable[..., Mailbox]

STRINGS = naughty(DATA)
ONCE = {
    "From", "To", "Cc", "Bcc", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version",
    "Content-Type", "X-Mailreeve-Id",
}  # fmt: skip
SETTINGS = '[google]\nquota = "off"\n[policy]\ncapabilities = ["read", "label", "draft", "send"]\nsends_per_day = 2000\nattach_folder = "{}"\n'


def people(enemy: Enemy, dice: random.Random) -> list[str]:
    """A list of recipients as an assistant would hand it over: well-formed ones, and what else comes to mind."""
    found = [formataddr((dice.choice(NAMES), dice.choice(ADDRESSES[:3]))) for _ in range(dice.randrange(3))]
    return [*found, enemy.address()] if dice.random() < 0.25 else found


def parent(enemy: Enemy, dice: random.Random) -> bytes:
    """A message that arrives with hostile words in every header that an answer takes something from."""

    def words() -> str:
        return enemy.text().encode("utf-8", "replace").decode().replace("\r", " ").replace("\n", " ")

    fields = {
        "From": dice.choice(("Ana <ana@client.example>", f"{words()} <ana@client.example>", words())),
        "Reply-To": dice.choice(("", "", f'"{words()}" <ben@client.example>', words())),
        "To": dice.choice(("me@example.com", f"{words()}, carl@client.example", words())),
        "Cc": dice.choice(("", words(), "dora@client.example")),
        "Subject": words(),
        "Message-ID": dice.choice(("<a@client.example>", words(), f"<{words()}>")),
        "References": dice.choice(("", words(), "<x@client.example> <y@client.example>")),
        "In-Reply-To": dice.choice(("", words())),
        "Date": dice.choice(("Mon, 23 Nov 2026 10:00:00 +0000", words())),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"{head}\r\n{enemy.text()}\r\n".encode("utf-8", "replace")


def wish(number: int, box: Mailbox, sandbox: SandboxServer) -> dict[str, Any]:
    """What the assistant asks for."""
    dice, enemy = random.Random(number), Enemy(number, STRINGS)  # noqa: S311 # repeatable on purpose
    asked: dict[str, Any] = {"body": enemy.text() or "Yes.", "cancel": Cancel()}
    if dice.random() < 0.4:
        asked |= {
            "kind": dice.choice(("reply", "reply_all", "forward")),
            "reply_to_id": sandbox.deliver(parent(enemy, dice)),
        }
    if asked.get("kind", "new") in {"new", "forward"} or dice.random() < 0.2:
        asked |= {"to": people(enemy, dice), "cc": people(enemy, dice), "bcc": people(enemy, dice)}
    if "kind" not in asked or dice.random() < 0.2:
        asked["subject"] = enemy.text()
    if dice.random() < 0.1:
        asked["attachments"] = [dice.choice(("plan.txt", enemy.text()))]
    return asked


def confirmed(box: Mailbox, asked: dict[str, Any]) -> list[str] | None:
    """Who was confirmed and got it; None when the draft was refused, or has nobody to go to."""
    try:
        made = drafting.draft(box, **asked)
    except InputError as error:
        _refused(error)
        return None
    raw = box.gmail.draft(made["draft_id"]).raw
    message = email.message_from_bytes(raw)
    assert set(message.keys()) <= ONCE
    assert len(message.keys()) == len({name.lower() for name in message.keys()})  # noqa: SIM118 # a message has names twice
    assert sorted(message.keys()) == sorted(name for name, _ in mime.from_bytes(raw).headers)
    for name in ("To", "Cc", "Bcc"):
        found = [address for _, address in getaddresses([str(one) for one in message.get_all(name, [])])]
        assert made[name.lower()] == found  # type: ignore[literal-required] # to, cc, bcc
    everyone = [*made["to"], *made["cc"], *made["bcc"]]
    if not everyone:
        return None
    try:
        pending = sending.propose(box, made["draft_id"])
    except GateError as error:  # the text has a blank `[ ]`
        _refused(error)
        return None
    assert all(one in pending.question for one in everyone)
    done = sending.confirm(box, pending.proposal_id, pending.digest, channel="tty", by="test")
    assert "sent" == done["status"]
    return everyone


def _refused(error: MailreeveError) -> None:
    assert error.message
    assert error.advice


def run(numbers: range, sandbox: SandboxServer, open_box: Open, folder: Path, record: Record) -> None:
    (folder / "plan.txt").write_text("a plan", encoding="utf-8")
    box = open_box(sandbox, SETTINGS.format(folder))
    left = [found for number in numbers if (found := confirmed(box, wish(number, box, sandbox)))]
    record("wishes", len(numbers))
    record("sent", len(left))
    sent = sandbox.sent()
    assert [[one.lower() for one in group] for group in left] == [one["envelope"]["to"] for one in sent]
    assert len(numbers) // 5 < len(left) < len(numbers)


def test_hostile_words_reach_nobody_but_the_confirmed(
    sandbox: SandboxServer, open_box: Open, tmp_path: Path, record_property: Record
) -> None:
    """New drafts, answers to hostile mail, forwards: the header has its fields once, and the confirmed get it."""
    run(range(100), sandbox, open_box, tmp_path, record_property)


@pytest.mark.prove
def test_hostile_words_reach_nobody_but_the_confirmed_in_full(
    sandbox: SandboxServer, open_box: Open, tmp_path: Path, record_property: Record
) -> None:
    """2,000 of them."""
    run(range(2_000), sandbox, open_box, tmp_path, record_property)
