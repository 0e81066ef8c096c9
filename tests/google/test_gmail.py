"""Every call of Gmail, over HTTP, on the sandbox."""

import base64
import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.google.wire_server import NoNap
from tests.sandbox_server import Factory, SandboxServer

from mailreeve.cancel import Cancel
from mailreeve.errors import (
    Cancelled,
    GoogleRefused,
    GoogleUnavailable,
    HistoryExpired,
    LoginNeeded,
    MailreeveError,
    NotFound,
    OutcomeUnknown,
    QuotaSpent,
    ScopeMissing,
)
from mailreeve.google.gmail import Gmail
from mailreeve.google.scopes import COMPOSE, READONLY
from mailreeve.google.transport import ATTEMPTS, Transport
from mailreeve.models import Address, Label, Message, Page

Connect = Callable[..., Transport]


def mail(subject: str, *more: str, body: str = "Hello there.") -> bytes:
    lines = ["From: Ada <ada@example.org>", "To: me@example.org", f"Subject: {subject}"]
    lines += [f"Message-ID: <{subject.lower().replace(' ', '-')}@example.org>", *more, "", body, ""]
    return "\r\n".join(lines).encode()


ATTACHED = (
    b"From: ada@example.org\r\nTo: me@example.org\r\nSubject: Map\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain\r\n\r\nSee the map.\r\n"
    b'--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="map.bin"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(bytes(range(256)) * 40) + b"--b--\r\n"
)


# --- reading ----------------------------------------------------------------------------------------


def test_profile(gmail: Gmail, sandbox: SandboxServer) -> None:
    """The verified address, the newest history id and the size of the mailbox."""
    sandbox.deliver(mail("One"))
    profile = gmail.profile()
    assert (sandbox.account, 1, 1) == (profile.address, profile.messages_total, profile.threads_total)
    assert profile.history_id == sandbox.state()["historyId"]


def test_search_pages_through_everything_once(gmail: Gmail, sandbox: SandboxServer) -> None:
    """Newest first, in pages, each message once; `next` is empty at the end."""
    ids = [sandbox.deliver(mail(f"Number {n}")) for n in range(7)]
    found, cursor, pages = [], "", 0
    while not pages or cursor:
        page = gmail.search("from:ada", cursor=cursor, limit=3)
        found += [ref.id for ref in page.items]
        cursor, pages = page.next, pages + 1
    assert (ids[::-1], 3) == (found, pages)


def test_search_by_words_label_and_place(gmail: Gmail, sandbox: SandboxServer) -> None:
    """The query, the label ids and the wish for spam and trash all reach Gmail."""
    here = sandbox.deliver(mail("Lighthouse"))
    archived = sandbox.deliver(mail("Lighthouse two"), labels="UNREAD")
    spam = sandbox.deliver(mail("Lighthouse three"), labels="SPAM")
    assert {here, archived} == {ref.id for ref in gmail.search("subject:lighthouse").items}
    assert {here} == {ref.id for ref in gmail.search("lighthouse", label_ids=["INBOX"]).items}
    everywhere = gmail.search("lighthouse", include_spam_trash=True)
    assert {here, archived, spam} == {ref.id for ref in everywhere.items}
    assert Page(()) == gmail.search("subject:nothing-of-the-kind")


def test_get_has_text_labels_and_ids(gmail: Gmail, sandbox: SandboxServer) -> None:
    """One message as a record of the house."""
    id_ = sandbox.deliver(mail("Grüße", body="Bis morgen."))
    message = gmail.get(id_)
    assert (id_, Address("Ada", "ada@example.org")) == (message.id, message.author)
    assert "Bis morgen." in message.text
    assert {"INBOX", "UNREAD"} == set(message.labels)
    assert message.thread_id
    assert message.internal_date > 0


def test_what_is_gone_is_not_found(gmail: Gmail) -> None:
    """Every reading call says NotFound for an id that is not there, without asking twice."""
    for call in (
        lambda: gmail.get("0123456789abcdef"),
        lambda: gmail.raw("0123456789abcdef"),
        lambda: gmail.thread("0123456789abcdef"),
        lambda: gmail.draft("r-0123456789"),
        lambda: gmail.attachment("0123456789abcdef", "x"),
    ):
        with pytest.raises(NotFound):
            call()


