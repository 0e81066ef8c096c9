"""Filling a mailbox."""

import json
import time
from pathlib import Path

import pytest
from tests.sandbox.given import Google
from tests.sandbox_server import Factory

from mailreeve.sandbox import demo

SENT = b"From 1@x Thu Nov 19 10:00:00 2026\nX-Gmail-Labels: Sent\nFrom: Kim <Kim@own.example>\nTo: a@b.example\n\nhi\n\n"
ODD = b"From 2@x Thu Nov 19 10:00:00 2036\nX-Gmail-Labels: Inbox, a // b/,Drafts-old\nSubject: odd\n\nhi\n\n"
DRAFT = b"From 3@x Thu Nov 19 10:00:00 2026\nX-Gmail-Labels: Draft\nSubject: later\n\nhi\n\n"


def test_the_demo_mailbox_is_served_without_a_source(sandbox_factory: Factory) -> None:
    """All demo mail is there with its labels; drafts are drafts; nothing lies in the future."""
    google = Google(sandbox_factory(demo=True))
    state = google.server.state()
    assert demo.ACCOUNT == google.server.account
    assert set(demo.USER_LABELS) == {label["name"] for label in state["labels"] if label["type"] == "user"}
    assert google.get("/profile")["messagesTotal"] == len(state["messages"]) > 0
    drafts = [mail for mail in state["messages"] if "DRAFT" in mail["labelIds"]]
    assert [mail["id"] for mail in drafts] == [draft["messageId"] for draft in state["drafts"]]
    assert all(int(mail["internalDate"]) <= time.time() * 1000 for mail in state["messages"])
    for mail in state["messages"]:
        google.get(f"/messages/{mail['id']}")


def test_a_mailbox_file_is_loaded_once(sandbox_factory: Factory, tmp_path: Path) -> None:
    """A second start on the same state adds nothing and finds the changes of the first."""
    file = tmp_path / "a.mbox"
    file.write_bytes(ODD)
    first = sandbox_factory(mbox=file, state=tmp_path / "kept.db")
    message = first.state()["messages"][0]["id"]
    first.api("POST", f"/messages/{message}/modify", {"addLabelIds": ["STARRED"]})
    again = sandbox_factory(mbox=file, state=tmp_path / "kept.db")
    assert first.state() == again.state()
    assert 1 == len(again.state()["messages"])


def test_labels_drafts_and_dates_of_a_file(sandbox_factory: Factory, tmp_path: Path) -> None:
    """Names that Gmail would refuse are tidied, drafts become drafts, dates in the future are clamped to now."""
    file = tmp_path / "a.mbox"
    file.write_bytes(ODD + DRAFT)
    server = sandbox_factory(mbox=file)
    odd, draft = server.state()["messages"]
    assert ["Drafts-old", "INBOX", "a/b"] == odd["labels"]
    assert abs(int(odd["internalDate"]) / 1000 - time.time()) < 60
    assert [draft["id"]] == [d["messageId"] for d in server.state()["drafts"]]


def test_the_account_is_who_sent_the_sent_mail(sandbox_factory: Factory, tmp_path: Path) -> None:
    """Unless it is named; without sent mail it is the demo's."""
    file = tmp_path / "a.mbox"
    file.write_bytes(SENT)
    assert "kim@own.example" == sandbox_factory(mbox=file).account
    assert "me@x.example" == sandbox_factory(mbox=file, account="me@x.example").account
    file.write_bytes(ODD)
    server = sandbox_factory(mbox=file)
    assert demo.ACCOUNT == server.account
    assert demo.ACCOUNT == server.api("GET", "/settings/sendAs")["sendAs"][0]["sendAsEmail"]


def test_loaded_mail_has_no_history(sandbox_factory: Factory) -> None:
    """The first cursor of a loaded mailbox gives nothing; ids before it are expired."""
    google = Google(sandbox_factory(demo=True))
    current = google.get("/profile")["historyId"]
    assert {"historyId": current} == google.get("/history", startHistoryId=current)
    assert (404, "notFound") == google.refused("GET", "/history", startHistoryId=str(int(current) - 1))


@pytest.mark.parametrize("kind", ["maildir", "eml"])
def test_folders_are_loaded_too(sandbox_factory: Factory, tmp_path: Path, kind: str) -> None:
    """--maildir and --eml serve the mail of a folder."""
    folder = tmp_path / "mail"
    for name in ("new/1", "a.eml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"Subject: x\n\nhi\n")
    assert 1 == len(sandbox_factory(**{kind: folder}).state()["messages"])


@pytest.mark.parametrize("step", [20, pytest.param(1, marks=pytest.mark.prove)])
def test_five_hundred_real_messages(sandbox_factory: Factory, data: Path, step: int) -> None:
    """A real mailbox is loaded whole, and its messages are served as Google describes them."""
    google = Google(sandbox_factory(mbox=data / "mail" / "real-2002.mbox"))
    ids = google.ids(maxResults=500)
    assert (500, 500) == (len(ids), google.get("/profile")["messagesTotal"])
    for message in ids[::step]:
        google.get(f"/messages/{message}")
    labelled = (data / "mail" / "real-2002.labels.jsonl").read_text().splitlines()
    assert len(labelled) == len(ids)
    assert json.loads(labelled[0])["n"] == 0


@pytest.mark.parametrize("count", [2_000, pytest.param(100_000, marks=pytest.mark.prove)])
def test_a_large_mailbox(sandbox_factory: Factory, tmp_path: Path, count: int) -> None:
    """Every message of a large file is counted, labelled, found and paged through."""
    file = tmp_path / "large.mbox"
    with file.open("wb") as stream:
        for number in range(count):
            stream.write(
                b"From x@y Thu Nov 19 10:00:00 2026\nX-Gmail-Labels: Inbox,Work/%d\nMessage-ID: <%d@x.example>\n"
                b"From: Sender %d <s%d@x.example>\nSubject: Number %d\n\nword%d\n\n"
                % (number % 10, number, number, number % 100, number, number)
            )
    google = Google(sandbox_factory(mbox=file))
    assert count == google.get("/profile")["messagesTotal"]
    work = next(label["id"] for label in google.server.state()["labels"] if label["name"] == "Work/7")
    assert count // 10 == google.get(f"/labels/{work}")["messagesTotal"]
    assert count // 100 == google.get("/messages", q="from:s42@x.example", maxResults=1)["resultSizeEstimate"]
    (last,) = google.ids(f"rfc822msgid:{count - 1}@x.example")
    assert [last] == google.ids(f"word{count - 1}")
    seen, token = 0, ""
    while True:
        page = google.get(
            "/messages", labelIds=work, maxResults=500, **({"pageToken": token} if token else {})
        )
        seen += len(page["messages"])
        token = page.get("nextPageToken", "")
        if not token:
            break
    assert count // 10 == seen
