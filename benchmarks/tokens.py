"""How many tokens one classification costs: what is the same for every mail, the mail's own part, and the answer.

The mails are the 500 real ones of `mail/real-2002.mbox` and the labelled ones of `triage/gaia.dev.jsonl` in
MAILREEVE_TEST_DATA (or ../shared/data), else our own cases. The prompts are those that the reader sends, caught where
the endpoint would get them. No model answers here: the answer that is counted is the built-in reader's verdict
written as the schema wants it, which is as long as a model's that keeps to the lengths it is told. Tokens are
o200k's. Exit 1 when the median of mail and answer together is above 900.
"""

import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from offline import sets

from mailreeve.cancel import Cancel
from mailreeve.mail import tokens
from mailreeve.models import Message, Verdict
from mailreeve.reading.llm.client import Answer, ChatClient, Endpoint, Question
from mailreeve.reading.llm.reader import LlmReader
from mailreeve.reading.offline.reader import OfflineReader
from mailreeve.triage.labels import BUILT_IN

MOST = 900


class Caught(ChatClient):
    """Keeps the question and answers with a verdict."""

    def __init__(self) -> None:
        super().__init__(Endpoint("", "none"))
        self.question: Question | None = None
        self.says = ""

    def ask(self, question: Question, cancel: Cancel) -> Answer:
        """No call is made."""
        self.question = question
        return Answer(self.says)


@dataclass(frozen=True)
class Cost:
    """Tokens of one mail."""

    fixed: int
    """The system part: the same for each mail, so that a provider's prompt cache holds it."""
    own: int
    answer: int


def written(verdict: Verdict) -> str:
    """A verdict as the answer of a model."""
    told = {
        "label": verdict.label,
        "priority": verdict.priority.value,
        "needs_reply": verdict.needs_reply,
        "deadline": verdict.deadline,
        "actions": [{"what": one.what, "who": one.who, "due": one.due} for one in verdict.actions[:5]],
        "summary": verdict.summary,
        "confidence": verdict.confidence,
        "reason": verdict.reason[:120],
    }
    return json.dumps(told, ensure_ascii=False)


def costs(mails: Sequence[Message]) -> list[Cost]:
    """What each mail costs; those that no model is shown are left out."""
    offline, client, made = OfflineReader(), Caught(), []
    reader = LlmReader(client)
    for mail in mails:
        client.question, client.says = None, written(offline.classify(mail, BUILT_IN, Cancel()))
        reader.classify(mail, BUILT_IN, Cancel())
        if (asked := client.question) is not None:
            made.append(Cost(*map(tokens.count, (asked.system, asked.user, client.says))))
    return made


def main() -> int:
    """Print a line for each set, and one for all."""
    print(f"{'median tokens':<24}{'mails':>6}{'fixed':>8}{'own':>8}{'answer':>8}{'own+answer':>12}{'all':>8}")
    every: list[Cost] = []
    for name, mails in sets().items():
        every += (found := costs(mails))
        told(name, found)
    told("all", every)
    return 0 if statistics.median(one.own + one.answer for one in every) <= MOST else 1


def told(name: str, found: Sequence[Cost]) -> None:
    """One line of medians."""
    rows = (
        [one.fixed for one in found],
        [one.own for one in found],
        [one.answer for one in found],
        [one.own + one.answer for one in found],
        [one.fixed + one.own + one.answer for one in found],
    )
    fixed, own, answer, sum_, all_ = (round(statistics.median(row)) for row in rows)
    print(f"{name:<24}{len(found):>6}{fixed:>8}{own:>8}{answer:>8}{sum_:>12}{all_:>8}")


if __name__ == "__main__":
    sys.exit(main())