@pytest.mark.parametrize("id_", ["../labels", "a/b", "?x=1", "x\r\nHost: y", "%2e%2e", "é", " ", "0" * 3_000])
def test_hostile_ids_are_refused_by_gmail_and_reach_nothing_else(gmail: Gmail, id_: str) -> None:
    """An id from a model or a person is escaped: the answer is an error, not another resource."""
    with pytest.raises((NotFound, GoogleRefused, GoogleUnavailable)):
        gmail.get(id_)
    [(got, result)] = list(gmail.get_many([id_], NoNap()))
    assert id_ == got
    assert isinstance(result, MailreeveError)


def test_raw_is_the_exact_message(gmail: Gmail, sandbox: SandboxServer) -> None:
    """The bytes as they were delivered."""
    raw = mail("Exact", "X-Odd:   spaces  ")
    assert raw == gmail.raw(sandbox.deliver(raw))


def test_thread_is_oldest_first(gmail: Gmail, sandbox: SandboxServer) -> None:
    """A question and its answer, in order."""
    first = sandbox.deliver(mail("Tide"))
    sandbox.clock(advance=60)
    second = sandbox.deliver(
        mail("Re: Tide", "In-Reply-To: <tide@example.org>", "References: <tide@example.org>")
    )
    thread = gmail.thread(gmail.get(first).thread_id)
    assert [first, second] == [message.id for message in thread.messages]


def test_attachment_bytes(gmail: Gmail, sandbox: SandboxServer) -> None:
    """The decoded bytes of an attachment, by the id of a fresh get."""
    id_ = sandbox.deliver(ATTACHED)
    [attachment] = gmail.get(id_).attachments
    assert ("map.bin", 10_240) == (attachment.name, attachment.size)
    assert bytes(range(256)) * 40 == gmail.attachment(id_, attachment.attachment_id)


def test_send_as(gmail: Gmail, sandbox: SandboxServer) -> None:
    """The own addresses with name, signature and which one is the default."""
    sandbox.send_as("maps@example.org", displayName="The Maps", signature="<b>M</b>", isDefault=True)
    found = {item.address.address: item for item in gmail.send_as()}
    assert {sandbox.account, "maps@example.org"} == set(found)
    assert (Address("The Maps", "maps@example.org"), "<b>M</b>", True) == (
        found["maps@example.org"].address,
        found["maps@example.org"].signature_html,
        found["maps@example.org"].default,
    )


# --- many messages ----------------------------------------------------------------------------------


def test_get_many_gives_every_id_once_and_in_order(gmail: Gmail, sandbox: SandboxServer) -> None:
    """60 messages in batches of 25, the progress told after each."""
    ids = [sandbox.deliver(mail(f"Number {n}")) for n in range(60)]
    told: list[tuple[int, int | None, str]] = []
    got = list(gmail.get_many([*ids, ids[0]], NoNap(), lambda *step: told.append(step)))
    assert ids == [id_ for id_, _ in got]
    assert ids == [message.id for _, message in got if isinstance(message, Message)]
    assert [(25, 60), (50, 60), (60, 60)] == [(done, total) for done, total, _ in told]
    assert 60 * 20 == gmail.units == sandbox.units()["units"]


def test_a_missing_message_is_its_own_error(gmail: Gmail, sandbox: SandboxServer) -> None:
    """One of three is gone: it is told as NotFound, the others come."""
    a, b = sandbox.deliver(mail("A")), sandbox.deliver(mail("B"))
    kinds = [type(result) for _, result in gmail.get_many([a, "0123456789abcdef", b], NoNap())]
    assert [Message, NotFound, Message] == kinds


