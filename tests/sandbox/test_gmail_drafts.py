"""users.drafts and sending."""

import pytest
from tests.sandbox.given import Google, b64, letter, unb64
from tests.sandbox_server import SandboxServer

OUT = {"from_": "alex.moreno@example.com", "to": "bob@example.org"}


def draft(google: Google, raw: bytes, thread: str = "") -> dict[str, str]:
    """A new draft: id, message id, thread."""
    body = {"message": {"raw": b64(raw), **({"threadId": thread} if thread else {})}}
    made = google.post("/drafts", body)
    return {"id": made["id"], "message": made["message"]["id"], "thread": made["message"]["threadId"]}


def test_a_draft_keeps_its_id_and_changes_its_message(google: Google) -> None:
    """drafts.update replaces the content; the message id inside changes, the draft's id does not."""
    made = draft(google, letter("One", **OUT))
    second = google.put(f"/drafts/{made['id']}", {"message": {"raw": b64(letter("Two", **OUT))}})
    assert made["id"] == second["id"]
    assert made["message"] != second["message"]["id"]
    assert made["thread"] == second["message"]["threadId"]
    assert (404, "notFound") == google.refused("GET", f"/messages/{made['message']}")
    found = google.get(f"/drafts/{made['id']}", format="raw")
    assert letter("Two", **OUT) == unb64(found["message"]["raw"])
    assert ["DRAFT"] == found["message"]["labelIds"]


def test_drafts_are_listed_and_deleted(google: Google) -> None:
    """drafts.list gives ids and threads; drafts.delete removes draft and message."""
    first, second = draft(google, letter("One", **OUT)), draft(google, letter("Two", **OUT))
    assert [second["id"], first["id"]] == [item["id"] for item in google.get("/drafts")["drafts"]]
    assert [first["id"]] == [item["id"] for item in google.get("/drafts", q="subject:one")["drafts"]]
    google.delete(f"/drafts/{first['id']}")
    assert [second["id"]] == [item["id"] for item in google.get("/drafts")["drafts"]]
    assert (404, "notFound") == google.refused("DELETE", f"/drafts/{first['id']}")


def test_a_sent_draft_is_gone_and_its_second_sending_is_404(google: Google) -> None:
    """drafts.send deletes the draft, makes a SENT message with a new id, and works once."""
    raw = letter("Offer", message_id="<offer@example.com>", date="Mon, 23 Nov 2026 10:00:00 +0000", **OUT)
    made = draft(google, raw)
    sent = google.post("/drafts/send", {"id": made["id"]})
    assert ["SENT"] == sent["labelIds"]
    assert made["message"] != sent["id"]
    assert made["thread"] == sent["threadId"]
    assert (404, "notFound") == google.refused("POST", "/drafts/send", {"id": made["id"]})
    assert [(b64(raw), "alex.moreno@example.com", ["bob@example.org"])] == [
        (mail["raw"], mail["envelope"]["from"], mail["envelope"]["to"]) for mail in google.server.sent()
    ]


def test_a_draft_can_be_sent_with_the_bytes_that_come_along(google: Google) -> None:
    """drafts.send with {id, message: {raw}} sends exactly these bytes and deletes the draft."""
    made = draft(google, letter("Old", **OUT))
    raw = letter("New", message_id="<new@example.com>", date="Mon, 23 Nov 2026 10:00:00 +0000", **OUT)
    sent = google.post(
        "/drafts/send", {"id": made["id"], "message": {"raw": b64(raw), "threadId": made["thread"]}}
    )
    assert raw == unb64(google.get(f"/messages/{sent['id']}", format="raw")["raw"])
    assert made["thread"] == sent["threadId"]
    assert [] == google.server.state()["drafts"]
    assert 1 == len(google.server.sent())


def test_a_draft_that_cannot_be_sent_stays(google: Google) -> None:
    """Without recipients drafts.send is 400 and the draft is as it was."""
    made = draft(google, b"From: alex.moreno@example.com\r\nSubject: x\r\n\r\nhi")
    before = google.server.state()["drafts"]
    status, value = google.ask("POST", "/drafts/send", {"id": made["id"]})
    assert (400, "Recipient address required") == (status, value["error"]["message"])
    assert before == google.server.state()["drafts"]
    assert [] == google.server.sent()


def test_sending_needs_an_id_that_is_there(google: Google) -> None:
    """No id is 400, an unknown one 404."""
    assert (400, "invalidArgument") == google.refused("POST", "/drafts/send", {})
    assert (404, "notFound") == google.refused("POST", "/drafts/send", {"id": "r1"})


@pytest.mark.parametrize(
    ("headers", "joins"),
    [
        ({"in_reply_to": "<a@x.example>", "references": "<a@x.example>", "subject": "Re: Plan"}, True),
        ({"in_reply_to": "<a@x.example>", "references": "<a@x.example>", "subject": "Other"}, False),
        ({"in_reply_to": "<a@x.example>", "subject": "Re: Plan"}, False),
        ({"references": "<a@x.example>", "subject": "Re: Plan"}, False),
        ({"in_reply_to": "<b@x.example>", "references": "<b@x.example>", "subject": "Re: Plan"}, False),
    ],
)
def test_a_reply_joins_its_thread_by_id_headers_and_subject(
    google: Google, headers: dict[str, str], joins: bool
) -> None:
    """threadId, References with In-Reply-To, and the subject must all fit, for drafts and for sent mail."""
    parent = google.server.deliver(letter("Plan", message_id="<a@x.example>"))
    thread = google.get(f"/messages/{parent}", format="minimal")["threadId"]
    raw = letter(**OUT | headers)
    assert joins == (thread == draft(google, raw, thread)["thread"])
    sent = google.post("/messages/send", {"raw": b64(raw), "threadId": thread})
    assert joins == (thread == sent["threadId"])


