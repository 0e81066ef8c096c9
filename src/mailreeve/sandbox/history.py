"""users.history.list.

"History IDs increase chronologically but are not contiguous"; one that is "typically valid for at least a
week" answers 404 afterwards (discovery document, startHistoryId).
"""

import json
from typing import Any

from mailreeve.sandbox import labels, paging
from mailreeve.sandbox.errors import bad_request, not_found
from mailreeve.sandbox.http import Call, Json
from mailreeve.sandbox.state import Row, State

KEPT_MS = 7 * 24 * 3600 * 1000
FIELDS = {
    "messageAdded": "messagesAdded",
    "messageDeleted": "messagesDeleted",
    "labelAdded": "labelsAdded",
    "labelRemoved": "labelsRemoved",
}


def list_(call: Call) -> Json:
    """What happened after startHistoryId, oldest first."""
    start = _start(call)
    limit = paging.size(call)
    after = paging.number(call) or start
    where, values = _filter(call)
    rows = call.state.rows(
        f"select * from history where id > ? {where} order by id limit ?", (after, *values, limit + 1)
    )
    result: Json = {"historyId": str(call.state.history)}
    if rows:
        result["history"] = [_record(row) for row in rows[:limit]]
    if len(rows) > limit:
        result["nextPageToken"] = paging.token(rows[limit - 1]["id"])
    return result


def _start(call: Call) -> int:
    text = call.one("startHistoryId")
    if not text:
        raise bad_request("Missing/invalid parameter: startHistoryId", "startHistoryId")
    if not text.isascii() or not text.isdigit():
        raise bad_request(f"Invalid value at 'start_history_id' (TYPE_UINT64), \"{text}\"", "startHistoryId")
    start = int(text)
    if not floor(call.state) <= start <= call.state.history:
        raise not_found()
    return start


def floor(state: State) -> int:
    """The oldest id that is still a valid start: a week of records, and none before the mailbox was loaded."""
    loaded = int(state.meta("history_floor") or 0)
    forgotten = state.scalar("select max(id) from history where at < ?", (state.now_ms() - KEPT_MS,))
    return max(loaded, forgotten or 0)


def _filter(call: Call) -> tuple[str, list[Any]]:
    kinds = call.many("historyTypes")
    wrong = [kind for kind in kinds if kind not in FIELDS]
    if wrong:
        raise bad_request(f"Invalid value at 'history_types' (TYPE_ENUM), \"{wrong[0]}\"", "historyTypes")
    where, values = "", list[Any](kinds)
    if kinds:
        where = f"and kind in ({', '.join('?' * len(kinds))})"
    label = call.one("labelId")
    if label:
        if labels.find(call.state, label) is None:
            raise bad_request(f"Invalid label: {label}", "labelId")
        where += (
            " and (exists (select 1 from json_each(has) where value = ?)"
            " or exists (select 1 from json_each(history.labels) where value = ?))"
        )
        values += [label, label]
    return where, values


def _record(row: Row) -> Json:
    brief = {"id": row["message"], "threadId": row["thread"]}
    message = brief | ({"labelIds": json.loads(row["has"])} if row["has"] != "[]" else {})
    change: Json = {"message": message}
    changed = json.loads(row["labels"])
    if changed:
        change["labelIds"] = changed
    return {"id": str(row["id"]), "messages": [brief], FIELDS[row["kind"]]: [change]}
