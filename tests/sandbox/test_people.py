"""Contacts of the sandbox, through Google's own client and against Google's description."""

import importlib.resources
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.sandbox_server import SandboxServer

from mailreeve.sandbox import people, scopes
from mailreeve.sandbox.api import Method
from mailreeve.sandbox.people import METHODS

ANN = {"names": [{"givenName": "Ann"}], "emailAddresses": [{"value": "ann@example.org"}]}
FIELDS = "names,emailAddresses,metadata"


def discovery() -> Any:
    folder = importlib.resources.files("googleapiclient.discovery_cache.documents")
    return json.loads(folder.joinpath("people.v1.json").read_text(encoding="utf-8"))


@pytest.fixture
def client(sandbox: SandboxServer) -> Iterator[Any]:
    """The service of googleapiclient, built from its own document with the root replaced."""
    import google_auth_httplib2
    import httplib2
    from google.oauth2.credentials import Credentials
    from googleapiclient.discovery import build_from_document

    root = f"{sandbox.base_url}/"
    token = sandbox.token_for(scopes.CONTACTS, scopes.OTHERS_READONLY)
    http = google_auth_httplib2.AuthorizedHttp(Credentials(token), http=httplib2.Http(timeout=30))
    document = discovery() | {"rootUrl": root, "baseUrl": root}
    service = build_from_document(document, http=http, client_options={"universe_domain": "googleapis.com"})
    yield service
    service.close()


def listed(client: Any, **asked: Any) -> Any:
    request = client.people().connections().list(resourceName="people/me", personFields=FIELDS, **asked)
    return request.execute()


def refused(request: Any) -> tuple[int, str]:
    """Status and reason of a refusal: ErrorInfo's when there is one."""
    from googleapiclient.errors import HttpError

    with pytest.raises(HttpError) as caught:
        request.execute()
    error = json.loads(caught.value.content)["error"]
    reason = error["details"][0]["reason"] if "details" in error else error["errors"][0]["reason"]
    return caught.value.status_code, reason


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_a_method_is_as_google_describes_it(method: Method) -> None:
    """Verb, path and query parameters are Google's; every accepted scope is one that Google accepts."""
    *folders, last = method.name.split(".")
    place = discovery()
    for folder in folders:
        place = place["resources"][folder]
    entry = place["methods"][last]
    query = frozenset(name for name, told in entry["parameters"].items() if told["location"] == "query")
    path = method.path.replace("people/me", "people/{id}").replace("{id}", "{peopleId}")
    assert (entry["httpMethod"], "/" + entry["flatPath"], query) == (method.verb, path, method.parameters)
    assert method.scopes <= set(entry["scopes"])


def test_the_field_names_are_googles() -> None:
    """Every field that is read or written is one of Google's Person."""
    assert set(discovery()["schemas"]["Person"]["properties"]) >= people.READABLE


def test_a_contact_is_made_changed_and_deleted(client: Any) -> None:
    """Create, get, update of the named fields alone, delete; gone means 404."""
    made = client.people().createContact(body=ANN).execute()
    body = {"etag": made["etag"], "names": [{"givenName": "Anna"}]}
    name = made["resourceName"]
    request = client.people().updateContact(resourceName=name, updatePersonFields="names", body=body)
    assert made["etag"] != request.execute()["etag"]
    found = client.people().get(resourceName=name, personFields=FIELDS).execute()
    assert ("Anna", ANN["emailAddresses"]) == (found["names"][0]["givenName"], found["emailAddresses"])
    assert {} == client.people().deleteContact(resourceName=name).execute()
    assert (404, "notFound") == refused(client.people().get(resourceName=name, personFields=FIELDS))


def test_an_old_etag_is_refused(client: Any) -> None:
    """What changed since it was read is not overwritten, and a change without an etag is refused."""
    made = client.people().createContact(body=ANN).execute()
    asked = {"resourceName": made["resourceName"], "updatePersonFields": "names"}
    client.people().updateContact(body={**ANN, "etag": made["etag"]}, **asked).execute()
    again = client.people().updateContact(body={**ANN, "etag": made["etag"]}, **asked)
    assert (400, "failedPrecondition") == refused(again)
    assert (400, "invalidArgument") == refused(client.people().updateContact(body=ANN, **asked))


def test_a_sync_token_gives_what_changed_and_what_is_gone(client: Any) -> None:
    """Pages first, the token on the last page; then the changes alone, the deleted marked."""
    names = [client.people().createContact(body=ANN).execute()["resourceName"] for _ in range(3)]
    first = listed(client, requestSyncToken=True, pageSize=2)
    assert "nextSyncToken" not in first
    last = listed(client, requestSyncToken=True, pageSize=2, pageToken=first["nextPageToken"])
    assert names == [person["resourceName"] for person in first["connections"] + last["connections"]]
    client.people().deleteContact(resourceName=names[1]).execute()
    changes = listed(client, syncToken=last["nextSyncToken"])
    gone = [(person["resourceName"], person["metadata"]["deleted"]) for person in changes["connections"]]
    assert [(names[1], True)] == gone
    assert "connections" not in listed(client, syncToken=changes["nextSyncToken"])


def test_a_sync_token_lives_seven_days(client: Any, sandbox: SandboxServer) -> None:
    """Afterwards 400 with EXPIRED_SYNC_TOKEN, as Google answers; a token of nobody is 400 too."""
    token = listed(client, requestSyncToken=True)["nextSyncToken"]
    asked = {"resourceName": "people/me", "personFields": FIELDS}
    assert (400, "invalidArgument") == refused(client.people().connections().list(syncToken="x", **asked))
    with sandbox.state_file() as state:
        state.set_meta("clock", 7 * 24 * 3600 * 1000 + 60_000)
        state.execute("update tokens set expires = null")
    assert (400, "EXPIRED_SYNC_TOKEN") == refused(
        client.people().connections().list(syncToken=token, **asked)
    )


def test_other_contacts_are_listed_apart(client: Any, sandbox: SandboxServer) -> None:
    """People met in mail are in otherContacts alone."""
    with sandbox.state_file() as state:
        name = people.put(state, "otherContacts", ANN)
    found = client.otherContacts().list(readMask="names,emailAddresses").execute()
    assert [name] == [person["resourceName"] for person in found["otherContacts"]]
    assert 0 == listed(client)["totalItems"]


def test_contacts_need_their_own_scope(sandbox: SandboxServer) -> None:
    """A token for mail reads no contacts."""
    token = sandbox.token_for(scopes.MODIFY)
    status, *_ = sandbox.call("GET", "/v1/people/me/connections?personFields=names", token=token)
    assert 403 == status
