"""Mails of a template that a person agreed to: they leave by themselves, and nothing else does."""

import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from tests.boxes import OpenBox
from tests.sandbox_server import SandboxServer

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import ConfigError, InputError, NotApproved
from mailreeve.service import asking, standing
from mailreeve.service.answers import SendAnswer

BASE = '[google]\nquota = "off"\ntimeout_seconds = 2\n[policy]\ncapabilities = ["read", "label", "draft", "send"]\nsends_per_day = 50\n'
USUAL: dict[str, Any] = {
    "id": "shipped",
    "system": "shop",
    "to": ["@example.org", "bo@example.com"],
    "subject": "Your order {{ order }}",
    "body": "Dear {{ name }},\n\n{{ order }} has left us.\n",
    "fields": {"order": "[0-9]{1,8}", "name": r"[\w .'-]{1,60}"},
    "per_day": 3,
}
VALUES = {"order": "4711", "name": "Ana Lima"}


def settings(**other: Any) -> str:
    one = {**USUAL, **other}
    fields = one.pop("fields")
    lines = [f"{name} = {json.dumps(value)}" for name, value in one.items()]
    return "\n".join([BASE, "[[template]]", *lines, "[template.fields]", *(f"{name} = {json.dumps(pattern)}" for name, pattern in fields.items())])  # fmt: skip


def agree(box: Mailbox, id_: str = "shipped") -> None:
    terms = next(one["terms"] for one in standing.templates(box) if one["id"] == id_)
    standing.agree(box, id_, terms, by="terminal", how="terminal")


@pytest.fixture
def box(open_box: OpenBox, sandbox: SandboxServer) -> Mailbox:
    """A mailbox whose person let the shop in and agreed."""
    made = open_box(sandbox, settings())
    asking.let_in(made, "shop")
    agree(made)
    return made


def ask(box: Mailbox, key: str = "k1", system: str = "shop", **other: Any) -> SendAnswer:
    wish = {"key": key, "template": "shipped", "to": ["ana@example.org"], "values": VALUES, **other}
    return asking.ask(box, system, wish, cancel=Cancel())


def test_a_mail_of_an_agreed_template_leaves_once(box: Mailbox, sandbox: SandboxServer) -> None:
    """Its words are the person's; the same key again sends nothing and tells that it was sent."""
    assert ["sent", "sent"] == [ask(box)["status"] for _ in range(2)]
    (one,) = sandbox.sent()
    assert ["ana@example.org"] == one["envelope"]["to"]
    assert b"Subject: Your order 4711\r\n" in urlsafe_b64decode(one["raw"])
    rows = [(row.event, row.actor) for row in box.audit.rows(100)]
    assert {("send.approved", "policy"), ("standing.consent", "terminal")} <= set(rows)


def test_without_a_consent_each_is_a_question(open_box: OpenBox, sandbox: SandboxServer) -> None:
    """The setting alone is not enough, and neither is a consent to other terms."""
    box = open_box(sandbox, settings())
    asking.let_in(box, "shop")
    with pytest.raises(NotApproved):
        standing.agree(box, "shipped", "0" * 64, by="terminal", how="terminal")
    assert ("needs_user", []) == (ask(box)["status"], sandbox.sent())


@pytest.mark.parametrize(
    "change",
    [
        {"to": ["@example.org"]}, {"subject": "Hi {{ order }}"}, {"body": "x {{ name }} {{ order }}"},
        {"fields": {"order": ".*", "name": ".*"}}, {"per_day": 4},
    ],
)  # fmt: skip
def test_any_change_voids_the_consent(
    change: dict[str, Any], box: Mailbox, open_box: OpenBox, sandbox: SandboxServer
) -> None:
    """Recipients, words, patterns and the limit are what was agreed to."""
    again = open_box(sandbox, settings(**change))
    assert ("needs_user", []) == (ask(again)["status"], sandbox.sent())