@pytest.mark.parametrize("kind", ["429", "403-rate", "500", "503"])
def test_only_the_failed_parts_are_asked_for_again(
    gmail: Gmail, sandbox: SandboxServer, nap: NoNap, kind: str
) -> None:
    """Two of ten parts fail for a moment: twelve calls in all, and every message comes."""
    ids = [sandbox.deliver(mail(f"Number {n}")) for n in range(10)]
    sandbox.faults(
        [{"path": f"/gmail/v1/users/me/messages/{ids[n]}", "nth": 1, "kind": kind} for n in (3, 7)]
    )
    results = [result for _, result in gmail.get_many(ids, nap)]
    assert ids == [message.id for message in results if isinstance(message, Message)]
    assert 12 * 20 == gmail.units
    assert 1 == len(nap.naps)


@pytest.mark.parametrize("kind", ["lost", "truncated", "html", "429", "503"])
def test_a_batch_that_breaks_is_made_again(
    gmail: Gmail, sandbox: SandboxServer, nap: NoNap, kind: str
) -> None:
    """The whole batch fails once: nothing is lost."""
    ids = [sandbox.deliver(mail(f"Number {n}")) for n in range(5)]
    sandbox.faults([{"path": "/batch", "nth": 1, "kind": kind, "seconds": 0}])
    results = [result for _, result in gmail.get_many(ids, nap)]
    assert ids == [message.id for message in results if isinstance(message, Message)]


def test_a_part_that_never_comes_is_an_error_value(gmail: Gmail, sandbox: SandboxServer, nap: NoNap) -> None:
    """One part fails for ever: after the attempts it is GoogleUnavailable, the others are there."""
    ids = [sandbox.deliver(mail(f"Number {n}")) for n in range(4)]
    sandbox.faults([{"path": f"/gmail/v1/users/me/messages/{ids[2]}", "kind": "500"}])
    results = dict(gmail.get_many(ids, nap))
    assert isinstance(results[ids[2]], GoogleUnavailable)
    assert 3 == sum(isinstance(result, Message) for result in results.values())
    assert ATTEMPTS - 1 == len(nap.naps)


@pytest.mark.parametrize(
    ("kind", "error"), [("503", GoogleUnavailable), ("403-daily", QuotaSpent), ("revoked", LoginNeeded)]
)
def test_when_all_is_over_the_rest_is_told_and_not_asked(
    gmail: Gmail, sandbox: SandboxServer, nap: NoNap, kind: str, error: type[MailreeveError]
) -> None:
    """Connection, quota or login are gone: every id has its error, and later batches are not sent."""
    ids = [sandbox.deliver(mail(f"Number {n}")) for n in range(60)]
    sandbox.faults([{"path": "/batch", "kind": kind}])
    results = list(gmail.get_many(ids, nap))
    assert ids == [id_ for id_, _ in results]
    assert {error} == {type(result) for _, result in results}
    assert gmail.units <= ATTEMPTS * 25 * 20


def test_giving_up_between_batches(gmail: Gmail, sandbox: SandboxServer) -> None:
    """What was read before stays read; Cancelled comes before the next batch."""
    ids = [sandbox.deliver(mail(f"Number {n}")) for n in range(30)]
    cancel = NoNap()
    reading = gmail.get_many(ids, cancel)
    got = [next(reading)[0]]
    cancel.set()
    got += [id_ for id_, _ in itertools.islice(reading, 24)]
    with pytest.raises(Cancelled):
        next(reading)
    assert ids[:25] == got


def test_threads_read_their_own_messages(gmail: Gmail, sandbox: SandboxServer) -> None:
    """Eight threads, one Gmail: each gets the subjects it asked for."""
    subjects = {sandbox.deliver(mail(f"Subject {n}")): f"Subject {n}" for n in range(24)}

    def read(id_: str) -> tuple[str, str]:
        [(_, many)] = list(gmail.get_many([id_], NoNap()))
        assert isinstance(many, Message)
        return gmail.get(id_).subject, many.subject

    with ThreadPoolExecutor(8) as pool:
        got = dict(zip(subjects, pool.map(read, subjects), strict=True))
    assert {id_: (subject, subject) for id_, subject in subjects.items()} == got


# --- labels -----------------------------------------------------------------------------------------


