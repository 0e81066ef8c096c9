"""Account records."""

from mailreeve.store.accounts import Account, Accounts
from mailreeve.store.db import Database


def test_an_account_is_put_got_listed_and_removed(db: Database) -> None:
    """A record comes back whole, whatever the case of the address."""
    accounts = Accounts(db)
    accounts.put(Account("Ada@Example.com", "http://127.0.0.1:1", ("gmail.modify",), ("read", "label")))
    found = accounts.get("ADA@example.com")
    assert found is not None
    assert ("ada@example.com", "http://127.0.0.1:1") == (found.address, found.base)
    assert (("gmail.modify",), ("read", "label")) == (found.scopes, found.capabilities)
    assert (found,) == accounts.list()
    assert accounts.remove("ada@EXAMPLE.com")
    assert not accounts.remove("ada@example.com")
    assert None is accounts.get("ada@example.com")


def test_putting_again_replaces_the_grant_and_keeps_the_day(db: Database) -> None:
    """A new login changes what was granted, not when the account was added."""
    accounts = Accounts(db)
    accounts.put(Account("ada@example.com", scopes=("a",)))
    before = accounts.get("ada@example.com")
    accounts.put(Account("ada@example.com", scopes=("b",)))
    after = accounts.get("ada@example.com")
    assert before is not None
    assert after is not None
    assert (("b",), before.added_at) == (after.scopes, after.added_at)
