"""The methods of Gmail v1 that the sandbox serves: path, scopes, parameters, resources."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.routing import compile_path

from mailreeve.sandbox import (
    fields,
    gmail_drafts,
    gmail_labels,
    gmail_messages,
    gmail_settings,
    gmail_threads,
    history,
    quota,
    scopes,
    shapes,
    tokens,
    uploads,
)
from mailreeve.sandbox.errors import ApiError, bad_request
from mailreeve.sandbox.http import Answer, Call, Json, Request, json_answer
from mailreeve.sandbox.state import State

PREFIX = "/gmail/v1/users/{userId}"
GLOBAL = frozenset(
    "$.xgafv access_token alt callback fields key oauth_token prettyPrint quotaUser uploadType upload_protocol".split()
)
_PAGE = ("maxResults", "pageToken", "q", "labelIds", "includeSpamTrash")


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the API."""

    name: str
    verb: str
    path: str
    run: Callable[[Call], Json | None]
    scopes: frozenset[str]
    result: str = ""
    body: str = ""
    query: tuple[str, ...] = ()
    media: bool = False


def _methods() -> tuple[Method, ...]:
    m, t, d, lab, s = gmail_messages, gmail_threads, gmail_drafts, gmail_labels, scopes
    view = ("format", "metadataHeaders")
    return (
        Method("getProfile", "GET", "/profile", gmail_settings.profile, s.PROFILE, "Profile"),
        Method(
            "watch", "POST", "/watch", gmail_settings.watch, s.READ_METADATA, "WatchResponse", "WatchRequest"
        ),
        Method("stop", "POST", "/stop", gmail_settings.stop, s.READ_METADATA),
        *_message_methods(),
        Method("threads.list", "GET", "/threads", t.list_, s.READ_METADATA, "ListThreadsResponse", "", _PAGE),
        Method("threads.get", "GET", "/threads/{id}", t.get, s.READ_METADATA, "Thread", "", view),
        Method(
            "threads.modify",
            "POST",
            "/threads/{id}/modify",
            t.modify,
            s.CHANGE,
            "Thread",
            "ModifyThreadRequest",
        ),
        Method("threads.trash", "POST", "/threads/{id}/trash", t.trash, s.CHANGE, "Thread"),
        Method("threads.untrash", "POST", "/threads/{id}/untrash", t.untrash, s.CHANGE, "Thread"),
        Method("threads.delete", "DELETE", "/threads/{id}", t.delete, s.ERASE),
        Method("labels.list", "GET", "/labels", lab.list_, s.READ_LABELS, "ListLabelsResponse"),
        Method("labels.get", "GET", "/labels/{id}", lab.get, s.READ_LABELS, "Label"),
        Method("labels.create", "POST", "/labels", lab.create, s.WRITE_LABELS, "Label", "Label"),
        Method("labels.patch", "PATCH", "/labels/{id}", lab.patch, s.WRITE_LABELS, "Label", "Label"),
        Method("labels.update", "PUT", "/labels/{id}", lab.update, s.WRITE_LABELS, "Label", "Label"),
        Method("labels.delete", "DELETE", "/labels/{id}", lab.delete, s.WRITE_LABELS),
        Method(
            "drafts.list",
            "GET",
            "/drafts",
            d.list_,
            s.READ_DRAFTS,
            "ListDraftsResponse",
            "",
            ("maxResults", "pageToken", "q", "includeSpamTrash"),
        ),
        Method("drafts.create", "POST", "/drafts", d.create, s.WRITE_DRAFTS, "Draft", "Draft", media=True),
        Method("drafts.send", "POST", "/drafts/send", d.send, s.WRITE_DRAFTS, "Message", "Draft", media=True),
        Method("drafts.get", "GET", "/drafts/{id}", d.get, s.READ_DRAFTS, "Draft", "", ("format",)),
        Method(
            "drafts.update", "PUT", "/drafts/{id}", d.update, s.WRITE_DRAFTS, "Draft", "Draft", media=True
        ),
        Method("drafts.delete", "DELETE", "/drafts/{id}", d.delete, s.WRITE_DRAFTS),
        Method(
            "history.list",
            "GET",
            "/history",
            history.list_,
            s.READ_METADATA,
            "ListHistoryResponse",
            "",
            ("startHistoryId", "historyTypes", "labelId", "maxResults", "pageToken"),
        ),
        Method(
            "settings.sendAs.list",
            "GET",
            "/settings/sendAs",
            gmail_settings.send_as_list,
            s.READ_SETTINGS,
            "ListSendAsResponse",
        ),
        Method(
            "settings.sendAs.get",
            "GET",
            "/settings/sendAs/{sendAsEmail}",
            gmail_settings.send_as_get,
            s.READ_SETTINGS,
            "SendAs",
        ),
    )


