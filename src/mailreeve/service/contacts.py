"""Contacts: whom the person knows, from their address book and from their mail."""

from collections.abc import Iterable

from typing_extensions import TypedDict

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import (
    GoogleUnavailable,
    InputError,
    MailreeveError,
    QuotaSpent,
)
from mailreeve.mail import tables, vcards
from mailreeve.models import Contact, Exchange
from mailreeve.people import exchanges, merging
from mailreeve.service import mirroring
from mailreeve.service.acts import new_act
from mailreeve.service.answers import Failed
from mailreeve.service.answers.people import PeopleAnswer, PersonJson
from mailreeve.service.mirroring import LookAnswer, ServerAnswer
from mailreeve.store.db import now_ms

FRESH_MS = 3_600_000
"""So long a look at the address book holds before `find` looks again."""
IN_GMAIL = 50
"""Messages that are read to answer without an index; 20 quota units each."""
HEAD = (
    "name", "given name", "family name", "e-mail", "all e-mails", "phones", "organization", "title", "note",
    "kept in", "received", "written", "last contact",
)  # fmt: skip


class ContactsSyncAnswer(LookAnswer):
    """`others`: people noted by Google were granted; `kept` contacts are known by now."""

    others: bool
    kept: int


class GroupJson(TypedDict):
    """Contacts that are the same person: `keep` gets everything, the `others` go."""

    keep: str
    names: list[str]
    why: str
    result: PersonJson
    others: list[str]


class MergeAnswer(TypedDict):
    """What would be merged, or was; `change` undoes it."""

    status: str
    groups: list[GroupJson]
    merged: int
    change: str
    failed: list[Failed]


def sync(box: Mailbox, *, deletions: bool = False, cancel: Cancel) -> ContactsSyncAnswer:
    """Look at the address book at Google, and keep the servers in step that a person agreed to. Raises ScopeMissing when contacts are not turned on."""
    done = box.book.bound(cancel).sync(cancel)
    told = mirror(box, deletions=deletions, cancel=cancel)
    kept = len(box.contacts.all(own=True))
    return ContactsSyncAnswer(
        changed=done.changed, gone=done.gone, full=done.full, others=done.others, kept=kept, servers=told
    )


def listed(box: Mailbox, *, others: bool = False) -> PeopleAnswer:
    """The address book as it was seen last, by name, with what the local index knows of each."""
    known, where = _counted(box)
    found = [_person(one, known, box) for one in box.contacts.all(own=None if others else True)]
    return _answer(box, found, len(found), where, [])


def find(box: Mailbox, query: str, *, limit: int = 20, cancel: Cancel) -> PeopleAnswer:
    """People whose name, address or organization has all the words: kept contacts first, then who writes most.

    Without a local index the newest mails with these words in Gmail are counted. Raises InputError without a word.
    """
    words = query.casefold().split()
    if not words:
        raise InputError("Whom shall I find?", "Give a name, an address or a part of one.")
    notes = _refreshed(box, cancel)
    known, where = _counted(box)
    if not where:
        known, where = _asked(box, query, cancel), "gmail"
    found = [one for one in _everyone(box, known) if _has(one, words)]
    found.sort(key=lambda one: (one["source"] != "contact", -one["received"] - one["written"], one["name"]))
    return _answer(box, found[:limit], len(found), where, notes)


def _answer(box: Mailbox, people: list[PersonJson], total: int, where: str, notes: list[str]) -> PeopleAnswer:
    seen = box.contacts.seen_at()
    return PeopleAnswer(people=people, total=total, counted_in=where, synced=_time(box, seen), notes=notes)


def _refreshed(box: Mailbox, cancel: Cancel) -> list[str]:
    """Look again when the last look is old; what is known is told when Google cannot be reached."""
    if not box.may("contacts"):
        return ["The address book is not connected: `mailreeve login --contacts` turns it on."]
    if now_ms() - box.contacts.seen_at() < FRESH_MS:
        return []
    try:
        box.book.bound(cancel).sync(cancel)
    except (GoogleUnavailable, QuotaSpent) as error:
        return [f"The address book is as of the last look. {error.message}"]
    return []


def _counted(box: Mailbox) -> tuple[dict[str, Exchange], str]:
    index = box.index
    if index is None:
        return {}, ""
    from mailreeve.store.index_people import sightings

    return exchanges.fold(sightings(index), box.own), "index"


def _asked(box: Mailbox, query: str, cancel: Cancel) -> dict[str, Exchange]:
    quoted = " ".join("".join(char for char in query if char not in '"{}()').split())
    gmail = box.gmail.bound(cancel)
    page = gmail.search(f'{{from:"{quoted}" to:"{quoted}"}}', limit=IN_GMAIL)
    read = [found for _, found in gmail.get_many([ref.id for ref in page.items], cancel)]
    mails = [one for one in read if not isinstance(one, MailreeveError)]
    mails.sort(key=lambda one: one.internal_date)
    return exchanges.fold(map(exchanges.sighting, mails), box.own)


