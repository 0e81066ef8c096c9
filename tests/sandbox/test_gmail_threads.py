"""users.threads, and how mail comes together in them."""

from tests.sandbox.given import Google, b64, letter


def test_incoming_replies_join_by_references_and_subject(google: Google) -> None:
    """A reply joins, also when it comes before its parent; another subject does not."""
    server = google.server
    reply = server.deliver(letter("Re: Plan", message_id="<2@x.example>", references="<1@x.example>"))
    parent = server.deliver(letter("Plan", message_id="<1@x.example>"))
    other = server.deliver(letter("New plan", message_id="<3@x.example>", references="<1@x.example>"))
    threads = [google.get(f"/messages/{m}", format="minimal")["threadId"] for m in (reply, parent, other)]
    assert threads[0] == threads[1]
    assert threads[0] != threads[2]


def test_a_thread_holds_its_messages_oldest_first(google: Google) -> None:
    """threads.get gives all messages; its historyId is the newest of theirs."""
    first = google.server.deliver(letter("Plan", message_id="<1@x.example>"))
    thread = google.get(f"/messages/{first}", format="minimal")["threadId"]
    google.server.clock(advance=60)
    raw = letter(
        "Re: Plan",
        from_=google.server.account,
        to="ann@example.org",
        in_reply_to="<1@x.example>",
        references="<1@x.example>",
    )
    second = google.post("/messages/send", {"raw": b64(raw), "threadId": thread})["id"]
    found = google.get(f"/threads/{thread}", format="metadata", metadataHeaders="Subject")
    assert [first, second] == [message["id"] for message in found["messages"]]
    assert ["Plan", "Re: Plan"] == [
        message["payload"]["headers"][0]["value"] for message in found["messages"]
    ]
    assert found["historyId"] == found["messages"][1]["historyId"]


def test_threads_are_listed_once_each(google: Google) -> None:
    """threads.list gives a thread once, newest match first, with a snippet; pages do not repeat."""
    for number in range(3):
        for _ in range(2):
            google.server.deliver(letter(f"Topic {number}", references=f"<{number}@x.example>"))
    page = google.get("/threads", maxResults=2)
    rest = google.get("/threads", maxResults=2, pageToken=page["nextPageToken"])
    ids = [item["id"] for item in page["threads"] + rest["threads"]]
    assert (3, 3, 3) == (len(ids), len(set(ids)), page["resultSizeEstimate"])
    assert "Good morning." == page["threads"][0]["snippet"]
    assert "nextPageToken" not in rest


def test_a_thread_is_changed_as_a_whole(google: Google) -> None:
    """threads.modify, trash and untrash reach every message."""
    ids = [google.server.deliver(letter("Plan", references="<1@x.example>")) for _ in range(2)]
    thread = google.get(f"/messages/{ids[0]}", format="minimal")["threadId"]
    google.post(f"/threads/{thread}/modify", {"addLabelIds": ["STARRED"], "removeLabelIds": ["UNREAD"]})
    assert {"INBOX", "STARRED"} == google.server.labels_of(ids[0]) == google.server.labels_of(ids[1])
    google.post(f"/threads/{thread}/trash")
    assert {"TRASH", "STARRED"} == google.server.labels_of(ids[1])
    google.post(f"/threads/{thread}/untrash")
    assert {"STARRED"} == google.server.labels_of(ids[1])
    assert (403, "insufficientPermissions") == google.refused("DELETE", f"/threads/{thread}")


def test_a_thread_that_is_not_there_is_404(google: Google) -> None:
    """Get and modify of an unknown thread are 404, of what is no id 400; there is no format=raw."""
    assert (404, "notFound") == google.refused("GET", "/threads/18c9a1b2c3d4e5f6")
    assert (400, "invalidArgument") == google.refused("GET", "/threads/nope")
    thread = google.get(f"/messages/{google.server.deliver(letter())}", format="minimal")["threadId"]
    assert (400, "invalidArgument") == google.refused("GET", f"/threads/{thread}", format="raw")
