"""`/_sandbox/...`: what tests and demos steer. Guarded by the printed token.

`POST deliver` (RFC 5322 body -> `{id, threadId}`; labels in `X-Sandbox-Labels`, else INBOX and UNREAD) · `GET
state` · `GET sent` · `GET units` · `GET|POST faults` · `GET|POST clock` · `GET|POST consent` (`{deny, scopes,
rotate}`) · `POST tokens` (`{scopes, expires_in}` -> an access token) · `POST send_as` (another own address) ·
`POST delegation` (`{scopes}`: what the administrator authorizes a service account for here).
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from typing import Any

from mailreeve.sandbox import (
    clock,
    conversations,
    delegation,
    faults,
    gmail_drafts,
    labels,
    messages,
    oauth,
    quota,
    sending,
    tokens,
)
from mailreeve.sandbox.errors import bad_request, not_found, unauthorized
from mailreeve.sandbox.http import Answer, Request, json_answer
from mailreeve.sandbox.state import State

PREFIX = "/_sandbox/"


def handle(state: State, request: Request) -> Answer:
    """Carry out a control request; ApiError 401 without the printed token."""
    if not hmac.compare_digest(tokens.of(request).encode(), state.token.encode()):
        raise unauthorized()
    action = _ACTIONS.get((request.method, request.path.removeprefix(PREFIX)))
    if action is None:
        raise not_found()
    return json_answer(action(state, request))


def _json(request: Request) -> Any:
    try:
        return json.loads(request.body or b"null")
    except ValueError:
        raise bad_request("The body is not JSON.") from None


def _object(request: Request, known: frozenset[str]) -> dict[str, Any]:
    value = _json(request)
    if not isinstance(value, dict) or not set(value) <= known:
        raise bad_request(f"The body is an object with {', '.join(sorted(known))}.")
    return value


def deliver(state: State, request: Request) -> Any:
    """Receive a message now."""
    wanted = request.headers.get("x-sandbox-labels")
    if not request.body.strip():
        raise bad_request("The body is the message.")
    names = ["INBOX", "UNREAD"] if wanted is None else [n.strip() for n in wanted.split(",") if n.strip()]
    thread = conversations.of_incoming(state, request.body)
    if "DRAFT" in names:
        mail = gmail_drafts.find(state, gmail_drafts.put(state, request.body, thread, state.now_ms()))
    else:
        label_ids = [labels.named(state, name) for name in names]
        mail = messages.add(state, request.body, label_ids, state.now_ms(), thread=thread)
    return {"id": mail.id, "threadId": mail.thread}


def state_of(state: State, _request: Request) -> Any:
    """The whole mailbox, in stable order."""
    drafts = [
        {
            "id": row["id"],
            "messageId": row["message"],
            "threadId": row["thread"],
            "raw_sha256": _digest(state, row["n"]),
        }
        for row in state.rows(
            "select d.id, m.id as message, m.thread, m.n from drafts d join messages m on m.n = d.n order by d.n"
        )
    ]
    names = [dict(row) for row in state.rows("select id, name, type from labels order by type, rowid")]
    return {
        "account": state.account,
        "historyId": str(state.history),
        "messages": _listed(state, {label["id"]: label["name"] for label in names}),
        "drafts": drafts,
        "labels": names,
    }


def _listed(state: State, names: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "id": row["id"],
            "threadId": row["thread"],
            "labelIds": (ids := messages.labels(state, row["n"])),
            "labels": sorted(names[label] for label in ids),
            "raw_sha256": _digest(state, row["n"]),
            "internalDate": str(row["date"]),
            "historyId": str(row["history"]),
            "message_id": row["message_id"],
            "size": row["size"],
        }
        for row in state.rows("select * from messages order by n")
    ]


def _digest(state: State, n: int) -> str:
    return hashlib.sha256(state.scalar("select raw from raws where n = ?", (n,))).hexdigest()


def set_clock(state: State, request: Request) -> Any:
    """Move the clock."""
    return {"now": clock.move(state, _object(request, frozenset({"now", "advance"}))) / 1000}


def set_consent(state: State, request: Request) -> Any:
    """Say how the person answers the consent page; what is left out gets its default."""
    state.set_meta("consent", json.dumps(_object(request, frozenset({"deny", "scopes", "rotate"}))))
    return oauth.consent(state)


def make_token(state: State, request: Request) -> Any:
    """An access token with chosen scopes, without the consent page."""
    wish = _object(request, frozenset({"scopes", "expires_in"}))
    granted = " ".join(wish.get("scopes") or ())
    return {"access_token": tokens.issue(state, granted, "", secrets.token_hex(8), wish.get("expires_in"))}


def set_delegation(state: State, request: Request) -> Any:
    """What a service account may do here from now on; null is whatever it asks for."""
    scopes = _object(request, frozenset({"scopes"})).get("scopes")
    delegation.authorize(state, None if scopes is None else tuple(map(str, scopes)))
    return {}


def add_send_as(state: State, request: Request) -> Any:
    """Another address that the account may write from; `isDefault` makes it the default one."""
    wish = _object(
        request, frozenset({"sendAsEmail", "displayName", "replyToAddress", "signature", "isDefault"})
    )
    if wish.get("isDefault"):
        state.execute("update send_as set is_default = 0")
    state.execute(
        "insert or replace into send_as (email, name, reply_to, signature, is_primary, is_default)"
        " values (?, ?, ?, ?, ?, ?)",
        (
            str(wish.get("sendAsEmail", "")).lower(),
            wish.get("displayName", ""),
            wish.get("replyToAddress", ""),
            wish.get("signature", ""),
            str(wish.get("sendAsEmail", "")).lower() == state.account.lower(),
            bool(wish.get("isDefault")),
        ),
    )
    return {}


_ACTIONS: dict[tuple[str, str], Callable[[State, Request], Any]] = {
    ("POST", "deliver"): deliver,
    ("GET", "state"): state_of,
    ("GET", "sent"): lambda state, _: sending.report(state),
    ("GET", "units"): lambda state, _: quota.report(state),
    ("GET", "faults"): lambda state, _: faults.report(state),
    ("POST", "faults"): lambda state, request: {"faults": faults.replace(state, _json(request))},
    ("GET", "clock"): lambda state, _: {"now": state.now_ms() / 1000},
    ("POST", "clock"): set_clock,
    ("GET", "consent"): lambda state, _: oauth.consent(state),
    ("POST", "consent"): set_consent,
    ("POST", "tokens"): make_token,
    ("POST", "send_as"): add_send_as,
    ("POST", "delegation"): set_delegation,
}
