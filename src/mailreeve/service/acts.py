"""One act of a person or an assistant: a name under which all its changes are undone together."""

import secrets
from datetime import UTC, datetime


def new_act() -> str:
    """The name of an act: the time in UTC and random bytes (`a-20261123-0301-ab12cd`)."""
    return f"a-{datetime.now(UTC):%Y%m%d-%H%M}-{secrets.token_hex(3)}"
