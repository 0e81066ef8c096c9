"""A labels file: TOML with a table `[[labels]]` for each label of the closed set."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mailreeve.errors import InputError
from mailreeve.models import Archetype, LabelSpec

FORM = "It has [[labels]] with id and when (a sentence), and optionally name, archetype, rank, urgent = true."
_START = re.compile(r"^[ \t]*\[\[[ \t]*[\"']?labels[\"']?[ \t]*\]\]", re.MULTILINE)
_Id = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]*$")]


class _Label(BaseModel):
    """One entry, as config.toml has it too."""

    model_config = ConfigDict(extra="forbid")
    id: _Id
    when: str = Field(min_length=3, max_length=500)
    name: str = Field(default="", max_length=100)
    archetype: Archetype | None = None
    actions: tuple[str, ...] = ()
    rank: int | None = None
    urgent: bool = False


def read(file: Path) -> tuple[LabelSpec, ...]:
    """The labels of a file, in its order.

    Raises InputError naming file, line and key for what is wrong.
    """
    text = _text(file)
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{file} is not valid TOML: {error}.", FORM) from None
    entries = found.get("labels")
    if set(found) != {"labels"} or not isinstance(entries, list) or not entries:
        raise InputError(f"{file} has no [[labels]], or more than that.", FORM)
    starts = [text.count("\n", 0, place.start()) + 1 for place in _START.finditer(text)]
    made: dict[str, LabelSpec] = {}
    for place, entry in enumerate(entries):
        where = f"{file}, line {starts[place]}" if place < len(starts) else f"{file}, label {place + 1}"
        spec = _spec(entry, where)
        if spec.id in made:
            raise InputError(f"{where}: the id {spec.id!r} comes twice.", "Give each label its own id.")
        made[spec.id] = spec
    return tuple(made.values())


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.", FORM) from None
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is not UTF-8 (byte {error.start}).", FORM) from None


def _spec(entry: Any, where: str) -> LabelSpec:
    try:
        one = _Label.model_validate(entry)
    except ValidationError as error:
        told = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'entry'}: {problem['msg']}"
            for problem in error.errors(include_url=False)
        )
        raise InputError(f"{where}: {told}.", FORM) from None
    return LabelSpec(one.id, one.name or one.id, one.when, one.archetype, one.actions, one.rank, one.urgent)
