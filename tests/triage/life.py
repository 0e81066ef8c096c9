"""Thirty nights of a person whose mail comes from the same places: real triage over a local Google, a scripted model.

Most senders write about one thing. The model is wrong about some of them every time; one changes its subject half
way; one is a person whose mail is of several kinds; and every night strangers write once. By day the person reads
the mail and moves most of what is wrong under the right label, in Gmail.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.sandbox_server import SandboxServer
from tests.scripted_llm import Reply, Request, ScriptedLlm, completion, verdict
from tests.triage.house import NoNap, mail

from mailreeve.models import LabelSpec
from mailreeve.triage.gathering import gather
from mailreeve.triage.learn import Scope, derive
from mailreeve.triage.loop import triage
from mailreeve.triage.parts import Parts
from mailreeve.triage.run import Options

LABELS = tuple(
    LabelSpec(id_, id_.title(), f"Anything about {id_}.")
    for id_ in ("apollo", "school", "garden", "customers")
)
_IDS = [spec.id for spec in LABELS]
REGULARS = 14
WRONG = {3, 7, 11}
"""Regular senders of whom the model is always wrong."""
DRIFTS = 5
"""The regular sender that changes its subject half way."""
_FROM = re.compile(r"([a-z]+\d+[a-z]?)@")


@dataclass(frozen=True, slots=True)
class Night:
    """What one night was like."""

    mails: int
    calls: int
    right: int
    wrong: frozenset[str]
    """Senders whose pattern says something that is not, or no longer, true."""
    corrected: frozenset[str]
    """Senders of whom the person corrected a mail the day after."""


class Life:
    """The mailbox, its person, and the model."""

    def __init__(self, sandbox: SandboxServer, model: ScriptedLlm, parts: Parts, seed: int = 7) -> None:
        self._sandbox, self._parts = sandbox, replace(parts, labels=LABELS)
        self._dice = random.Random(seed)  # noqa: S311 -- the same life every time
        self._truth: dict[str, str] = {}
        self._senders: dict[str, str] = {}
        self._half = 15
        model.default = self._answer
        assert parts.learned is not None
        self._learned = parts.learned

    def live(self, nights: int) -> list[Night]:
        """Night after night."""
        self._half = nights // 2
        triage(self._parts, Options(), cancel=NoNap())  # the first run, of an empty mailbox
        return [self._night(number) for number in range(nights)]

    def _night(self, number: int) -> Night:
        truth = {self._deliver(sender, label, number): label for sender, label in self._post(number)}
        gather(self._parts, NoNap())
        result = triage(self._parts, Options(), cancel=NoNap())
        given = {entry.message: entry.verdict.label for entry in result.entries if entry.verdict}
        right = sum(given[id_] == label for id_, label in truth.items())
        found = derive(self._learned.observations(), self._learned.wishes())
        wrong = [
            one for one in found if one.scope is Scope.SENDER and self._truth.get(one.value) != one.label
        ]
        corrected = self._day(truth, given)
        return Night(
            len(truth), result.usage.calls, right, frozenset(one.value for one in wrong), frozenset(corrected)
        )

    def _post(self, number: int) -> Sequence[tuple[str, str]]:
        regular = [(f"news{one}@place{one}.example", _IDS[one % 4]) for one in range(REGULARS)]
        if number >= self._half:
            regular[DRIFTS] = (regular[DRIFTS][0], _IDS[(DRIFTS + 1) % 4])
        mixed = ("grace1@place99.example", _IDS[number % 4])
        once = [
            (f"once{number}{letter}@stranger{number}{letter}.example", self._dice.choice(_IDS))
            for letter in "ab"
        ]
        self._truth = dict(regular)
        return [*regular, mixed, *once]

    def _deliver(self, sender: str, label: str, number: int) -> str:
        text = f"The notes of day {number} on this. Nothing else is new here, and all is well.\n"
        id_ = self._sandbox.deliver(mail(f"Notes {number} [{label}]", text, f"Notes <{sender}>"))
        self._senders[id_] = sender
        return id_

    def _answer(self, request: Request) -> Reply:
        """What the subject says, but of some senders always something else."""
        who, label = _FROM.search(request.user), re.search(r"\[(\w+)\]", request.user)
        assert who, request.user
        assert label, request.user
        chosen = label[1]
        if who[1] in {f"news{one}" for one in WRONG}:
            chosen = _IDS[(_IDS.index(chosen) + 2) % 4]
        return Reply(completion(verdict(request, label=chosen)))

    def _day(self, truth: dict[str, str], given: dict[str, str]) -> set[str]:
        """The person reads everything, and moves four of five wrong ones; the senders of these."""
        corrected: set[str] = set()
        there = {one["name"]: one["id"] for one in self._sandbox.api("GET", "/labels")["labels"]}
        for id_, label in truth.items():
            change = {"addLabelIds": [], "removeLabelIds": ["UNREAD"]}
            if given[id_] != label and self._dice.random() < 0.8:
                corrected.add(self._senders[id_])
                name = f"Mailreeve/{label.title()}"
                if name not in there:
                    body = {"name": name}
                    there[name] = self._sandbox.api("POST", "/labels", body)["id"]
                change = {
                    "addLabelIds": [there[name]],
                    "removeLabelIds": ["UNREAD", there[f"Mailreeve/{given[id_].title()}"]],
                }
            self._sandbox.api("POST", f"/messages/{id_}/modify", change)
        return corrected


def calls_a_mail(nights: Sequence[Night]) -> float:
    """Model calls, by mails."""
    return sum(one.calls for one in nights) / sum(one.mails for one in nights)


def lingered(nights: Sequence[Night]) -> tuple[int, ...]:
    """For each wrong pattern that was corrected: how many nights it stood after its first correction."""
    told: list[int] = []
    for sender in sorted(frozenset[str]().union(*(one.wrong for one in nights))):
        since: int | None = None
        for number, one in enumerate(nights):
            if sender not in one.wrong:
                since = None
            elif since is None and sender in one.corrected:
                since = number
                told.append(0)
            elif since is not None:
                told[-1] = number - since
    return tuple(told)


def accuracy(nights: Sequence[Night]) -> float:
    """The share of mails with the right label."""
    return sum(one.right for one in nights) / sum(one.mails for one in nights)
