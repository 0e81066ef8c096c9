"""Deliveries after Standard Webhooks, checked by its own library."""

import base64
import email.utils
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError
from tests.outbound.receiver import running

from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.outbound import desk, webhook
from mailreeve.outbound.destination import Destination
from mailreeve.outbound.event import FIELDS, MOST_BYTES, SCHEMA, Event, Kind, payload, schema
from mailreeve.outbound.place import place
from mailreeve.outbound.webhook import Outcome, State
from mailreeve.outbound.wire import Wire

DOCS = Path(__file__).parent.parent.parent / "docs" / "webhooks.md"
NOW = datetime.now(UTC)
EVENT = Event(
    "evt_1", Kind.DECIDED, NOW, message_id="18c", subject="Hello\r\nBcc: x", needs_reply=True, text="a\nb"
)


def test_the_stock_library_takes_what_we_sign() -> None:
    """Id, time and exact body are covered; the standard's own library says so."""
    secret, body = webhook.new_secret(), payload(EVENT, FIELDS)
    headers = webhook.signed("evt_1", datetime.now(UTC), body, [secret])
    assert json.loads(body) == Webhook(secret).verify(body, headers)
    for name, value in (("webhook-id", "evt_2"), ("webhook-timestamp", str(int(NOW.timestamp()) - 1))):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, {**headers, name: value})
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", headers)


def test_the_signature_is_the_one_of_the_specification() -> None:
    """HMAC-SHA256 over id.timestamp.body with the decoded secret, base64, after v1 and a comma."""
    headers = webhook.signed(
        "msg_1", datetime.fromtimestamp(1_674_087_231, UTC), b"{}", ["whsec_" + "MDEy" * 10]
    )
    made = hmac.new(b"012" * 10, b"msg_1.1674087231.{}", hashlib.sha256).digest()
    assert "v1," + base64.b64encode(made).decode() == headers["webhook-signature"]


def test_a_new_secret_comes_in_without_a_gap() -> None:
    """While two secrets stand, a receiver with either of them takes the delivery, and no third one does."""
    old, new, body = webhook.new_secret(), webhook.new_secret(), payload(EVENT, ["subject"])
    headers = webhook.signed("evt_1", datetime.now(UTC), body, [new, old])
    assert 2 == len(headers["webhook-signature"].split(" "))
    assert Webhook(old).verify(body, headers) == Webhook(new).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(webhook.new_secret()).verify(body, headers)


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_!!!", "whsec_MDEy", "MDEy" * 10, "whsec_" + "MDEy" * 30, "whsec_é"]
)
def test_a_secret_that_is_none_is_refused_and_not_shown(secret: str) -> None:
    """24 to 64 bytes in base64 after whsec_."""
    with pytest.raises(InputError) as caught:
        webhook.signed("evt_1", NOW, b"", [secret])
    assert secret in {"", "whsec_"} or secret not in str(caught.value)


@pytest.mark.parametrize("name", ["", "a.b", "a b", "a\r\nb", "x" * 101, "ä"])
def test_an_id_cannot_shift_what_is_signed(name: str) -> None:
    """Letters, digits, - and _ only."""
    with pytest.raises(InputError):
        webhook.signed(name, NOW, b"", [webhook.new_secret()])


@pytest.mark.parametrize(
    ("status", "retry_after", "state", "wait"),
    [
        *[(status, "", State.DELIVERED, 0) for status in (200, 201, 202, 204, 299)],
        *[(status, "5", State.REFUSED, 0) for status in (300, 301, 302, 304, 307, 308)],
        (410, "", State.GONE, 0),
        *[(status, "", State.RETRY, 0) for status in (100, 199, 400, 401, 404, 408, 425, 500, 502, 504, 600)],
        (429, "120", State.RETRY, 120),
        pytest.param(
            503, email.utils.format_datetime(NOW + timedelta(hours=1)), State.RETRY, 3599, id="503-in an hour"
        ),
        *[
            (503, text, State.RETRY, 0)
            for text in ("-5", "soon", "1e9", "٣", "Mon, 99 Foo", "", "0x10", "1" * 50)
        ],
        (503, "999999999", State.RETRY, 86_400),
        (503, "Fri, 31 Dec 9999 23:59:59 GMT", State.RETRY, 86_400),
        (503, "Mon, 01 Jan 1990 00:00:00 GMT", State.RETRY, 0),
    ],
)
def test_each_status_has_its_meaning(status: int, retry_after: str, state: State, wait: int) -> None:
    """2xx is taken, 410 ends it, redirects need a person, everything else comes again, not before it is asked to."""
    found = webhook.judged(status, retry_after, NOW)
    assert (state, status, wait) == (found.state, found.status, found.wait)


