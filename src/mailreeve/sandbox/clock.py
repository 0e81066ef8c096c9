"""Moving the sandbox's time: internalDate, quota, token expiry and history expiry follow it."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mailreeve.sandbox.errors import bad_request
from mailreeve.sandbox.state import State


def move(state: State, wish: Mapping[str, Any]) -> int:
    """Obey `{now}` (epoch seconds or ISO 8601) or `{advance}` (seconds); returns the new time in ms.

    The clock goes on ticking from there.
    """
    if set(wish) == {"now"}:
        offset = _epoch_ms(wish["now"]) - time.time_ns() // 1_000_000
    elif set(wish) == {"advance"} and isinstance(wish["advance"], int | float):
        offset = int(state.meta("clock")) + int(wish["advance"] * 1000)
    else:
        raise bad_request('The clock takes {"now": epoch seconds or ISO 8601} or {"advance": seconds}.')
    state.set_meta("clock", offset)
    return state.now_ms()


def _epoch_ms(value: object) -> int:
    if isinstance(value, int | float):
        return int(value * 1000)
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise bad_request(f"Not a time: {value!r}.") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
