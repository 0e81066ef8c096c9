"""What it means for the person when Gmail refuses a request: which id was wrong, and what to do.

The words come from our own request alone, never from Google's answer.
"""

from typing import Any
from urllib.parse import unquote, urlsplit

from mailreeve.errors import GoogleRefused, InputError, NotFound

SHOWN = 80
"""Characters of an id that are repeated."""

_NOUNS = {
    "messages.get": "message",
    "messages.modify": "message",
    "messages.trash": "message",
    "messages.untrash": "message",
    "threads.get": "thread",
    "drafts.get": "draft",
    "drafts.update": "draft",
    "drafts.delete": "draft",
    "drafts.send": "draft",
    "labels.delete": "label",
    "people.get": "contact",
    "people.updateContact": "contact",
    "people.deleteContact": "contact",
    "calendar.events.get": "event",
    "calendar.events.patch": "event",
    "calendar.events.delete": "event",
    "pubsub.projects.subscriptions.pull": "subscription",
    "pubsub.projects.subscriptions.acknowledge": "subscription",
}
_WHERE = {
    "message": "Take the id from a search; it may also have been deleted meanwhile.",
    "thread": "Take the thread's id from a search; it may also have been deleted meanwhile.",
    "draft": "It may have been sent or discarded; write it again, or take the id from Gmail's drafts.",
    "label": "Somebody removed it meanwhile.",
    "contact": "It may have been deleted or merged at Google; `mailreeve contacts sync` looks again.",
    "subscription": "Make it in the Google Cloud console, and set [wake] subscription to its full name.",
    "event": "It may have been deleted meanwhile; `mailreeve calendar agenda` lists what is there.",
}
_PULLS = "Give the service account of [wake] the role Pub/Sub Subscriber on the subscription."
_REFUSED = {
    "watch": "[wake] topic must be in the Cloud project of your OAuth client, and"
    " gmail-api-push@system.gserviceaccount.com needs the role Pub/Sub Publisher on it.",
    "pubsub.projects.subscriptions.pull": _PULLS,
    "pubsub.projects.subscriptions.acknowledge": _PULLS,
}
_SEARCH = (
    'Write it as in Gmail\'s own search box: from:ana subject:"two words" newer_than:7d. A cursor must be the'
    " `next` of the page before, with the same search."
)


def about(request: Any) -> str:
    """The id in a request's path; empty when there is none. A search is private and not repeated."""
    method = str(request.methodId).removeprefix("gmail.users.").removeprefix("people.")
    if method not in _NOUNS:
        return ""
    folder = "events" if method.startswith("calendar.") else method.partition(".")[0]
    _, _, rest = urlsplit(request.uri).path.partition(f"/{folder}/")
    return unquote(rest.partition("/")[0]).partition(":")[0]


def api(method: str) -> str:
    """What Google calls the API of a method."""
    if method.startswith("calendar."):
        return "Google Calendar API"
    if method.startswith("pubsub."):
        return "Cloud Pub/Sub API"
    return "People API" if method.startswith(("people.", "otherContacts.")) else "Gmail API"


def scope_advice(method: str) -> str:
    """What the person does when the login lacks the permission; empty: what the error says anyway."""
    flag = {"Google Calendar API": "--calendar", "People API": "--contacts"}.get(api(method))
    return f"Run `mailreeve login {flag}` and leave the box for this permission ticked." if flag else ""


def gone(method: str, what: str) -> NotFound:
    """404: what was asked for is not there."""
    noun = _NOUNS.get(method)
    if noun is None:
        return NotFound(f"Gmail does not have it (any more): {method}.", "Look it up again; it may be gone.")
    named = f"{noun} {quoted(what)}" if what else f"such {noun}"
    return NotFound(f"There is no {named} (any more).", _WHERE[noun])


def refused(method: str, what: str, status: int, code: str) -> GoogleRefused | InputError:
    """400 and the like: asking again will not help."""
    malformed = status == 400 and code in {"", "invalidArgument", "INVALID_ARGUMENT", "badRequest"}
    if malformed and method == "messages.list":
        return InputError("Gmail does not understand this search, or its cursor.", _SEARCH)
    if malformed and what and method.endswith(".get"):
        noun = _NOUNS[method]
        return GoogleRefused(f"{quoted(what)} is no {noun} id.", _WHERE[noun])
    told = f", {code}" if code else ""
    return GoogleRefused(f"Google refused {method} (HTTP {status}{told}).", _REFUSED.get(method, ""))


def quoted(what: str) -> str:
    """One line of printable characters, bounded."""
    return repr(what if len(what) <= SHOWN else f"{what[:SHOWN]}…")
