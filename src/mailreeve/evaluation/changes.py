"""What changed in a mailbox between two looks, and what of it nobody allowed: the sandbox's state, message by message."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

State = Mapping[str, Any]
"""As the sandbox tells it: messages with labels and a hash of their bytes, drafts, labels."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a flow may do to a mailbox; one that only reads may do nothing."""

    labels: frozenset[str] = frozenset()
    """Names of Gmail labels that may be made, set and taken away."""
    drafts: bool = False
    """True: drafts may appear."""


def unwanted(before: State, after: State, allowed: Allowed) -> Iterator[tuple[str, str]]:
    """(id of the message or draft, what happened to it) for all that was not allowed."""
    yield from _messages(_by_id(before["messages"]), _by_id(after["messages"]), allowed)
    made = new_drafts(before, after)
    yield from ((id_, "a draft appeared") for id_ in made if not allowed.drafts)
    yield from ((id_, "a draft is gone") for id_ in new_drafts(after, before))
    known, now = _own_labels(before), _own_labels(after)
    yield from (
        ("", f"label {name!r} was made")
        for name in now.values()
        if name not in {*known.values(), *allowed.labels}
    )
    yield from (
        ("", f"label {name!r} is gone or renamed") for id_, name in known.items() if now.get(id_) != name
    )


def new_drafts(before: State, after: State) -> dict[str, str]:
    """Drafts that appeared, by their ids, each with its thread."""
    known = {one["id"] for one in before["drafts"]}
    return {one["id"]: one["threadId"] for one in after["drafts"] if one["id"] not in known}


def _messages(
    before: Mapping[str, Any], after: Mapping[str, Any], allowed: Allowed
) -> Iterator[tuple[str, str]]:
    for id_, was in before.items():
        now = after.get(id_)
        if "DRAFT" in was["labels"]:
            continue  # looked at as a draft
        if now is None:
            yield id_, "the mail is gone"
            continue
        if now["raw_sha256"] != was["raw_sha256"]:
            yield id_, "the mail is not the same"
        moved = _other(was["labels"], now["labels"]) - allowed.labels
        if moved:
            yield id_, f"labels changed: {', '.join(sorted(moved))}"
    for id_, now in after.items():
        if id_ not in before and not {"DRAFT", "SENT"} & set(now["labels"]):
            yield id_, "a mail appeared"


def _other(one: Collection[str], other: Collection[str]) -> set[str]:
    return set(one) ^ set(other)


def _by_id(found: Collection[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {one["id"]: one for one in found}


def _own_labels(state: State) -> dict[str, str]:
    return {one["id"]: one["name"] for one in state["labels"] if one["type"] == "user"}
