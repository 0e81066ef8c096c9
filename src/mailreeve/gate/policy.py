"""Whether something may leave at all, must be asked, or goes by a rule that a person set. Pure."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailreeve.gate.standing import Standing
from mailreeve.models import Envelope, Flag, Weight


class Answer(StrEnum):
    """What the policy says."""

    ALLOW = "allow"
    ASK = "ask"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Ruling:
    """The policy's answer and its reason, one sentence."""

    answer: Answer
    reason: str


def _never() -> bool:
    return False


def _none(_kind: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Policy:
    """What the person set in config.toml; the defaults send nothing."""

    send: bool = False
    """The capability `send`."""
    sends_per_day: int = 50
    """Within any 24 hours."""
    trusted_recipients: tuple[str, ...] = ()
    """Exact addresses, or @domain for everyone there (not for its subdomains)."""
    own_addresses: tuple[str, ...] = ()
    """The account's addresses: its own and its aliases."""
    account: str = ""
    """The account's own address, no alias: where the digest may go."""
    digest_to_self: Callable[[], bool] = _never
    """True while a person agrees that the digest is mailed to the account itself; asked each time it counts."""
    standing: Callable[[str], Standing | None] = _none
    """The template that a kind of proposal is under, while a person's consent to it stands; asked each time it counts."""


DIGEST = ":digest"
"""Under this name a person's consent to the mailed digest is kept; no destination can have it."""
_ABOUT_STRANGERS = frozenset({"new_recipient"})
_ABOUT_WORDS = frozenset({"blanks", "attachment_missing"})


def rule(
    policy: Policy, kind: str, envelope: Envelope, flags: Sequence[Flag], sent_today: int, of_kind: int = 0
) -> Ruling:
    """Refuse what must not leave, allow the exceptions that a person set, ask for everything else.

    `of_kind` is how many of the same kind left within 24 hours.
    """
    grant = policy.standing(kind)
    if grant and not all(map(grant.covers, envelope.recipients)):
        grant = None
    if grant:  # the person chose these recipients, known or not; an imitated address is still asked about
        flags = [flag for flag in flags if flag.code not in _ABOUT_STRANGERS]
    if kind == "digest" and to_itself(
        policy, envelope
    ):  # its words are those of other mails: what they leave blank or attach is not its own
        flags = [flag for flag in flags if flag.code not in _ABOUT_WORDS]
    refusal = _refusal(policy, envelope, flags, sent_today)
    if refusal:
        return Ruling(Answer.REFUSE, refusal)
    if any(flag.weight is not Weight.NOTE for flag in flags):
        return Ruling(Answer.ASK, "There is something to look at first.")
    if kind == "digest" and to_itself(policy, envelope) and policy.digest_to_self():
        return Ruling(Answer.ALLOW, "The digest goes to the account's own address, as you agreed.")
    if grant and of_kind >= grant.per_day:
        return Ruling(
            Answer.ASK, f"{of_kind} of {grant.id} left within 24 hours; per_day is {grant.per_day}."
        )
    if grant:
        return Ruling(Answer.ALLOW, f"You agreed to mails of the template {grant.id} by {grant.system}.")
    if kind != "digest" and all(trusted(policy, address) for address in envelope.recipients):
        return Ruling(Answer.ALLOW, "Every recipient is in [policy] trusted_recipients.")
    return Ruling(Answer.ASK, "A person confirms every message.")


def _refusal(policy: Policy, envelope: Envelope, flags: Sequence[Flag], sent_today: int) -> str:
    if not policy.send:
        return "Sending is switched off."
    if not envelope.recipients:
        return "The draft has no recipient."
    if sent_today >= policy.sends_per_day:
        return f"{sent_today} messages left within 24 hours; sends_per_day is {policy.sends_per_day}."
    return next((flag.text for flag in flags if flag.weight is Weight.STOP), "")


def advice(policy: Policy) -> str:
    """What the person can do after a refusal."""
    if not policy.send:
        return 'Add "send" to [policy] capabilities in config.toml, or send the draft from Gmail.'
    return "Correct the draft, or send it from Gmail; it is kept there."


def trusted(policy: Policy, address: str) -> bool:
    """True when the person put this address, or its exact domain, into trusted_recipients."""
    key = address.lower()
    _, at, domain = key.rpartition("@")
    return bool(at) and any(entry.lower() in {key, at + domain} for entry in policy.trusted_recipients)


def digest_terms(account: str) -> str:
    """What a person agrees to who lets the digest be mailed: to exactly this address, and to no other."""
    return hashlib.sha256(f"mailreeve digest to itself 1\n{account.lower()}".encode()).hexdigest()


def to_itself(policy: Policy, envelope: Envelope) -> bool:
    """True when the account writes to exactly its own address: an alias may be read by others."""
    everyone = {address.lower() for address in (*envelope.from_, *envelope.recipients)}
    return bool(policy.account) and everyone == {policy.account.lower()}
