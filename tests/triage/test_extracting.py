"""Values that only the model finds: asked for in the call that sorts the mail, and hostile answers that come to nothing."""

from typing import Any

import pytest
from tests.sandbox_server import SandboxServer
from tests.scripted_llm import Reply, Request, ScriptedLlm, completion, verdict
from tests.triage.conftest import PartsFor
from tests.triage.house import mail
from tests.triage.test_ruling import GRACE, found, rule, ruled

from mailreeve.reading.llm.client import ChatClient, Endpoint
from mailreeve.reading.llm.reader import LlmReader
from mailreeve.triage.loop import triage
from mailreeve.triage.parts import Parts
from mailreeve.triage.run import Options

TEXT = "Could you ship our order soon? We wrote A-4711 on the box, 3 crates go to Lisbon next Friday at half past two, 14:30. See https://evil.example/x-1 <b>bold</b> {{ 7*7 }}\n"
EXTRACT = """[rule.extract]
order = "order_number"
city = { type = "string", description = "the city that it goes to" }
crates = { type = "integer", description = "how many crates" }
arrives = { type = "string", format = "date", description = "when it arrives" }
at = { type = "string", format = "time", description = "at what time" }
plan = { enum = ["Lisbon", "Gold"], description = "which plan" }
"""
RULE = rule(GRACE, "star=true", "box") + EXTRACT


def asking(parts: Parts, llm: ScriptedLlm, *values: tuple[str, Any]) -> Parts:
    """The parts with a model that finds these values."""
    told = [{"field": f"box.{name}", "value": value} for name, value in values]
    llm.default = lambda request: Reply(completion(verdict(request, extracted=told)))
    made = ruled(parts, RULE)
    assert made.ruling is not None
    client = ChatClient(Endpoint(llm.base_url, "scripted", "no-key", 5.0, 0.01))
    reader = LlmReader(client, conditions=made.ruling.questions, fields=made.ruling.fields)
    return Parts(**{**{name: getattr(made, name) for name in Parts.__dataclass_fields__}, "llm": reader})


def test_what_no_word_announces_the_model_finds_in_the_same_call(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """One call: the fields in its static part, their ids a closed set; what it finds is typed."""
    id_ = sandbox.deliver(mail("Our box", TEXT))
    parts = asking(
        parts_for(sandbox, drafts=False), llm_server,
        ("order", "A-4711"), ("city", "Lisbon"), ("crates", "3"), ("arrives", "2026-11-27"), ("at", "2:30 pm"), ("plan", "lisbon"),
    )  # fmt: skip
    triage(parts, Options())
    (request,) = llm_server.requests
    schema = request.body["response_format"]["json_schema"]["schema"]["properties"]
    ids = [f"box.{name}" for name in ("order", "city", "crates", "arrives", "at", "plan")]
    assert ids == schema["extracted"]["items"]["properties"]["field"]["enum"]
    assert "label" in schema
    assert "  box.city: the city that it goes to" in request.system
    assert {
        "box.order": "A-4711", "box.city": "Lisbon", "box.crates": 3, "box.arrives": "2026-11-27", "box.at": "14:30",
        "box.plan": "Lisbon",
    } == dict(found(parts, id_).extracted)  # fmt: skip


def test_what_is_announced_costs_no_model(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """A value that stands behind its word is not asked for; only what is missing makes a mail go to the model."""
    text = "Order number: A-4711\n\nThanks for your order, it is on its way.\n"
    sandbox.deliver(
        mail("Order shipped", text, "Shop <no-reply@shop.example>", List_Unsubscribe="<https://x>")
    )
    only = "from='no-reply@shop.example'"
    parts = ruled(
        parts_for(sandbox, drafts=False),
        rule(only, "star=true", "box") + '[rule.extract]\norder="order_number"\n',
        llm_server,
    )
    assert parts.ruling is not None
    triage(parts, Options())
    assert not any("rule box wants" in str(one.body) for one in llm_server.requests)
    (entry,) = parts.ledger.entries([parts.ledger.runs.latest(1)[0].id])
    assert entry.verdict is not None
    assert (("box.order", "A-4711"),) == entry.verdict.extracted


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("city", "https://evil.example/x-1"),
        ("city", "evil.example/x-1"),
        ("city", "{{ 7*7 }}"),
        ("city", "Lisbon\r\nBcc: eve@evil.example"),
        ("city", "Porto"),
        ("city", "x" * 5_000),
        ("order", "https://evil.example/x-1"),
        ("order", "A-4712"),
        ("crates", "4000000"),
        ("crates", "3 or $(reboot)"),
        ("arrives", "2099-01-01"),
        ("arrives", "soon"),
        ("at", "23:59"),
        ("plan", "Gold"),
        ("plan", "Platinum"),
    ],
)
def test_a_hostile_answer_comes_to_nothing(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm, name: str, value: str
) -> None:
    """No address, header, markup or template, no word, number or day that the mail does not say; the mail is decided."""
    id_ = sandbox.deliver(mail("Our box", TEXT))
    parts = asking(parts_for(sandbox, drafts=False), llm_server, (name, value))
    triage(parts, Options())
    made = found(parts, id_)
    assert (False, None) == (made.needs_human, dict(made.extracted).get(f"box.{name}"))


@pytest.mark.parametrize(
    "extracted",
    [
        [{"field": "box.iban", "value": "A-4711"}],
        [{"field": "other.order", "value": "A-4711"}],
        [{"field": "box.order", "value": {"$ref": "x"}}],
        [{"field": "box.order", "value": "A-4711"}] * 201,
        "A-4711",
    ],
)
def test_an_answer_of_another_shape_leaves_the_mail_to_the_person(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm, extracted: Any
) -> None:
    """A field that nobody asked for, or a value that is none, decides nothing."""
    id_ = sandbox.deliver(mail("Our box", TEXT))
    parts = asking(parts_for(sandbox, drafts=False), llm_server)

    def answer(request: Request) -> Reply:
        return Reply(completion(verdict(request, extracted=extracted)))

    llm_server.default = answer
    triage(parts, Options())
    made = found(parts, id_)
    assert (True, ()) == (made.needs_human, made.extracted)
