"""Figures beside those of an earlier measurement, as evals/baseline.json keeps them."""

import json
import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any

from mailreeve.errors import InputError
from mailreeve.models import Json

COMPARED = (
    *("exact", "within_one", "macro_f1", "urgent_recall", "ece"),
    *("model_calls_per_mail", "tokens_per_mail", "cost_per_mail"),
)
_FORM = "It has `measured`, a list of {what, command, figures}; evals/baseline.json is one."


def read(file: Path, cases: Path, reader: str) -> Json:
    """The figures of the same cases (folder and name) and reader. Raises InputError when the file has none."""
    try:
        measured = json.loads(file.read_text(encoding="utf-8"))["measured"]
        for one in measured:
            if _same(shlex.split(one["command"]), cases, reader):
                return dict(one["figures"])
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.", _FORM) from None
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{file} holds no figures.", _FORM) from None
    raise InputError(
        f"{file} has no figures of {cases.name} by the reader {reader}.", "Measure without --baseline."
    )


def compare(was: Json, now: Json) -> Json:
    """Figure to `{was, now, change}`, for those that both have."""
    return {
        name: {"was": was[name], "now": now[name], "change": round(now[name] - was[name], 4)}
        for name in COMPARED
        if _number(was.get(name)) and _number(now.get(name))
    }


def _number(value: Any) -> bool:
    return isinstance(value, int | float)


def _same(words: list[str], cases: Path, reader: str) -> bool:
    options = dict(pairwise(words))
    file = Path(options.get("--cases", ""))
    return (
        "triage" in words
        and (file.parent.name, file.name) == (cases.resolve().parent.name, cases.name)
        and options.get("--reader", "cascade") == reader
    )
