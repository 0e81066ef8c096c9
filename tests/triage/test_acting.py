"""What rules want done outside: written down with the decision, waiting for a person, delivered once."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.boxes import OpenBox, opening
from tests.outbound.receiver import Receiver, running
from tests.sandbox_server import SandboxServer
from tests.triage.house import code, mail, newsletter

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import ConfigError
from mailreeve.outbound import webhook
from mailreeve.service import destinations, digest, outbox, triage

SECRET = webhook.new_secret()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running() as one:
        yield one


@pytest.fixture
def open_box(tmp_path: Path) -> Iterator[OpenBox]:
    with opening(tmp_path / "home") as make:
        yield make


def settings(receiver: Receiver, fields: str = '"subject", "text", "rule"', **more: str) -> str:
    return f"""[policy]
capabilities = ["read", "label", "{more.get("capability", "outbound")}"]
[[destination]]
id = "hook"
url = "http://127.0.0.1:{receiver.port}/in"
secrets = ["{SECRET}"]
kinds = [{more.get("kinds", '"rule.fired"')}]
fields = [{fields}]
private = true
"""


@pytest.fixture
def box(sandbox: SandboxServer, open_box: OpenBox, receiver: Receiver) -> Mailbox:
    """A mailbox with a rule that tells a webhook of Grace's mail; nobody has agreed to it yet."""
    made = open_box(sandbox, settings(receiver))
    rule(made)
    return made


def rule(box: Mailbox, match: str = "from='grace@example.org'", do: str = "webhook='hook'") -> None:
    text = f"[[rule]]\nid='grace'\nmatch={{ {match} }}\ndo={{ {do} }}\n"
    (box.config.home / "rules.toml").write_text(text, encoding="utf-8")


def agree(box: Mailbox) -> None:
    destinations.consent(box, "hook", destinations.show(box, "hook")["terms"], by="ada", how="terminal")


def run(box: Mailbox, *, again: bool = False) -> dict[str, object]:
    told: dict[str, object] = dict(triage.triage(box, again=again, cancel=Cancel())["outbox"])
    return told


def data(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(one.body)["data"] for one in receiver.seen]


def test_without_a_consent_an_act_waits_visibly_and_goes_once_it_is_given(
    sandbox: SandboxServer, box: Mailbox, receiver: Receiver
) -> None:
    """The run, the digest and the outbox say how to agree; then it goes, once, under its rule's name."""
    id_ = sandbox.deliver(mail())
    sandbox.deliver(newsletter())
    told = run(box)
    assert [] == receiver.seen
    (row,) = outbox.rows(box)["rows"]
    assert ("hook", id_, "needs_consent", "Lunch tomorrow?") == (
        row["destination"],
        row["message_id"],
        row["state"],
        row["subject"],
    )
    for where in (row["advice"], str(told["held"]), digest.digest(box)["text"]):
        assert "mailreeve destinations consent hook" in where
    agree(box)
    assert [1, 0, 0] == [run(box)["delivered"], run(box)["delivered"], run(box, again=True)["delivered"]]
    (sent,) = data(receiver)
    (event,) = receiver.seen
    assert (True, "Lunch tomorrow?") == (sent["rule"].startswith("grace@"), sent["subject"])
    assert f"r_{id_}_" == event.headers["webhook-id"][: len(id_) + 3]
    assert [] == outbox.rows(box)["rows"]


def test_a_rule_that_is_rewritten_tells_no_mail_twice(
    sandbox: SandboxServer, box: Mailbox, receiver: Receiver
) -> None:
    """The key of an act is the mail, the rule's id and the destination: not the rule's version."""
    agree(box)
    sandbox.deliver(mail())
    run(box)
    rule(box, "from='@example.org'")
    assert 0 == run(box, again=True)["delivered"]
    assert 1 == len(receiver.seen)


def test_an_act_is_written_with_its_decision_or_not_at_all(sandbox: SandboxServer, box: Mailbox) -> None:
    """When the outbox cannot be written the decision is not kept either, and the next run makes both."""
    id_ = sandbox.deliver(mail())
    box.app.db.execute(
        "create trigger full before insert on outbox begin select raise(abort, 'disk full'); end"
    )
    failed = triage.triage(box, cancel=Cancel())["failed"]
    entry = box.ledger.entry(id_)
    assert entry is not None
    assert (1, None, ()) == (len(failed), entry.verdict, box.outlet.waiting())
    box.app.db.execute("drop trigger full")
    run(box)
    assert 1 == len(box.outlet.waiting())


