"""users.getProfile, users.watch, users.stop and users.settings.sendAs."""

import re

from mailreeve.sandbox import labels, pubsub
from mailreeve.sandbox.errors import bad_request, not_found
from mailreeve.sandbox.http import Call, Json
from mailreeve.sandbox.state import Row

WATCH_MS = 7 * 24 * 3600 * 1000
_TOPIC = re.compile(r"projects/[a-z0-9:.-]+/topics/[A-Za-z][\w.~+%-]{2,254}")


def profile(call: Call) -> Json:
    """users.getProfile."""
    state = call.state
    return {
        "emailAddress": state.account,
        "messagesTotal": state.scalar("select count(*) from messages"),
        "threadsTotal": state.scalar("select count(distinct thread) from messages"),
        "historyId": str(state.history),
    }


def watch(call: Call) -> Json:
    """users.watch: changes are told to the topic for seven days."""
    if not _TOPIC.fullmatch(call.json.get("topicName") or ""):
        raise bad_request("Invalid topicName does not match projects/<project>/topics/*")
    for label_id in call.json.get("labelIds") or []:
        if labels.find(call.state, label_id) is None:
            raise bad_request(f"Invalid label: {label_id}")
    expires = call.state.now_ms() + WATCH_MS
    pubsub.watch(call.state, call.json["topicName"], call.json.get("labelIds") or (), expires)
    return {"historyId": str(call.state.history), "expiration": str(expires)}


def stop(call: Call) -> None:
    """users.stop."""
    call.state.set_meta("watch", 0)


def _send_as(row: Row) -> Json:
    result: Json = {
        "sendAsEmail": row["email"],
        "displayName": row["name"],
        "replyToAddress": row["reply_to"],
        "signature": row["signature"],
        "isDefault": bool(row["is_default"]),
    }
    if row["is_primary"]:
        return result | {"isPrimary": True}
    return result | {"treatAsAlias": True, "verificationStatus": "accepted"}


def send_as_list(call: Call) -> Json:
    """users.settings.sendAs.list."""
    rows = call.state.rows("select * from send_as order by is_primary desc, email")
    return {"sendAs": [_send_as(row) for row in rows]}


def send_as_get(call: Call) -> Json:
    """users.settings.sendAs.get."""
    row = call.state.row("select * from send_as where email = ?", (call.ids["sendAsEmail"].lower(),))
    if row is None:
        raise not_found()
    return _send_as(row)
