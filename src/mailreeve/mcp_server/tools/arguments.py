"""Arguments that several tools share."""

from typing import Annotated

from pydantic import Field

from mailreeve.errors import InputError

Account = Annotated[str, Field(max_length=320)]
Cursor = Annotated[str, Field(max_length=2000, description="`next` of the page before")]
Id = Annotated[str, Field(min_length=1, max_length=100)]
Ids = Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=100)]
Words = Annotated[str, Field(max_length=2000)]


def offset(cursor: str) -> int:
    """The place in a list that one of our own cursors names. Raises InputError for any other."""
    if cursor and not (cursor.isascii() and cursor.isdecimal()):
        raise InputError("This cursor is not one of ours.", "Use `next` of the page before as it is.")
    return int(cursor or 0)
