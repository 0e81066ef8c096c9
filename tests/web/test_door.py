"""The door for other software: who is let in, what is refused, and that a person decides."""

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.boxes import OpenBox
from tests.sandbox_server import SandboxServer
from tests.web.conftest import EVERYTHING

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.service import asking
from mailreeve.web.door import MOST, Door

WISH = {"key": "order-1", "to": ["ana@example.org"], "subject": "Your order", "body": "It has left us.\n"}
Post = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def key(box: Mailbox) -> str:
    """A person let the shop in."""
    return asking.let_in(box, "shop")["key"]


@pytest.fixture
def post(box: Mailbox, key: str) -> Iterator[Post]:
    """Asks at an open door, as the shop does unless the test says otherwise."""
    door, cancel = Door(lambda: box), Cancel()
    thread = threading.Thread(target=door.serve, args=(cancel,), daemon=True)
    thread.start()

    def ask(
        wish: object = WISH, *, path: str = "/v1/proposals", **headers: str
    ) -> tuple[int, dict[str, Any]]:
        body = wish if isinstance(wish, bytes) else json.dumps(wish).encode()
        sent = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=30)
        try:
            connection.request("POST", path, body, sent)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    yield ask
    cancel.set()
    thread.join(10)


def test_a_wish_is_a_question_to_the_person_and_nothing_leaves(
    sandbox: SandboxServer, box: Mailbox, post: Post
) -> None:
    """Exact words and recipients wait at the gate; asked again, it is the same one."""
    status, told = post()
    assert (202, "needs_user") == (status, told["status"])
    (proposal,) = box.gate.waiting()
    assert (("ana@example.org",), "Your order", told["proposal"]) == (
        proposal.envelope.to,
        proposal.subject,
        proposal.id,
    )
    assert any("shop" in flag.text for flag in proposal.flags)
    assert (told["proposal"], 1) == (post()[1]["proposal"], len(box.gmail.drafts().items))
    assert [] == sandbox.sent()
    assert {"system": "shop"}.items() <= next(
        r for r in box.audit.rows() if r.event == "system.asked"
    ).body.items()


def test_a_wish_for_a_trusted_recipient_is_a_question_too(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """Whom the person trusts for their own mail is not for others to write to."""
    box = open_box(
        sandbox, EVERYTHING.replace("[google]", 'trusted_recipients = ["ana@example.org"]\n[google]')
    )
    earlier = f"From: {box.address}\r\nTo: ana@example.org\r\nSubject: Hi\r\n\r\nHi\r\n"
    sandbox.deliver(earlier.encode(), labels="SENT")
    told = asking.ask(box, "shop", WISH, cancel=Cancel())
    assert ("needs_user", [told["proposal"]]) == (told["status"], [one.id for one in box.gate.waiting()])


def test_a_system_learns_what_the_person_decided(box: Mailbox, post: Post) -> None:
    """The same key tells it; the same key with other words is refused."""
    told = post()[1]
    box.gate.reject(told["proposal"], "Not like this.")
    assert "declined" == post()[1]["status"]
    assert 400 == post({**WISH, "body": "Other words."})[0]


def test_a_wish_that_a_crash_cut_off_makes_no_second_draft(box: Mailbox, post: Post) -> None:
    """Its draft is found by its mark."""
    post()
    box.app.db.execute("update asked set draft = '', proposal = ''")
    post()
    assert (1, 1) == (len(box.gmail.drafts().items), len(box.gate.waiting()))


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (401, {"Authorization": "Bearer mrk_wrong"}),
        (401, {"Authorization": "Basic c2hvcDo="}),
        (403, {"Origin": "https://evil.example"}),
        (403, {"Host": "evil.example"}),
        (415, {"Content_Type": "text/plain"}),
        (413, {"Content_Length": str(MOST + 1)}),
        (411, {"Transfer_Encoding": "chunked"}),
    ],
)
def test_who_has_no_key_or_is_a_browser_gets_nothing(
    box: Mailbox, post: Post, status: int, headers: dict[str, str]
) -> None:
    """Refused before anything is read or written."""
    assert status == post(**headers)[0]
    assert () == box.gmail.drafts().items


@pytest.mark.parametrize(
    "wish",
    [
        b"{",
        [],
        {**WISH, "from": "boss@example.org"},
        {**WISH, "key": "a b"},
        {**WISH, "to": []},
        {**WISH, "to": "ana@example.org"},
        {**WISH, "to": ["ana@example.org, eve@example.org"]},
        {**WISH, "to": ["Ana\r\nBcc: eve@example.org"]},
        {**WISH, "subject": "two\nlines"},
        {**WISH, "body": ""},
        {**WISH, "attachments": ["/etc/passwd"]},
    ],
)
def test_what_is_no_wish_is_refused(box: Mailbox, post: Post, wish: object) -> None:
    """Unknown fields, headers in a subject, several addresses in one: nothing is written."""
    assert 400 == post(wish)[0]
    assert () == box.gmail.drafts().items


def test_a_system_may_ask_for_so_much_and_no_more(box: Mailbox, post: Post) -> None:
    """The cap counts within an hour; what was asked before is still told."""
    for number in range(asking.PER_HOUR):
        box.app.db.execute(
            "insert into asked (account, system, name, digest, at) values (?, 'shop', ?, '', ?)",
            (box.address, f"n{number}", 2**45),
        )
    assert 429 == post()[0]


def test_only_the_hash_of_a_key_is_kept_and_it_ends(box: Mailbox, post: Post, key: str) -> None:
    """A new key replaces the old one, and a system that is shut out has none."""
    assert key not in str(box.app.db.rows("select * from system"))
    again = asking.let_in(box, "shop")["key"]
    assert 401 == post()[0]
    assert 202 == post(Authorization=f"Bearer {again}")[0]
    assert asking.shut_out(box, "shop")
    assert 401 == post(Authorization=f"Bearer {again}")[0]
    assert 404 == post(path="/v1/other")[0]
