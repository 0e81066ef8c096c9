"""Google's own client against the sandbox."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.sandbox.given import b64, discovery, letter, unb64
from tests.sandbox_server import SandboxServer

OUT = {"from_": "alex.moreno@example.com", "to": "bob@example.org"}


@pytest.fixture
def users(sandbox: SandboxServer) -> Iterator[Any]:
    """The `users` resource of googleapiclient, built from its own document with the root replaced."""
    import google_auth_httplib2
    import httplib2
    from google.oauth2.credentials import Credentials
    from googleapiclient.discovery import build_from_document

    root = f"{sandbox.base_url}/"
    document = json.loads(json.dumps(discovery())) | {"rootUrl": root, "baseUrl": root}
    http = google_auth_httplib2.AuthorizedHttp(Credentials(sandbox.token), http=httplib2.Http(timeout=30))
    service = build_from_document(document, http=http, client_options={"universe_domain": "googleapis.com"})
    yield service.users()
    service.close()


def test_reading_through_the_client(users: Any, sandbox: SandboxServer) -> None:
    """Lists, pages, messages, threads, labels and history through list_next and execute."""
    ids = [sandbox.deliver(letter(str(number))) for number in range(5)]
    start = users.getProfile(userId="me").execute()["historyId"]
    found: list[str] = []
    request = users.messages().list(userId="me", maxResults=2, q="in:inbox")
    while request is not None:
        page = request.execute()
        found += [item["id"] for item in page["messages"]]
        request = users.messages().list_next(request, page)
    assert ids[::-1] == found
    message = (
        users.messages().get(userId="me", id=ids[0], format="metadata", metadataHeaders=["Subject"]).execute()
    )
    assert [{"name": "Subject", "value": "0"}] == message["payload"]["headers"]
    assert 1 == len(users.threads().get(userId="me", id=message["threadId"]).execute()["messages"])
    label = users.labels().create(userId="me", body={"name": "Work"}).execute()["id"]
    users.messages().batchModify(userId="me", body={"ids": ids, "addLabelIds": [label]}).execute()
    history = users.history().list(userId="me", startHistoryId=start, historyTypes=["labelAdded"]).execute()
    assert 5 == len(history["history"])
    assert 5 == users.labels().get(userId="me", id=label).execute()["messagesTotal"]


def test_drafts_and_uploads_through_the_client(users: Any, sandbox: SandboxServer) -> None:
    """Drafts with raw and with a media body; sending one; the bytes arrive unchanged."""
    from googleapiclient.http import MediaIoBaseUpload

    raw = letter("Offer", message_id="<o@example.com>", date="Mon, 23 Nov 2026 10:00:00 +0000", **OUT)
    draft = users.drafts().create(userId="me", body={"message": {"raw": b64(letter(**OUT))}}).execute()
    media = MediaIoBaseUpload(io.BytesIO(raw), "message/rfc822")
    users.drafts().update(userId="me", id=draft["id"], body={}, media_body=media).execute()
    assert raw == unb64(
        users.drafts().get(userId="me", id=draft["id"], format="raw").execute()["message"]["raw"]
    )
    sent = users.drafts().send(userId="me", body={"id": draft["id"]}).execute()
    assert ["SENT"] == sent["labelIds"]
    assert raw == unb64(sandbox.sent()[0]["raw"])


def test_batches_through_the_client(users: Any, sandbox: SandboxServer) -> None:
    """BatchHttpRequest finds every answer under its id, errors too."""
    from googleapiclient.http import BatchHttpRequest

    ids = [sandbox.deliver(letter(f"Mail {number} ü")) for number in range(20)]
    answers: dict[str, Any] = {}

    def keep(request_id: str, response: Any, exception: Any) -> None:
        answers[request_id] = exception.status_code if exception else response

    batch = BatchHttpRequest(callback=keep, batch_uri=f"{sandbox.base_url}/batch/gmail/v1")
    for message in [*ids, "1"]:
        batch.add(users.messages().get(userId="me", id=message), request_id=message)
    batch.execute()
    assert 404 == answers.pop("1")
    assert set(ids) == {answer["id"] for answer in answers.values()}
    subjects = {
        h["value"] for a in answers.values() for h in a["payload"]["headers"] if h["name"] == "Subject"
    }
    assert {f"Mail {number} ü" for number in range(20)} == subjects


def test_errors_are_read_by_the_client(users: Any) -> None:
    """HttpError has the message and the details of the body."""
    from googleapiclient.errors import HttpError

    with pytest.raises(HttpError) as caught:
        users.messages().modify(
            userId="me", id="18c9a1b2c3d4e5f6", body={"addLabelIds": ["STARRED"]}
        ).execute()
    assert (404, "Requested entity was not found.") == (caught.value.status_code, caught.value.reason)
    assert "notFound" == caught.value.error_details[0]["reason"]