def test_what_waited_is_made_anew_when_other_terms_are_agreed_to(
    sandbox: SandboxServer, open_box: OpenBox, box: Mailbox, receiver: Receiver
) -> None:
    """Only the fields that the person saw leave, though the mail was decided under others."""
    sandbox.deliver(mail())
    run(box)
    changed = open_box(sandbox, settings(receiver, '"sender"'))
    agree(changed)
    assert 1 == run(changed)["delivered"]
    assert [{"sender": "Grace Hopper <grace@example.org>"}] == data(receiver)


def test_a_mail_that_is_gone_is_given_up_and_said(
    sandbox: SandboxServer, open_box: OpenBox, box: Mailbox, receiver: Receiver
) -> None:
    """What cannot be made anew does not stop what comes behind it."""
    id_ = sandbox.deliver(mail())
    run(box)
    box.app.db.execute("update outbox set message = 'ffff'")
    changed = open_box(sandbox, settings(receiver, '"sender"'))
    agree(changed)
    sandbox.deliver(mail("Another one"))
    told = run(changed)
    assert (1, "Its mail is no longer in Gmail.") == (told["delivered"], changed.outlet.dead()[0].error)
    assert id_ in changed.outlet.dead()[0].event


def test_a_code_leaves_without_its_words(sandbox: SandboxServer, box: Mailbox, receiver: Receiver) -> None:
    """A rule may tell of a mail that is a secret, but neither its subject nor its text."""
    agree(box)
    rule(box, "from='no-reply@bank.example'")
    sandbox.deliver(code())
    run(box)
    assert 1 == len(receiver.seen)
    assert b"483920" not in receiver.seen[0].body


def test_a_destination_that_is_told_of_all_mail_gets_no_mail_twice(
    sandbox: SandboxServer, open_box: OpenBox, receiver: Receiver
) -> None:
    """What a rule sent is not sent again because the mail was decided."""
    made = open_box(sandbox, settings(receiver, kinds='"rule.fired", "message.decided"'))
    rule(made)
    agree(made)
    sandbox.deliver(mail())
    sandbox.deliver(newsletter())
    run(made)
    assert ["message.decided", "rule.fired"] == sorted(json.loads(one.body)["type"] for one in receiver.seen)


def test_while_nothing_may_leave_the_acts_wait_and_say_so(
    sandbox: SandboxServer, open_box: OpenBox, receiver: Receiver
) -> None:
    """Without the capability a rule still writes down what it wants."""
    made = open_box(sandbox, settings(receiver, capability="draft"))
    rule(made)
    sandbox.deliver(mail())
    assert "capabilities" in str(run(made)["held"])


@pytest.mark.parametrize(
    ("kinds", "do", "said"),
    [
        ('"rule.fired"', "webhook='crm'", "There is: hook."),
        ('"rule.fired"', "ticket='hook'", 'Write `webhook = "hook"`.'),
        ('"message.decided"', "webhook='hook'", 'Add "rule.fired"'),
    ],
)
def test_a_rule_names_only_what_the_settings_have(
    sandbox: SandboxServer, open_box: OpenBox, receiver: Receiver, kinds: str, do: str, said: str
) -> None:
    """A run with a wrong rule ends before anything is done, and says what to write."""
    made = open_box(sandbox, settings(receiver, kinds=kinds))
    rule(made, do=do)
    with pytest.raises(ConfigError) as wrong:
        triage.triage(made, cancel=Cancel())
    assert said in wrong.value.advice


ORDER = "Order number: A-4711\nTotal: EUR 129.90\nDue date: 2026-12-03\n"
EXTRACT = '[rule.extract]\norder = "order_number"\ntotal = "amount"\ndue = "due_date"\n'


def test_a_destination_gets_what_a_rule_takes_out_of_the_mail(
    sandbox: SandboxServer, open_box: OpenBox, receiver: Receiver
) -> None:
    """Extracted without a model, typed, under the names of the rule."""
    made = open_box(sandbox, settings(receiver, '"extracted"'))
    rule(made)
    with (made.config.home / "rules.toml").open("a", encoding="utf-8") as file:
        file.write(EXTRACT)
    agree(made)
    sandbox.deliver(mail("Your order", ORDER))
    run(made)
    assert [{"extracted": {"order": "A-4711", "total": 129.9, "due": "2026-12-03"}}] == data(receiver)


