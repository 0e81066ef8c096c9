"""The part of Pub/Sub v1 that tells of new mail: subscriptions, pull and acknowledge; what is pushed lies in `pushing`.

A topic is there as soon as it is named. A mailbox has at most one message waiting in a subscription: a newer one takes
its place, since Gmail itself sends one a second at most and may drop some. Pull answers at once, also with nothing.

Sources: docs.cloud.google.com/pubsub/docs/reference/rest; developers.google.com/workspace/gmail/api/guides/push.
"""

import base64
import ipaddress
import json
from collections.abc import Collection
from datetime import UTC, datetime
from urllib.parse import urlsplit

from starlette.routing import compile_path

from mailreeve.sandbox import api, scopes, tokens
from mailreeve.sandbox.errors import ApiError, bad_request, conflict, not_found
from mailreeve.sandbox.http import Answer, Call, Json, Request, json_answer
from mailreeve.sandbox.state import Row, State

ROOT = "/v1/projects/"
ACK_SECONDS = 10
"""How long Pub/Sub waits for an acknowledgement when the subscription does not say."""
MOST = 1000
"""Messages in one pull."""


def serves(path: str) -> bool:
    """Whether a path belongs to this API."""
    return path.startswith(ROOT)


def handle(state: State, request: Request) -> Answer:
    """Carry out a request; what it wrote is undone when it fails."""
    for verb, pattern, run in _METHODS:
        found = pattern.match(request.path) if verb == request.method else None
        if found:
            granted = tokens.scopes_of(state, request)
            tokens.require(granted, scopes.PUBSUB_CALLS)
            with state.savepoint():
                return json_answer(
                    run(Call(state.exchange, request, found.groupdict(), granted, api.parsed(request.body)))
                )
    raise ApiError(404, "Not Found", "notFound")


def watch(state: State, topic: str, label_ids: Collection[str], expires: int) -> None:
    """From now on changes of messages with one of these labels are told to the topic; none is any change."""
    state.set_meta("watch", expires)
    state.set_meta("watch_topic", topic)
    state.set_meta("watch_labels", json.dumps(sorted(label_ids)))
    publish(state, label_ids)  # "a notification is sent immediately" (the guide, Watch response)


def publish(state: State, concerned: Collection[str]) -> None:
    """Tell the topic that the mailbox changed, while it is watched for one of the concerned labels."""
    now = state.now_ms()
    if int(state.meta("watch") or 0) <= now:
        return
    wanted = json.loads(state.meta("watch_labels") or "[]")
    if wanted and not set(wanted) & set(concerned):
        return
    told = json.dumps({"emailAddress": state.account, "historyId": state.history})
    data, post = base64.urlsafe_b64encode(told.encode()).decode(), state.exchange
    for row in post.rows("select name from subscriptions where topic = ?", (state.meta("watch_topic"),)):
        mine = (row["name"], state.account)
        post.execute("delete from notices where subscription = ? and account = ? and tries = 0", mine)
        post.execute(
            "insert into notices (subscription, account, data, at) values (?, ?, ?, ?)", (*mine, data, now)
        )


def message(row: Row) -> Json:
    """A PubsubMessage."""
    at = datetime.fromtimestamp(row["at"] / 1000, UTC).isoformat(timespec="milliseconds")
    return {
        "data": row["data"],
        "messageId": str(10**15 + row["n"]),
        "publishTime": at.replace("+00:00", "Z"),
    }


def _name(call: Call) -> str:
    return "projects/{project}/subscriptions/{id}".format(**call.ids)


def _subscription(call: Call) -> Json:
    body = call.state.scalar("select body from subscriptions where name = ?", (_name(call),))
    if body is None:
        raise not_found()
    found: Json = json.loads(body)
    return found


def create(call: Call) -> Json:
    """projects.subscriptions.create. Pushes go to this machine alone."""
    name, topic = _name(call), str(call.json.get("topic", ""))
    if not topic.startswith("projects/") or "/topics/" not in topic:
        raise bad_request("You have passed an invalid argument to the service (argument=topic).", "topic")
    if call.state.row("select 1 from subscriptions where name = ?", (name,)):
        raise conflict("Resource already exists in the project (resource=" + call.ids["id"] + ").")
    endpoint = str((call.json.get("pushConfig") or {}).get("pushEndpoint", ""))
    if endpoint and not _is_here(endpoint):
        raise bad_request("The sandbox pushes to http on this machine alone.", "pushConfig.pushEndpoint")
    body = {"ackDeadlineSeconds": ACK_SECONDS, **call.json, "name": name, "state": "ACTIVE"}
    call.state.execute(
        "insert into subscriptions (name, topic, body) values (?, ?, ?)", (name, topic, json.dumps(body))
    )
    return body


def _is_here(endpoint: str) -> bool:
    parts = urlsplit(endpoint)
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def delete(call: Call) -> Json:
    """projects.subscriptions.delete."""
    _subscription(call)
    call.state.execute("delete from subscriptions where name = ?", (_name(call),))
    call.state.execute("delete from notices where subscription = ?", (_name(call),))
    return {}


def pull(call: Call) -> Json:
    """projects.subscriptions.pull: what waits, leased until the deadline."""
    lease = int(_subscription(call)["ackDeadlineSeconds"]) * 1000
    most = call.json.get("maxMessages")
    if not isinstance(most, int) or most < 1:
        raise bad_request(
            "You have passed an invalid argument to the service (argument=max_messages).", "maxMessages"
        )
    now = call.state.now_ms()
    rows = call.state.rows(
        "select * from notices where subscription = ? and lease <= ? order by n limit ?",
        (_name(call), now, min(most, MOST)),
    )
    for row in rows:
        call.state.execute(
            "update notices set lease = ?, tries = tries + 1 where n = ?", (now + lease, row["n"])
        )
    received = [{"ackId": f"{row['n']}.{row['tries'] + 1}", "message": message(row)} for row in rows]
    return {"receivedMessages": received} if received else {}


def acknowledge(call: Call) -> Json:
    """projects.subscriptions.acknowledge; the id of an earlier delivery has no effect."""
    _subscription(call)
    ids = call.json.get("ackIds")
    if not isinstance(ids, list) or not ids:
        raise bad_request("You have passed an invalid argument to the service (argument=ack_ids).", "ackIds")
    for number, _, tries in (str(one).partition(".") for one in ids):
        call.state.execute(
            "delete from notices where n = ? and tries = ? and subscription = ?", (number, tries, _name(call))
        )
    return {}


_PATH = ROOT + "{project}/subscriptions/{id}"
_METHODS = tuple(
    (verb, compile_path(_PATH + act)[0], run)
    for verb, act, run in (
        ("POST", ":pull", pull),
        ("POST", ":acknowledge", acknowledge),
        ("PUT", "", create),
        ("GET", "", _subscription),
        ("DELETE", "", delete),
    )
)
