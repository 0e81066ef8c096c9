"""users.messages."""

import pytest
from tests.sandbox.given import Google, b64, letter, unb64

from mailreeve.sandbox import messages


def test_a_message_is_given_in_four_formats(google: Google) -> None:
    """Minimal has no payload, metadata no bodies, full both, raw the exact bytes."""
    raw = letter("Lunch", "At noon?\n")
    message = google.server.deliver(raw)
    minimal, metadata, full, bytes_ = (
        google.get(f"/messages/{message}", format=kind) for kind in ("minimal", "metadata", "full", "raw")
    )
    assert "payload" not in minimal
    assert "raw" not in minimal
    assert {"mimeType", "headers"} == set(metadata["payload"])
    assert b"At noon?\n" == unb64(full["payload"]["body"]["data"])
    assert raw == unb64(bytes_["raw"])
    assert ["INBOX", "UNREAD"] == minimal["labelIds"]
    assert len(raw) == minimal["sizeEstimate"]


def test_full_is_the_default_format(google: Google) -> None:
    """messages.get without `format` gives the payload with bodies."""
    message = google.server.deliver(letter())
    assert google.get(f"/messages/{message}") == google.get(f"/messages/{message}", format="full")


def test_metadata_headers_are_chosen_by_name(google: Google) -> None:
    """MetadataHeaders filters in any case and keeps the names as written."""
    message = google.server.deliver(letter("Lunch"))
    found = google.get(f"/messages/{message}", format="metadata", metadataHeaders=["subject", "FROM"])
    named = {(h["name"], h["value"]) for h in found["payload"]["headers"]}
    assert {("From", "Ann <ann@example.org>"), ("Subject", "Lunch")} == named


def test_the_snippet_is_escaped_like_gmails(google: Google) -> None:
    """Snippets are HTML-escaped, apostrophes as &#39;."""
    message = google.server.deliver(letter(body='Ann & Bob\'s\n<plan> "A"\n'))
    snippet = google.get(f"/messages/{message}", format="minimal")["snippet"]
    assert "Ann &amp; Bob&#39;s &lt;plan&gt; &quot;A&quot;" == snippet


@pytest.mark.parametrize("wrong", ["nosuchmessageid", "18c9a1b2c3d4e5f6aa", "ffffffffffffffff"])
def test_what_is_no_id_is_refused(google: Google, wrong: str) -> None:
    """400 for what is not a hexadecimal number in range; 404 for one that no message has."""
    assert (400, "invalidArgument") == google.refused("GET", f"/messages/{wrong}")
    assert (404, "notFound") == google.refused("GET", "/messages/18c9a1b2c3d4e5f6")


def test_pages_follow_each_other_without_gap_or_repetition(google: Google) -> None:
    """Following nextPageToken gives every message once, newest first; new mail does not shift the pages."""
    delivered = [google.server.deliver(letter(str(number))) for number in range(25)]
    found: list[str] = []
    token = None
    while True:
        page = google.get("/messages", maxResults=10, **({"pageToken": token} if token else {}))
        found += [item["id"] for item in page["messages"]]
        google.server.deliver(letter("late"))
        token = page.get("nextPageToken")
        if token is None:
            break
    assert delivered[::-1] == found


def test_an_empty_list_has_no_messages_key(google: Google) -> None:
    """As with Gmail, the key is left out and the estimate is 0."""
    assert {"resultSizeEstimate": 0} == google.get("/messages")


@pytest.mark.parametrize(
    "query",
    [
        {"maxResults": "-1"},
        {"maxResults": "many"},
        {"pageToken": "!!"},
        {"pageToken": "abc"},
        {"labelIds": "NOPE"},
        {"fields": "messages(nope)"},
        {"unknown": "1"},
        {"alt": "media"},
    ],
)
def test_wrong_arguments_are_refused(google: Google, query: dict[str, str]) -> None:
    """A list with an argument that cannot be taken is 400."""
    assert (400, "invalidArgument") == google.refused("GET", "/messages", **query)


