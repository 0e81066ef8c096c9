"""Gmail's quota: what each method costs, in both price lists, and the meter.

Source: developers.google.com/workspace/gmail/api/reference/quota. "2026" is the list for projects made since
2026-05-01 (6,000 units per minute and user), "legacy" the one before (15,000). Over the limit Google answers
403 `userRateLimitExceeded`. The meter follows the sandbox's clock.
"""

from datetime import UTC, datetime

from mailreeve.sandbox.errors import over_quota
from mailreeve.sandbox.state import State

PER_MINUTE = {"2026": 6_000, "legacy": 15_000}

LEGACY = {
    "drafts.create": 10,
    "drafts.delete": 10,
    "drafts.get": 5,
    "drafts.list": 5,
    "drafts.send": 100,
    "drafts.update": 15,
    "getProfile": 1,
    "history.list": 2,
    "labels.create": 5,
    "labels.delete": 5,
    "labels.get": 1,
    "labels.list": 1,
    "labels.patch": 5,
    "labels.update": 5,
    "messages.attachments.get": 5,
    "messages.batchDelete": 50,
    "messages.batchModify": 50,
    "messages.delete": 10,
    "messages.get": 5,
    "messages.import": 25,
    "messages.insert": 25,
    "messages.list": 5,
    "messages.modify": 5,
    "messages.send": 100,
    "messages.trash": 5,
    "messages.untrash": 5,
    "settings.sendAs.get": 1,
    "settings.sendAs.list": 1,
    "stop": 50,
    "threads.delete": 20,
    "threads.get": 10,
    "threads.list": 10,
    "threads.modify": 10,
    "threads.trash": 10,
    "threads.untrash": 10,
    "watch": 100,
}
SINCE_2026 = {
    **LEGACY,
    "drafts.get": 20,
    "messages.attachments.get": 20,
    "messages.get": 20,
    "threads.get": 40,
    "threads.trash": 20,
    "threads.untrash": 20,
}
PRICES = {"2026": SINCE_2026, "legacy": LEGACY, "off": SINCE_2026}
"""With "off" units are counted and never refused."""

WINDOW = 60


def spend(state: State, method: str) -> None:
    """Count the units of a call; ApiError 403 when the last minute leaves no room for them."""
    profile = state.meta("quota") or "2026"
    units = PRICES[profile][method]
    now = state.now_ms() // 1000
    limit = PER_MINUTE.get(profile)
    if limit is not None:
        _check(state, units, limit, now)
    state.execute(
        "insert into spent (method, calls, units) values (?, 1, ?)"
        " on conflict (method) do update set calls = calls + 1, units = units + excluded.units",
        (method, units),
    )
    state.execute(
        "insert into seconds (second, units) values (?, ?)"
        " on conflict (second) do update set units = units + excluded.units",
        (now, units),
    )


def _check(state: State, units: int, limit: int, now: int) -> None:
    state.execute("delete from seconds where second <= ? or second > ?", (now - WINDOW, now))
    spent = state.rows("select second, units from seconds order by second")
    over = sum(row["units"] for row in spent) + units - limit
    if over <= 0:
        return
    free_at = now + 1
    for row in spent:
        over -= row["units"]
        if over <= 0:
            free_at = row["second"] + WINDOW
            break
    state.set_meta("refused", (state.meta("refused") or 0) + 1)
    when = datetime.fromtimestamp(free_at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    raise over_quota(max(1, free_at - now), when)


def report(state: State) -> dict[str, object]:
    """What was spent: in all, by method, and in the last minute; how many calls were refused.

    `full` tells how often each message was given out with its text (format=full), alone or in its thread.
    """
    profile = state.meta("quota") or "2026"
    now = state.now_ms() // 1000
    rows = state.rows("select method, calls, units from spent order by method")
    given = state.rows("select message, times from given order by message")
    recent = state.scalar("select sum(units) from seconds where second > ?", (now - WINDOW,))
    return {
        "profile": profile,
        "per_minute": PER_MINUTE.get(profile),
        "units": sum(row["units"] for row in rows),
        "calls": sum(row["calls"] for row in rows),
        "last_minute": recent or 0,
        "refused": state.meta("refused") or 0,
        "by_method": {row["method"]: {"calls": row["calls"], "units": row["units"]} for row in rows},
        "full": {row["message"]: row["times"] for row in given},
    }
