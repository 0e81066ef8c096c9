"""The resources of Gmail v1 that the sandbox takes and gives: their fields, and which are always there.

`FIELDS` follows the schemas of the discovery document gmail.v1 (a test compares the two): "string",
"integer", "boolean", another schema, or a list of one of these in brackets.
"""

from collections.abc import Mapping
from typing import Any

from mailreeve.sandbox.errors import bad_request

_LABELS_ONLY = {"addLabelIds": "[string]", "removeLabelIds": "[string]"}

FIELDS: dict[str, dict[str, str]] = {
    "Profile": {
        "emailAddress": "string",
        "messagesTotal": "integer",
        "threadsTotal": "integer",
        "historyId": "string",
    },
    "Message": {
        "id": "string",
        "threadId": "string",
        "labelIds": "[string]",
        "snippet": "string",
        "historyId": "string",
        "internalDate": "string",
        "payload": "MessagePart",
        "sizeEstimate": "integer",
        "raw": "string",
    },
    "MessagePart": {
        "partId": "string",
        "mimeType": "string",
        "filename": "string",
        "headers": "[MessagePartHeader]",
        "body": "MessagePartBody",
        "parts": "[MessagePart]",
    },
    "MessagePartHeader": {"name": "string", "value": "string"},
    "MessagePartBody": {"attachmentId": "string", "size": "integer", "data": "string"},
    "ListMessagesResponse": {
        "messages": "[Message]",
        "nextPageToken": "string",
        "resultSizeEstimate": "integer",
    },
    "Thread": {"id": "string", "snippet": "string", "historyId": "string", "messages": "[Message]"},
    "ListThreadsResponse": {
        "threads": "[Thread]",
        "nextPageToken": "string",
        "resultSizeEstimate": "integer",
    },
    "ModifyMessageRequest": _LABELS_ONLY,
    "ModifyThreadRequest": _LABELS_ONLY,
    "BatchModifyMessagesRequest": {"ids": "[string]", **_LABELS_ONLY},
    "BatchDeleteMessagesRequest": {"ids": "[string]"},
    "Label": {
        "id": "string",
        "name": "string",
        "messageListVisibility": "string",
        "labelListVisibility": "string",
        "type": "string",
        "messagesTotal": "integer",
        "messagesUnread": "integer",
        "threadsTotal": "integer",
        "threadsUnread": "integer",
        "color": "LabelColor",
    },
    "LabelColor": {"textColor": "string", "backgroundColor": "string"},
    "ListLabelsResponse": {"labels": "[Label]"},
    "Draft": {"id": "string", "message": "Message"},
    "ListDraftsResponse": {
        "drafts": "[Draft]",
        "nextPageToken": "string",
        "resultSizeEstimate": "integer",
    },
    "ListHistoryResponse": {"history": "[History]", "nextPageToken": "string", "historyId": "string"},
    "History": {
        "id": "string",
        "messages": "[Message]",
        "messagesAdded": "[HistoryMessageAdded]",
        "messagesDeleted": "[HistoryMessageDeleted]",
        "labelsAdded": "[HistoryLabelAdded]",
        "labelsRemoved": "[HistoryLabelRemoved]",
    },
    "HistoryMessageAdded": {"message": "Message"},
    "HistoryMessageDeleted": {"message": "Message"},
    "HistoryLabelAdded": {"message": "Message", "labelIds": "[string]"},
    "HistoryLabelRemoved": {"message": "Message", "labelIds": "[string]"},
    "SendAs": {
        "sendAsEmail": "string",
        "displayName": "string",
        "replyToAddress": "string",
        "signature": "string",
        "isPrimary": "boolean",
        "isDefault": "boolean",
        "treatAsAlias": "boolean",
        "verificationStatus": "string",
    },
    "ListSendAsResponse": {"sendAs": "[SendAs]"},
    "WatchRequest": {
        "labelIds": "[string]",
        "labelFilterAction": "string",
        "labelFilterBehavior": "string",
        "topicName": "string",
    },
    "WatchResponse": {"historyId": "string", "expiration": "string"},
}

ALWAYS: dict[str, tuple[str, ...]] = {
    # users/getProfile, the response's example
    "Profile": ("emailAddress", "messagesTotal", "threadsTotal", "historyId"),
    # users.messages#Message; lists give id and threadId alone
    "Message": ("id", "threadId"),
    # users.messages/get, every format
    "messages.get": ("snippet", "historyId", "internalDate", "sizeEstimate"),
    # users.messages/list: `messages` is left out of an empty page, the estimate never is
    "ListMessagesResponse": ("resultSizeEstimate",),
    "ListThreadsResponse": ("resultSizeEstimate",),
    "Thread": ("id", "historyId"),
    # users.messages#MessagePart
    "MessagePart": ("mimeType", "headers"),
    "MessagePartHeader": ("name", "value"),
    "MessagePartBody": ("size",),
    # users.labels/list: "each label resource only contains an id, name, ... and type"
    "Label": ("id", "name", "type"),
    "ListLabelsResponse": ("labels",),
    # guides/labels: "labels.get ... additional label details", the counts
    "labels.get": ("messagesTotal", "messagesUnread", "threadsTotal", "threadsUnread"),
    "Draft": ("id", "message"),
    # users.history/list: `historyId` is "the ID of the mailbox's current history record"
    "ListHistoryResponse": ("historyId",),
    "History": ("id", "messages"),
    "HistoryMessageAdded": ("message",),
    "HistoryMessageDeleted": ("message",),
    "HistoryLabelAdded": ("message", "labelIds"),
    "HistoryLabelRemoved": ("message", "labelIds"),
    "SendAs": ("sendAsEmail", "isDefault"),
    "ListSendAsResponse": ("sendAs",),
    "WatchResponse": ("historyId", "expiration"),
}
"""Fields that are present in every answer, by the pages below https://developers.google.com/workspace/gmail/api/reference/rest/v1/."""

_PYTHON: dict[str, type | tuple[type, ...]] = {"string": str, "integer": int, "boolean": bool}


def check(value: Any, schema: str, where: str = "") -> None:
    """Raise ApiError 400 when a body does not fit its schema, in the words of Google's JSON parser."""
    if schema.startswith("["):
        if not isinstance(value, list):
            raise bad_request(f"Invalid value at '{where}': expected a list.")
        for number, item in enumerate(value):
            check(item, schema[1:-1], f"{where}[{number}]")
    elif schema in _PYTHON:
        if not isinstance(value, _PYTHON[schema]) or (schema == "integer" and isinstance(value, bool)):
            raise bad_request(f"Invalid value at '{where}' (TYPE_{schema.upper()}), {value!r}")
    else:
        _check_fields(value, schema, where)


def _check_fields(value: Any, schema: str, where: str) -> None:
    if not isinstance(value, Mapping):
        raise bad_request(f"Invalid value at '{where}': expected an object.")
    for name, inner in value.items():
        known = FIELDS[schema].get(name)
        if known is None:
            at = f" at '{where}'" if where else ""
            raise bad_request(f'Invalid JSON payload received. Unknown name "{name}"{at}: Cannot find field.')
        if inner is not None:
            check(inner, known, f"{where}.{name}".strip("."))