def test_max_results_has_a_ceiling(google: Google) -> None:
    """More than 500 are never given in one page."""
    with google.server.state_file() as state:
        for _ in range(501):
            messages.add(state, letter(), ["INBOX"], state.now_ms())
    page = google.get("/messages", maxResults=1000)
    assert (500, 501) == (len(page["messages"]), page["resultSizeEstimate"])


def test_labels_of_a_list_are_joined_by_and(google: Google) -> None:
    """LabelIds given twice asks for messages that have both."""
    both = google.server.deliver(letter(), "INBOX,STARRED")
    google.server.deliver(letter(), "INBOX")
    assert [both] == google.ids(labelIds=["INBOX", "STARRED"])


def test_spam_and_trash_are_listed_only_when_asked_for(google: Google) -> None:
    """includeSpamTrash, the label itself, or in: bring them."""
    spam = google.server.deliver(letter(), "SPAM")
    inbox = google.server.deliver(letter())
    assert [inbox] == google.ids()
    assert [inbox, spam] == google.ids(includeSpamTrash="true")
    assert [spam] == google.ids(labelIds="SPAM")
    assert [spam] == google.ids("in:spam")
    assert [inbox, spam] == google.ids("in:anywhere")


def test_modify_changes_labels_and_the_history_id(google: Google) -> None:
    """The answer has the labels after the change; a change of nothing makes no history."""
    message = google.server.deliver(letter())
    before = int(google.get("/profile")["historyId"])
    changed = google.post(
        f"/messages/{message}/modify", {"addLabelIds": ["STARRED"], "removeLabelIds": ["UNREAD"]}
    )
    assert ["INBOX", "STARRED"] == changed["labelIds"]
    after = int(google.get("/profile")["historyId"])
    assert after > before
    google.post(f"/messages/{message}/modify", {"addLabelIds": ["STARRED"]})
    assert after == int(google.get("/profile")["historyId"])


@pytest.mark.parametrize(
    "body",
    [
        {"addLabelIds": ["SENT"]},
        {"removeLabelIds": ["DRAFT"]},
        {"addLabelIds": ["Label_404"]},
        {},
        {"addLabelIds": ["STARRED"], "removeLabelIds": ["STARRED"]},
        {"addLabelIds": ["STARRED"] * 101},
        {"add": ["STARRED"]},
    ],
)
def test_label_changes_that_gmail_refuses_are_refused(google: Google, body: dict[str, list[str]]) -> None:
    """400, and nothing changes: SENT and DRAFT, unknown labels, contradictions, too many."""
    message = google.server.deliver(letter())
    assert (400, "invalidArgument") == google.refused("POST", f"/messages/{message}/modify", body)
    assert {"INBOX", "UNREAD"} == google.server.labels_of(message)


def test_batch_modify_changes_what_is_there(google: Google) -> None:
    """204; ids that no message has are passed over; over 1,000 ids are refused."""
    ids = [google.server.deliver(letter()) for _ in range(3)]
    assert google.post("/messages/batchModify", {"ids": [*ids, "1"], "addLabelIds": ["IMPORTANT"]}) is None
    assert set(ids) == set(google.ids("is:important"))
    status, value = google.ask(
        "POST", "/messages/batchModify", {"ids": ["1"] * 1001, "addLabelIds": ["STARRED"]}
    )
    assert (400, "Number of ids cannot exceed 1000") == (status, value["error"]["message"])
    assert (400, "invalidArgument") == google.refused(
        "POST", "/messages/batchModify", {"addLabelIds": ["STARRED"]}
    )


def test_trash_takes_out_of_the_inbox_and_untrash_does_not_bring_back(google: Google) -> None:
    """Trash sets TRASH and removes INBOX; untrash only removes TRASH."""
    message = google.server.deliver(letter())
    assert ["TRASH", "UNREAD"] == google.post(f"/messages/{message}/trash")["labelIds"]
    assert ["UNREAD"] == google.post(f"/messages/{message}/untrash")["labelIds"]


