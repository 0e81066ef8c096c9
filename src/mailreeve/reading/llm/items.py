"""Action items and dates of a model's answer, as records."""

import re

from mailreeve.models import ActionItem
from mailreeve.reading import plain
from mailreeve.reading.llm.schemas import ActionAnswer

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)?\Z")


def date(said: str) -> str:
    """What the model gives as a date, when it is one in ISO 8601; else nothing."""
    return said.strip() if _ISO.match(said.strip()) else ""


def item(answer: ActionAnswer, shown: str, message_id: str) -> ActionItem:
    """An action item, its words plain; `shown` is the text whose links may stay."""
    return ActionItem(
        what=plain.one_line(answer.what, 160, shown),
        who=plain.one_line(answer.who, 60, shown),
        due=date(answer.due),
        message_id=message_id,
    )
