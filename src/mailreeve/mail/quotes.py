"""New text, quoted history and signature of a mail's text. Nothing is thrown away; linear in the text."""

import re
from dataclasses import dataclass

_WROTE = re.compile(
    r"^(on|am|le|el|il|op)\b.{5,200}(wrote|schrieb|écrit|escribió|scritto|schreef)\b.{0,60}:$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Parts:
    """The three parts of a mail's text."""

    new: str
    quoted: str = ""
    signature: str = ""


def split(text: str, quote_at: int = -1) -> Parts:
    """Split a text."""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if _WROTE.match(line.strip()):
            rest = [x for x in lines[index + 1 :] if x.strip()]
            if rest and all(x.startswith(">") for x in rest):
                new, quoted = "\n".join(lines[:index]), "\n".join(lines[index:])
                break
    else:
        new, quoted = text, ""
    body, mark, signature = new.partition("\n-- \n")
    return Parts(body.strip(), quoted.strip(), signature.strip() if mark else "")
