"""One JSON object out of a model's text, or a reason why not. Strict: nothing is guessed or repaired."""

import json
import re
from typing import Any, NoReturn

from mailreeve.errors import ReaderAnswerInvalid
from mailreeve.models import Json

MAX_CHARS = 65_536
"""A longer answer than this is not read at all; ours are below 4,000."""

_THOUGHT = re.compile(r"\A\s*<(think|thinking|reasoning)>.*?</\1>", re.DOTALL)


def json_object(text: str) -> Json:
    """The one JSON object that the text holds, be it bare, fenced or after a thinking block.

    Raises ReaderAnswerInvalid when there is none, more than one, or one that is malformed, has a key
    twice, holds NaN or is nested beyond reading.
    """
    if len(text) > MAX_CHARS:
        _refuse(f"the answer is {len(text)} characters long")
    rest = _THOUGHT.sub("", text, count=1)
    start = rest.find("{")
    if start < 0:
        _refuse("the answer holds no JSON object" if rest.strip() else "the answer is empty")
    value, end = _decode(rest, start)
    if "{" in rest[end:]:
        _refuse("the answer holds more than one JSON object")
    return value


def _decode(text: str, start: int) -> tuple[Json, int]:
    try:
        value, end = _DECODER.raw_decode(text, start)
    except RecursionError:
        _refuse("the answer is nested too deeply")
    except ValueError as error:
        _refuse(f"the answer is not JSON ({str(error)[:80]})")
    if not isinstance(value, dict):
        _refuse("the answer is not a JSON object")
    return value, end


def _unique(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse("the answer has a key twice")
    return found


def _refuse(why: str) -> NoReturn:
    raise ReaderAnswerInvalid(f"The model's answer cannot be used: {why}.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=lambda name: _refuse(f"the answer holds {name}")
)
