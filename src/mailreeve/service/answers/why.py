"""Why a mail was sorted as it was."""

from typing_extensions import TypedDict


class StageJson(TypedDict):
    """What one stage of the decision saw, in plain words; `confidence` is from 0 to 1 where it has one."""

    stage: str
    text: str
    confidence: float | None


class ChangeJson(TypedDict):
    """One change to the mailbox; `undo` is what the undo command takes, empty when it does not stand."""

    id: str
    text: str
    state: str
    at: str
    undo: str


class CorrectionJson(TypedDict):
    """The person's correction that stands: from one label to another."""

    old: str
    new: str
    at: str
    undo: str


WhyAnswer = TypedDict(
    "WhyAnswer",
    {
        "id": str,
        "thread_id": str,
        "from": str,
        "subject": str,
        "label": str,
        "priority": str,
        "by": str,
        "who": str,
        "confidence": float,
        "reason": str,
        "needs_human": bool,
        "state": str,
        "error": str,
        "stages": list[StageJson],
        "vetoes": list[str],
        "changes": list[ChangeJson],
        "correction": CorrectionJson | None,
        "correct": list[str],
        "url": str,
    },
)
