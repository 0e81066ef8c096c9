"""One task out of a sentence that names several, without what only explains it."""

import re
from collections.abc import Iterator

_NUMBERED = re.compile(r"[\s,;]*(?:\band\s+)?\((?:\d|[a-e])\)\s*", re.IGNORECASE)
_LEAD = re.compile(
    r"^(?:(?:a )?(?:quick |friendly |gentle |last )?reminder\s*[:\u2014-]\s*|action required\s*[:\u2014-]\s*|"
    r"(?:to|in order to|before|after|once|by) [^,.?!]{3,60},\s+(?=[a-z]+\b))",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"[,;]?\s+(?:so (?:that )?(?:we|i|they|it|you)\b|because\b|to avoid\b|in order to\b|when(?:ever)? you (?:get|have|can)\b|"
    r"at your (?:earliest )?convenience|and i'll\b|and we'll\b|before it's\b|or ping\b).*$",
    re.IGNORECASE | re.DOTALL,
)
_DOING = (
    "add approve arrange ask attach book bring call cancel check complete confirm contact coordinate email fill finish fix "
    "forward invite mail order pay pick prepare print register renew reply request reserve respond return review rsvp "
    "schedule send share sign submit tell test update upload verify write draft investigate look make set reset remove "
    "move let please"
)
_NEXT = re.compile(rf"\s*[,;]\s*(?:and |then |also )*(?=(?:{'|'.join(_DOING.split())})\b)", re.IGNORECASE)
_AND = re.compile(
    rf"(?<=\w)\s+and (?:also |then |please )*(?=(?:{'|'.join(_DOING.split())}) (?:the|an?|your|our|my|all|both|[A-ZÄÖÜ][\w'-]+)\b)"
)
"""Before a second task with an object of its own; "sign it and send it back" is one task."""
_LEAST = 3
"""A task of fewer words before "and" has its object behind it: "print and sign the form"."""
_IF = re.compile(r"^(?:if|should|in case|unless)\b[^,.?!]{3,80},\s+(?:please\s+)?(?=[a-z]+\b)", re.IGNORECASE)
_BARE = re.compile(
    r"\b(?:it|this|that|these|those|them|payment|the amount|the sum|the fee|the balance|which works|the answer|your answer)\b",
    re.IGNORECASE,
)
_SHORT = 8
"""A task of more words tells enough by itself."""
_MARK = re.compile(r"^(?:(?:re|aw|fwd?|wg|tr|rv)\s*:\s*)+", re.IGNORECASE)


def numbered(text: str) -> tuple[str, ...]:
    """The parts of "(1) do this, and (2) do that", each with nothing before its number; else the text itself."""
    parts = _NUMBERED.split(text)
    return tuple(part for part in parts[1:] if part.strip()) if len(parts) > 2 else (text,)


def bare(text: str) -> str:
    """Without "Reminder:" or a purpose told first."""
    return _LEAD.sub("", text)


def each(task: str) -> Iterator[str]:
    """The tasks of a list such as "schedule a demo, send the paper, and forward it"; why and when convenient is left out."""
    for part in (piece for listed in _NEXT.split(task) for piece in _joined(listed)):
        cut = _WHY.sub("", part).strip(" ,;")
        if len(cut) > 3:
            yield cut


def _joined(task: str) -> Iterator[str]:
    """The tasks on both sides of an "and", when each is whole by itself."""
    parts = _AND.split(task)
    if len(parts) > 1 and all(len(part.split()) >= _LEAST for part in parts):
        yield from parts
    else:
        yield task


def unless(text: str) -> str:
    """Without the condition told first: "if you cannot come, call us" is "call us"."""
    return _IF.sub("", text)


def about(task: str, subject: str) -> str:
    """With the subject where the task says "it": on a list of tasks nobody knows what "it" is."""
    topic = _MARK.sub("", " ".join(subject.split()))
    unclear = _BARE.search(task.partition(" and ")[0]) and len(task.split()) <= _SHORT
    return f"{task} ({topic})" if topic and unclear else task
