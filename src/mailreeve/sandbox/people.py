"""The part of the People API v1 that Mailreeve uses: a person's contacts and other contacts.

Source: developers.google.com/people/api/rest and the discovery document people.v1 (a test compares the two).
Gmail's quota does not count these calls.
"""

import json
import secrets

from mailreeve.sandbox import api, paging, people_sync, sync_tokens
from mailreeve.sandbox.errors import bad_request, failed_precondition, not_found
from mailreeve.sandbox.http import Answer, Call, Json, Request
from mailreeve.sandbox.state import Row, State

WRITABLE = frozenset(
    [
        "addresses",
        "biographies",
        "birthdays",
        "calendarUrls",
        "clientData",
        "emailAddresses",
        "events",
        "externalIds",
        "genders",
        "imClients",
        "interests",
        "locales",
        "locations",
        "memberships",
        "miscKeywords",
        "names",
        "nicknames",
        "occupations",
        "organizations",
        "phoneNumbers",
        "relations",
        "sipAddresses",
        "skills",
        "urls",
        "userDefined",
    ]
)
"""Values of updatePersonFields (people.updateContact)."""
READABLE = WRITABLE | {"ageRanges", "coverPhotos", "metadata", "photos"}
SINGLE = frozenset({"biographies", "birthdays", "genders", "names"})
"""Fields of which a contact holds one value (people.createContact)."""
OTHER_READABLE = frozenset({"emailAddresses", "metadata", "names", "phoneNumbers", "photos"})


def serves(path: str) -> bool:
    """Whether a path belongs to this API."""
    return path.startswith(("/v1/people", "/v1/otherContacts"))


def handle(state: State, request: Request) -> Answer:
    """Carry out a request."""
    return api.handle(state, request, _PATTERNS, api.parsed)


def put(state: State, kind: str, fields: Json) -> str:
    """Keep a new person, kind `people` or `otherContacts`; returns the resource name."""
    name = f"{kind}/c{secrets.randbits(62)}"
    state.execute(
        "insert into people (name, kind, person, etag, changed, deleted) values (?, ?, ?, ?, ?, 0)",
        (name, kind, json.dumps(fields), _etag(), sync_tokens.stamp(state, "people")),
    )
    return name


def named(name: Json) -> Json:
    """A name as Google gives it back: with the display name, which it makes itself."""
    whole = " ".join(filter(None, (str(name.get("givenName", "")), str(name.get("familyName", "")))))
    shown = str(name.get("unstructuredName", "")) or whole
    return {**name, "displayName": shown, "unstructuredName": shown} if shown else name


def _etag() -> str:
    return "%" + secrets.token_urlsafe(9)


def _mask(call: Call, name: str, known: frozenset[str]) -> frozenset[str]:
    wanted = frozenset(filter(None, call.one(name).split(",")))
    if not wanted:
        raise bad_request(f"{name} mask is required. Please specify one or more valid paths.", name)
    if wanted - known:
        raise bad_request(f"Invalid {name} mask path: {min(wanted - known)!r}.", name)
    return wanted


def _person(row: Row, mask: frozenset[str]) -> Json:
    kind = "CONTACT" if row["kind"] == "people" else "OTHER_CONTACT"
    source = {"type": kind, "id": row["name"].partition("/c")[2], "etag": "#" + row["etag"]}
    result: Json = {"resourceName": row["name"], "etag": row["etag"]}
    if row["deleted"]:
        return result | {"metadata": {"sources": [source], "deleted": True, "objectType": "PERSON"}}
    if "metadata" in mask:
        result["metadata"] = {"sources": [source], "objectType": "PERSON"}
    stored = json.loads(row["person"])
    return result | {field: stored[field] for field in sorted(mask & stored.keys())}


def _list(call: Call, kind: str, mask: frozenset[str], key: str) -> Json:
    since, newest = people_sync.window(call)
    after, size = paging.number(call), people_sync.size(call)
    rows = call.state.rows(
        "select * from people where kind = ? and n > ? and changed > ? and changed <= ? and (? or not deleted)"
        " order by n limit ?",
        (kind, after, since, newest, bool(call.one("syncToken")), size + 1),
    )
    result: Json = {key: [_person(row, mask) for row in rows[:size]]} if rows else {}
    total = call.state.scalar("select count(*) from people where kind = ? and not deleted", (kind,))
    result |= {"totalItems": total, "totalSize": total} if kind == "otherContacts" else {"totalItems": total}
    if len(rows) > size:
        result["nextPageToken"] = paging.token(rows[size - 1]["n"])
    elif call.flag("requestSyncToken") or call.one("syncToken"):
        result["nextSyncToken"] = sync_tokens.token(call.state, newest)
    return result