def test_erasing_needs_the_full_scope(google: Google) -> None:
    """Delete and batchDelete are 403 with gmail.modify and work with https://mail.google.com/."""
    first, second = google.server.deliver(letter()), google.server.deliver(letter())
    assert (403, "insufficientPermissions") == google.refused("DELETE", f"/messages/{first}")
    assert (403, "insufficientPermissions") == google.refused(
        "POST", "/messages/batchDelete", {"ids": [first]}
    )
    full = google.server.token_for("https://mail.google.com/")
    assert (204, None) == google.ask("DELETE", f"/messages/{first}", token=full)
    assert (204, None) == google.ask("POST", "/messages/batchDelete", {"ids": [second, "1"]}, token=full)
    assert [] == google.server.state()["messages"]


def test_metadata_scope_sees_no_bodies(google: Google) -> None:
    """gmail.metadata refuses q and the formats full and raw with 403, and gives metadata."""
    message = google.server.deliver(letter())
    weak = google.server.token_for("https://www.googleapis.com/auth/gmail.metadata")
    for query in ({"format": "full"}, {"format": "raw"}, {}):
        status, _ = google.ask("GET", f"/messages/{message}", token=weak, **query)
        assert 403 == status
    assert 403 == google.ask("GET", "/messages", token=weak, q="hello")[0]
    assert 200 == google.ask("GET", f"/messages/{message}", token=weak, format="metadata")[0]
    assert 200 == google.ask("GET", "/messages", token=weak)[0]


def test_attachment_ids_change_and_both_resolve(google: Google) -> None:
    """Two gets give two attachment ids; each fetches the bytes; a foreign one is refused."""
    raw = (
        b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n\r\nhello\r\n--x\r\n'
        b'Content-Type: application/pdf; name="a.pdf"\r\nContent-Disposition: attachment; filename="a.pdf"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--x--\r\n"
    )
    message = google.server.deliver(raw)
    parts = [google.get(f"/messages/{message}")["payload"]["parts"][1] for _ in range(2)]
    ids = [part["body"]["attachmentId"] for part in parts]
    assert ids[0] != ids[1]
    assert ("1", "a.pdf", 4) == (parts[0]["partId"], parts[0]["filename"], parts[0]["body"]["size"])
    for found in ids:
        assert b"%PDF" == unb64(google.get(f"/messages/{message}/attachments/{found}")["data"])
    assert (400, "invalidArgument") == google.refused("GET", f"/messages/{message}/attachments/ANGjdJxyz")


def test_insert_keeps_labels_and_delivers_nothing(google: Google) -> None:
    """messages.insert is like IMAP APPEND; internalDateSource=dateHeader takes the Date header."""
    raw = letter(date="Thu, 01 Jan 2015 10:00:00 +0000")
    kept = google.post(
        "/messages", {"raw": b64(raw), "labelIds": ["STARRED"]}, internalDateSource="dateHeader"
    )
    assert ["STARRED"] == kept["labelIds"]
    assert "1420106400000" == google.get(f"/messages/{kept['id']}", format="minimal")["internalDate"]
    assert [] == google.server.sent()


@pytest.mark.parametrize("raw", ["", "!!!", "YQ=\n="])
def test_a_message_without_readable_raw_is_refused(google: Google, raw: str) -> None:
    """No raw and raw that is no base64 are 400."""
    assert (400, "invalidArgument") == google.refused("POST", "/messages/send", {"raw": raw})


def test_the_account_may_be_named_and_nobody_else(google: Google) -> None:
    """`me` and the address itself are the mailbox; another address is 403."""
    own = google.server.call("GET", f"/gmail/v1/users/{google.server.account}/profile")
    other = google.server.call("GET", "/gmail/v1/users/someone@example.org/profile")
    assert (200, 403) == (own[0], other[0])