def _everyone(box: Mailbox, known: dict[str, Exchange]) -> list[PersonJson]:
    contacts = box.contacts.all()
    found = [_person(one, known, box) for one in contacts if not one.other]
    listed_ = {key for one in contacts if not one.other for key in one.keys}
    for one in contacts:
        if one.other and not listed_ & set(one.keys):
            found.append(_person(one, known, box))
            listed_ |= set(one.keys)
    for key, exchange in known.items():
        if key not in listed_:
            made = _person(Contact(name=exchange.name), {}, box, (exchange,))
            found.append({**made, "addresses": [key], "source": "mail"})
    return found


def _person(
    one: Contact, known: dict[str, Exchange], box: Mailbox, seen: Iterable[Exchange] = ()
) -> PersonJson:
    mail = [*seen, *(known[key] for key in dict.fromkeys(one.keys) if key in known)]
    return PersonJson(
        id=one.id,
        name=one.name or next((each.name for each in mail if each.name), ""),
        addresses=list(dict.fromkeys(one.keys)),
        phones=[each.value for each in one.phones],
        organization=one.organization,
        title=one.title,
        source="noted" if one.other else "contact",
        received=sum(each.received for each in mail),
        written=sum(each.written for each in mail),
        last_received=_time(box, max((each.last_received for each in mail), default=0)),
        last_written=_time(box, max((each.last_written for each in mail), default=0)),
        answered_you=sum(each.answered_you for each in mail),
        you_answered=sum(each.you_answered for each in mail),
    )


def _has(one: PersonJson, words: list[str]) -> bool:
    text = " ".join([one["name"], *one["addresses"], one["organization"], *one["phones"]]).casefold()
    return all(word in text for word in words)


def _time(box: Mailbox, ms: int) -> str:
    return box.local_time(ms).isoformat(timespec="seconds") if ms else ""


def export(box: Mailbox, form: str, *, others: bool = False) -> tuple[str, int]:
    """The address book as text, and how many contacts: `vcard4`, `vcard3` or `csv`."""
    contacts = box.contacts.all(own=None if others else True)
    if form == "csv":
        known, _ = _counted(box)
        return tables.table(HEAD, (_row(one, _person(one, known, box)) for one in contacts)), len(contacts)
    version: vcards.Version = "3.0" if form == "vcard3" else "4.0"
    return "".join(vcards.write(one, one.id, version) for one in contacts), len(contacts)


def _row(one: Contact, told: PersonJson) -> list[object]:
    last = max(told["last_received"], told["last_written"])
    return [
        one.name, one.given, one.family, next((mail.value for mail in one.emails), ""),
        ", ".join(mail.value for mail in one.emails), ", ".join(phone.value for phone in one.phones),
        one.organization, one.title, one.note, told["source"], told["received"], told["written"], last,
    ]  # fmt: skip


def duplicates(box: Mailbox, *, cancel: Cancel) -> MergeAnswer:
    """What a merge would do, from the address book as it is now. Changes nothing."""
    box.book.bound(cancel).sync(cancel)
    found = merging.groups(box.contacts.all(own=True))
    return MergeAnswer(
        status="preview", groups=[_group(box, one) for one in found], merged=0, change="", failed=[]
    )


def _group(box: Mailbox, one: merging.Group) -> GroupJson:
    return GroupJson(
        keep=one.members[0].id,
        names=[each.name for each in one.members],
        why=one.why,
        result=_person(one.merged, {}, box),
        others=[each.id for each in one.members[1:]],
    )


def merge(box: Mailbox, previewed: MergeAnswer, *, cancel: Cancel) -> MergeAnswer:
    """Merge what was previewed, and nothing that has changed since; `change` undoes all of it."""
    shown = {one["keep"]: one for one in previewed["groups"]}
    book, act, merged = box.book.bound(cancel), new_act(), 0
    failed: list[Failed] = []
    for group in merging.groups(box.contacts.all(own=True)):
        cancel.check()
        if shown.get(group.members[0].id) != _group(box, group):
            continue
        try:
            merging.merge(book, box.journal, box.kept, act, group)
            merged += 1
        except MailreeveError as error:
            failed.append(Failed(id=group.members[0].id, reason=str(error)))
    done = {one for one in shown if one not in {each["id"] for each in failed}}
    if merged < len(done):
        failed.append(Failed(id="", reason=f"{len(done) - merged} groups changed meanwhile; look again."))
    return MergeAnswer(
        status="partial" if failed else "merged",
        groups=previewed["groups"],
        merged=merged,
        change=act if merged else "",
        failed=failed,
    )


def mirror(box: Mailbox, *, deletions: bool = False, cancel: Cancel) -> list[ServerAnswer]:
    """Keep every server that a person agreed to in step, both ways. One that fails does not stop the others."""
    book = box.book.bound(cancel)

    def local(act: str) -> merging.Journalled:
        return merging.Journalled(book, box.journal, box.kept, act)

    agreed = [one for one in box.mirrors if one.stands]
    return [mirroring.keep(box, one, local, new_act(), cancel, deletions=deletions) for one in agreed]
