"""The user's rules: what there is, what they would have done, and why for one mail."""

from typing_extensions import TypedDict

from mailreeve.service.answers.mail import Failed


class RuleJson(TypedDict):
    """One rule."""

    id: str
    version: str
    line: int
    enabled: bool
    does: list[str]
    match: list[str]


class RulesAnswer(TypedDict):
    """The rules in the order of the file."""

    file: str
    rules: list[RuleJson]


class SampleJson(TypedDict):
    """A mail that a rule fires for."""

    id: str
    sender: str
    subject: str
    why: list[str]
    extracted: dict[str, str | int | float | bool | None]
    """What the rule takes out of it; null: it is not found without a model."""


class TriedJson(TypedDict):
    """What one rule would have done."""

    id: str
    version: str
    fired: int
    not_judged: int
    does: list[str]
    samples: list[SampleJson]


class ShownJson(TriedJson):
    """One rule with what it looks at."""

    enabled: bool
    match: list[str]


class TriedAnswer(TypedDict):
    """What the rules would have done."""

    seen: int
    touched: int
    rules: list[TriedJson]
    failed: list[Failed]
    left_out: int


class WhyJson(TypedDict):
    """One rule and one mail."""

    id: str
    state: str
    does: list[str]
    conditions: list[str]


class WhyAnswer(TypedDict):
    """Every rule and one mail."""

    id: str
    rules: list[WhyJson]
