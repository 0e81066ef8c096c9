"""users.threads."""

from mailreeve.sandbox import labels, listing, messages, mime
from mailreeve.sandbox.errors import bad_request, not_found
from mailreeve.sandbox.gmail_messages import brief, metadata_only, resource, wanted_format
from mailreeve.sandbox.http import Call, Json
from mailreeve.sandbox.messages import Mail
from mailreeve.sandbox.state import State


def _find(call: Call) -> list[Mail]:
    found = messages.in_thread(call.state, call.ids["id"])
    if not found:
        raise not_found()
    return found


def list_(call: Call) -> Json:
    """users.threads.list: the threads of which a message matches, newest match first."""
    page = listing.threads(call, metadata_only=metadata_only(call))
    result: Json = {"resultSizeEstimate": page.total}
    if page.items:
        result["threads"] = [_brief(call.state, item.thread) for item in page.items]
    if page.next:
        result["nextPageToken"] = page.next
    return result


def _brief(state: State, thread: str) -> Json:
    found = messages.in_thread(state, thread)
    snippet = mime.snippet(mime.tree(messages.raw(state, found[-1])))
    return {"id": thread, "snippet": snippet, "historyId": str(max(mail.history for mail in found))}


def get(call: Call) -> Json:
    """users.threads.get: the messages oldest first; there is no format=raw."""
    chosen = wanted_format(call)
    if chosen == "raw":
        raise bad_request("Invalid value at 'format' (TYPE_ENUM), \"raw\"", "format")
    found = _find(call)
    return {
        "id": call.ids["id"],
        "historyId": str(max(mail.history for mail in found)),
        "messages": [resource(call.state, mail, chosen, call.many("metadataHeaders")) for mail in found],
    }


def _changed(call: Call, add: list[str], remove: list[str]) -> Json:
    for mail in _find(call):
        messages.relabel(call.state, mail, add, remove)
    found = _find(call)
    return {
        "id": call.ids["id"],
        "historyId": str(max(mail.history for mail in found)),
        "messages": [brief(call.state, mail) for mail in found],
    }


def modify(call: Call) -> Json:
    """users.threads.modify."""
    add, remove = labels.changes(call, limit=100)
    return _changed(call, add, remove)


def trash(call: Call) -> Json:
    """users.threads.trash."""
    return _changed(call, ["TRASH"], [])


def untrash(call: Call) -> Json:
    """users.threads.untrash."""
    return _changed(call, [], ["TRASH"])


def delete(call: Call) -> None:
    """users.threads.delete: for good; only https://mail.google.com/ allows it."""
    for mail in _find(call):
        messages.remove(call.state, mail)
