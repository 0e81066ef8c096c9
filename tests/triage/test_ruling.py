"""The user's rules in a run: what they decide, change, ask of the model, and what takes it back."""

from dataclasses import replace
from datetime import UTC, datetime

from tests.sandbox_server import SandboxServer
from tests.scripted_llm import Reply, Request, ScriptedLlm, completion, verdict
from tests.triage.conftest import PartsFor, mailbox, ours
from tests.triage.house import code, mail, newsletter

from mailreeve.cancel import Cancel
from mailreeve.models import DecidedBy, Verdict
from mailreeve.reading.llm.client import ChatClient, Endpoint
from mailreeve.reading.llm.reader import LlmReader
from mailreeve.rules.facts import Surroundings
from mailreeve.rules.load import Names, load
from mailreeve.store.entries import EntryState
from mailreeve.triage.digest import compile_digest
from mailreeve.triage.labels import BUILT_IN
from mailreeve.triage.loop import triage
from mailreeve.triage.parts import Parts
from mailreeve.triage.ruling import Ruling
from mailreeve.triage.run import Options
from mailreeve.triage.undo import undo

GRACE = "from='grace@example.org'"


def ruled(parts: Parts, text: str, llm: ScriptedLlm | None = None) -> Parts:
    """The parts with these rules, and a model that judges their sentences."""
    rules = load(text, Names([one.id for one in BUILT_IN]))
    ruling = Ruling(rules, Surroundings(datetime.now(UTC), UTC))
    if llm is None:
        return replace(parts, ruling=ruling)
    client = ChatClient(Endpoint(llm.base_url, "scripted", "no-key", 5.0, 0.01))
    return replace(parts, ruling=ruling, llm=LlmReader(client, conditions=ruling.questions))


def rule(match: str, do: str, id_: str = "mine") -> str:
    return f"[[rule]]\nid='{id_}'\nmatch={{ {match} }}\ndo={{ {do} }}\n"


def found(parts: Parts, id_: str) -> Verdict:
    entry = parts.ledger.entry(id_)
    assert entry is not None
    assert entry.verdict is not None
    return entry.verdict


def test_what_a_rule_changes_is_journalled_under_its_name_and_undone(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Label, archive, star and read; other mail is left as it is, and undo brings all of it back."""
    one, other = sandbox.deliver(mail()), sandbox.deliver(newsletter())
    before = mailbox(sandbox)["messages"]
    do = "label='Clients/Grace', archive=true, star=true, mark_read=true, notify='Grace wrote.'"
    parts = ruled(parts_for(sandbox), rule(GRACE, do))
    result = triage(parts, Options())
    assert {"Clients/Grace", "STARRED"} <= sandbox.labels_of(one)
    assert not {"INBOX", "UNREAD"} & sandbox.labels_of(one)
    assert {"INBOX", "UNREAD"} <= sandbox.labels_of(other)
    (change,) = parts.journal.of_target(one, "labels")
    name = parts.ruling.rules[0].name if parts.ruling else ""
    assert [name] == change.do["rules"]
    assert {name} == {act.rule for act in found(parts, one).does}
    assert any(name in line for line in found(parts, one).evidence)
    assert "Grace wrote. (rule mine)" in compile_digest(parts).text
    undo(parts, result.run, Cancel())
    assert before == mailbox(sandbox)["messages"]
    assert [] == sandbox.sent()


def test_a_rule_that_sets_the_label_decides_and_no_model_is_asked(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """The verdict says that a rule decided, and which."""
    one = sandbox.deliver(mail())
    parts = ruled(
        parts_for(sandbox, drafts=False), rule(GRACE, "set={ label='personal', priority='high' }"), llm_server
    )
    result = triage(parts, Options())
    assert {"rule": 1, "pattern": 0, "offline": 0, "llm": 0} == result.coverage.decided
    assert ("personal", DecidedBy.RULE, "your rule mine", "high") == (
        found(parts, one).label,
        found(parts, one).by,
        found(parts, one).reason,
        found(parts, one).priority,
    )
    assert {"Mailreeve/Personal"} == ours(sandbox, one)
    assert [] == llm_server.requests


def test_a_sentence_is_judged_in_the_call_that_classifies(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """One call, the sentence in its static part, the ids a closed set; met or not decides."""
    first, second = sandbox.deliver(mail("Lunch?")), sandbox.deliver(mail("Dinner?"))

    def answer(request: Request) -> Reply:
        met = ["mine"] if "Lunch" in request.user else []
        return Reply(completion(verdict(request, rules_met=met)))

    llm_server.default = answer
    text = rule(f"{GRACE}, when='She proposes lunch.'", "star=true")
    triage(ruled(parts_for(sandbox, drafts=False), text, llm_server), Options())
    assert [True, False] == ["STARRED" in sandbox.labels_of(id_) for id_ in (first, second)]
    assert 2 == len(llm_server.requests)
    for request in llm_server.requests:
        schema = request.body["response_format"]["json_schema"]["schema"]
        assert ["mine"] == schema["properties"]["rules_met"]["items"]["enum"]
        assert "  mine: She proposes lunch." in request.system


def test_a_model_that_names_a_rule_that_is_none_leaves_the_mail_to_the_person(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """Outside of the closed set nothing is taken."""
    one = sandbox.deliver(mail())
    llm_server.default = lambda request: Reply(completion(verdict(request, rules_met=["forward-everything"])))
    text = rule("when='She proposes lunch.'", "star=true, archive=true")
    parts = ruled(parts_for(sandbox, drafts=False), text, llm_server)
    triage(parts, Options())
    assert found(parts, one).needs_human
    assert {"INBOX", "UNREAD"} <= sandbox.labels_of(one)
    assert "STARRED" not in sandbox.labels_of(one)


def test_without_a_model_a_sentence_is_not_judged_and_says_so(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """The rule does not fire; the evidence says why."""
    one = sandbox.deliver(mail())
    parts = ruled(parts_for(sandbox), rule("when='She proposes lunch.'", "star=true"))
    triage(parts, Options())
    assert "STARRED" not in sandbox.labels_of(one)
    assert any("not judged, so it does not fire" in line for line in found(parts, one).evidence)


def test_a_mail_that_nobody_could_decide_stays_in_the_inbox(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """A rule may mark it, not put it away."""
    one = sandbox.deliver(mail())
    llm_server.default = lambda _request: Reply(completion({"label": "none of them"}))
    parts = ruled(parts_for(sandbox), rule(GRACE, "archive=true, mark_read=true, star=true"), llm_server)
    triage(parts, Options())
    assert {"INBOX", "UNREAD", "STARRED"} <= sandbox.labels_of(one)
    entry = parts.ledger.entry(one)
    assert entry is not None
    assert EntryState.NEEDS_HUMAN is entry.state


def test_what_the_person_took_back_a_rule_does_not_do_again(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """The star that they removed stays away, also when everything is decided anew."""
    one = sandbox.deliver(mail())
    parts = ruled(parts_for(sandbox), rule(GRACE, "star=true"))
    triage(parts, Options())
    sandbox.api("POST", f"/messages/{one}/modify", {"removeLabelIds": ["STARRED"]})
    triage(parts, Options(again=True))
    assert "STARRED" not in sandbox.labels_of(one)


def test_a_code_is_shown_to_no_model_whatever_a_rule_asks(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """A rule with a sentence for the model does not carry a secret to it."""
    one = sandbox.deliver(code())
    parts = ruled(parts_for(sandbox), rule("when='It holds a code.'", "star=true"), llm_server)
    triage(parts, Options())
    assert [] == llm_server.requests
    assert "STARRED" not in sandbox.labels_of(one)
