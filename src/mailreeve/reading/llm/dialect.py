"""What an endpoint understands of the chat-completions request: found out by trying, from rich to plain."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Optional

from mailreeve.models import Json

if TYPE_CHECKING:
    from mailreeve.reading.llm.client import Question


class Shape(StrEnum):
    """How the endpoint is told to answer in JSON."""

    SCHEMA = "json_schema"
    OBJECT = "json_object"
    TEXT = "text"


_PLAINER = {Shape.SCHEMA: Shape.OBJECT, Shape.OBJECT: Shape.TEXT}
_FORMAT = re.compile(
    r"response_format|json_schema|json_object|structured|schema|grammar|guided", re.IGNORECASE
)
_TOO_LONG = re.compile(r"context.{0,20}(?:length|window|size)|too (?:long|large|many tokens)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way of asking; `simpler` is the next one to try."""

    shape: Shape = Shape.SCHEMA
    limit: str = "max_tokens"
    """OpenAI's newer models want max_completion_tokens, most other servers know max_tokens only."""
    temperature: bool = True

    def body(self, model: str, question: "Question") -> Json:
        """The request's JSON. It never holds a `tools` key: a model that reads mail can do nothing."""
        body: Json = {
            "model": model,
            "messages": [
                {"role": "system", "content": question.system},
                {"role": "user", "content": question.user},
            ],
            self.limit: question.max_tokens,
        }
        if self.temperature:
            body["temperature"] = 0
        if self.shape is Shape.SCHEMA:
            schema = {"name": question.name, "strict": True, "schema": question.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif self.shape is Shape.OBJECT:
            body["response_format"] = {"type": "json_object"}
        return body

    def simpler(self, status: int, told: str) -> Optional["Dialect"]:
        """The next dialect after an error with this status and text; None when the error is another one."""
        formatted = _FORMAT.search(told) is not None
        if status not in {400, 415, 422} and not (status >= 500 and formatted):
            return None
        if self.temperature and "temperature" in told:
            return replace(self, temperature=False)
        if self.limit == "max_tokens" and re.search(r"max_(?:completion_)?tokens", told):
            return replace(self, limit="max_completion_tokens")
        if self.shape not in _PLAINER or (_TOO_LONG.search(told) and not formatted):
            return None
        return replace(self, shape=_PLAINER[self.shape])
