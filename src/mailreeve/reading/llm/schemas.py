"""What the model may answer: JSON schemas for the wire and pydantic models that check the answer.

The schemas stay within what strict modes of most providers take: every key required, no further keys,
closed enums, and no length or number bounds (several providers refuse those). Bounds are checked here.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from mailreeve.errors import ReaderAnswerInvalid
from mailreeve.models import Json, Priority

_PRIORITIES = tuple(priority.value for priority in Priority)


def _none_is_empty(value: Any) -> Any:
    return "" if value is None else value


_Text = Annotated[str, BeforeValidator(_none_is_empty)]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


AnswerT = TypeVar("AnswerT", bound=_Answer)


class ActionAnswer(_Answer):
    """An action item as the model writes it."""

    what: str
    who: _Text = ""
    due: _Text = ""
    message: int = 0
    """Number of the message within the thread, from 1; 0 when unsaid."""


class ValueAnswer(_Answer):
    """A value that a rule of the owner wants."""

    field: str
    value: _Text = ""


class ClassifyAnswer(_Answer):
    """The answer to classify.md; the label is checked against the user's set by the caller."""

    label: str
    priority: Literal["urgent", "high", "normal", "low"]
    needs_reply: bool
    summary: str
    deadline: _Text = ""
    actions: list[ActionAnswer] = Field(default_factory=list, max_length=20)
    confidence: float = Field(default=0.5, ge=0, le=1, allow_inf_nan=False)
    reason: _Text = ""
    rules_met: list[str] = Field(default_factory=list, max_length=100)
    extracted: list[ValueAnswer] = Field(default_factory=list, max_length=200)


class ClaimAnswer(_Answer):
    """A statement and the number of the message that makes it, from 1; 0 when unsaid."""

    text: str
    message: int = 0


class SummaryAnswer(_Answer):
    """The answer to summarize.md."""

    gist: str = Field(min_length=1)
    gist_messages: list[int] = Field(default_factory=list, max_length=100)
    decisions: list[ClaimAnswer] = Field(default_factory=list, max_length=30)
    actions: list[ActionAnswer] = Field(default_factory=list, max_length=30)
    questions: list[ClaimAnswer] = Field(default_factory=list, max_length=30)


class FoldAnswer(_Answer):
    """The answer to fold.md."""

    notes: list[ClaimAnswer] = Field(default_factory=list, max_length=60)


class StoryAnswer(_Answer):
    """The answer to digest.md."""

    news: list[ClaimAnswer] = Field(min_length=1, max_length=30)
    todo: list[ClaimAnswer] = Field(default_factory=list, max_length=30)


class DraftAnswer(_Answer):
    """The answer to draft.md."""

    body: str = Field(min_length=1)
    note: _Text = ""


class JudgeAnswer(_Answer):
    """The answer to judge.md."""

    faithful: bool
    complete: bool
    reason: _Text = ""


def checked(model: type[AnswerT], value: Json) -> AnswerT:
    """The answer as a record.

    Raises ReaderAnswerInvalid naming the wrong keys, never their values: those come from mail.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)
        # the names of unknown keys are the model's words too, so only known ones are repeated
        keys = sorted({str(problem["loc"][0]) for problem in problems} & set(model.model_fields))
        told = f"wrong or missing: {', '.join(keys)}" if keys else "it has keys nobody asked for"
        raise ReaderAnswerInvalid(f"The model's answer does not fit the schema ({told}).") from None


def _object(**properties: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


_STRING: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}


def classify_schema(
    labels: Sequence[str], conditions: Sequence[str] = (), fields: Sequence[str] = ()
) -> Json:
    """The closed sets of labels and priorities, and of conditions and fields where there are any."""
    one = _object(field={"type": "string", "enum": list(fields)}, value=_STRING)
    wanted = {"extracted": _list(one)} if fields else {}
    met = {"rules_met": _list({"type": "string", "enum": list(conditions)})} if conditions else {}
    return _object(
        **met,
        **wanted,
        label={"type": "string", "enum": list(labels)},
        priority={"type": "string", "enum": list(_PRIORITIES)},
        needs_reply={"type": "boolean"},
        deadline=_STRING,
        actions=_list(_object(what=_STRING, who=_STRING, due=_STRING)),
        summary=_STRING,
        confidence={"type": "number"},
        reason=_STRING,
    )


def summary_schema() -> Json:
    """Gist, decisions, action items and open questions of a thread, each with the number of its message."""
    action = _object(what=_STRING, who=_STRING, due=_STRING, message=_NUMBER)
    claims = _list(_object(text=_STRING, message=_NUMBER))
    return _object(
        gist=_STRING,
        gist_messages=_list(_NUMBER),
        decisions=claims,
        actions=_list(action),
        questions=claims,
    )


def fold_schema() -> Json:
    """Notes on the older messages of a long thread."""
    return _object(notes=_list(_object(text=_STRING, message=_NUMBER)))


def story_schema() -> Json:
    """What is new in a thread and what the owner has to do, each with the number of its message."""
    claims = _list(_object(text=_STRING, message=_NUMBER))
    return _object(news=claims, todo=claims)


def draft_schema() -> Json:
    """The body of a reply and a note for the person."""
    return _object(body=_STRING, note=_STRING)


def judge_schema() -> Json:
    """Two truths about a summary or a draft, and why."""
    return _object(faithful={"type": "boolean"}, complete={"type": "boolean"}, reason=_STRING)
