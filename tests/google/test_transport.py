"""Retries, waiting, units, and what has no way out."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.google.wire_server import Drop, NoNap, Reply, Seen, Stall, WireServer, google_error

from mailreeve.cancel import Cancel
from mailreeve.errors import (
    Cancelled,
    GoogleUnavailable,
    LoginNeeded,
    MailreeveError,
    NotFound,
    OutcomeUnknown,
    QuotaSpent,
)
from mailreeve.google.credentials import ready
from mailreeve.google.transport import ATTEMPTS, LONGEST_NAP, LONGEST_WAIT, SENDING, Transport

Connect = Callable[..., Transport]

GOOD = Reply(200, {"emailAddress": "me@example.org"})


def profile(transport: Transport) -> Any:
    return transport.safe(transport.users.getProfile(userId="me"))


@pytest.mark.parametrize(
    "fault",
    [
        Drop(),
        Stall(),
        Reply(500),
        Reply(502, b"<html>"),
        google_error(503, "backendError"),
        google_error(429, "rateLimitExceeded"),
        google_error(403, "userRateLimitExceeded"),
        Reply(200, {"emailAddress": "me@example.org"}, cut=7),
        Reply(200, b"<html>welcome</html>", {"content-type": "text/html"}),
    ],
    ids=["drop", "stall", "500", "502", "503", "429", "403 rate", "truncated", "html"],
)
def test_safe_requests_outlast_a_storm(wire: WireServer, connect: Connect, nap: NoNap, fault: Any) -> None:
    """Failures that pass are waited out, with growing naps, and the answer comes."""
    wire.then(fault, fault, fault, GOOD)
    assert {"emailAddress": "me@example.org"} == profile(connect(wire.base, timeout=0.3))
    assert (4, True) == (len(wire.seen), 1 <= len(nap.naps) <= 3)  # httplib2 repeats a lost one by itself


def test_the_naps_grow_are_random_and_have_a_top(wire: WireServer, connect: Connect, nap: NoNap) -> None:
    """Truncated exponential backoff with full jitter: between 0 and 1, 2, 4, ... seconds."""
    wire.then(Reply(503))
    with pytest.raises(GoogleUnavailable):
        profile(connect(wire.base))
    assert (ATTEMPTS, ATTEMPTS - 1) == (len(wire.seen), len(nap.naps))
    assert all(0 <= nap_ <= min(LONGEST_NAP, 2**n) for n, nap_ in enumerate(nap.naps))
    assert ATTEMPTS - 1 == len(set(nap.naps))


@pytest.mark.parametrize(
    "answer", [google_error(429, "rateLimitExceeded"), google_error(403, "rateLimitExceeded"), Reply(503)]
)
def test_retry_after_is_honoured(wire: WireServer, connect: Connect, nap: NoNap, answer: Reply) -> None:
    """When Google says how long to wait, it is waited at least that long."""
    answer.headers["retry-after"] = "17"
    wire.then(answer, GOOD)
    profile(connect(wire.base))
    assert [17.0] == nap.naps


def test_a_long_retry_after_ends_the_work(wire: WireServer, connect: Connect, nap: NoNap) -> None:
    """Nobody sits for an hour before a hanging command: the error comes at once."""
    answer = google_error(429, "rateLimitExceeded")
    answer.headers["retry-after"] = str(int(LONGEST_WAIT) + 1)
    wire.then(answer, GOOD)
    with pytest.raises(QuotaSpent):
        profile(connect(wire.base))
    assert [] == nap.naps


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (google_error(400, "invalidArgument"), MailreeveError),
        (google_error(401, "authError"), LoginNeeded),
        (google_error(403, "insufficientPermissions"), LoginNeeded),
        (google_error(403, "dailyLimitExceeded"), QuotaSpent),
        (google_error(404, "notFound"), NotFound),
    ],
    ids=["400", "401", "scope", "daily", "404"],
)
def test_what_will_not_change_is_not_asked_again(
    wire: WireServer, connect: Connect, answer: Reply, kind: type[MailreeveError]
) -> None:
    """A refusal, a dead login, a missing scope, a daily limit: one request, then the error."""
    wire.then(answer)
    with pytest.raises(kind):
        profile(connect(wire.base))
    assert 1 == len(wire.seen)


def test_giving_up_ends_the_retries(wire: WireServer, connect: Connect, nap: NoNap) -> None:
    """A Cancel that is set during the work ends it at the next nap."""

    def fail_and_give_up(seen: Seen) -> Reply:
        nap.set()
        return Reply(503)

    wire.then(fail_and_give_up)
    with pytest.raises(Cancelled):
        profile(connect(wire.base))
    assert 1 == len(wire.seen)


def test_nothing_goes_out_after_giving_up(wire: WireServer, connect: Connect, nap: NoNap) -> None:
    """A set Cancel is seen before the request, creating ones included."""
    transport = connect(wire.base)
    nap.set()
    with pytest.raises(Cancelled):
        profile(transport)
    with pytest.raises(Cancelled):
        transport.once(transport.users.labels().create(userId="me", body={"name": "x"}))
    assert [] == wire.seen


FORBIDDEN: list[tuple[str, Callable[[Any], Any]]] = [
    ("messages.send", lambda users: users.messages().send(userId="me", body={})),
    ("drafts.send", lambda users: users.drafts().send(userId="me", body={})),
    ("messages.insert", lambda users: users.messages().insert(userId="me", body={})),
    ("messages.delete", lambda users: users.messages().delete(userId="me", id="1")),
    ("messages.batchDelete", lambda users: users.messages().batchDelete(userId="me", body={})),
    ("threads.delete", lambda users: users.threads().delete(userId="me", id="1")),
    ("filters.create", lambda users: users.settings().filters().create(userId="me", body={})),
    (
        "forwardingAddresses.create",
        lambda users: users.settings().forwardingAddresses().create(userId="me", body={}),
    ),
    ("delegates.create", lambda users: users.settings().delegates().create(userId="me", body={})),
    ("updateAutoForwarding", lambda users: users.settings().updateAutoForwarding(userId="me", body={})),
    ("updateVacation", lambda users: users.settings().updateVacation(userId="me", body={})),
]


@pytest.mark.parametrize("build", [build for _, build in FORBIDDEN], ids=[name for name, _ in FORBIDDEN])
def test_sending_deleting_and_settings_have_no_way_out(
    wire: WireServer, connect: Connect, build: Callable[[Any], Any]
) -> None:
    """The three doors refuse what is not on their lists, before a byte leaves."""
    transport = connect(wire.base)
    for door in (transport.safe, transport.once, transport.delete):
        with pytest.raises(MailreeveError, match="not allowed"):
            door(build(transport.users))
    assert [] == wire.seen


@pytest.mark.parametrize(
    "reply", [Reply(408), Reply(503), Reply(200, {}), Reply(200, {"id": ""}), Reply(200, b"<html>")]
)
def test_what_was_made_without_a_sound_answer_is_unknown(
    wire: WireServer, connect: Connect, reply: Reply
) -> None:
    """An answer that names nothing is no proof that something was made, or that nothing was; asked for once."""
    wire.then(reply)
    transport = connect(wire.base)
    with pytest.raises(OutcomeUnknown):
        transport.once(transport.users.labels().create(userId="me", body={"name": "x"}))
    assert 1 == len(wire.seen)


def test_only_sending_can_send(wire: WireServer, connect: Connect) -> None:
    """The list that `sending.Sender` uses lets drafts.send pass and nothing else."""
    assert {"drafts.send"} == SENDING
    transport = connect(wire.base)
    with pytest.raises(MailreeveError, match="not allowed"):
        transport.once(transport.users.messages().send(userId="me", body={}), SENDING)
    assert [] == wire.seen


def test_a_lost_deletion_is_settled_by_asking_again(wire: WireServer, connect: Connect, nap: NoNap) -> None:
    """After a lost answer "not found" means that the first request did it."""
    wire.then(Drop(), google_error(404, "notFound"))
    transport = connect(wire.base)
    transport.delete(transport.users.drafts().delete(userId="me", id="r1"))
    assert ["DELETE", "DELETE"] == [seen.method for seen in wire.seen]
    assert 1 == len(nap.naps)


def test_deleting_what_was_never_there_is_told(wire: WireServer, connect: Connect) -> None:
    """A wrong id is NotFound, not a success."""
    wire.then(google_error(404, "notFound"))
    transport = connect(wire.base)
    with pytest.raises(NotFound):
        transport.delete(transport.users.labels().delete(userId="me", id="Label_1"))


def test_a_deletion_that_never_gets_an_answer_stays_unknown(wire: WireServer, connect: Connect) -> None:
    """The attempts are bounded, and the doubt is told."""
    wire.then(Drop())
    transport = connect(wire.base)
    with pytest.raises(OutcomeUnknown):
        transport.delete(transport.users.drafts().delete(userId="me", id="r1"))
    assert ATTEMPTS == len(wire.seen)


def test_units_are_counted_over_all_twins(wire: WireServer, connect: Connect) -> None:
    """Every attempt costs, and a bound twin counts on the same meter."""
    wire.then(Reply(503), GOOD)
    transport = connect(wire.base)
    profile(transport)
    assert 2 == transport.units
    twin = transport.bound(Cancel(), interactive=False)
    twin.safe(twin.users.messages().list(userId="me"))
    assert 7 == transport.units == twin.units


class Bucket:
    """Writes down what is taken."""

    def __init__(self) -> None:
        self.taken: list[tuple[int, bool]] = []

    def take(self, units: int, interactive: bool, cancel: Cancel) -> None:
        self.taken.append((units, interactive))


def test_the_bucket_learns_who_asks(wire: WireServer) -> None:
    """Units go to the shared bucket by the profile's prices, with the caller's kind."""
    bucket = Bucket()
    transport = Transport(ready("t", wire.base), base=wire.base, quota="legacy", bucket=bucket)
    transport.safe(transport.users.messages().get(userId="me", id="1"))
    quiet = transport.bound(Cancel(), interactive=False)
    quiet.safe(quiet.users.threads().get(userId="me", id="1"))
    transport.close()
    assert [(5, True), (10, False)] == bucket.taken


def test_no_secret_gets_into_any_error(wire: WireServer, connect: Connect) -> None:
    """Whatever the server says or breaks, the error holds neither token, query nor body."""
    secrets = ["tok-9f3c-secret", "query-canary", "body-canary"]
    text = " ".join(secrets)
    transport = connect(wire.base, token=secrets[0], timeout=0.2)
    answers: list[Any] = [google_error(status, text, text) for status in (400, 401, 403, 404, 409, 429, 500)]
    answers += [Drop(), Stall(), Reply(200, text.encode()), Reply(403, text.encode()), Reply(200, {}, cut=1)]
    said = []
    for answer in answers:
        wire.then(answer)
        for door, request in (
            (transport.safe, transport.users.messages().list(userId="me", q=text)),
            (transport.once, transport.users.labels().create(userId="me", body={"name": text})),
        ):
            with pytest.raises(MailreeveError) as caught:
                door(request)
            assert caught.value.__suppress_context__ or caught.value.__context__ is None
            said.append(f"{caught.value!r} {caught.value} {caught.value.args}")
    assert 2 * len(answers) == len(said)
    assert [] == [line for line in said for secret in secrets if secret in line]