def test_a_new_key_of_the_system_voids_the_consent(box: Mailbox, sandbox: SandboxServer) -> None:
    """So does shutting it out; the consent that is taken back is told."""
    asking.let_in(box, "shop")
    assert "needs_user" == ask(box)["status"]
    agree(box)
    assert (True, False) == (standing.revoke(box, "shipped", by="a"), standing.revoke(box, "shipped", by="a"))
    assert "needs_user" == ask(box, "k2")["status"]
    agree(box)
    asking.shut_out(box, "shop")
    assert ("needs_user", []) == (ask(box, "k3")["status"], sandbox.sent())
    with pytest.raises(InputError, match="not let in"):
        agree(box)


@pytest.mark.parametrize(
    "other",
    [
        {"to": ["ana@example.net"]}, {"to": ["ana@sub.example.org"]}, {"cc": ["eve@example.net"]},
        {"bcc": ["eve@example.net"]}, {"to": ["ana@example.org", "eve@example.net"]},
    ],
)  # fmt: skip
def test_a_recipient_outside_the_set_is_a_question(
    other: dict[str, Any], box: Mailbox, sandbox: SandboxServer
) -> None:
    """In whichever field: the mail waits for the person."""
    assert ("needs_user", []) == (ask(box, **other)["status"], sandbox.sent())


@pytest.mark.parametrize(
    "values",
    [
        {}, {"order": "4711"}, {**VALUES, "more": "x"}, {**VALUES, "order": "47x"}, {**VALUES, "order": "1\n"},
        {**VALUES, "name": "Ana\nBcc: eve@example.net"}, {**VALUES, "name": "x" * 61}, {**VALUES, "order": 4711},
        {**VALUES, "name": "Ana\u202e"}, {**VALUES, "name": "{{ order }}"}, [], "x",
    ],
)  # fmt: skip
def test_values_match_or_nothing_is_written(values: Any, box: Mailbox, sandbox: SandboxServer) -> None:
    """What is missing, too much or of another shape is refused by name."""
    with pytest.raises(InputError):
        ask(box, values=values)
    assert ([], 0) == (sandbox.sent(), len(box.gmail.drafts().items))


def test_nobody_uses_the_template_of_another(box: Mailbox, sandbox: SandboxServer) -> None:
    """Nor one that there is not, nor text of their own beside it."""
    asking.let_in(box, "crm")
    wrong: list[dict[str, Any]] = [{"system": "crm"}, {"template": "other"}, {"body": "x"}, {"template": 7}]
    for other in wrong:
        with pytest.raises(InputError):
            ask(box, **other)
    assert [] == sandbox.sent()


def test_above_the_limit_of_a_day_it_is_a_question(box: Mailbox, sandbox: SandboxServer) -> None:
    """Three leave, the fourth waits, and says why in the question."""
    status = [ask(box, f"k{number}")["status"] for number in range(4)]
    assert (["sent", "sent", "sent", "needs_user"], 3) == (status, len(sandbox.sent()))


def test_a_draft_that_somebody_changed_is_a_question(box: Mailbox, sandbox: SandboxServer) -> None:
    """Only the bytes that we wrote leave without one."""
    sandbox.faults([{"path": "/drafts/send", "method": "POST", "nth": 1, "kind": "500"}])
    found = ask(box)
    assert "sent" != found["status"]
    draft = box.gmail.draft(found["draft_id"])
    box.gmail.update_draft(draft.id, draft.raw.replace(b"has left us", b"is paid for"), draft.thread_id)
    assert "sent" != ask(box)["status"]
    assert [] == sandbox.sent()


def test_an_imitated_address_is_still_asked_about(box: Mailbox, sandbox: SandboxServer) -> None:
    """The set holds it, but that it looks like somebody known is for the person to see."""
    box.correspondents.add({"ana.lima@example.org": 9}, 1)
    assert ("needs_user", []) == (ask(box, to=["ana.1ima@example.org"])["status"], sandbox.sent())


def test_a_wrong_pattern_or_text_is_said(open_box: OpenBox, sandbox: SandboxServer) -> None:
    """Before anything is asked for."""
    for other in ({"fields": {"order": "(", "name": ".*"}}, {"body": "{{ order "}):
        with pytest.raises(ConfigError, match="shipped"):
            standing.templates(open_box(sandbox, settings(**other)))
