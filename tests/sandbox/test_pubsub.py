"""The sandbox's Pub/Sub: what a watch tells, pull with acknowledgement, pushes with a token."""

import base64
import importlib.resources
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from google.auth import jwt
from tests.organization import serving
from tests.sandbox_server import SandboxServer

TOPIC = "projects/p-1/topics/mail"
NAME = "projects/p-1/subscriptions/reeve"
MAIL = b"From: Ana <ana@x.example>\r\nTo: me\r\nSubject: Hello\r\n\r\nHello.\r\n"


@pytest.fixture
def pubsub(sandbox: SandboxServer) -> Iterator[Any]:
    """projects.subscriptions of googleapiclient, built from its own document with the root replaced."""
    import google_auth_httplib2
    import httplib2
    from google.oauth2.credentials import Credentials
    from googleapiclient.discovery import build_from_document

    folder = importlib.resources.files("googleapiclient.discovery_cache.documents")
    document = json.loads(folder.joinpath("pubsub.v1.json").read_text(encoding="utf-8"))
    http = google_auth_httplib2.AuthorizedHttp(Credentials(sandbox.token), http=httplib2.Http(timeout=30))
    document["rootUrl"] = f"{sandbox.base_url}/"
    service = build_from_document(document, http=http, client_options={"universe_domain": "googleapis.com"})
    yield service.projects().subscriptions()
    service.close()


def subscribed(sandbox: SandboxServer, pubsub: Any, **body: Any) -> None:
    pubsub.create(name=NAME, body={"topic": TOPIC, **body}).execute()
    sandbox.api("POST", "/watch", {"topicName": TOPIC, "labelIds": ["INBOX"]})


def pulled(pubsub: Any) -> list[dict[str, Any]]:
    answer = pubsub.pull(subscription=NAME, body={"maxMessages": 10}).execute()
    return list(answer.get("receivedMessages", ()))


def told(one: dict[str, Any]) -> Any:
    return json.loads(base64.urlsafe_b64decode(one["message"]["data"]))


def test_new_mail_is_told_to_a_watched_topic_until_it_is_acknowledged(
    sandbox: SandboxServer, pubsub: Any
) -> None:
    """Address and history id; after the deadline the same message again, after the acknowledgement nothing."""
    subscribed(sandbox, pubsub, ackDeadlineSeconds=30)
    sandbox.deliver(MAIL)
    (one,) = pulled(pubsub)
    assert {"emailAddress": sandbox.account, "historyId": int(sandbox.state()["historyId"])} == told(one)
    assert [] == pulled(pubsub)
    sandbox.clock(advance=31)
    (again,) = pulled(pubsub)
    assert one["message"] == again["message"]
    pubsub.acknowledge(
        subscription=NAME, body={"ackIds": [one["ackId"]]}
    ).execute()  # of the earlier delivery
    sandbox.clock(advance=31)
    (last,) = pulled(pubsub)
    pubsub.acknowledge(subscription=NAME, body={"ackIds": [last["ackId"]]}).execute()
    sandbox.clock(advance=31)
    assert [] == pulled(pubsub)


def test_nothing_is_told_without_a_watch(sandbox: SandboxServer, pubsub: Any) -> None:
    """Before it, after a week, after stop, and of mail without the watched label."""
    pubsub.create(name=NAME, body={"topic": TOPIC}).execute()
    sandbox.deliver(MAIL)
    assert [] == pulled(pubsub)
    sandbox.api("POST", "/watch", {"topicName": TOPIC, "labelIds": ["INBOX"]})
    assert 1 == len(pulled(pubsub))  # Gmail tells at once where it begins
    sandbox.deliver(MAIL, labels="SPAM")
    assert [] == pulled(pubsub)
    sandbox.api("POST", "/stop")
    sandbox.deliver(MAIL)
    assert [] == pulled(pubsub)
    sandbox.api("POST", "/watch", {"topicName": TOPIC})
    assert 1 == len(pulled(pubsub))
    sandbox.clock(advance=7 * 24 * 3600 + 1)
    sandbox.deliver(MAIL)
    assert ["1.2", "2.2"] == [
        one["ackId"] for one in pulled(pubsub)
    ]  # the earlier ones again, none came to them


def test_a_token_for_mail_pulls_nothing(sandbox: SandboxServer) -> None:
    """403 without the scope of Pub/Sub, 404 for a subscription that is not there."""
    path = f"/v1/{NAME}:pull"
    token = sandbox.token_for("https://www.googleapis.com/auth/gmail.modify")
    assert 403 == sandbox.call("POST", path, {"maxMessages": 1}, token=token)[0]
    assert 404 == sandbox.call("POST", path, {"maxMessages": 1})[0]


@contextmanager
def taking() -> Iterator[tuple[str, list[tuple[str, Any]], threading.Event]]:
    """An endpoint that refuses the first push and takes the second; what it saw; set when it saw both."""
    seen, done = list[tuple[str, Any]](), threading.Event()

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            seen.append((self.headers["authorization"], body))
            self.send_response(503 if len(seen) == 1 else 204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    def serve(server: HTTPServer) -> None:
        server.handle_request()
        server.handle_request()
        done.set()

    with HTTPServer(("127.0.0.1", 0), Taker) as server:
        thread = threading.Thread(target=serve, args=(server,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/wake", seen, done
        thread.join(10)


def test_a_push_carries_a_token_and_is_repeated_until_it_is_taken(
    sandbox: SandboxServer, pubsub: Any
) -> None:
    """The token is signed by the key of the certificates, for the audience and the service account of the subscription."""
    with taking() as (url, seen, done):
        oidc = {"serviceAccountEmail": "push@p-1.iam.gserviceaccount.com", "audience": "reeve"}
        subscribed(sandbox, pubsub, pushConfig={"pushEndpoint": url, "oidcToken": oidc})
        assert done.wait(30)
    assert [NAME] * 2 == [body["subscription"] for _, body in seen]
    assert seen[0][1]["message"] == seen[1][1]["message"]
    certificates = json.loads(sandbox.call("GET", "/oauth2/v1/certs")[2])
    claims = jwt.decode(seen[0][0].removeprefix("Bearer "), certs=certificates, audience="reeve")
    assert ("https://accounts.google.com", oidc["serviceAccountEmail"], True) == (
        claims["iss"],
        claims["email"],
        claims["email_verified"],
    )


def test_nothing_is_pushed_off_this_machine(sandbox: SandboxServer) -> None:
    """A subscription with an endpoint elsewhere is refused."""
    body = {"topic": TOPIC, "pushConfig": {"pushEndpoint": "https://example.com/wake"}}
    assert 400 == sandbox.call("PUT", f"/v1/{NAME}", body)[0]


def test_mailboxes_of_one_server_share_its_topics(tmp_path: Path) -> None:
    """One subscription hears of every mailbox of an organization."""
    with serving(tmp_path, "ana", "bo") as corp:
        ana, bo = corp.people.values()
        ana.call("PUT", f"/v1/{NAME}", {"topic": TOPIC})
        for one in (ana, bo):
            one.api("POST", "/watch", {"topicName": TOPIC})
        _, _, data = ana.call("POST", f"/v1/{NAME}:pull", {"maxMessages": 10})
        heard = [told(one)["emailAddress"] for one in json.loads(data)["receivedMessages"]]
        assert [ana.account, bo.account] == heard
