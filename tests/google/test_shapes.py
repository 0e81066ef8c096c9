"""Google's JSON to records: absent, odd and hostile fields."""

import base64
import itertools
from typing import Any

import pytest

from mailreeve.google import shapes
from mailreeve.models import Draft, Label, Profile, Ref

ODD: list[Any] = [None, 3, "x", [], {}, [None, 3, "x", {}], {"id": None}, [{"message": 3}]]


@pytest.mark.parametrize("data", [b"", b"a", b"ab", b"abc", bytes(range(256))])
def test_base64url_with_and_without_padding(data: bytes) -> None:
    """Gmail leaves the padding out, others do not."""
    text = base64.urlsafe_b64encode(data).decode()
    assert data == shapes.data(text) == shapes.data(text.rstrip("="))


@pytest.mark.parametrize("text", [None, 3, "!", "a", "ü", "a" * 5, []])
def test_what_is_no_base64_does_no_harm(text: Any) -> None:
    """Bytes come back, empty or not, and no error."""
    assert isinstance(shapes.data(text), bytes)


@pytest.mark.parametrize("odd", ODD)
def test_odd_fields_do_no_harm(odd: Any) -> None:
    """Any JSON in any place becomes a record with empty fields, never a crash."""
    keys = ("id", "threadId", "labelIds", "message", "name", "type", "emailAddress", "historyId", "history")
    body = dict.fromkeys(keys, odd)
    shapes.ref(body)
    shapes.profile(body)
    shapes.label(body)
    shapes.draft(body)
    shapes.send_as(body)
    shapes.history(body, "1")
    record = dict.fromkeys(("messagesAdded", "messagesDeleted", "labelsAdded", "labelsRemoved"), odd)
    shapes.history({"history": [record, odd]}, "1")


def test_absent_fields_are_empty() -> None:
    """Google leaves empty fields out."""
    assert Profile("", "", 0, 0) == shapes.profile({})
    assert Label("", "") == shapes.label({})
    assert Draft("", "", "") == shapes.draft({})
    assert "7" == shapes.history({}, "7").history_id


def record(kind: str, id_: str, has: list[str] | None, *changed: str) -> dict[str, Any]:
    message = {"id": id_, "threadId": f"t{id_}"} | ({} if has is None else {"labelIds": has})
    return {kind: [{"message": message, "labelIds": list(changed)}]}


def folded(*records: dict[str, Any]) -> tuple[list[str], list[str]]:
    page = shapes.history({"history": list(records), "historyId": "9"}, "1")
    return [ref.id for ref in page.arrived], list(page.left)


ADDED = record("messagesAdded", "1", ["INBOX", "UNREAD"])


@pytest.mark.parametrize(
    ("records", "arrived", "left"),
    [
        ([ADDED], ["1"], []),
        ([record("messagesAdded", "1", None)], ["1"], []),
        ([record("messagesAdded", "1", ["SENT"])], [], []),
        ([record("messagesAdded", "1", ["INBOX", "SENT"])], [], []),
        ([record("messagesAdded", "1", ["DRAFT"])], [], []),
        ([record("messagesAdded", "1", ["SPAM"])], [], []),
        ([record("messagesAdded", "1", ["TRASH"])], [], []),
        ([record("messagesAdded", "1", ["CHAT"])], [], []),
        ([record("messagesAdded", "1", ["UNREAD"])], [], []),
        ([ADDED, record("labelsRemoved", "1", ["UNREAD"], "INBOX")], [], ["1"]),
        ([ADDED, record("labelsRemoved", "1", ["INBOX"], "UNREAD")], ["1"], []),
        ([ADDED, record("labelsAdded", "1", ["TRASH"], "TRASH")], [], ["1"]),
        ([ADDED, record("labelsAdded", "1", ["INBOX", "STARRED"], "STARRED")], ["1"], []),
        ([ADDED, record("messagesDeleted", "1", None)], [], ["1"]),
        ([record("messagesAdded", "1", ["SPAM"]), record("labelsAdded", "1", ["INBOX"], "INBOX")], ["1"], []),
        ([record("labelsAdded", "1", ["INBOX"], "INBOX")], ["1"], []),
        ([record("labelsAdded", "1", ["INBOX", "SENT"], "INBOX")], [], []),
        (
            [
                ADDED,
                record("labelsRemoved", "1", [], "INBOX"),
                record("labelsAdded", "1", ["INBOX"], "INBOX"),
            ],
            ["1"],
            [],
        ),
        (
            [
                record("labelsAdded", "1", ["INBOX"], "INBOX"),
                record("labelsRemoved", "1", [], "INBOX"),
            ],
            [],
            ["1"],
        ),
    ],
)
def test_what_the_records_leave_in_the_inbox(
    records: list[dict[str, Any]], arrived: list[str], left: list[str]
) -> None:
    """The last record about a message decides; sent mail, drafts, spam, trash and chats never arrive."""
    assert (arrived, left) == folded(*records)


def test_a_message_is_never_both_in_and_out() -> None:
    """Over all sequences of three changes: in, out or neither, and once."""
    steps = [
        ADDED,
        record("labelsAdded", "1", ["INBOX"], "INBOX"),
        record("labelsRemoved", "1", [], "INBOX"),
        record("labelsAdded", "1", ["TRASH"], "TRASH"),
        record("messagesDeleted", "1", None),
    ]
    for sequence in itertools.product(steps, repeat=3):
        arrived, left = folded(*sequence)
        assert 1 == len(arrived) + len(left)
        assert (sequence[-1] in steps[:2]) == bool(arrived)


def test_a_deleted_message_is_no_added_one() -> None:
    """Added and deleted on one page: only the deletion is told."""
    page = shapes.history({"history": [ADDED, record("messagesDeleted", "1", None)]}, "1")
    assert ((), ("1",)) == (page.added, page.deleted)


def test_labels_of_an_added_message_are_told() -> None:
    """Where the record has them."""
    page = shapes.history({"history": [ADDED]}, "1")
    assert (Ref("1", "t1", ("INBOX", "UNREAD")),) == page.added
