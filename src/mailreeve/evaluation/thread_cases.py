"""Cases that are threads: JSON lines `{id, owner, messages, expect}`.

`messages` are mails as in a triage case, without id and label, oldest first; the n-th gets the id `CASE.n`. `owner`
is the address whose mailbox it is. What `expect` may hold is said by whoever measures; a key that is unknown there
is an error, because a check with a misspelt name would never fail. Further keys of a case are ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from mailreeve.errors import InputError
from mailreeve.evaluation import cases
from mailreeve.models import Message, Thread

FORM = (
    "A case is a JSON object with id, owner, messages (each with from, to, subject, date, body) and expect."
)


class Expectation(BaseModel):
    """What a case expects: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


ExpectT = TypeVar("ExpectT", bound=Expectation)


@dataclass(frozen=True, slots=True)
class ThreadCase(Generic[ExpectT]):
    """One thread and what is expected of it."""

    id: str
    owner: str
    """The address of the mailbox that it lies in, in lower case."""
    thread: Thread
    expect: ExpectT

    @property
    def last(self) -> Message:
        """The newest message."""
        return self.thread.messages[-1]


def read(file: Path, expect: type[ExpectT]) -> tuple[ThreadCase[ExpectT], ...]:
    """The cases of a file. Raises InputError naming file, line and key for what is wrong."""
    made: dict[str, ThreadCase[ExpectT]] = {}
    for number, found in cases.objects(file, FORM):
        where = f"{file}, line {number}"
        try:
            case = _case(found, expect)
        except ValidationError as error:
            raise InputError(f"{where}: {told(error)}.", FORM) from None
        except ValueError as error:
            raise InputError(f"{where}: {error}.", FORM) from None
        if case.id in made:
            raise InputError(f"{where}: the id {case.id!r} comes twice.", "Give each case its own id.")
        made[case.id] = case
    return tuple(made.values())


def told(error: ValidationError) -> str:
    """What pydantic found wrong, key by key."""
    return "; ".join(
        f"{'.'.join(map(str, problem['loc'])) or 'entry'}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_input=False)
    )


def when(message: Message) -> datetime:
    """The moment of a message, in its own zone."""
    return message.date or datetime.fromtimestamp(message.internal_date / 1000, UTC)


def _case(found: Mapping[str, Any], expect: type[ExpectT]) -> ThreadCase[ExpectT]:
    id_, owner, mails = found.get("id"), found.get("owner"), found.get("messages")
    if not isinstance(id_, str) or not id_:
        raise ValueError("id is missing or no string")
    if not isinstance(owner, str) or "@" not in owner:
        raise ValueError("owner is missing or no address")
    if not isinstance(mails, list) or not mails or not all(isinstance(one, dict) for one in mails):
        raise ValueError("messages is no list of objects")
    messages = tuple(_message(id_, owner.lower(), place, one) for place, one in enumerate(mails, 1))
    return ThreadCase(
        id_, owner.lower(), Thread(id_, messages), expect.model_validate(found.get("expect") or {})
    )


def _message(case: str, owner: str, place: int, mail: Mapping[str, Any]) -> Message:
    try:
        made = cases.to_message({**mail, "id": f"{case}.{place}"})
    except ValueError as error:
        raise ValueError(f"message {place}: {error}") from None
    labels = ("SENT",) if made.author.key == owner else made.labels
    return replace(made, thread_id=case, labels=labels)