def test_a_delivery_says_what_became_of_it() -> None:
    """Over a real line: taken, asked to wait, cut, and refused at the door."""
    with running() as receiver:
        home = place(f"http://hooks.example.com:{receiver.port}/", private=True)
        wire = Wire({home}, resolve=lambda *_: ["127.0.0.1"])
        receiver.answers += [(200, {}), (503, {"Retry-After": "7"}), (0, {})]
        secret, body = webhook.new_secret(), payload(EVENT, ["subject", "text"])
        headers = webhook.signed("evt_1", datetime.now(UTC), body, [secret])
        found = [webhook.post(wire, home, body, headers, Cancel()) for _ in range(3)]
        other = webhook.post(wire, replace(home, path="/x"), body, headers, Cancel())
    states = [(one.state, one.status, one.wait) for one in (*found, other)]
    assert [
        (State.DELIVERED, 200, 0),
        (State.RETRY, 503, 7),
        (State.RETRY, 0, 0),
        (State.REFUSED, 0, 0),
    ] == states
    seen = receiver.seen[0]
    assert {"subject": "Hello Bcc: x", "text": "a\nb"} == Webhook(secret).verify(seen.body, seen.headers)[
        "data"
    ]
    assert Outcome(State.DELIVERED, "It was taken.", 200) == found[0]


def test_only_the_selected_fields_leave() -> None:
    """In the order of the list, null where nothing is known; a field that is none is refused."""
    data = json.loads(payload(EVENT, ["text", "message_id", "summary"]))["data"]
    assert {"message_id": "18c", "summary": None, "text": "a\nb"} == data
    assert payload(EVENT, ["text", "subject"]) == payload(EVENT, ["subject", "text"])
    for name in ("id", "raw", "__class__", "secrets"):
        with pytest.raises(InputError, match="no field"):
            payload(EVENT, [name])


@given(st.text(max_size=50), st.text(alphabet=st.characters(), max_size=200), st.integers(1, 400))
def test_every_payload_fits_the_schema_and_the_limit(subject: str, text: str, times: int) -> None:
    """Whatever the mail holds: valid UTF-8 JSON of the published shape, at most 64 KB."""
    body = payload(replace(EVENT, subject=subject * times, text=text * times), FIELDS)
    assert len(body) <= MOST_BYTES
    jsonschema.validate(json.loads(body), schema())


@pytest.mark.parametrize("sign", ["\x01", "\ud800", "\U0001f600", '"', "x", "\\"])
def test_a_huge_text_is_cut_and_the_cut_is_seen(sign: str) -> None:
    """Escapes count as well; the cut ends in an ellipsis."""
    body = payload(replace(EVENT, text=f"x{sign}" * 500_000, summary="s" * 5000), FIELDS)
    data = json.loads(body)["data"]
    assert (True, "…", "…", 1000) == (
        len(body) <= MOST_BYTES,
        data["text"][-1],
        data["summary"][-1],
        len(data["summary"]),
    )


def test_the_published_schema_is_the_real_one() -> None:
    """docs/webhooks.md shows it word for word."""
    shown = DOCS.read_text(encoding="utf-8").split("```json schema\n")[1].split("```")[0]
    assert schema() == json.loads(shown)


HOOK = Destination("d", "https://hooks.example.com/", (Kind.DECIDED,), ("subject",), (webhook.new_secret(),))


@pytest.mark.parametrize(
    "change",
    [
        {"url": "https://hooks.example.com/x"},
        {"kinds": (Kind.DECIDED, Kind.DRAFTED)},
        {"fields": ("subject", "text")},
        {"private": True},
        {"id": "e"},
        {"labels": ("fyi",)},
        {"user": "bob"},
        {"attachments": 1_000},
        {"desk": desk.github()},
    ],
    ids=str,
)
def test_any_change_makes_other_terms(change: dict[str, object]) -> None:
    """Where, what of, and which fields; the order in which they are written does not count, nor does the secret."""
    assert HOOK.terms != replace(HOOK, **change).terms  # type: ignore[arg-type]  # the values fit their names
    assert HOOK.terms == replace(HOOK, secrets=(webhook.new_secret(),)).terms
    assert HOOK.secrets[0] not in repr(HOOK)


def test_another_form_of_the_events_makes_other_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that tells more under the same names is agreed to anew."""
    before = HOOK.terms
    monkeypatch.setattr("mailreeve.outbound.destination.SCHEMA", SCHEMA + 1)
    assert before != HOOK.terms


@pytest.mark.parametrize(
    "change",
    [{"url": "http://x.example"}, {"fields": ("raw",)}, {"kinds": ()}, {"secrets": ()}, {"secrets": ("x",)}],
    ids=str,
)
def test_a_destination_that_cannot_be_is_refused(change: dict[str, object]) -> None:
    """At the start, not at the first delivery."""
    HOOK.check()
    with pytest.raises(InputError):
        replace(HOOK, **change).check()  # type: ignore[arg-type]  # the values fit their names
