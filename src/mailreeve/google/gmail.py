"""Gmail for one account: plain calls in, frozen records out."""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from mailreeve.cancel import Cancel
from mailreeve.errors import (
    GoogleRefused,
    GoogleUnavailable,
    LoginNeeded,
    MailreeveError,
    NotFound,
    OutcomeUnknown,
    QuotaSpent,
)
from mailreeve.google import batch, reach, shapes
from mailreeve.google.transport import Transport
from mailreeve.mail.mime import from_gmail
from mailreeve.models import (
    Draft,
    DraftPage,
    HistoryPage,
    Json,
    Label,
    Message,
    Page,
    Profile,
    Progress,
    SendAs,
    Thread,
)

PAGE = 500
"""What Gmail gives at most in one list of messages or changes."""
MODIFY_CHUNK = 1_000
CHEAPER_IN_BULK = 10
"""Above this many ids batchModify (50 units) costs less than modify (5 units each)."""
UPLOAD_FROM = 3_000_000
"""Bytes; larger messages go by upload, because JSON requests have a lower limit."""
FROM_THREAD = 3
"""So many messages of one thread are fetched with the thread: 40 units, where they cost 20 each."""
HOPELESS = (LoginNeeded, QuotaSpent, GoogleUnavailable)


class Gmail:
    """What Mailreeve does in a mailbox, sending excepted.

    Every call raises GoogleError, LoginNeeded or Cancelled. Ids are Gmail's own, not Message-IDs.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def bound(self, cancel: Cancel, *, interactive: bool = True) -> "Gmail":
        """The same mailbox, where waiting ends with `cancel`; background work is not interactive."""
        return Gmail(self._transport.bound(cancel, interactive=interactive))

    @property
    def units(self) -> int:
        """Quota units spent so far."""
        return self._transport.units

    @property
    def _users(self) -> Any:
        return self._transport.users

    @property
    def _messages(self) -> Any:
        return self._transport.messages

    # --- reading ------------------------------------------------------------------------------------

    def profile(self) -> Profile:
        """The verified address and the newest history id."""
        return shapes.profile(self._transport.safe(self._users.getProfile(userId="me")))

    def moment(self) -> int:
        """What time it is by Google's clock, in epoch milliseconds; 0 when it does not say."""
        self.profile()
        said = reach.moment(self._transport.wire.date)
        return int(said.timestamp() * 1000) if said else 0

    def search(
        self,
        query: str,
        *,
        label_ids: Sequence[str] = (),
        cursor: str = "",
        limit: int = 100,
        include_spam_trash: bool = False,
    ) -> Page:
        """One page of messages, newest first; `query` is in Gmail's search language, `limit` at most 500."""
        request = self._messages.list(
            userId="me",
            q=query or None,
            labelIds=list(label_ids) or None,
            pageToken=cursor or None,
            maxResults=max(1, min(limit, PAGE)),
            includeSpamTrash=include_spam_trash or None,
        )
        body = self._transport.safe(request)
        items = tuple(shapes.ref(item) for item in shapes.objects(body.get("messages")))
        total = shapes.number(body.get("resultSizeEstimate"))
        return Page(items, str(body.get("nextPageToken", "")), max(total, len(items)))

    def get(self, id_: str) -> Message:
        """One message with its text."""
        return from_gmail(self._transport.safe(self._get_request(id_)))

    def get_many(
        self, ids: Sequence[str], cancel: Cancel, progress: Progress | None = None
    ) -> Iterator[tuple[str, Message | MailreeveError]]:
        """Each distinct id with its message or its own error, in batches; no id is left out.

        When a whole batch fails for the login, the quota or the connection, the ids behind it get the
        same error without being asked for. Raises Cancelled between batches.
        """
        wanted = list(dict.fromkeys(ids))
        transport = self._transport.bound(cancel, interactive=self._transport.interactive)
        hopeless: MailreeveError | None = None
        size = transport.batch_size(batch.METHOD)
        for start in range(0, len(wanted), size):
            chunk = wanted[start : start + size]
            cancel.check()
            found: Mapping[str, Message | MailreeveError]
            if hopeless is None:
                found = batch.get_each(transport, {id_: self._get_request(id_) for id_ in chunk}, from_gmail)
                hopeless = _hopeless(list(found.values()))
            else:
                found = dict.fromkeys(chunk, hopeless)
            for id_ in chunk:
                yield id_, found[id_]
            if progress:
                progress(min(start + size, len(wanted)), len(wanted), "messages read")

    def get_by_thread(
        self, threads: Mapping[str, str], cancel: Cancel, beside: Callable[[Message], object] | None = None
    ) -> Iterator[tuple[str, Message | MailreeveError]]:
        """Each id, given with its thread's id, with its message or its own error; no id is left out.

        From three ids of one thread on they come by one call for the thread, which costs what two of them cost; all that
        came with it is told to `beside`. An id that this does not give is asked for by itself, as all others are.
        Raises Cancelled between calls.
        """
        groups: dict[str, list[str]] = {}
        for id_, thread in threads.items():
            groups.setdefault(thread, []).append(id_)
        alone: list[str] = []
        reachable = True
        for thread, ids in groups.items():
            found: Mapping[str, Message] = {}
            if thread and len(ids) >= FROM_THREAD and reachable:
                cancel.check()
                try:
                    whole = self.bound(cancel, interactive=self._transport.interactive).thread(thread)
                    found = {message.id: message for message in whole.messages}
                    if beside:
                        for message in whole.messages:
                            beside(message)
                except NotFound:
                    pass  # deleted meanwhile: each id tells by itself
                except HOPELESS:
                    reachable = False
            alone += [id_ for id_ in ids if id_ not in found]
            yield from ((id_, found[id_]) for id_ in ids if id_ in found)
        yield from self.get_many(alone, cancel)

    def _get_request(self, id_: str) -> Any:
        return self._messages.get(userId="me", id=id_, format="full")

    def raw(self, id_: str) -> bytes:
        """The exact RFC 5322 bytes of a message."""
        body = self._transport.safe(self._messages.get(userId="me", id=id_, format="raw"))
        return shapes.data(body.get("raw"))

    def thread(self, id_: str, headers: Sequence[str] = ()) -> Thread:
        """All messages of a thread, oldest first; with `headers` only these and the labels of each, and no text."""
        form = {"format": "metadata", "metadataHeaders": list(headers)} if headers else {"format": "full"}
        body = self._transport.safe(self._users.threads().get(userId="me", id=id_, **form))
        messages = [from_gmail(message) for message in shapes.objects(body.get("messages"))]
        return Thread(id_, tuple(sorted(messages, key=lambda message: message.internal_date)))

    def threads(self, query: str, *, limit: int = 100) -> tuple[tuple[str, str], ...]:
        """The ids of the newest threads that match, each with the history id of its last change."""
        request = self._users.threads().list(userId="me", q=query, maxResults=max(1, min(limit, PAGE)))
        found = shapes.objects(self._transport.safe(request).get("threads"))
        return tuple((str(item.get("id", "")), str(item.get("historyId", ""))) for item in found)

    def thread_of(self, id_: str) -> str:
        """The id of the thread that a message stands in; its text is not fetched."""
        return from_gmail(
            self._transport.safe(self._messages.get(userId="me", id=id_, format="minimal"))
        ).thread_id

    def attachment(self, message_id: str, attachment_id: str) -> bytes:
        """The decoded bytes; attachment ids change, so take one from a fresh `get`."""
        request = self._messages.attachments().get(userId="me", messageId=message_id, id=attachment_id)
        return shapes.data(self._transport.safe(request).get("data"))

    def history(self, start: str, cursor: str = "") -> HistoryPage:
        """One page of what changed after the history id `start`. Raises HistoryExpired."""
        request = self._users.history().list(
            userId="me", startHistoryId=start, pageToken=cursor or None, maxResults=PAGE
        )
        return shapes.history(self._transport.safe(request), start)

    def send_as(self) -> tuple[SendAs, ...]:
        """The addresses that this account may write from."""
        body = self._transport.safe(self._users.settings().sendAs().list(userId="me"))
        return tuple(shapes.send_as(item) for item in shapes.objects(body.get("sendAs")))

    def watch(self, topic: str) -> int:
        """Have a Pub/Sub topic told of changes in the inbox; until when, in epoch milliseconds: a week.

        Again before that it lasts a week from then on. Source: users.watch in the reference.
        """
        body = {"topicName": topic, "labelIds": [shapes.INBOX], "labelFilterBehavior": "include"}
        return shapes.number(
            self._transport.safe(self._users.watch(userId="me", body=body)).get("expiration")
        )

    def stop_watch(self) -> None:
        """Have no topic told any more."""
        self._transport.safe(self._users.stop(userId="me"))

    # --- labels -------------------------------------------------------------------------------------

    def labels(self) -> tuple[Label, ...]:
        """All labels, the system's own too."""
        body = self._transport.safe(self._users.labels().list(userId="me"))
        return tuple(shapes.label(item) for item in shapes.objects(body.get("labels")))

    def create_label(self, name: str) -> Label:
        """Make a label, or find the one that has this name already (Gmail compares without case)."""
        body = {"name": name, "labelListVisibility": "labelShow", "messageListVisibility": "show"}
        try:
            return shapes.label(self._transport.once(self._users.labels().create(userId="me", body=body)))
        except (GoogleRefused, OutcomeUnknown):
            same = [label for label in self.labels() if label.name.casefold() == name.casefold()]
            if not same:
                raise
            return same[0]

    def delete_label(self, id_: str) -> None:
        """Delete a user's label; messages keep everything else. Raises NotFound."""
        self._transport.delete(self._users.labels().delete(userId="me", id=id_))

    def modify(self, ids: Sequence[str], add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        """Add and remove label ids; doing it twice changes nothing more.

        Up to ten ids are changed one by one: all are tried, then the first NotFound is raised. Above
        that Gmail changes them in bulk and does not tell which ones were gone.
        """
        wanted = list(dict.fromkeys(ids))
        change = {"addLabelIds": list(add), "removeLabelIds": list(remove)}
        if len(wanted) > CHEAPER_IN_BULK:
            self._modify_bulk(wanted, change)
            return
        gone: NotFound | None = None
        for id_ in wanted:
            try:
                self._transport.safe(self._messages.modify(userId="me", id=id_, body=change))
            except NotFound as error:
                gone = gone or error
        if gone is not None:
            raise gone

    def _modify_bulk(self, ids: Sequence[str], change: Json) -> None:
        for start in range(0, len(ids), MODIFY_CHUNK):
            body = {"ids": list(ids[start : start + MODIFY_CHUNK]), **change}
            self._transport.safe(self._messages.batchModify(userId="me", body=body))

    def trash(self, id_: str) -> None:
        """Move to the trash, where Gmail keeps it for 30 days."""
        self._transport.safe(self._messages.trash(userId="me", id=id_))

    def untrash(self, id_: str) -> None:
        """Take out of the trash."""
        self._transport.safe(self._messages.untrash(userId="me", id=id_))

    # --- drafts -------------------------------------------------------------------------------------

    def drafts(self, cursor: str = "") -> DraftPage:
        """One page of drafts, without their bytes."""
        body = self._transport.safe(
            self._users.drafts().list(userId="me", pageToken=cursor or None, maxResults=100)
        )
        items = tuple(shapes.draft(item) for item in shapes.objects(body.get("drafts")))
        return DraftPage(items, str(body.get("nextPageToken", "")))

    def draft(self, id_: str) -> Draft:
        """A draft with its exact bytes."""
        return shapes.draft(self._transport.safe(self._users.drafts().get(userId="me", id=id_, format="raw")))

    def create_draft(self, raw: bytes, thread_id: str = "") -> Draft:
        """Put a draft into Gmail, once. Raises OutcomeUnknown when the answer is lost."""
        request = self._users.drafts().create(userId="me", **written(raw, thread_id))
        return shapes.draft(self._transport.once(request))

    def update_draft(self, id_: str, raw: bytes, thread_id: str = "") -> Draft:
        """Replace a draft's content; the id of the message inside changes. Raises OutcomeUnknown."""
        request = self._users.drafts().update(userId="me", id=id_, **written(raw, thread_id))
        return shapes.draft(self._transport.once(request))

    def delete_draft(self, id_: str) -> None:
        """Delete a draft for good. Raises NotFound when it was not there."""
        self._transport.delete(self._users.drafts().delete(userId="me", id=id_))


def written(raw: bytes, thread_id: str, draft_id: str = "") -> dict[str, Any]:
    """Body, and upload if it is large, of a request that carries a message."""
    message: Json = {"threadId": thread_id} if thread_id else {}
    body: Json = {"id": draft_id, "message": message} if draft_id else {"message": message}
    if len(raw) <= UPLOAD_FROM:
        message["raw"] = base64.urlsafe_b64encode(raw).decode("ascii")
        return {"body": body}
    from googleapiclient.http import MediaInMemoryUpload

    return {"body": body, "media_body": MediaInMemoryUpload(raw, mimetype="message/rfc822")}


def _hopeless(results: Sequence[Message | MailreeveError]) -> MailreeveError | None:
    """The error that makes asking for more pointless: every one of the batch has one of its kind."""
    errors = [result for result in results if isinstance(result, HOPELESS)]
    return errors[0] if errors and len(errors) == len(results) else None