def test_labels_are_made_listed_and_deleted(gmail: Gmail, sandbox: SandboxServer) -> None:
    """A label of our own appears beside the system's, and goes."""
    made = gmail.create_label("Mailreeve/Urgent")
    assert Label(made.id, "Mailreeve/Urgent") in gmail.labels()
    assert {"INBOX", "TRASH"} <= {label.id for label in gmail.labels() if label.system}
    gmail.delete_label(made.id)
    assert made.id not in {label.id for label in gmail.labels()}
    with pytest.raises(NotFound):
        gmail.delete_label(made.id)


def test_a_label_that_exists_is_used(gmail: Gmail) -> None:
    """409 from Gmail is no error: the label of that name is what was wanted, whatever its case."""
    made = gmail.create_label("Mailreeve")
    assert made == gmail.create_label("Mailreeve")
    assert made == gmail.create_label("MAILREEVE")


def test_a_label_whose_answer_was_lost_is_found(gmail: Gmail, sandbox: SandboxServer) -> None:
    """Labels have unique names, so the list settles the doubt; it is made once."""
    sandbox.faults([{"path": "/gmail/v1/users/me/labels", "method": "POST", "nth": 1, "kind": "lost"}])
    made = gmail.create_label("Mailreeve")
    assert [made.id] == [label["id"] for label in sandbox.state()["labels"] if label["name"] == "Mailreeve"]
    assert 1 == sandbox.units()["by_method"]["labels.create"]["calls"]


def test_a_label_that_was_not_made_stays_in_doubt(gmail: Gmail, sandbox: SandboxServer) -> None:
    """A 503 for the creation and no such label in the list: OutcomeUnknown, not a made-up label."""
    sandbox.faults([{"path": "/gmail/v1/users/me/labels", "method": "POST", "kind": "503"}])
    with pytest.raises(OutcomeUnknown):
        gmail.create_label("Mailreeve")


def test_a_label_that_gmail_refuses_is_told(gmail: Gmail) -> None:
    """An empty name is GoogleRefused."""
    with pytest.raises(GoogleRefused):
        gmail.create_label("")


@pytest.mark.parametrize(
    ("count", "method"), [(1, "messages.modify"), (10, "messages.modify"), (11, "messages.batchModify")]
)
def test_modify_uses_the_cheaper_call(gmail: Gmail, sandbox: SandboxServer, count: int, method: str) -> None:
    """Up to ten ids one by one, more in bulk; all of them are changed."""
    ids = [sandbox.deliver(mail(f"Number {n}")) for n in range(count)]
    gmail.modify(ids, add=["STARRED"], remove=["UNREAD", "INBOX"])
    assert [{"STARRED"}] * count == [sandbox.labels_of(id_) for id_ in ids]
    assert [method] == [name for name in sandbox.units()["by_method"] if "odify" in name]
    assert gmail.units == sandbox.units()["units"] == (50 if count > 10 else 5 * count)


def test_modify_in_chunks_of_a_thousand(gmail: Gmail, sandbox: SandboxServer) -> None:
    """Gmail takes at most 1,000 ids at once; duplicates are dropped."""
    id_ = sandbox.deliver(mail("One"))
    many = [id_, *[f"{n:016x}" for n in range(2_000)], id_]
    gmail.modify(many, add=["STARRED"])
    assert 3 == sandbox.units()["by_method"]["messages.batchModify"]["calls"]
    assert "STARRED" in sandbox.labels_of(id_)


def test_modify_does_the_others_when_one_is_gone(gmail: Gmail, sandbox: SandboxServer) -> None:
    """The first NotFound is raised after all were tried."""
    a, b = sandbox.deliver(mail("A")), sandbox.deliver(mail("B"))
    with pytest.raises(NotFound):
        gmail.modify([a, "0123456789abcdef", b], add=["STARRED"])
    assert ["STARRED" in sandbox.labels_of(id_) for id_ in (a, b)] == [True, True]


