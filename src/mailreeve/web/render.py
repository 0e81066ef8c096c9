"""Templates: everything from mail is escaped, and what a person cannot see is left out of it."""

import unicodedata
from datetime import date, datetime
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from mailreeve.service import review
from mailreeve.web.visit import Reply, Visit

if TYPE_CHECKING:
    from jinja2 import Environment

PLACES = (
    ("/", "Waiting"),
    ("/night", "Last night"),
    ("/cleanup", "Clean up"),
    ("/rules", "Rules"),
    ("/stats", "Figures"),
    ("/audit", "Audit log"),
)


@lru_cache(maxsize=1)
def environment() -> "Environment":
    """The templates, with escaping on for all of them."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import escape

    made = Environment(
        loader=PackageLoader("mailreeve.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=visible,
    )
    made.filters["moment"] = moment
    made.filters["pieces"] = review.pieces
    made.filters["exact"] = escape  # escaped, but every character kept: for a field that is saved again
    return made


def visible(value: object) -> object:
    """Text without control and format characters: no reversed and no hidden words. Emoji stay whole."""
    if type(value) is not str:
        return value  # markup is ours, numbers are numbers
    return "".join(
        char
        for char in value
        if char in "\n\t\u200d" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co"}
    )


def moment(value: datetime | date | str | None) -> str:
    """A time as a person writes it; a text is ISO 8601."""
    if not value:
        return "no date"
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(found, datetime):
        return f"{found:%a} {found.day} {found:%b %Y, %H:%M}"
    return f"{found:%A}, {found.day} {found:%B %Y}"


def page(visit: Visit, template: str, *, status: int = 200, frames: bool = False, **values: Any) -> Reply:
    """A page for a session."""
    text = (
        environment()
        .get_template(template)
        .render(
            address=visit.box.address,
            csrf=visit.session.csrf,
            notes=visit.session.notes(),
            places=PLACES,
            **values,
        )
    )
    return Reply(text, status=status, frames=frames)


def plain_page(status: int, title: str, advice: str) -> Reply:
    """A page for whoever has no session: nothing of the mailbox is in it."""
    text = environment().get_template("closed.html").render(title=title, advice=advice)
    return Reply(text, status=status)


def asset(name: str) -> bytes:
    """One of our own files."""
    return (resources.files("mailreeve.web") / "static" / name).read_bytes()