def test_what_a_rule_takes_out_of_a_code_stays_here(
    sandbox: SandboxServer, open_box: OpenBox, receiver: Receiver
) -> None:
    """The destination hears that the rule fired, and no value of a mail that is a secret."""
    made = open_box(sandbox, settings(receiver, '"extracted", "rule"'))
    rule(made, "from='no-reply@bank.example'")
    with (made.config.home / "rules.toml").open("a", encoding="utf-8") as file:
        file.write(EXTRACT)
    agree(made)
    sandbox.deliver(code() + ORDER.encode())
    run(made)
    (told,) = data(receiver)
    assert {} == told["extracted"]
    assert "A-4711" not in json.dumps(told)


def test_a_rule_writes_a_draft_in_the_persons_own_words(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """What the template does not know is a visible blank; run again, there is still one draft; undo takes it back."""
    made = open_box(sandbox, '[policy]\ncapabilities = ["read", "label", "draft"]\n')
    words = "Dear {{ sender_name }}, we found {{ extracted.order }}, parcel {{ extracted.parcel }}."
    rule(made, do=f"draft='{words}'")
    with (made.config.home / "rules.toml").open("a", encoding="utf-8") as file:
        file.write(EXTRACT)
    sandbox.deliver(mail("Your order", ORDER))
    told = triage.triage(made, cancel=Cancel())
    triage.triage(made, again=True, cancel=Cancel())
    (id_,) = told["drafts"]
    assert "Dear Grace Hopper, we found A-4711, parcel [ ]." in made.gmail.draft(id_).raw.decode()
    assert 1 == len(made.gmail.drafts().items)
    (change,) = made.journal.standing("draft_create")
    assert ["grace"] == [name.partition("@")[0] for name in change.do["rules"]]
    triage.undo(made, told["run"], cancel=Cancel())
    assert () == made.gmail.drafts().items


@pytest.mark.parametrize("trusted", [(), ("boss@example.org",)])
def test_a_forward_waits_for_a_person_even_to_those_who_are_trusted(
    sandbox: SandboxServer, open_box: OpenBox, trusted: tuple[str, ...]
) -> None:
    """A draft beside that of the reply, and one question at the gate; run again, and after a no, there is no second one; nothing is sent."""
    policy = (
        f'[policy]\ncapabilities = ["read", "label", "draft", "send"]\ntrusted_recipients = {list(trusted)}\n'
    )
    made = open_box(sandbox, policy)
    rule(made, do="forward='boss@example.org'")
    sandbox.deliver(mail("For the boss", "Please pass this on.\n"))
    triage.triage(made, cancel=Cancel())
    (proposal,) = made.gate.waiting()
    assert (("boss@example.org",), "proposed") == (proposal.envelope.to, proposal.state.value)
    assert "(rule grace) waits for your yes" in digest.digest(made)["text"]
    assert "grace" in [
        name.partition("@")[0]
        for one in made.journal.standing("draft_create")
        for name in one.do.get("rules", [])
    ]
    made.gate.reject(proposal.id, "No.")
    triage.triage(made, again=True, cancel=Cancel())
    assert ((), 2, []) == (made.gate.waiting(), len(made.gmail.drafts().items), sandbox.sent())


def test_a_forward_without_the_capability_is_a_draft_and_says_so(
    sandbox: SandboxServer, open_box: OpenBox
) -> None:
    """While sending is off the draft is kept, and the digest says why nobody was asked."""
    made = open_box(sandbox, '[policy]\ncapabilities = ["read", "label", "draft"]\n')
    rule(made, "from='@.example.net'", "forward='boss@example.org'")
    sandbox.deliver(newsletter())
    triage.triage(made, cancel=Cancel())
    assert 1 == len(made.gmail.drafts().items)
    assert "Sending is switched off" in digest.digest(made)["text"]


@pytest.mark.parametrize(
    ("do", "capability", "said"),
    [("draft='{{ x'", "draft", "template"), ("draft='Hello.'", "outbound", "switched off")],
)
def test_a_template_that_cannot_be_filled_ends_the_run_before_it_begins(
    sandbox: SandboxServer, open_box: OpenBox, do: str, capability: str, said: str
) -> None:
    """And so does one whose drafts nobody would write."""
    made = open_box(sandbox, f'[policy]\ncapabilities = ["read", "{capability}"]\n')
    rule(made, do=do)
    with pytest.raises(ConfigError, match=said):
        triage.triage(made, cancel=Cancel())