def _message_methods() -> tuple[Method, ...]:
    m, s = gmail_messages, scopes
    view, dates = ("format", "metadataHeaders"), ("internalDateSource", "deleted")
    return (
        Method(
            "messages.list", "GET", "/messages", m.list_, s.READ_METADATA, "ListMessagesResponse", "", _PAGE
        ),
        Method(
            "messages.send", "POST", "/messages/send", m.send, s.SEND_MAIL, "Message", "Message", media=True
        ),
        Method(
            "messages.insert",
            "POST",
            "/messages",
            m.insert,
            s.PUT_MAIL,
            "Message",
            "Message",
            dates,
            media=True,
        ),
        Method(
            "messages.batchModify",
            "POST",
            "/messages/batchModify",
            m.batch_modify,
            s.CHANGE,
            "",
            "BatchModifyMessagesRequest",
        ),
        Method(
            "messages.batchDelete",
            "POST",
            "/messages/batchDelete",
            m.batch_delete,
            s.ERASE,
            "",
            "BatchDeleteMessagesRequest",
        ),
        Method("messages.get", "GET", "/messages/{id}", m.get, s.READ_METADATA, "Message", "", view),
        Method("messages.delete", "DELETE", "/messages/{id}", m.delete, s.ERASE),
        Method(
            "messages.modify",
            "POST",
            "/messages/{id}/modify",
            m.modify,
            s.CHANGE,
            "Message",
            "ModifyMessageRequest",
        ),
        Method("messages.trash", "POST", "/messages/{id}/trash", m.trash, s.CHANGE, "Message"),
        Method("messages.untrash", "POST", "/messages/{id}/untrash", m.untrash, s.CHANGE, "Message"),
        Method(
            "messages.attachments.get",
            "GET",
            "/messages/{messageId}/attachments/{id}",
            m.attachment,
            s.READ,
            "MessagePartBody",
        ),
    )


METHODS = _methods()
_PATTERNS = tuple((compile_path(PREFIX + method.path)[0], method) for method in METHODS)


def find(request: Request, path: str) -> tuple[Method, dict[str, str]]:
    """The method of a request and the variables of its path; ApiError 404 when there is none."""
    for pattern, method in _PATTERNS:
        found = pattern.match(path) if method.verb == request.method else None
        if found:
            return method, found.groupdict()
    raise ApiError(404, "Not Found", "notFound")


def handle(state: State, request: Request) -> Answer:
    """Carry out a request for the API: token, quota, scope, arguments, method, selected fields.

    What a method wrote is undone when it fails; the units that it cost stay spent.
    """
    uploaded = request.path.startswith(uploads.PREFIX + "/")
    method, ids = find(request, request.path.removeprefix(uploads.PREFIX) if uploaded else request.path)
    granted = tokens.scopes_of(state, request)
    quota.spend(state, method.name)
    with state.savepoint():
        tokens.require(granted, method.scopes)
        _check_user(state, ids.pop("userId"))
        _check_query(method, request)
        body, media = _body(method, request, uploaded=uploaded)
        selection = request.query.get("fields")
        mask = fields.parse(selection[-1], method.result) if selection and method.result else {}
        answer = method.run(Call(state, request, ids, granted, body, media))
        return json_answer(None if answer is None else fields.apply(answer, mask))


def _check_user(state: State, user: str) -> None:
    if user != "me" and user.lower() != state.account.lower():
        raise ApiError(403, f"Delegation denied for {state.account}", "forbidden")


def _check_query(method: Method, request: Request) -> None:
    for name in request.query:
        if name not in GLOBAL and name not in method.query:
            raise bad_request(
                f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.', name
            )


def _body(method: Method, request: Request, *, uploaded: bool) -> tuple[Json, bytes | None]:
    """The resource in the body, checked against its schema, and the uploaded message."""
    media: bytes | None = None
    if uploaded:
        if not method.media:
            raise bad_request("This method takes no upload.")
        value, media = uploads.read(request)
    else:
        value = _parsed(request.body)
    if not method.body:
        return {}, media
    shapes.check(value, method.body)
    return {name: inner for name, inner in value.items() if inner is not None}, media


def _parsed(body: bytes) -> Any:
    if not body.strip():
        return {}
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise bad_request("Invalid JSON payload received. Parse error.") from None
    if not isinstance(value, Mapping):
        raise bad_request("Invalid JSON payload received. Expected an object.")
    return value