def test_a_reply_without_thread_id_starts_a_thread(google: Google) -> None:
    """What a program writes joins only when it names the thread."""
    google.server.deliver(letter("Plan", message_id="<a@x.example>"))
    made = draft(google, letter("Re: Plan", in_reply_to="<a@x.example>", references="<a@x.example>", **OUT))
    assert made["message"] == made["thread"]


def test_a_thread_that_is_not_there_is_404(google: Google) -> None:
    """A threadId that no message has is refused."""
    body = {"raw": b64(letter(**OUT)), "threadId": "18c9a1b2c3d4e5f6"}
    assert (404, "notFound") == google.refused("POST", "/messages/send", body)
    assert (404, "notFound") == google.refused("POST", "/drafts", {"message": body})


def test_blind_copies_are_in_the_envelope_and_not_on_the_wire(google: Google) -> None:
    """Bcc stays in the sender's copy; the bytes that leave have no Bcc; all recipients are in the envelope."""
    raw = letter(cc="Cy <cy@example.org>", bcc="dora@example.org, ED@example.org", **OUT)
    sent = google.post("/messages/send", {"raw": b64(raw)})
    out = google.server.sent()[0]
    assert ["bob@example.org", "cy@example.org", "dora@example.org", "ed@example.org"] == out["envelope"][
        "to"
    ]
    assert b"dora" not in unb64(out["raw"])
    assert b"dora@example.org" in unb64(google.get(f"/messages/{sent['id']}", format="raw")["raw"])


def test_a_foreign_from_is_replaced_by_the_default_address(google: Google) -> None:
    """From must be a send-as address; an alias is kept."""
    google.server.send_as("maps@example.com", displayName="Maps")
    google.post("/messages/send", {"raw": b64(letter(from_="Boss <boss@example.org>", to="bob@example.org"))})
    google.post("/messages/send", {"raw": b64(letter(from_="maps@example.com", to="bob@example.org"))})
    assert ["alex.moreno@example.com", "maps@example.com"] == [
        m["envelope"]["from"] for m in google.server.sent()
    ]
    assert b'From: "Alex Moreno" <alex.moreno@example.com>' in unb64(google.server.sent()[0]["raw"])


@pytest.mark.parametrize(
    ("message_id", "kept"), [("<mine.1@example.com>", True), ("mine", False), ("<a b@c>", False)]
)
def test_a_well_formed_message_id_is_kept(google: Google, message_id: str, kept: bool) -> None:
    """A malformed Message-ID is replaced by one of Google's."""
    raw = b"Message-ID: " + message_id.encode() + b"\r\nTo: bob@example.org\r\nSubject: x\r\n\r\nhi\r\n"
    google.post("/messages/send", {"raw": b64(raw)})
    assert kept == (b"Message-ID: " + message_id.encode() in unb64(google.server.sent()[0]["raw"]))
    assert 1 == unb64(google.server.sent()[0]["raw"]).count(b"Message-ID")


def test_mail_to_oneself_comes_back(google: Google) -> None:
    """A message to the own address is in SENT and, unread, in INBOX."""
    sent = google.post("/messages/send", {"raw": b64(letter(**OUT | {"to": google.server.account}))})
    assert {"SENT", "INBOX", "UNREAD"} == set(sent["labelIds"])


@pytest.mark.parametrize("to", ["nobody at all", "bob@example.org, nonsense", "@example.org"])
def test_malformed_recipients_are_refused(google: Google, to: str) -> None:
    """A To that holds anything but addresses is 400 and nothing is sent."""
    body = {"raw": b64(f"To: {to}\r\n\r\nhi".encode())}
    status, value = google.ask("POST", "/messages/send", body)
    assert (400, "Invalid To header") == (status, value["error"]["message"])
    assert [] == google.server.sent()


def test_readonly_tokens_write_no_drafts(sandbox: SandboxServer) -> None:
    """gmail.readonly reads drafts and writes none; gmail.compose does both."""
    google = Google(sandbox)
    weak = sandbox.token_for("https://www.googleapis.com/auth/gmail.readonly")
    body = {"message": {"raw": b64(letter(**OUT))}}
    assert 403 == google.ask("POST", "/drafts", body, token=weak)[0]
    assert 200 == google.ask("GET", "/drafts", token=weak)[0]
    strong = sandbox.token_for("https://www.googleapis.com/auth/gmail.compose")
    assert 200 == google.ask("POST", "/drafts", body, token=strong)[0]


def test_a_message_over_the_limit_is_refused(google: Google) -> None:
    """More than 35 MiB cannot be sent."""
    raw = letter(**OUT) + bytes(36_700_160)
    path = "/upload/gmail/v1/users/me/messages/send?uploadType=media"
    status, _, data = google.server.call("POST", path, raw, headers={"Content-Type": "message/rfc822"})
    assert 413 == status
    assert b"uploadTooLarge" in data
    assert [] == google.server.sent()
