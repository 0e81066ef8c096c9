"""The labels of the mailbox and who may change what about them.

Source: developers.google.com/workspace/gmail/api/guides/labels (the table of system labels and whether they can
be applied by hand) and the reference of users.labels (at most 10,000 labels in a mailbox).
"""

from collections.abc import Collection

from mailreeve.sandbox.errors import bad_request, conflict
from mailreeve.sandbox.http import Call
from mailreeve.sandbox.state import Row, State

LIMIT = 10_000
NAME_LIMIT = 225
CATEGORIES = tuple(f"CATEGORY_{name}" for name in ("PERSONAL", "SOCIAL", "PROMOTIONS", "UPDATES", "FORUMS"))
BY_HAND = frozenset({"INBOX", "SPAM", "TRASH", "UNREAD", "STARRED", "IMPORTANT", *CATEGORIES})
SYSTEM = ("CHAT", "SENT", "INBOX", "IMPORTANT", "TRASH", "DRAFT", "SPAM", *CATEGORIES, "STARRED", "UNREAD")
_HIDDEN = frozenset({"CHAT", "IMPORTANT", "TRASH", "SPAM", *CATEGORIES})


def create_system(state: State) -> None:
    """The labels that every mailbox has."""
    for label in SYSTEM:
        hidden = label in _HIDDEN
        state.execute(
            "insert or ignore into labels (id, name, key, type, message_list, label_list)"
            " values (?, ?, ?, 'system', ?, ?)",
            (label, label, label.lower(), "hide" if hidden else None, "labelHide" if hidden else None),
        )


def find(state: State, label_id: str) -> Row | None:
    """A label by its id."""
    return state.row("select * from labels where id = ?", (label_id,))


def create(state: State, name: str) -> str:
    """A new user label; returns its id. ApiError 400 for a bad name, 409 for one that is taken."""
    check_name(state, name)
    if state.scalar("select count(*) from labels where type = 'user'") >= LIMIT:
        raise bad_request("Label limit exceeded.")
    number = int(state.meta("label") or 0) + 1
    state.set_meta("label", number)
    state.execute(
        "insert into labels (id, name, key, type, message_list, label_list)"
        " values (?, ?, ?, 'user', 'show', 'labelShow')",
        (f"Label_{number}", name, name.lower()),
    )
    return f"Label_{number}"


def check_name(state: State, name: str, own: str = "") -> None:
    """Raise ApiError when a label cannot be called this; `own` is the label that is renamed."""
    parts = name.split("/")
    if not name.strip() or len(name) > NAME_LIMIT or any(part.strip() != part or not part for part in parts):
        raise bad_request("Invalid label name")
    taken = find_name(state, name)
    if taken is not None and taken["id"] != own:
        if taken["type"] == "system":
            raise bad_request(f"Invalid label name: {name}")
        raise conflict("Label name exists or conflicts")


def find_name(state: State, name: str) -> Row | None:
    """A label by its name, in any case."""
    return state.row("select * from labels where key = ?", (name.lower(),))


def named(state: State, name: str) -> str:
    """The id of the user label of that name, made when it is missing; system labels by their id."""
    found = find_name(state, name)
    return str(found["id"]) if found else create(state, name)


def tidied(name: str) -> str:
    """A label name of a mailbox file as Gmail would take it; empty when nothing is left."""
    parts = [part.strip() for part in name[:NAME_LIMIT].split("/")]
    return "/".join(part for part in parts if part)


def changes(call: Call, limit: int) -> tuple[list[str], list[str]]:
    """The labels that a request adds and removes, checked."""
    add, remove = call.json.get("addLabelIds") or [], call.json.get("removeLabelIds") or []
    if not add and not remove:
        raise bad_request("No label add or removes specified")
    if max(len(add), len(remove)) > limit:
        raise bad_request(f"Too many labels: the limit is {limit}.")
    check_applicable(call.state, (*add, *remove))
    if set(add) & set(remove):
        raise bad_request("Cannot both add and remove the same label")
    return add, remove


def check_applicable(state: State, label_ids: Collection[str]) -> None:
    """Raise ApiError 400 for a label that is not there or that nobody may set by hand (SENT, DRAFT, CHAT)."""
    for label_id in label_ids:
        found = find(state, label_id)
        if found is None or (found["type"] == "system" and label_id not in BY_HAND):
            raise bad_request(f"Invalid label: {label_id}")