@pytest.mark.parametrize("kind", ["lost", "503", "429", "truncated"])
def test_modify_outlasts_a_storm(gmail: Gmail, sandbox: SandboxServer, kind: str) -> None:
    """Changing labels may be repeated, so it is, and the end is the same."""
    id_ = sandbox.deliver(mail("One"))
    sandbox.faults([{"path": "modify", "nth": n, "kind": kind, "seconds": 0} for n in (1, 2)])
    gmail.modify([id_], add=["STARRED"], remove=["INBOX"])
    assert {"STARRED", "UNREAD"} == sandbox.labels_of(id_)


def test_modify_of_nothing_asks_nothing(gmail: Gmail) -> None:
    """No ids, no request."""
    gmail.modify([], add=["STARRED"])
    assert 0 == gmail.units


def test_labels_that_nobody_may_set_are_refused(gmail: Gmail, sandbox: SandboxServer) -> None:
    """SENT cannot be applied by hand."""
    with pytest.raises(GoogleRefused):
        gmail.modify([sandbox.deliver(mail("One"))], add=["SENT"])


def test_trash_and_back(gmail: Gmail, sandbox: SandboxServer) -> None:
    """Into the trash and out again."""
    id_ = sandbox.deliver(mail("One"))
    gmail.trash(id_)
    assert "TRASH" in sandbox.labels_of(id_)
    gmail.untrash(id_)
    assert "TRASH" not in sandbox.labels_of(id_)


# --- drafts -----------------------------------------------------------------------------------------


def test_a_draft_is_made_read_changed_and_deleted(gmail: Gmail, sandbox: SandboxServer) -> None:
    """The whole life of a draft; its id stays, the id of the message inside does not."""
    made = gmail.create_draft(mail("Draft one"))
    assert mail("Draft one") == gmail.draft(made.id).raw
    changed = gmail.update_draft(made.id, mail("Draft two"))
    assert (made.id, True) == (changed.id, changed.message_id != made.message_id)
    assert mail("Draft two") == gmail.draft(made.id).raw
    assert [made.id] == [draft.id for draft in gmail.drafts().items]
    gmail.delete_draft(made.id)
    assert () == gmail.drafts().items
    with pytest.raises(NotFound):
        gmail.delete_draft(made.id)


def test_a_draft_joins_its_thread(gmail: Gmail, sandbox: SandboxServer) -> None:
    """With the thread id and the headers of an answer the draft lies in the thread."""
    thread = gmail.get(sandbox.deliver(mail("Tide"))).thread_id
    answer = mail("Re: Tide", "In-Reply-To: <tide@example.org>", "References: <tide@example.org>")
    made = gmail.create_draft(answer, thread)
    assert (thread, thread) == (made.thread_id, gmail.draft(made.id).thread_id)


def test_a_large_draft_goes_by_upload(gmail: Gmail, sandbox: SandboxServer) -> None:
    """Beyond 3 MB the message itself is uploaded: the bytes come back exactly, made and changed."""
    large = mail("Large", body="\r\n".join(["0123456789abcdef" * 4] * 50_000))
    assert len(large) > 3_000_000
    made = gmail.create_draft(large)
    assert large == gmail.draft(made.id).raw
    other = large.replace(b"Subject: Large", b"Subject: Other")
    gmail.update_draft(made.id, other)
    assert other == gmail.draft(made.id).raw


@pytest.mark.parametrize("kind", ["lost", "truncated", "500", "503", "html"])
def test_a_lost_draft_is_unknown_and_made_at_most_once(
    gmail: Gmail, sandbox: SandboxServer, nap: NoNap, kind: str
) -> None:
    """One POST, no nap, OutcomeUnknown, and at most one draft in the mailbox."""
    sandbox.faults([{"path": "/gmail/v1/users/me/drafts", "method": "POST", "nth": 1, "kind": kind}])
    with pytest.raises(OutcomeUnknown):
        gmail.create_draft(mail("Draft"))
    assert (kind in {"lost", "truncated"}, []) == (bool(sandbox.state()["drafts"]), nap.naps)


