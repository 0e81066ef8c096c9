"""users.labels."""

import pytest
from tests.sandbox.given import Google, letter


def test_a_label_lives_from_create_to_delete(google: Google) -> None:
    """create, get, patch, update, delete; deleting takes it off the messages."""
    made = google.post("/labels", {"name": "Clients/Harbor", "labelListVisibility": "labelHide"})
    assert ("Clients/Harbor", "user", "labelHide", "show") == (
        made["name"],
        made["type"],
        made["labelListVisibility"],
        made["messageListVisibility"],
    )
    message = google.server.deliver(letter(), "INBOX,Clients/Harbor")
    color = {"textColor": "#ffffff", "backgroundColor": "#16a766"}
    patched = google.patch(f"/labels/{made['id']}", {"color": color})
    assert (color, "Clients/Harbor") == (patched["color"], patched["name"])
    updated = google.put(f"/labels/{made['id']}", {"id": made["id"], "name": "Harbor"})
    assert ("Harbor", "labelShow") == (updated["name"], updated["labelListVisibility"])
    assert "color" not in updated
    google.delete(f"/labels/{made['id']}")
    assert {"INBOX"} == google.server.labels_of(message)
    assert (404, "notFound") == google.refused("GET", f"/labels/{made['id']}")


def test_counts_are_given_by_get_alone(google: Google) -> None:
    """labels.get counts messages and threads, all and unread; labels.list does not."""
    google.server.deliver(letter("A", references="<1@x.example>"))
    google.server.deliver(letter("A", references="<1@x.example>"), "INBOX")
    google.server.deliver(letter("B"), "INBOX")
    found = google.get("/labels/INBOX")
    counts = ("messagesTotal", "messagesUnread", "threadsTotal", "threadsUnread")
    assert [3, 1, 2, 1] == [found[name] for name in counts]
    listed = google.get("/labels")["labels"]
    assert not any(set(counts) & set(label) for label in listed)
    assert {"INBOX", "SENT", "DRAFT", "SPAM", "TRASH", "UNREAD", "STARRED", "IMPORTANT"} <= {
        x["id"] for x in listed
    }


@pytest.mark.parametrize("name", ["Work", "work", "WORK"])
def test_a_name_is_taken_once_in_any_case(google: Google, name: str) -> None:
    """A second label of the same name is 409."""
    google.post("/labels", {"name": "Work"})
    assert (409, "aborted") == google.refused("POST", "/labels", {"name": name})
    other = google.post("/labels", {"name": "Other"})["id"]
    assert (409, "aborted") == google.refused("PATCH", f"/labels/{other}", {"name": name})


@pytest.mark.parametrize(
    "body",
    [
        {"name": "Inbox"},
        {"name": "SPAM"},
        {"name": ""},
        {},
        {"name": "a//b"},
        {"name": "x" * 226},
        {"name": "Work", "labelListVisibility": "maybe"},
        {"name": "Work", "color": {"textColor": "#123456", "backgroundColor": "#ffffff"}},
    ],
)
def test_labels_that_gmail_refuses_are_refused(google: Google, body: dict[str, object]) -> None:
    """Names of system labels, empty and long names, unknown values and colours are 400; nothing is made."""
    assert (400, "invalidArgument") == google.refused("POST", "/labels", body)
    assert [] == [label for label in google.server.state()["labels"] if label["type"] == "user"]


@pytest.mark.parametrize(
    ("verb", "body"), [("PATCH", {"name": "X"}), ("PUT", {"name": "X"}), ("DELETE", None)]
)
def test_system_labels_cannot_be_changed(google: Google, verb: str, body: dict[str, str] | None) -> None:
    """Renaming and deleting INBOX are 400."""
    assert (400, "invalidArgument") == google.refused(verb, "/labels/INBOX", body)


def test_a_mailbox_holds_ten_thousand_labels(google: Google) -> None:
    """The label after the limit is refused."""
    with google.server.state_file() as state:
        for number in range(10_000):
            values = (f"L{number}", f"n{number}", f"n{number}")
            state.execute("insert into labels (id, name, key, type) values (?, ?, ?, 'user')", values)
    assert (400, "invalidArgument") == google.refused("POST", "/labels", {"name": "One more"})
