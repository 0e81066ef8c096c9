"""users.drafts: a draft's id is stable, the id of the message inside changes with every update."""

from mailreeve.sandbox import conversations, listing, messages, sending
from mailreeve.sandbox.errors import bad_request, not_found
from mailreeve.sandbox.gmail_messages import brief, raw_of, resource, wanted_format
from mailreeve.sandbox.http import Call, Json
from mailreeve.sandbox.messages import Mail
from mailreeve.sandbox.state import State


def _message(call: Call) -> Json:
    message: Json = call.json.get("message") or {}
    return message


def find(state: State, draft_id: str) -> Mail:
    """The message of a draft; ApiError 404 when there is none."""
    n = state.scalar("select n from drafts where id = ?", (draft_id,))
    if n is None:
        raise not_found()
    return messages.by_number(state, n)


def put(state: State, raw: bytes, thread: str, date: int, draft_id: str = "", *, record: bool = True) -> str:
    """Write the message of a draft, new or known; returns the draft's id."""
    mail = messages.add(state, raw, ["DRAFT"], date, thread=thread, record=record)
    draft_id = draft_id or f"r{mail.n * 7_368_787_214_893_117 % 9_000_000_000_000_000_000}"
    state.execute("insert into drafts (id, n) values (?, ?)", (draft_id, mail.n))
    return draft_id


def list_(call: Call) -> Json:
    """users.drafts.list."""
    page = listing.drafts(call)
    result: Json = {"resultSizeEstimate": page.total}
    if page.items:
        result["drafts"] = [
            {"id": item.draft, "message": {"id": item.id, "threadId": item.thread}} for item in page.items
        ]
    if page.next:
        result["nextPageToken"] = page.next
    return result


def get(call: Call) -> Json:
    """users.drafts.get."""
    mail = find(call.state, call.ids["id"])
    return {"id": call.ids["id"], "message": resource(call.state, mail, wanted_format(call))}


def create(call: Call) -> Json:
    """users.drafts.create."""
    message = _message(call)
    raw = raw_of(call, message, "draft.message.raw")
    thread = conversations.of_written(call.state, raw, message.get("threadId") or "")
    draft_id = put(call.state, raw, thread, call.state.now_ms())
    return _answer(call, draft_id)


def _answer(call: Call, draft_id: str) -> Json:
    return {"id": draft_id, "message": brief(call.state, find(call.state, draft_id))}


def _alone(state: State, mail: Mail) -> bool:
    return len(messages.in_thread(state, mail.thread)) == 1


def _thread_for(state: State, old: Mail, raw: bytes, wanted: str) -> str:
    """The thread of new content: a draft that is alone in its thread keeps it."""
    if _alone(state, old) and wanted in {"", old.thread}:
        return old.thread
    return conversations.of_written(state, raw, wanted)


def update(call: Call) -> Json:
    """users.drafts.update: "Replaces a draft's content"."""
    state, draft_id, message = call.state, call.ids["id"], _message(call)
    old = find(state, draft_id)
    raw = raw_of(call, message, "draft.message.raw")
    thread = _thread_for(state, old, raw, message.get("threadId") or "")
    messages.remove(state, old)
    put(state, raw, thread, state.now_ms(), draft_id)
    return _answer(call, draft_id)


def delete(call: Call) -> None:
    """users.drafts.delete: "Immediately and permanently deletes the specified draft"."""
    messages.remove(call.state, find(call.state, call.ids["id"]))


def send(call: Call) -> Json:
    """users.drafts.send: what the draft holds, or the content that comes along; 404 once it is sent."""
    state, message = call.state, _message(call)
    draft_id = call.json.get("id") or ""
    if not draft_id:
        raise bad_request("Missing draft id")
    old = find(state, draft_id)
    if call.media is not None or message.get("raw"):
        raw = raw_of(call, message, "draft.message.raw")
        thread = _thread_for(state, old, raw, message.get("threadId") or "")
    else:
        raw, thread = messages.raw(state, old), old.thread
    messages.remove(state, old)
    return brief(state, sending.send(state, raw, thread))
