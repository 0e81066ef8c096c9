"""users.messages and users.messages.attachments."""

import base64
import binascii
from collections.abc import Sequence

from mailreeve.sandbox import conversations, headers, labels, listing, messages, mime, scopes, sending
from mailreeve.sandbox.errors import ApiError, bad_request
from mailreeve.sandbox.http import Call, Json
from mailreeve.sandbox.messages import Mail
from mailreeve.sandbox.state import State

UPLOAD_LIMIT = 36_700_160
"""Bytes of a message that is sent or drafted (discovery document, mediaUpload.maxSize)."""
INSERT_LIMIT = 157_286_400
CHUNK = 1000
"""Ids that batchModify takes at most."""


def resource(state: State, mail: Mail, format_: str = "minimal", only_headers: Sequence[str] = ()) -> Json:
    """A message in one of the four formats; ApiError 400 for any other."""
    if format_ not in {"minimal", "full", "raw", "metadata"}:
        raise bad_request(f"Invalid value at 'format' (TYPE_ENUM), \"{format_}\"", "format")
    raw = messages.raw(state, mail)
    root = mime.tree(raw)
    result: Json = {
        "id": mail.id,
        "threadId": mail.thread,
        "labelIds": messages.labels(state, mail.n),
        "snippet": mime.snippet(root),
        "historyId": str(mail.history),
        "internalDate": str(mail.date),
        "sizeEstimate": mail.size,
    }
    if not result["labelIds"]:
        del result["labelIds"]
    if format_ == "raw":
        result["raw"] = base64.urlsafe_b64encode(raw).decode()
    elif format_ != "minimal":
        result["payload"] = mime.payload(root, bodies=format_ == "full", only_headers=only_headers)
    if format_ == "full":
        state.execute(
            "insert into given (message, times) values (?, 1)"
            " on conflict (message) do update set times = times + 1",
            (mail.id,),
        )
    return result


def brief(state: State, mail: Mail) -> Json:
    """A message as modify, send and trash answer: ids and labels."""
    return {"id": mail.id, "threadId": mail.thread, "labelIds": messages.labels(state, mail.n)}


def metadata_only(call: Call) -> bool:
    """True when the token sees no bodies: gmail.metadata is the best scope it has."""
    return not call.scopes & scopes.READ and scopes.METADATA in call.scopes


def wanted_format(call: Call) -> str:
    """The parameter `format`; ApiError 403 for bodies under gmail.metadata."""
    chosen = call.one("format", "full")
    if metadata_only(call) and chosen in {"full", "raw"}:
        raise ApiError(403, f"Metadata scope doesn't allow format {chosen.upper()}", "forbidden")
    return chosen


def list_(call: Call) -> Json:
    """users.messages.list."""
    page = listing.messages(call, metadata_only=metadata_only(call))
    result: Json = {"resultSizeEstimate": page.total}
    if page.items:
        result["messages"] = [{"id": item.id, "threadId": item.thread} for item in page.items]
    if page.next:
        result["nextPageToken"] = page.next
    return result


def get(call: Call) -> Json:
    """users.messages.get."""
    mail = messages.find(call.state, call.ids["id"])
    return resource(call.state, mail, wanted_format(call), call.many("metadataHeaders"))


def attachment(call: Call) -> Json:
    """users.messages.attachments.get."""
    mail = messages.find(call.state, call.ids["messageId"])
    part = mime.part_of(mime.tree(messages.raw(call.state, mail)), call.ids["id"])
    if part is None:
        raise bad_request("Invalid attachment token")
    data = part.data()
    return {"size": len(data), "data": base64.urlsafe_b64encode(data).decode()}


def raw_of(call: Call, resource_: Json, where: str, limit: int = UPLOAD_LIMIT) -> bytes:
    """The RFC 5322 bytes that a request carries: uploaded, or in `raw`; ApiError 400 without them."""
    raw = call.media if call.media is not None else _decoded(resource_.get("raw") or "", where)
    if not raw.strip():
        raise bad_request(
            "'raw' RFC822 payload message string or uploading message via /upload/* URL required"
        )
    if len(raw) > limit:
        raise ApiError(413, f"Request Too Large: the limit is {limit} bytes.", "uploadTooLarge")
    return raw


def _decoded(text: str, where: str) -> bytes:
    try:
        plain = text.translate({ord("-"): "+", ord("_"): "/"}).rstrip("=")
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise bad_request(f"Invalid value at '{where}' (TYPE_BYTES), Base64 decoding failed.") from None


def send(call: Call) -> Json:
    """users.messages.send."""
    raw = raw_of(call, call.json, "raw")
    thread = conversations.of_written(call.state, raw, call.json.get("threadId") or "")
    return brief(call.state, sending.send(call.state, raw, thread))


def insert(call: Call) -> Json:
    """users.messages.insert: as IMAP APPEND, no delivery."""
    state = call.state
    raw = raw_of(call, call.json, "raw", INSERT_LIMIT)
    label_ids = tuple(call.json.get("labelIds") or ())
    labels.check_applicable(state, label_ids)
    thread = conversations.of_written(state, raw, call.json.get("threadId") or "")
    date = state.now_ms()
    if call.one("internalDateSource", "receivedTime") == "dateHeader":
        told = headers.parsed_date_ms(headers.first(headers.fields(raw), "date"))
        date = min(date, told) if told is not None else date
    return brief(state, messages.add(state, raw, label_ids, date, thread=thread))


def modify(call: Call) -> Json:
    """users.messages.modify."""
    mail = messages.find(call.state, call.ids["id"])
    add, remove = labels.changes(call, limit=100)
    messages.relabel(call.state, mail, add, remove)
    return brief(call.state, mail)


def batch_modify(call: Call) -> None:
    """users.messages.batchModify: at most 1,000 ids; ids that are not there are passed over."""
    ids = call.json.get("ids") or []
    if not ids:
        raise bad_request("No message ids specified.")
    if len(ids) > CHUNK:
        raise bad_request(f"Number of ids cannot exceed {CHUNK}")
    add, remove = labels.changes(call, limit=100)
    for message_id in ids:
        try:
            mail = messages.find(call.state, message_id)
        except ApiError:
            continue
        messages.relabel(call.state, mail, add, remove)


def trash(call: Call) -> Json:
    """users.messages.trash."""
    mail = messages.find(call.state, call.ids["id"])
    messages.relabel(call.state, mail, ["TRASH"], [])
    return brief(call.state, mail)


def untrash(call: Call) -> Json:
    """users.messages.untrash: the message is in no folder afterwards, INBOX does not come back."""
    mail = messages.find(call.state, call.ids["id"])
    messages.relabel(call.state, mail, [], ["TRASH"])
    return brief(call.state, mail)


def delete(call: Call) -> None:
    """users.messages.delete: for good; only https://mail.google.com/ allows it."""
    messages.remove(call.state, messages.find(call.state, call.ids["id"]))


def batch_delete(call: Call) -> None:
    """users.messages.batchDelete: "Provides no guarantees that messages were not already deleted"."""
    for message_id in call.json.get("ids") or []:
        try:
            mail = messages.find(call.state, message_id)
        except ApiError:
            continue
        messages.remove(call.state, mail)
