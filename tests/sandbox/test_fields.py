"""Partial responses."""

import pytest
from tests.sandbox.given import Google, letter

from mailreeve.sandbox.errors import ApiError
from mailreeve.sandbox.fields import apply, parse

PAGE = {"messages": [{"id": "1", "threadId": "2"}, {"id": "3", "threadId": "4"}], "resultSizeEstimate": 2}


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        ("messages(id)", {"messages": [{"id": "1"}, {"id": "3"}]}),
        ("messages/id", {"messages": [{"id": "1"}, {"id": "3"}]}),
        ("messages(id,threadId),resultSizeEstimate", PAGE),
        ("messages/id,messages/threadId", {"messages": PAGE["messages"]}),
        (" messages ( id ) ", {"messages": [{"id": "1"}, {"id": "3"}]}),
        ("messages/*", {"messages": PAGE["messages"]}),
        ("*", PAGE),
        ("nextPageToken", {}),
        ("messages,messages/id", {"messages": PAGE["messages"]}),
    ],
)
def test_a_mask_selects(mask: str, expected: object) -> None:
    """Commas, slashes, parentheses and stars select as Google's guide says."""
    assert expected == apply(PAGE, parse(mask, "ListMessagesResponse"))


@pytest.mark.parametrize(
    "mask",
    [
        "",
        "messages(",
        "messages)",
        "messages(id",
        "nope",
        "messages/nope",
        "a,,b",
        "id/",
        "messages;id",
        "messages(" * 60,
    ],
)
def test_a_wrong_mask_is_refused(mask: str) -> None:
    """Malformed masks and unknown fields are 400."""
    with pytest.raises(ApiError) as caught:
        parse(mask, "ListMessagesResponse")
    assert (400, "fields") == (caught.value.code, caught.value.location)


def test_masks_reach_into_payloads(google: Google) -> None:
    """Fields works on every method."""
    message = google.server.deliver(letter("Plan"))
    found = google.get(f"/messages/{message}", fields="id,payload(headers/name,parts/partId)")
    assert {"id", "payload"} == set(found)
    assert {"name"} == set(found["payload"]["headers"][0])
