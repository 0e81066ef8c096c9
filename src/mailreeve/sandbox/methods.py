"""The methods of Gmail v1 that the sandbox serves: path, scopes, parameters, resources.

The table follows the discovery document gmail.v1 (a test compares the two).
"""

from collections.abc import Callable
from dataclasses import dataclass

from mailreeve.sandbox import (
    gmail_drafts,
    gmail_labels,
    gmail_messages,
    gmail_settings,
    gmail_threads,
    history,
    scopes,
)
from mailreeve.sandbox.http import Call, Json

Handler = Callable[[Call], Json | None]

# method, verb, path below users/{userId}, accepted scopes, resource in the body, resource in the answer
_TABLE = """
getProfile               GET    /profile                               PROFILE        -       Profile
watch                    POST   /watch                                 READ_METADATA  WatchRequest WatchResponse
stop                     POST   /stop                                  READ_METADATA  -       -
messages.list            GET    /messages                              READ_METADATA  -       ListMessagesResponse
messages.send            POST   /messages/send                         SEND_MAIL      Message Message
messages.insert          POST   /messages                              PUT_MAIL       Message Message
messages.batchModify     POST   /messages/batchModify                  CHANGE         BatchModifyMessagesRequest -
messages.batchDelete     POST   /messages/batchDelete                  ERASE          BatchDeleteMessagesRequest -
messages.get             GET    /messages/{id}                         READ_METADATA  -       Message
messages.delete          DELETE /messages/{id}                         ERASE          -       -
messages.modify          POST   /messages/{id}/modify                  CHANGE         ModifyMessageRequest Message
messages.trash           POST   /messages/{id}/trash                   CHANGE         -       Message
messages.untrash         POST   /messages/{id}/untrash                 CHANGE         -       Message
messages.attachments.get GET    /messages/{messageId}/attachments/{id} READ           -       MessagePartBody
threads.list             GET    /threads                               READ_METADATA  -       ListThreadsResponse
threads.get              GET    /threads/{id}                          READ_METADATA  -       Thread
threads.modify           POST   /threads/{id}/modify                   CHANGE         ModifyThreadRequest Thread
threads.trash            POST   /threads/{id}/trash                    CHANGE         -       Thread
threads.untrash          POST   /threads/{id}/untrash                  CHANGE         -       Thread
threads.delete           DELETE /threads/{id}                          ERASE          -       -
labels.list              GET    /labels                                READ_LABELS    -       ListLabelsResponse
labels.create            POST   /labels                                WRITE_LABELS   Label   Label
labels.get               GET    /labels/{id}                           READ_LABELS    -       Label
labels.patch             PATCH  /labels/{id}                           WRITE_LABELS   Label   Label
labels.update            PUT    /labels/{id}                           WRITE_LABELS   Label   Label
labels.delete            DELETE /labels/{id}                           WRITE_LABELS   -       -
drafts.list              GET    /drafts                                READ_DRAFTS    -       ListDraftsResponse
drafts.create            POST   /drafts                                WRITE_DRAFTS   Draft   Draft
drafts.send              POST   /drafts/send                           WRITE_DRAFTS   Draft   Message
drafts.get               GET    /drafts/{id}                           READ_DRAFTS    -       Draft
drafts.update            PUT    /drafts/{id}                           WRITE_DRAFTS   Draft   Draft
drafts.delete            DELETE /drafts/{id}                           WRITE_DRAFTS   -       -
history.list             GET    /history                               READ_METADATA  -       ListHistoryResponse
settings.sendAs.list     GET    /settings/sendAs                       READ_SETTINGS  -       ListSendAsResponse
settings.sendAs.get      GET    /settings/sendAs/{sendAsEmail}         READ_SETTINGS  -       SendAs
"""

PARAMETERS = {
    "messages.list": "maxResults pageToken q labelIds includeSpamTrash",
    "messages.insert": "internalDateSource deleted",
    "messages.get": "format metadataHeaders",
    "threads.list": "maxResults pageToken q labelIds includeSpamTrash",
    "threads.get": "format metadataHeaders",
    "drafts.list": "maxResults pageToken q includeSpamTrash",
    "drafts.get": "format",
    "history.list": "startHistoryId historyTypes labelId maxResults pageToken",
}
"""Query parameters beside those that every Google API takes."""

UPLOADS = frozenset({"messages.send", "messages.insert", "drafts.create", "drafts.update", "drafts.send"})

_HANDLERS: dict[str, Handler] = {
    "getProfile": gmail_settings.profile,
    "watch": gmail_settings.watch,
    "stop": gmail_settings.stop,
    "messages.list": gmail_messages.list_,
    "messages.send": gmail_messages.send,
    "messages.insert": gmail_messages.insert,
    "messages.batchModify": gmail_messages.batch_modify,
    "messages.batchDelete": gmail_messages.batch_delete,
    "messages.get": gmail_messages.get,
    "messages.delete": gmail_messages.delete,
    "messages.modify": gmail_messages.modify,
    "messages.trash": gmail_messages.trash,
    "messages.untrash": gmail_messages.untrash,
    "messages.attachments.get": gmail_messages.attachment,
    "threads.list": gmail_threads.list_,
    "threads.get": gmail_threads.get,
    "threads.modify": gmail_threads.modify,
    "threads.trash": gmail_threads.trash,
    "threads.untrash": gmail_threads.untrash,
    "threads.delete": gmail_threads.delete,
    "labels.list": gmail_labels.list_,
    "labels.create": gmail_labels.create,
    "labels.get": gmail_labels.get,
    "labels.patch": gmail_labels.patch,
    "labels.update": gmail_labels.update,
    "labels.delete": gmail_labels.delete,
    "drafts.list": gmail_drafts.list_,
    "drafts.create": gmail_drafts.create,
    "drafts.send": gmail_drafts.send,
    "drafts.get": gmail_drafts.get,
    "drafts.update": gmail_drafts.update,
    "drafts.delete": gmail_drafts.delete,
    "history.list": history.list_,
    "settings.sendAs.list": gmail_settings.send_as_list,
    "settings.sendAs.get": gmail_settings.send_as_get,
}


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the API; `body` and `result` are empty where there is no resource."""

    name: str
    verb: str
    path: str
    scopes: frozenset[str]
    body: str
    result: str
    parameters: frozenset[str]
    run: Handler


def _method(line: str) -> Method:
    name, verb, path, accepted, body, result = line.split()
    return Method(
        name,
        verb,
        path,
        getattr(scopes, accepted),
        body.strip("-"),
        result.strip("-"),
        frozenset(PARAMETERS.get(name, "").split()),
        _HANDLERS[name],
    )


METHODS = tuple(_method(line) for line in _TABLE.strip().splitlines())
