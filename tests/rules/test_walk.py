"""The rules in their order, before and after the reading."""

from datetime import UTC, datetime

from mailreeve.mail import mime
from mailreeve.models import DecidedBy, Priority, Verdict
from mailreeve.rules.explain import explain
from mailreeve.rules.facts import Facts, Surroundings
from mailreeve.rules.load import Names, load
from mailreeve.rules.model import Rule
from mailreeve.rules.walk import reasons, walk

AROUND = Surroundings(datetime(2026, 1, 1, tzinfo=UTC), UTC)
MAIL = mime.from_bytes(b"From: a@x.example\r\nSubject: Hi\r\n\r\nHello")
READ = Verdict("m", "receipt", Priority.LOW, False, "", 0.9, "", DecidedBy.LLM, met=("asks",))


def rules(*told: tuple[str, str, str]) -> tuple[Rule, ...]:
    text = "".join(f"[[rule]]\nid='{id_}'\nmatch={{ {match} }}\n{do}\n" for id_, match, do in told)
    return load(text, Names(("receipt", "fyi")))


def test_the_first_rule_wins_and_stop_ends_it() -> None:
    """What two rules set is set by the first; a rule below `stop` is not looked at."""
    found = rules(
        ("one", "from='a@x.example'", "do={ set={ label='fyi' }, label='A' }"),
        (
            "two",
            "subject='hi'",
            "do={ set={ label='receipt', priority='high' }, label='a', star=true }\nstop=true",
        ),
        ("three", "from='a@x.example'", "do={ archive=true }"),
    )
    outcome = walk(found, Facts(MAIL, AROUND))
    assert ["one", "two"] == [rule.id for rule in outcome.fired]
    assert ("fyi", Priority.HIGH) == (outcome.sets.label, outcome.sets.priority)
    assert [("label", "A", found[0].name), ("star", "", found[1].name)] == [
        (act.kind, act.value, act.rule) for act in outcome.acts
    ]
    assert ["fires", "fires", "stopped"] == [one.state for one in explain(found, Facts(MAIL, AROUND))]


def test_a_rule_that_waits_for_the_reading_keeps_its_place() -> None:
    """A rule below one that may yet stop it does not decide before the mail was read."""
    found = rules(
        ("asks", "when='It asks.'", "do={ star=true }\nstop=true"),
        ("below", "from='a@x.example'", "do={ set={ label='fyi' } }"),
    )
    before = walk(found, Facts(MAIL, AROUND))
    assert ((), None, ["asks", "below"]) == (
        before.fired,
        before.sets.label,
        [one.id for one in before.unknown],
    )
    assert ["asks"] == [one.id for one in walk(found, Facts(MAIL, AROUND).read(READ)).fired]


def test_reasons_are_the_words_of_the_rule() -> None:
    """Nothing of the mail is in them."""
    (rule,) = rules(("one", "from='a@x.example', not={ subject='bye' }", "do={ star=true }"))
    assert ('from = "a@x.example"', 'not (subject = "bye")') == reasons(rule, Facts(MAIL, AROUND))
