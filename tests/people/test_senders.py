"""Mail by its sender."""

from mailreeve.models import Address
from mailreeve.people.senders import Pile, Seen, piles


def seen(id_: str, sender: str, date: int, *, unread: bool = True, name: str = "") -> Seen:
    return Seen(id_, Address(name, sender), date, 100, unread)


def test_each_sender_is_a_pile_the_largest_first() -> None:
    """Addresses are one in any case; the newest mail gives the name; the owner is no sender."""
    found = piles(
        [
            seen("a", "News@Paper.example", 1, unread=False, name="Old"),
            seen("b", "news@paper.example", 3, name="New"),
            seen("c", "jo@x.example", 2),
            seen("d", "me@x.example", 9),
            seen("e", "", 9),
        ],
        {"me@x.example"},
    )
    expected = (
        Pile("news@paper.example", "New", ("b", "a"), 1, 200, 3, 1, 1),
        Pile("jo@x.example", "", ("c",), 1, 100, 2, 2, 0),
    )
    assert expected == found
