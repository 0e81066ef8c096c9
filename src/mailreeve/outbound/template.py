"""Requests out of templates: the person's own, filled with hostile words that stay words."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mailreeve.errors import InputError
from mailreeve.models import Json

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

EACH = "for_each_attachment"
"""The key of a table that stands for a list: one filled copy for each file."""
_FENCE = re.compile(r"~{3,}")
_TITLE = "Mail"
_LINES = (
    ("From", "sender"),
    ("Received", "received"),
    ("Due", "deadline"),
    ("Label", "label"),
    ("Rule", "rule"),
    ("Mail", "url"),
)


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file of a mail on its way to a ticket."""

    name: str
    type: str
    base64: str

    def named(self) -> dict[str, str]:
        """What a template may name. `ascii_name` is for systems that cannot read another one."""
        plain = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode()
        safe = re.sub(r"[^A-Za-z0-9._ -]+", "_", plain).strip(" .") or "file"
        return {"name": self.name, "ascii_name": safe, "type": self.type, "base64": self.base64}


@dataclass(frozen=True, slots=True)
class Enclosures:
    """What of a mail's files goes along, and the names of those that do not."""

    files: tuple[Enclosed, ...] = ()
    left: tuple[str, ...] = ()


def filled(value: Any, context: Mapping[str, Any]) -> Any:
    """A body with every text in it filled. It stays the same JSON: a mail cannot add a key or leave its text."""
    if isinstance(value, str):
        return _made(_environment(path=False), value, context)
    if isinstance(value, Mapping) and EACH in value:
        return [filled(value[EACH], {**context, "attachment": one}) for one in context.get("attachments", ())]
    if isinstance(value, Mapping):
        return {str(key): filled(one, context) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [filled(one, context) for one in value]
    return value


def encloses(value: Any) -> bool:
    """True when a body has a place for files."""
    if isinstance(value, Mapping):
        return EACH in value or any(map(encloses, value.values()))
    return isinstance(value, list | tuple) and any(map(encloses, value))


def letter(text: str, context: Mapping[str, Any]) -> str:
    """The text of a draft; what is not known is a visible blank. Raises InputError for a broken template."""
    return _made(_environment(path=False, blank="[ ]"), text, context)


def path(text: str, context: Mapping[str, Any]) -> str:
    """A path with everything that is filled in percent-encoded."""
    return _made(_environment(path=True), text, context)


def context(data: Json, thread_mark: str, event_mark: str, files: Enclosures | None = None) -> dict[str, Any]:
    """What templates may name: the selected fields, the files, and what is made of them."""
    files = files or Enclosures()
    known = {name: "" if value is None else value for name, value in data.items()}
    sender = str(known.get("sender", ""))
    name, _, rest = sender.rpartition("<")
    content = _content(known, files, f"[{thread_mark} {event_mark}]")
    fence = "~" * (max((len(one) for one in _FENCE.findall(content)), default=3) + 1)
    return {
        **known,
        "title": known.get("subject") or _TITLE,
        "sender_name": name.strip() or sender,
        "sender_address": rest.rstrip(">"),
        "content": content,
        "fenced": f"{fence}text\n{content}\n{fence}",
        "attachments": [one.named() for one in files.files],
        "thread_mark": thread_mark,
        "event_mark": event_mark,
    }


def _content(known: Mapping[str, Any], files: Enclosures, marks: str) -> str:
    head = [f"{title}: {known[name]}" for title, name in _LINES if known.get(name)]
    head += [f"Attached: {', '.join(one.name for one in files.files)}"] if files.files else []
    head += [f"Not attached: {', '.join(files.left)}"] if files.left else []
    parts = [str(known.get("summary", "")), "\n".join(head), str(known.get("text", "")), marks]
    return "\n\n".join(filter(None, parts))


def _environment(*, path: bool, blank: str = "") -> "SandboxedEnvironment":
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    finalize = (lambda one: quote(str(one), safe="")) if path else (lambda one: str(one) or blank)
    return ImmutableSandboxedEnvironment(autoescape=False, finalize=finalize)


def _made(environment: "SandboxedEnvironment", text: str, context: Mapping[str, Any]) -> str:
    from jinja2 import TemplateError

    try:
        return environment.from_string(text).render(context)
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        raise InputError(
            f"A template of a destination cannot be filled: {type(error).__name__}.",
            "Correct it in config.toml.",
        ) from None
