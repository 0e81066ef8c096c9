"""Contacts over HTTP, on the sandbox."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.google.wire_server import Drop, WireServer
from tests.sandbox_server import SandboxServer

from mailreeve.errors import ChangedMeanwhile, HistoryExpired, NotFound, OutcomeUnknown, ScopeMissing
from mailreeve.google.people import People
from mailreeve.google.transport import Transport
from mailreeve.models import Contact, Labelled
from mailreeve.sandbox import scopes

Connect = Callable[..., Transport]
ANA = Contact(
    name="Ana Lima",
    given="Ana",
    family="Lima",
    emails=(Labelled("ana@example.org", "work"), Labelled("ana@home.example")),
    phones=(Labelled("+351 555 0101", "mobile"),),
    organization="Lima & Filhos",
    title="Owner",
    note="Two\nlines",
)


@pytest.fixture
def people(sandbox: SandboxServer, connect: Connect) -> People:
    return People(connect(sandbox.base_url, token=sandbox.token))


def test_a_contact_comes_back_as_it_was_made(people: People) -> None:
    """Every field that we know goes to Google and back, in a list and alone."""
    made = people.create(ANA)
    assert replace(ANA, id=made.id, etag=made.etag) == made
    assert (made,) == people.page().items
    assert made == people.get(made.id)


def test_a_change_writes_only_what_differs(people: People, sandbox: SandboxServer) -> None:
    """Fields that we do not know, and those that are the same, stay as they are at Google."""
    made = people.create(ANA)
    with sandbox.state_file() as state:
        state.execute(
            "update people set person = json_set(person, '$.nicknames', json('[{\"value\":\"A\"}]'))"
        )
    changed = people.update(made, replace(made, emails=made.emails[:1], note=""))
    assert (made.emails[:1], "", made.phones) == (changed.emails, changed.note, changed.phones)
    with sandbox.state_file() as state:
        assert "nicknames" in state.scalar("select person from people")


def test_what_changed_meanwhile_is_not_overwritten(people: People) -> None:
    """An old etag is refused with its own error, and the other's words stay."""
    made = people.create(ANA)
    people.update(made, replace(made, title="Director"))
    with pytest.raises(ChangedMeanwhile):
        people.update(made, replace(made, title="Boss"))
    assert "Director" == people.get(made.id).title


def test_changes_and_deletions_follow_a_token(people: People) -> None:
    """With the token of the last page only what changed comes, the deleted marked."""
    first, second = people.create(ANA), people.create(replace(ANA, name="Bo", given="Bo", family=""))
    token = people.page().token
    people.delete(first.id)
    page = people.page(token=token)
    assert [(first.id, True)] == [(one.id, one.gone) for one in page.items]
    with pytest.raises(NotFound):
        people.delete(first.id)
    assert (second,) == people.page().items


def test_an_old_token_says_that_a_full_list_is_due(people: People, sandbox: SandboxServer) -> None:
    """Seven days after the list the token is refused with its own error."""
    token = people.page().token
    sandbox.clock(advance=8 * 86_400)
    with pytest.raises(HistoryExpired):
        people.page(token=token)


def test_without_the_permission_the_error_names_the_way(sandbox: SandboxServer, connect: Connect) -> None:
    """A login for mail alone is told which login turns contacts on."""
    people = People(connect(sandbox.base_url, token=sandbox.token_for(scopes.MODIFY)))
    with pytest.raises(ScopeMissing) as caught:
        people.page()
    assert "login --contacts" in caught.value.advice


def test_a_lost_answer_makes_no_second_contact(wire: WireServer, connect: Connect) -> None:
    """The request goes out once; whether it worked is not claimed."""
    wire.then(Drop())
    with pytest.raises(OutcomeUnknown):
        People(connect(wire.base)).create(ANA)
    assert 1 == len(wire.seen)
