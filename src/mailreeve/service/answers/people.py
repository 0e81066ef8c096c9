"""What is told about people."""

from typing_extensions import TypedDict


class PersonJson(TypedDict):
    """One person; times are ISO 8601, empty for never. `source` is contact, noted (by Google) or mail."""

    id: str
    name: str
    addresses: list[str]
    phones: list[str]
    organization: str
    title: str
    source: str
    received: int
    written: int
    last_received: str
    last_written: str
    answered_you: int
    you_answered: int


class PeopleAnswer(TypedDict):
    """People; `synced` is when the address book was looked at, empty for never.

    `counted_in` is where the counts come from: index, gmail (the newest mails only) or nothing.
    """

    people: list[PersonJson]
    total: int
    counted_in: str
    synced: str
    notes: list[str]
