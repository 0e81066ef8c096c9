"""The key of a service account, and credentials that act for one person."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.organization import Organization, serving

from mailreeve.errors import ConfigError, LoginNeeded
from mailreeve.google.delegation import delegated, read_key
from mailreeve.google.gmail import Gmail
from mailreeve.google.scopes import MODIFY
from mailreeve.google.transport import Transport
from mailreeve.platform import write_private

ANA, BO = "ana@corp.example", "bo@corp.example"
FIELDS = {"type": "service_account", "client_email": "e", "client_id": "1", "private_key": "k"}


@pytest.fixture
def corp(tmp_path: Path) -> Iterator[Organization]:
    with serving(tmp_path, "ana", "bo") as made:
        yield made


Line = Callable[..., Gmail]


@pytest.fixture
def line(corp: Organization) -> Iterator[Line]:
    """`line(person)` is that person's mailbox; keywords change the key."""
    with ExitStack() as held:

        def make(person: str, **changes: str) -> Gmail:
            key = read_key(corp.key)
            key.content.update(changes)
            transport = Transport(delegated(key, person, (MODIFY,), base=corp.base_url), base=corp.base_url)
            held.callback(transport.close)
            return Gmail(transport)

        yield make


def test_each_person_has_a_line_of_their_own(corp: Organization, line: Line) -> None:
    """One key, two people, and Gmail says whose mailbox each line is."""
    for person in (ANA, BO):
        assert person == line(person).profile().address


def test_the_key_does_not_say_where_to_ask(corp: Organization, line: Line) -> None:
    """A token_uri in the file is never asked: a signed assertion goes to Google, or to the set base, alone."""
    assert ANA == line(ANA, token_uri="http://127.0.0.1:9/token").profile().address


def test_a_token_that_dies_is_renewed(corp: Organization, line: Line) -> None:
    """When Google takes the access token no longer, another one is asked for."""
    gmail = line(ANA)
    gmail.profile()
    with corp.people[ANA].state_file() as state:
        state.execute("update tokens set dead = 1 where client <> ''")
    assert ANA == gmail.profile().address


def test_what_is_not_authorized_names_the_client_id_and_the_place(corp: Organization, line: Line) -> None:
    """The administrator is told what to do; the other people are not touched by it."""
    corp.people[ANA].delegation([])
    with pytest.raises(LoginNeeded) as caught:
        line(ANA).profile()
    assert ANA in caught.value.message
    assert read_key(corp.key).client_id in caught.value.advice
    assert "Domain-wide delegation" in caught.value.advice
    assert BO == line(BO).profile().address


def test_somebody_who_is_not_there_is_named(corp: Organization, line: Line) -> None:
    """invalid_grant for a person says whose address is wrong."""
    with pytest.raises(LoginNeeded, match=r"nobody@corp\.example"):
        line("nobody@corp.example").profile()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not valid JSON"),
        ("[]", "not the key"),
        (json.dumps({"installed": {"client_id": "1", "client_secret": "s"}}), "not the key"),
        (json.dumps(FIELDS), "lacks private_key_id"),
        (json.dumps({**FIELDS, "private_key_id": 7}), "lacks private_key_id"),
    ],
)
def test_what_is_no_key_is_told(tmp_path: Path, content: str, said: str) -> None:
    """Each with advice, none with what the file holds."""
    file = tmp_path / "key.json"
    write_private(file, content.encode())
    with pytest.raises(ConfigError, match=said) as caught:
        read_key(file)
    assert caught.value.advice
    with pytest.raises(ConfigError, match="There is no key"):
        read_key(tmp_path / "none.json")


def test_a_key_that_others_can_read_is_not_used(corp: Organization, line: Line) -> None:
    """It opens every mailbox: the person is told to make a new one."""
    corp.key.chmod(0o644)
    with pytest.raises(ConfigError, match="Other users"):
        read_key(corp.key)


def test_a_private_key_that_is_none_is_told(line: Line) -> None:
    """A damaged key is a wrong setting, and is not shown."""
    with pytest.raises(ConfigError, match="cannot be used") as caught:
        line(ANA, private_key="-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n")
    assert "c2VjcmV0" not in str(caught.value)
