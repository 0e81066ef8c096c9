"""One draft: shown, changed, rejected, taken back."""

import pytest
from tests.sandbox_server import SandboxServer
from tests.web.client import Client
from tests.web.conftest import QUESTION

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.mail import mime
from mailreeve.service import drafting


def text_of(box: Mailbox, draft: str) -> str:
    return mime.from_bytes(box.gmail.draft(draft).raw).text


def test_a_draft_stands_beside_what_it_answers(client: Client, draft: str) -> None:
    """Recipients, subject, text, fingerprint and the thread; new text first, history folded."""
    page = client.get(f"/draft/{draft}")
    for part in ("ana@x.example", "Lunch on Friday?", "Yes, gladly.", "Can you come to lunch on Friday?"):
        assert part in page.words
    folded = page.tree.css_first(".sheet details.fold")
    assert folded is not None
    assert "open" not in folded.attributes


def test_an_edit_replaces_the_text_and_can_be_undone(client: Client, box: Mailbox, draft: str) -> None:
    """Only the person's words change; one press puts the old ones back."""
    page = client.get(f"/draft/{draft}")
    done = client.submit(page, f"/draft/{draft}/edit", body="No, sorry.\r\n\r\nAlex")
    told = client.follow(done)
    assert "saved" in told.words
    assert "No, sorry.\n\nAlex" == text_of(box, draft)
    assert "ana@x.example" in told.words
    client.follow(client.submit(told, "/undo"))
    assert "Yes, gladly." == text_of(box, draft)


def test_an_edit_that_changes_nothing_keeps_everything(client: Client, box: Mailbox, draft: str) -> None:
    """The form as it stands is the draft: people, subject, text and the history below it."""
    before = mime.from_bytes(box.gmail.draft(draft).raw)
    client.submit(client.get(f"/draft/{draft}"), f"/draft/{draft}/edit")
    after = mime.from_bytes(box.gmail.draft(draft).raw)
    assert (before.to, before.subject, before.text, before.quoted) == (
        after.to,
        after.subject,
        after.text,
        after.quoted,
    )


def test_recipients_are_changed_and_taken_off(client: Client, box: Mailbox, draft: str) -> None:
    """A field that is emptied is empty in the draft."""
    place = f"/draft/{draft}/edit"
    client.submit(client.get(f"/draft/{draft}"), place, cc="bo@x.example, Cy Wu <cy@x.example>")
    made = mime.from_bytes(box.gmail.draft(draft).raw)
    assert ["bo@x.example", "cy@x.example"] == [one.address for one in made.cc]
    client.submit(client.get(f"/draft/{draft}"), place, cc="")
    assert () == mime.from_bytes(box.gmail.draft(draft).raw).cc


@pytest.mark.parametrize("to", ["nobody", "a@x.example\nBcc: evil@x.example"])
def test_a_wrong_address_is_told_and_changes_nothing(
    client: Client, box: Mailbox, draft: str, to: str
) -> None:
    """No address, and no line break that would start a header."""
    before = box.gmail.draft(draft).raw
    refused = client.submit(client.get(f"/draft/{draft}"), f"/draft/{draft}/edit", to=to)
    assert 400 == refused.status
    assert before == box.gmail.draft(draft).raw


def test_an_edit_of_an_old_page_overwrites_nothing(client: Client, box: Mailbox, draft: str) -> None:
    """What was changed elsewhere meanwhile stays, and the page says so."""
    page = client.get(f"/draft/{draft}")
    drafting.draft(box, kind="edit", draft_id=draft, body="From elsewhere", cancel=Cancel())
    assert 409 == client.submit(page, f"/draft/{draft}/edit", body="Mine").status
    assert "From elsewhere" == text_of(box, draft)


def test_a_rejected_draft_stays_and_its_reason_is_kept(
    client: Client, sandbox: SandboxServer, box: Mailbox, draft: str
) -> None:
    """The reason is an event of the audit by the person; an open question is closed with it."""
    proposal = box.gate.propose_send(draft)
    page = client.get(f"/draft/{draft}")
    done = client.submit(page, f"/draft/{draft}/reject", reason="too\r\nshort")
    assert "still in Gmail" in client.follow(done).words
    row = next(box.audit.events("draft.rejected"))
    assert ("person", draft, "too short") == (row.actor, row.body["draft"], row.body["reason"])
    assert "rejected" == box.gate.get(proposal.id).state
    assert 1 == len(sandbox.state()["drafts"])


def test_a_deleted_draft_comes_back(client: Client, sandbox: SandboxServer, box: Mailbox, draft: str) -> None:
    """Rejecting can delete it; undo puts the same bytes into the same thread, where it waits again."""
    before = box.gmail.draft(draft)
    page = client.get(f"/draft/{draft}")
    told = client.follow(client.submit(page, f"/draft/{draft}/reject", delete="yes"))
    assert [] == sandbox.state()["drafts"]
    assert "Nothing waits for you" in told.words
    assert 404 == client.get(f"/draft/{draft}").status
    back = client.follow(client.submit(told, "/undo"))
    assert "Yes, gladly." in back.words
    (again,) = box.gmail.drafts().items
    restored = box.gmail.draft(again.id)
    assert (before.raw, before.thread_id) == (restored.raw, restored.thread_id)


def test_mail_text_on_the_page_is_text(client: Client, sandbox: SandboxServer, box: Mailbox) -> None:
    """Markup, reversed words and control characters of a mail reach the page as harmless text, or not at all."""
    hostile = QUESTION.replace(
        b"Subject: Lunch", "Subject: <script>x</script>\u202eevil\x07".encode()
    ).replace(b"Can you", b'<img src=x onerror=alert(1)>{{ 7*7 }}"><b>Can you')
    made = drafting.draft(
        box,
        kind="reply",
        reply_to_id=sandbox.deliver(hostile),
        body="</textarea><script>y</script>",
        cancel=Cancel(),
    )
    for path in ("/", f"/draft/{made['draft_id']}"):
        page = client.get(path)
        scripts = [one.attributes.get("src") for one in page.tree.css("script")]
        assert ["/static/keys.js"] == scripts
        assert ["/static/mark.svg"] == [one.attributes.get("src") for one in page.tree.css("img")]
        assert not {"\u202e", "\x07"} & set(page.text)
    assert "{{ 7*7 }}" in page.words


def test_blanks_are_marked(client: Client, box: Mailbox, draft: str) -> None:
    """Each place to fill in stands out in the text, and words of a mail stay words."""
    text = "Yes, at [time?] in [ ].\n\n<mark>me</mark> [not this one](x)"
    drafting.draft(box, kind="edit", draft_id=draft, body=text, cancel=Cancel())
    page = client.get(f"/draft/{draft}")
    marks = [mark.text() for mark in page.tree.css(".sheet .letter mark")]
    assert ["[time?]", "[ ]"] == marks
    assert text in page.tree.css_first(".sheet .letter").text()  # type: ignore[union-attr] # it is there