def test_a_lost_update_is_unknown(gmail: Gmail, sandbox: SandboxServer) -> None:
    """update_draft is not repeated either."""
    made = gmail.create_draft(mail("Draft one"))
    sandbox.faults([{"path": "/gmail/v1/users/me/drafts/", "method": "PUT", "nth": 1, "kind": "lost"}])
    with pytest.raises(OutcomeUnknown):
        gmail.update_draft(made.id, mail("Draft two"))
    assert 1 == sandbox.units()["by_method"]["drafts.update"]["calls"]
    assert mail("Draft two") == gmail.draft(made.id).raw


def test_a_lost_deletion_of_a_draft_is_settled(gmail: Gmail, sandbox: SandboxServer) -> None:
    """The second request says 404, which means that the first one did it."""
    made = gmail.create_draft(mail("Draft"))
    sandbox.faults([{"path": "/gmail/v1/users/me/drafts/", "method": "DELETE", "nth": 1, "kind": "lost"}])
    gmail.delete_draft(made.id)
    assert [] == sandbox.state()["drafts"]


def test_drafts_page(gmail: Gmail) -> None:
    """More drafts than a page holds are all found, each once."""
    made = {gmail.create_draft(mail(f"Draft {n}")).id for n in range(103)}
    found, cursor, first = [], "", True
    while first or cursor:
        page = gmail.drafts(cursor)
        found += [draft.id for draft in page.items]
        cursor, first = page.next, False
    assert (made, 103) == (set(found), len(found))


# --- history, scopes, quota -------------------------------------------------------------------------


def test_history_tells_what_changed(gmail: Gmail, sandbox: SandboxServer) -> None:
    """Added, relabelled and what left the inbox, after a start."""
    old = sandbox.deliver(mail("Old"))
    start = gmail.profile().history_id
    new = sandbox.deliver(mail("New"))
    gmail.modify([old], remove=["INBOX"])
    page = gmail.history(start)
    assert ((new,), (old,), (new,), (old,)) == (
        tuple(ref.id for ref in page.added),
        page.relabelled,
        tuple(ref.id for ref in page.arrived),
        page.left,
    )
    assert page.history_id == gmail.profile().history_id
    assert () == gmail.history(page.history_id).added


def test_an_old_history_id_has_expired(gmail: Gmail, sandbox: SandboxServer) -> None:
    """After more than a week the start is too old."""
    start = gmail.profile().history_id
    sandbox.deliver(mail("New"))
    sandbox.clock(advance=8 * 86_400)
    sandbox.deliver(mail("Newer"))
    with pytest.raises(HistoryExpired):
        gmail.history(start)


@pytest.mark.parametrize("kind", ["lost", "503", "429", "truncated", "html"])
def test_reading_outlasts_a_storm(gmail: Gmail, sandbox: SandboxServer, kind: str) -> None:
    """Search, get, raw, thread, labels, drafts and history come through two failures each."""
    id_ = sandbox.deliver(mail("One"))
    thread = gmail.get(id_).thread_id
    start = gmail.profile().history_id
    for call in (
        lambda: gmail.search("one"),
        lambda: gmail.get(id_),
        lambda: gmail.raw(id_),
        lambda: gmail.thread(thread),
        gmail.labels,
        gmail.drafts,
        gmail.profile,
        gmail.send_as,
        lambda: gmail.history(start),
    ):
        sandbox.faults([{"path": "/gmail/", "nth": n, "kind": kind, "seconds": 0} for n in (1, 2)])
        assert call() is not None


def test_a_scope_that_was_not_granted_is_told(sandbox: SandboxServer, connect: Connect) -> None:
    """Read-only logins read, and cannot label or draft; compose logins cannot read mail."""
    id_ = sandbox.deliver(mail("One"))
    reader = Gmail(connect(sandbox.base_url, token=sandbox.token_for(READONLY)))
    assert id_ == reader.get(id_).id
    for call in (
        lambda: reader.modify([id_], add=["STARRED"]),
        lambda: reader.create_label("x"),
        lambda: reader.create_draft(mail("Draft")),
    ):
        with pytest.raises(ScopeMissing):
            call()
    writer = Gmail(connect(sandbox.base_url, token=sandbox.token_for(COMPOSE)))
    writer.create_draft(mail("Draft"))
    with pytest.raises(ScopeMissing):
        writer.get(id_)
    [(_, result)] = list(writer.get_many([id_], NoNap()))
    assert isinstance(result, ScopeMissing)


