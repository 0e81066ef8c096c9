"""Google's persons <-> frozen contacts. Fields that we do not know stay at Google as they are."""

from mailreeve.google.shapes import objects
from mailreeve.models import Contact, Json, Labelled

FIELDS = "names,emailAddresses,phoneNumbers,organizations,biographies,metadata"
OTHER_FIELDS = "names,emailAddresses,phoneNumbers,metadata"
_LONGEST = 500
_MOST = 50


def contact(body: Json) -> Contact:
    """A person of the People API."""
    name = next(objects(body.get("names")), {})
    work = next(objects(body.get("organizations")), {})
    note = next(objects(body.get("biographies")), {})
    metadata = body.get("metadata")
    id_ = str(body.get("resourceName", ""))
    full = " ".join(filter(None, (str(name.get("givenName", "")), str(name.get("familyName", "")))))
    return Contact(
        id=id_,
        etag=str(body.get("etag", "")),
        name=_short(name.get("displayName") or name.get("unstructuredName") or full),
        given=_short(name.get("givenName")),
        family=_short(name.get("familyName")),
        emails=_labelled(body.get("emailAddresses")),
        phones=_labelled(body.get("phoneNumbers")),
        organization=_short(work.get("name")),
        title=_short(work.get("title")),
        note=str(note.get("value", ""))[:10_000],
        other=id_.startswith("otherContacts/"),
        gone=bool(metadata.get("deleted")) if isinstance(metadata, dict) else False,
    )


def _short(value: object) -> str:
    return str(value or "")[:_LONGEST]


def _labelled(value: object) -> tuple[Labelled, ...]:
    found = [Labelled(_short(one.get("value")), _short(one.get("type"))) for one in objects(value)]
    return tuple(one for one in found if one.value)[:_MOST]


def person(new: Contact, old: Contact | None = None) -> Json:
    """The fields of a contact that differ from an older one, as Google takes them; all of them without one."""
    before = old or Contact()
    body: Json = {}
    if (new.name, new.given, new.family) != (before.name, before.given, before.family):
        body["names"] = [_name(new)] if new.name or new.given or new.family else []
    if new.emails != before.emails:
        body["emailAddresses"] = [_entry(one) for one in new.emails]
    if new.phones != before.phones:
        body["phoneNumbers"] = [_entry(one) for one in new.phones]
    if (new.organization, new.title) != (before.organization, before.title):
        work = {"name": new.organization, "title": new.title}
        body["organizations"] = (
            [{key: value for key, value in work.items() if value}] if any(work.values()) else []
        )
    if new.note != before.note:
        body["biographies"] = [{"value": new.note, "contentType": "TEXT_PLAIN"}] if new.note else []
    return body


def _name(one: Contact) -> Json:
    if " ".join(filter(None, (one.given, one.family))) == one.name or not one.name:
        return {key: value for key, value in (("givenName", one.given), ("familyName", one.family)) if value}
    return {"unstructuredName": one.name}


def _entry(one: Labelled) -> Json:
    return {"value": one.value, "type": one.kind} if one.kind else {"value": one.value}
