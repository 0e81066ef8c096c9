"""users.history.list."""

import pytest
from tests.sandbox.given import Google, b64, letter

WEEK = 7 * 24 * 3600


def test_every_change_is_told_in_order(google: Google) -> None:
    """Added, labelled and deleted messages appear with their labels; ids grow."""
    start = google.get("/profile")["historyId"]
    message = google.server.deliver(letter())
    google.post(f"/messages/{message}/modify", {"addLabelIds": ["STARRED"], "removeLabelIds": ["UNREAD"]})
    draft = google.post("/drafts", {"message": {"raw": b64(letter())}})["id"]
    google.delete(f"/drafts/{draft}")
    found = google.get("/history", startHistoryId=start)
    kinds = [next(key for key in record if key not in {"id", "messages"}) for record in found["history"]]
    assert ["messagesAdded", "labelsAdded", "labelsRemoved", "messagesAdded", "messagesDeleted"] == kinds
    ids = [int(record["id"]) for record in found["history"]]
    assert sorted(ids) == ids
    assert str(ids[-1]) == found["historyId"]
    assert ["INBOX", "UNREAD"] == found["history"][0]["messagesAdded"][0]["message"]["labelIds"]
    assert ["UNREAD"] == found["history"][2]["labelsRemoved"][0]["labelIds"]


def test_nothing_new_is_an_answer_without_history(google: Google) -> None:
    """Only the current id is told."""
    current = google.get("/profile")["historyId"]
    assert {"historyId": current} == google.get("/history", startHistoryId=current)


def test_history_comes_in_pages(google: Google) -> None:
    """Following the tokens gives every record once."""
    start = google.get("/profile")["historyId"]
    delivered = [google.server.deliver(letter()) for _ in range(5)]
    found, token = [], ""
    while True:
        page = google.get(
            "/history", startHistoryId=start, maxResults=2, **({"pageToken": token} if token else {})
        )
        found += [record["messages"][0]["id"] for record in page["history"]]
        token = page.get("nextPageToken", "")
        if not token:
            break
    assert delivered == found


def test_history_is_filtered_by_kind_and_label(google: Google) -> None:
    """HistoryTypes and labelId leave out the rest."""
    start = google.get("/profile")["historyId"]
    inbox = google.server.deliver(letter())
    google.server.deliver(letter(), "SPAM")
    google.post(f"/messages/{inbox}/modify", {"removeLabelIds": ["INBOX"]})
    added = google.get("/history", startHistoryId=start, historyTypes=["messageAdded"])["history"]
    assert 2 == len(added)
    labelled = google.get("/history", startHistoryId=start, labelId="INBOX")["history"]
    assert [inbox, inbox] == [record["messages"][0]["id"] for record in labelled]
    assert (400, "invalidArgument") == google.refused(
        "GET", "/history", startHistoryId=start, historyTypes="moved"
    )
    assert (400, "invalidArgument") == google.refused(
        "GET", "/history", startHistoryId=start, labelId="Label_9"
    )


def test_old_ids_expire_after_a_week(google: Google) -> None:
    """404 once a newer record is older than a week; the last id of a quiet mailbox stays good."""
    start = google.get("/profile")["historyId"]
    google.server.deliver(letter())
    current = google.get("/profile")["historyId"]
    google.server.clock(advance=WEEK - 60)
    assert 1 == len(google.get("/history", startHistoryId=start)["history"])
    google.server.clock(advance=120)
    assert (404, "notFound") == google.refused("GET", "/history", startHistoryId=start)
    assert {"historyId": current} == google.get("/history", startHistoryId=current)


@pytest.mark.parametrize(
    ("start", "status"), [("", 400), ("abc", 400), ("-1", 400), ("1", 404), ("99999999", 404)]
)
def test_wrong_ids_are_refused(google: Google, start: str, status: int) -> None:
    """Missing and malformed ids are 400, ids before the mailbox or in the future 404."""
    assert status == google.ask("GET", "/history", startHistoryId=start)[0]