def test_an_unknown_token_needs_a_login(sandbox: SandboxServer, connect: Connect) -> None:
    """401 that cannot be renewed is LoginNeeded, alone and in a batch."""
    gmail = Gmail(connect(sandbox.base_url, token="unknown"))
    with pytest.raises(LoginNeeded):
        gmail.profile()
    [(_, result)] = list(gmail.get_many(["0123456789abcdef"], NoNap()))
    assert isinstance(result, LoginNeeded)


def test_googles_meter_agrees_with_ours(sandbox_factory: Factory, connect: Connect) -> None:
    """What we count for a mix of calls is what the server counts."""
    sandbox = sandbox_factory(quota="2026")
    gmail = Gmail(connect(sandbox.base_url, token=sandbox.token))
    id_ = sandbox.deliver(ATTACHED)
    message = gmail.get(id_)
    gmail.attachment(id_, message.attachments[0].attachment_id)
    gmail.thread(message.thread_id)
    gmail.labels()
    label = gmail.create_label("x")
    gmail.modify([id_], add=[label.id])
    gmail.trash(id_)
    gmail.untrash(id_)
    gmail.delete_label(label.id)
    draft = gmail.create_draft(mail("Draft"))
    gmail.update_draft(draft.id, mail("Draft"))
    gmail.draft(draft.id)
    gmail.drafts()
    gmail.delete_draft(draft.id)
    gmail.history(gmail.profile().history_id)
    gmail.send_as()
    gmail.search("x")
    list(gmail.get_many([id_], NoNap()))
    assert gmail.units == sandbox.units()["units"]


def conversation(sandbox: SandboxServer, count: int, name: str = "Tide") -> dict[str, str]:
    """Messages of one thread: id and thread id of each."""
    ids = []
    for number in range(count):
        before = f"References: <{name}0@x.example>\r\n" if number else ""
        raw = f"From: ana@x.example\r\nTo: me@x.example\r\nSubject: {name}\r\nMessage-ID: <{name}{number}@x.example>\r\n"
        ids.append(sandbox.deliver(f"{raw}{before}\r\nNumber {number}\r\n".encode()))
    return {id_: sandbox.api("GET", f"/messages/{id_}?format=minimal")["threadId"] for id_ in ids}


def test_three_messages_of_a_thread_come_with_the_thread(gmail: Gmail, sandbox: SandboxServer) -> None:
    """Three of one thread are one call of 40 units, two are two of 20; every id comes once with its own text."""
    three, two = conversation(sandbox, 3), conversation(sandbox, 2, "Gale")
    assert (1, 1) == (len(set(three.values())), len(set(two.values())))
    before = sandbox.units()["units"]
    found = dict(gmail.get_by_thread(three | two, Cancel()))
    assert set(three) | set(two) == set(found)
    assert all(isinstance(one, Message) and one.id == id_ for id_, one in found.items())
    assert 40 + 2 * 20 == sandbox.units()["units"] - before == gmail.units
    assert 1 == sandbox.units()["by_method"]["threads.get"]["calls"]


def test_what_the_thread_does_not_give_is_asked_for_by_itself(gmail: Gmail, sandbox: SandboxServer) -> None:
    """A wrong or a vanished thread costs nothing but a call: what is there comes, what is not has its error."""
    three = conversation(sandbox, 3)
    elsewhere = {**dict.fromkeys(three, "18f0000000000999"), "18f0000000000998": "18f0000000000999"}
    found = dict(gmail.get_by_thread(elsewhere, Cancel()))
    assert {id_: isinstance(one, Message) for id_, one in found.items()} == {
        **dict.fromkeys(three, True),
        "18f0000000000998": False,
    }
    gone = next(iter(three))
    sandbox.api("POST", f"/messages/{gone}/trash")
    assert set(three) == set(dict(gmail.get_by_thread(three, Cancel())))
