"""How often, when last, and who answers whom."""

from mailreeve.models import Address, Exchange, Sighting
from mailreeve.people import exchanges

ME, ANA, BO = (
    Address("", "me@example.org"),
    Address("Ana", "Ana@example.org"),
    Address("Bo", "bo@example.org"),
)


def mail(date: int, author: Address, *to: Address, thread: str = "t") -> Sighting:
    return Sighting(f"m{date}", thread, date, author, to, "", "", sent=author == ME)


def test_answers_are_the_next_message_from_the_other_side() -> None:
    """Two mails in a row of one side are one question; another thread answers nothing."""
    seen = [
        mail(1, ME, ANA),
        mail(2, ANA, ME),
        mail(3, ANA, ME),
        mail(4, ME, ANA, BO),
        mail(5, BO, ME, thread="u"),
    ]
    found = exchanges.fold(seen, {"me@example.org"})
    assert Exchange("ana@example.org", "Ana", 2, 2, 3, 4, 1, 1) == found["ana@example.org"]
    assert Exchange("bo@example.org", "Bo", 1, 1, 5, 4, 0, 0) == found["bo@example.org"]
    assert 5 == found["bo@example.org"].last


def test_one_is_not_ones_own_correspondent() -> None:
    """A note to oneself and an unreadable author leave nobody behind."""
    assert {} == exchanges.fold([mail(1, ME, ME), mail(2, Address("", ""), ME)], {"me@example.org"})