def connections(call: Call) -> Json:
    """people.connections.list."""
    return _list(call, "people", _mask(call, "personFields", READABLE), "connections")


def other_contacts(call: Call) -> Json:
    """otherContacts.list."""
    return _list(call, "otherContacts", _mask(call, "readMask", OTHER_READABLE), "otherContacts")


def _row(call: Call) -> Row:
    name = "people/" + call.ids["id"]
    row = call.state.row("select * from people where name = ? and not deleted", (name,))
    if row is None:
        raise not_found()
    return row


def get(call: Call) -> Json:
    """people.get of a contact."""
    return _person(_row(call), _mask(call, "personFields", READABLE))


def _fields(call: Call, wanted: frozenset[str]) -> Json:
    """The wanted fields of the body, each a list of objects."""
    fields = {name: call.json[name] for name in wanted if call.json.get(name)}
    for name, values in fields.items():
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise bad_request(f"Invalid value at 'person.{name}'.", name)
        if name in SINGLE and len(values) > 1:
            raise bad_request(f"person.{name} must be a single value.", name)
    if "names" in fields:
        fields["names"] = [named(one) for one in fields["names"]]
    return fields


def create(call: Call) -> Json:
    """people.createContact; every call makes another contact, as Google does."""
    unknown = call.json.keys() - READABLE - {"resourceName", "etag"}
    if unknown:
        raise bad_request(f"Invalid JSON payload received. Unknown name \"{min(unknown)}\" at 'person'.")
    name = put(call.state, "people", _fields(call, WRITABLE))
    return _shown(call, name)


def _etags(person: Json) -> set[str]:
    """Every etag that the body names: the person's and those of its sources."""
    metadata = person.get("metadata")
    sources = metadata.get("sources") if isinstance(metadata, dict) else None
    listed = sources if isinstance(sources, list) else []
    found = [person.get("etag"), *(source.get("etag") for source in listed if isinstance(source, dict))]
    return {str(etag) for etag in found if etag}


def update(call: Call) -> Json:
    """people.updateContact: only the named fields, only on the etag that was read."""
    row = _row(call)
    wanted = _mask(call, "updatePersonFields", WRITABLE)
    etags = _etags(call.json)
    if not etags:
        raise bad_request("Request must set person.etag or person.metadata.sources.etag.", "person.etag")
    if not etags <= {row["etag"], "#" + row["etag"]}:
        raise failed_precondition("Request person.etag is different than the current person.etag.")
    kept = {name: value for name, value in json.loads(row["person"]).items() if name not in wanted}
    call.state.execute(
        "update people set person = ?, etag = ?, changed = ? where n = ?",
        (
            json.dumps(kept | _fields(call, wanted)),
            _etag(),
            sync_tokens.stamp(call.state, "people"),
            row["n"],
        ),
    )
    return _shown(call, row["name"])


def _shown(call: Call, name: str) -> Json:
    row = call.state.row("select * from people where name = ?", (name,))
    if row is None:
        raise not_found()
    return _person(row, _mask(call, "personFields", READABLE) if call.one("personFields") else READABLE)


def delete(call: Call) -> Json:
    """people.deleteContact; what remains tells a later sync that it is gone."""
    row = _row(call)
    call.state.execute(
        "update people set person = '{}', deleted = 1, changed = ? where n = ?",
        (sync_tokens.stamp(call.state, "people"), row["n"]),
    )
    return {}


_LISTED = "pageSize pageToken requestSyncToken syncToken sources"
_READ, _SHOWN = "personFields requestMask.includeField sources", "personFields sources"


METHODS = (
    api.method(
        "people.connections.list",
        "GET",
        "/v1/people/me/connections",
        "READ_CONTACTS",
        f"{_LISTED} {_READ} sortOrder",
        connections,
    ),
    api.method(
        "otherContacts.list", "GET", "/v1/otherContacts", "READ_OTHERS", f"{_LISTED} readMask", other_contacts
    ),
    api.method("people.createContact", "POST", "/v1/people:createContact", "WRITE_CONTACTS", _SHOWN, create),
    api.method(
        "people.updateContact",
        "PATCH",
        "/v1/people/{id}:updateContact",
        "WRITE_CONTACTS",
        f"{_SHOWN} updatePersonFields",
        update,
    ),
    api.method(
        "people.deleteContact", "DELETE", "/v1/people/{id}:deleteContact", "WRITE_CONTACTS", "", delete
    ),
    api.method("people.get", "GET", "/v1/people/{id}", "READ_CONTACTS", _READ, get),
)
_PATTERNS = tuple((one.pattern, one) for one in METHODS)
