"""The letters of the demo mailbox as they are written down in mail/: a header block and a text.

Capitalised lines are headers of the message. Lower-case lines are notes to the builder: `sent` (its age),
`labels`, `parent` (the letter that it answers), `quote` (how the parent is quoted), `zone`, `charset`,
`transfer`, `rich` (an HTML twin of the text), `auth` (pass, spf, fail, none), `via` (who sends the mail out),
`attach`, `inline`, `invite` (a file of files/), `carry` (a letter forwarded whole) and `report` (the letter
that bounced). An HTML body lies beside the text as KEY.html.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

NOTES = frozenset(
    [
        "sent",
        "labels",
        "parent",
        "quote",
        "zone",
        "charset",
        "transfer",
        "rich",
        "auth",
        "via",
        "attach",
        "inline",
        "invite",
        "carry",
        "report",
    ]
)


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter with its placeholders still open."""

    key: str
    headers: tuple[tuple[str, str], ...]
    notes: Mapping[str, str]
    text: str
    html: str

    def header(self, name: str) -> str:
        """The first value of a header, or an empty string."""
        return next((value for key, value in self.headers if key == name), "")

    def note(self, name: str) -> str:
        """A note to the builder, or an empty string."""
        return self.notes.get(name, "")


def folder(name: str) -> Traversable:
    """A folder of this package: `mail` or `files`."""
    return files("mailreeve.sandbox.demo") / name


def load() -> dict[str, Letter]:
    """Every letter by its key, in the order of the keys."""
    names = {file.name: file for file in folder("mail").iterdir()}
    letters = {}
    for name in sorted(names):
        key, _, kind = name.rpartition(".")
        if kind == "txt":
            html = names.get(f"{key}.html")
            letters[key] = parse(key, read(names[name]), read(html) if html else "")
    return letters


def read(file: Traversable) -> str:
    """The text of a file, with line feeds whatever the checkout made of them."""
    return file.read_text(encoding="utf-8").replace("\r\n", "\n")


def parse(key: str, source: str, html: str = "") -> Letter:
    """Split a source into headers, notes and text; a note that nobody knows is a ValueError."""
    block, _, text = source.partition("\n\n")
    headers: list[tuple[str, str]] = []
    notes: dict[str, str] = {}
    for line in block.replace("\n ", " ").splitlines():
        name, _, value = line.partition(": ")
        if name[0].isupper():
            headers.append((name, value))
        elif name in NOTES:
            notes[name] = value
        else:
            raise ValueError(f"{key}: unknown note {name!r}")
    return Letter(key, tuple(headers), notes, text.rstrip("\n") + "\n" if text.strip() else "", html)
