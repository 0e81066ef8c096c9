"""Clearing up on the review page."""

from tests.sandbox_server import SandboxServer
from tests.triage.house import newsletter
from tests.web.client import Client

SPAN = "/cleanup?span=3"


def test_a_sender_is_archived_and_brought_back(client: Client, sandbox: SandboxServer) -> None:
    """The page counts; what is ticked is archived, at once and once; one press brings all of it back."""
    ids = [sandbox.deliver(newsletter(number)) for number in range(2)]
    other = sandbox.deliver(newsletter().replace(b"news.example.net", b"paper.example"))
    before = {id_: sandbox.labels_of(id_) for id_ in (*ids, other)}
    page = client.get(SPAN)
    assert "2 mails" in page.words
    assert before == {id_: sandbox.labels_of(id_) for id_ in before}
    fields = {**page.form("/cleanup"), "s1": "yes", "action": "archive"}
    told = client.follow(client.post("/cleanup", fields))
    assert "2 of 2 mails archived." in told.words
    assert [set(before[id_]) - {"INBOX"} for id_ in ids] == [set(sandbox.labels_of(id_)) for id_ in ids]
    assert before[other] == sandbox.labels_of(other)
    assert 400 == client.post("/cleanup", fields).status
    client.follow(client.submit(told, "/undo"))
    assert before == {id_: sandbox.labels_of(id_) for id_ in before}


def test_nothing_ticked_or_another_button_changes_nothing(client: Client, sandbox: SandboxServer) -> None:
    """Each is an error that says so."""
    id_ = sandbox.deliver(newsletter())
    before = sandbox.labels_of(id_)
    for wish in (
        {"action": "archive"},
        {"s1": "yes", "action": "SENT"},
        {"s1": "yes", "action": "archive", "token": "x"},
    ):
        page = client.get(SPAN)
        assert 400 == client.post("/cleanup", {**page.form("/cleanup"), **wish}).status
    assert before == sandbox.labels_of(id_)


def test_hostile_names_are_words(client: Client, sandbox: SandboxServer) -> None:
    """A sender's name is shown as text, whatever it holds."""
    sandbox.deliver(newsletter().replace(b"The Gazette <newsletter", b'"<b>x</b><script>" <newsletter'))
    page = client.get(SPAN)
    assert "<b>x</b><script>" in page.words
    assert None is page.tree.css_first("main script")


def test_a_list_mail_without_html_is_shown_where_its_list_is_left(
    client: Client, sandbox: SandboxServer
) -> None:
    """The page behind "Unsubscribe" shows the text of a plain mail, and no empty frame."""
    id_ = sandbox.deliver(newsletter())
    page = client.get(f"/message/{id_}")
    assert "five long reads, a recipe, and a chart." in page.words
    assert None is page.tree.css_first("iframe")
