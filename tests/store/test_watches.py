"""What is known of a watch, on both stores."""

from tests.store.conftest import ACCOUNT

from mailreeve.store.db import Database
from mailreeve.store.watches import Watches, WatchRow


def test_a_watch_is_renewed_fails_and_ends(db: Database) -> None:
    """A failure keeps what is known, a renewal forgets the failure, an end forgets all."""
    watches = Watches(db)
    assert (WatchRow(ACCOUNT), {}) == (watches.of(ACCOUNT), watches.all())
    watches.renewed(ACCOUNT, "t", 900, 100)
    watches.failed(ACCOUNT, "no", 200)
    assert WatchRow(ACCOUNT, "t", 900, 100, 200, "no") == watches.of(ACCOUNT)
    watches.renewed(ACCOUNT, "u", 950, 300)
    assert {ACCOUNT: WatchRow(ACCOUNT, "u", 950, 300, 300)} == watches.all()
    watches.ended(ACCOUNT)
    assert {} == watches.all()


def test_a_notice_stands_until_it_is_followed(db: Database) -> None:
    """Two in one moment are two, a look follows those before it, and a notice forgets what was missed."""
    watches = Watches(db)
    watches.missed(ACCOUNT)  # without a watch there is nothing to miss
    watches.noticed(ACCOUNT, 100)
    watches.missed(ACCOUNT)
    assert WatchRow(ACCOUNT, noticed=100, missed=1) == watches.of(ACCOUNT)
    watches.noticed(ACCOUNT, 100)
    watches.looked(ACCOUNT, 100)
    assert WatchRow(ACCOUNT, noticed=101, looked=100) == watches.of(ACCOUNT)
    watches.looked(ACCOUNT, 101)
    watches.looked(ACCOUNT, 50)
    assert not watches.of(ACCOUNT).is_awake
