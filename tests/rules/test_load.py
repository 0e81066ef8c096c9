"""rules.toml: everything wrong is said with its line, its rule and what to write."""

from pathlib import Path

import pytest

from mailreeve.errors import ConfigError
from mailreeve.rules.load import Names, load

NAMES = Names(("receipt", "notification", "promotion"), "Mailreeve")
DEEP = "{ from = 'a@x.example' }"
for _ in range(5):
    DEEP = f"{{ not = {DEEP} }}"


def rule(match: str = "from = 'a@x.example'", do: str = "star = true", more: str = "") -> str:
    return f"# mine\n\n[[rule]]\nid = 'r'\nmatch = {{ {match} }}\ndo = {{ {do} }}\n{more}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (rule(more="colour = 1"), "no key 'colour'"),
        (rule(more="stop = 'yes'"), "stop is not true or false"),
        (rule("sender_name = 'x'"), "match.sender_name is no condition"),
        (rule(""), "`match` is empty"),
        (rule("not = {}"), "holds an empty table"),
        (rule("any = [{}]"), "holds an empty table"),
        (rule("any = { from = 'a@x.example' }"), "any is not a list"),
        (rule(DEEP[2:-2]), "nest deeper than 4"),
        (rule("from = 'x.example'"), "is no address"),
        (rule("from = '*@x.example'"), "is no address"),
        (rule("from = 'a@.x.example'"), "is no address"),
        (rule("from = 3"), "is not text"),
        (rule("subject = { regex = '(a+)+' }"), "no key 'regex'"),
        (rule("subject = ''"), "is empty"),
        (rule("size = { larger_than = '5' }"), "is no size"),
        (rule("time = { hours = '8-9' }"), "are no hours"),
        (rule("time = { weekday = 'someday' }"), "'someday' does not exist"),
        (rule("verdict = { label = 'recipt' }"), "'recipt' does not exist"),
        (rule("verdict = { min_confidence = 2 }"), "no number from 0 to 1"),
        (rule("sender = { dmarc = 'good' }"), "'good' does not exist"),
        (rule(do=""), "`do` says nothing"),
        (rule(do="delete = true"), "do.delete is no action"),
        (rule(do="webhook = 'crm'"), "do.webhook: there is no destination 'crm'"),
        (rule(do="set = { label = 'recipt' }"), "'recipt' does not exist"),
        (rule(do="set = { priority = 'now' }"), "'now' does not exist"),
        (rule(do="label = 'receipt'"), "is a label of triage"),
        (rule(do="label = 'Mailreeve/Mine'"), "lies under Mailreeve/"),
        (rule(do="label = 'TRASH'"), "cannot be a label"),
        (rule(do='label = "a\\nb"'), "cannot be a label"),
        (rule() + rule(), "another rule has this id"),
        (rule("when = 'x'"), "no line of 2 to 300"),
        (rule("verdict = { label = 'receipt' }", "set = { label = 'promotion' }"), "sets the label"),
    ],
)
def test_a_wrong_rule_is_named_with_its_line(text: str, said: str) -> None:
    """The message holds the line and the rule, the advice what to do."""
    with pytest.raises(ConfigError) as caught:
        load(text, NAMES)
    line = 9 if text.count("[[rule]]") == 2 else 3
    assert f"rules.toml, line {line}, rule r: " in caught.value.message
    assert said in caught.value.message
    assert caught.value.advice


@pytest.mark.parametrize(
    "text", ["rule = 1", "[rules]", "[[rule]\n", "x = " + "[" * 5_000, "[[rule]]\nmatch = 2\n"]
)
def test_a_file_that_is_none_is_an_error(text: str) -> None:
    """No other exception ends a run."""
    with pytest.raises(ConfigError):
        load(text, NAMES)


def test_the_version_changes_with_what_a_rule_says_and_with_nothing_else() -> None:
    """Comments and the order of keys do not count."""
    (one,) = load(rule(), NAMES)
    (same,) = load("[[rule]]\ndo = { star = true }\nmatch.from = 'a@x.example'\nid = 'r'", NAMES)
    (other,) = load(rule("from = 'b@x.example'"), NAMES)
    assert one.version == same.version != other.version
    assert 3 == one.line


def test_the_example_can_be_copied_as_it_is() -> None:
    """examples/rules/rules.toml loads."""
    file = Path(__file__).parents[2] / "examples" / "rules" / "rules.toml"
    assert 5 == len(load(file.read_text(encoding="utf-8"), NAMES))
