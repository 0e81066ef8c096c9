"""Media uploads."""

import json

import pytest
from tests.sandbox.given import Google, letter, unb64

from mailreeve.sandbox.uploads import split

RAW = letter("Upload", from_="alex.moreno@example.com", to="bob@example.org", message_id="<u@example.com>")
TRICKY = b"Subject: x\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\n\r\n\r\n\r\n--in--\r\n\r\n  \r\n"


def upload(
    google: Google, path: str, kind: str, body: bytes, content_type: str
) -> tuple[int, dict[str, object]]:
    """Status and JSON of an upload."""
    address = f"/upload/gmail/v1/users/me{path}?uploadType={kind}"
    verb = "PUT" if path.startswith("/drafts/r") else "POST"
    status, _, data = google.server.call(verb, address, body, headers={"Content-Type": content_type})
    return status, json.loads(data)


def multipart(resource: object, raw: bytes) -> bytes:
    """A multipart/related body."""
    head = b"--b\r\nContent-Type: application/json\r\n\r\n" + json.dumps(resource).encode()
    return head + b"\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + raw + b"\r\n--b--\r\n"


@pytest.mark.parametrize("raw", [RAW, TRICKY])
def test_uploaded_bytes_are_kept_exactly(google: Google, raw: bytes) -> None:
    """A draft made and updated by upload holds the very bytes, alone or beside a resource."""
    status, made = upload(google, "/drafts", "media", raw, "message/rfc822")
    assert 200 == status
    assert raw == unb64(google.get(f"/drafts/{made['id']}", format="raw")["message"]["raw"])
    status, _ = upload(
        google, f"/drafts/{made['id']}", "multipart", multipart({}, raw), "multipart/related; boundary=b"
    )
    assert 200 == status
    assert raw == unb64(google.get(f"/drafts/{made['id']}", format="raw")["message"]["raw"])


def test_uploads_send(google: Google) -> None:
    """messages.send and drafts.send take uploads; the resource beside names the draft."""
    assert 200 == upload(google, "/messages/send", "media", RAW, "message/rfc822")[0]
    _, made = upload(google, "/drafts", "media", RAW, "message/rfc822")
    body = multipart({"id": made["id"]}, RAW)
    assert 200 == upload(google, "/drafts/send", "multipart", body, "multipart/related; boundary=b")[0]
    assert 2 == len(google.server.sent())


@pytest.mark.parametrize(
    ("path", "kind", "content_type", "body"),
    [
        ("/drafts", "resumable", "message/rfc822", RAW),
        ("/drafts", "multipart", "message/rfc822", RAW),
        ("/drafts", "multipart", "multipart/related; boundary=b", b"--b\r\n\r\n{}\r\n--b--"),
        ("/drafts", "multipart", "multipart/related; boundary=b", multipart([], RAW)),
        ("/drafts", "multipart", "multipart/related; boundary=b", multipart({}, RAW).replace(b"{}", b"{")),
        ("/drafts", "media", "message/rfc822", b""),
        ("/labels", "media", "message/rfc822", RAW),
    ],
)
def test_malformed_uploads_are_refused(
    google: Google, path: str, kind: str, content_type: str, body: bytes
) -> None:
    """400, and no draft is made."""
    assert 400 == upload(google, path, kind, body, content_type)[0]
    assert [] == google.server.state()["drafts"]


def test_parts_in_base64_are_decoded() -> None:
    """A part's transfer encoding is undone, its line breaks kept."""
    body = b"--b\nContent-Transfer-Encoding: base64\n\naGkNCg==\n--b\n\n\na\n\n--b--"
    assert [b"hi\r\n", b"\na\n"] == [content for _, content in split("multipart/mixed; boundary=b", body)]
