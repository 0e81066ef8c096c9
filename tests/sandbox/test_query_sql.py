"""Searches over a mailbox."""

from collections.abc import Iterator

import pytest
from tests.sandbox.given import Google, letter
from tests.sandbox_server import factory

PDF = (
    b'From: Zoe <zoe@maps.example>\r\nSubject: map\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n\r\n'
    b"see attached\r\n--x\r\nContent-Type: application/pdf\r\n"
    b'Content-Disposition: attachment; filename="harbor plan.pdf"\r\n\r\nx\r\n--x--\r\n'
)


class Mailbox:
    """A few messages with names, on the day 2026-11-23."""

    def __init__(self, google: Google) -> None:
        self.google = google
        self.names: dict[str, str] = {}
        server = google.server
        google.post("/labels", {"name": "Clients/New York"})
        for name, day, raw, labels in (
            ("old", "2024-02-29T07:59:59Z", letter("Old news", from_="Old Bob <bob@news.example>"), "INBOX"),
            ("leap", "2024-02-29T08:00:00Z", letter("Leap day", body="extra"), "INBOX,STARRED"),
            (
                "list",
                "2026-10-01T12:00:00Z",
                letter("Digest", list_id="Maps <maps.lists.example>"),
                "INBOX,CATEGORY_FORUMS",
            ),
            (
                "client",
                "2026-11-20T12:00:00Z",
                letter("Quote", body="Das Café öffnet. Fünf Bücher"),
                "Clients/New York",
            ),
            ("pdf", "2026-11-21T12:00:00Z", PDF, "INBOX,UNREAD,IMPORTANT"),
            ("html", "2026-11-22T12:00:00Z", self.html(), "INBOX,UNREAD,CATEGORY_PROMOTIONS"),
            ("spam", "2026-11-22T13:00:00Z", letter("Win", cc="carl@x.example", bcc="dan@x.example"), "SPAM"),
            (
                "big",
                "2026-11-23T09:00:00Z",
                letter("Big", body="word " * 30_000, message_id="<big.1@x.example>"),
                "INBOX",
            ),
            (
                "sent",
                "2026-11-23T09:30:00Z",
                letter("Out", from_=server.account, to="ann@example.org"),
                "SENT",
            ),
        ):
            server.clock(now=day)
            self.names[server.deliver(raw, labels)] = name
        server.clock(now="2026-11-23T10:00:00Z")

    @staticmethod
    def html() -> bytes:
        """A message whose words are in HTML, with some that are never shown."""
        return (
            b"From: shop@shop.example\r\nTo: alex.moreno@example.com\r\nDelivered-To: alex+shop@example.com\r\n"
            b"Subject: =?utf-8?q?S=C3=A9lection?=\r\nContent-Type: text/html\r\n\r\n"
            b"<style>.hiddenword{}</style><p>Big <b>sav</b>ings &amp; more</p><script>scriptword</script>"
        )

    def found(self, q: str) -> str:
        """The names of what a search finds, newest first."""
        return " ".join(self.names[message] for message in self.google.ids(q))


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    """The mailbox, which the searches share."""
    with factory(tmp_path_factory.mktemp("search")) as make:
        yield Mailbox(Google(make()))


SEARCHES = {
    "": "sent big html pdf client list leap old",
    "from:bob": "old",
    "from:BOB@news.example": "old",
    "from:news.example": "old",
    "from:bo": "",
    "from:(zoe OR bob)": "pdf old",
    "from:me": "sent",
    "to:me -from:ann": "html old",
    "to:ann": "sent",
    "in:anywhere cc:carl": "spam",
    "in:anywhere bcc:dan@x.example": "spam",
    "deliveredto:alex+shop@example.com": "html",
    "subject:news": "old",
    'subject:"leap day"': "leap",
    'subject:"day leap"': "",
    "subject:(leap day)": "leap",
    "subject:sélection": "html",
    "extra": "leap",
    "bücher": "client",
    "BÜCHER": "client",
    "büch": "",
    "café": "client",
    '"das café"': "client",
    "savings": "",
    "sav": "html",
    "hiddenword": "",
    "scriptword": "",
    "harbor": "",
    "zoe": "pdf",
    "filename:pdf": "pdf",
    'filename:"harbor plan.pdf"': "pdf",
    "filename:doc": "",
    "has:attachment": "pdf",
    "has:userlabels": "client",
    "has:nouserlabels in:archive": "",
    "in:archive": "client",
    "label:clients-new-york": "client",
    'label:"Clients/New York"': "client",
    "label:nope": "",
    "label:starred": "leap",
    "category:forums": "list",
    "category:promotions": "html",
    "in:inbox": "big html pdf list leap old",
    "in:sent": "sent",
    "in:spam": "spam",
    "in:anywhere": "sent big spam html pdf client list leap old",
    "label:spam": "spam",
    "is:unread": "html pdf",
    "is:read is:starred": "leap",
    "is:important": "pdf",
    "is:unstarred in:inbox before:2025/01/01": "old",
    "after:2024/02/29": "sent big html pdf client list leap",
    "before:2024/02/29": "old",
    "after:2/29/2024 before:2024-03-01": "leap",
    "after:1709193600 before:1709193601": "leap",
    "older_than:1y": "leap old",
    "newer_than:2d": "sent big html pdf",
    "newer_than:1d": "sent big html",
    "newer_than:2m older_than:3d": "list",
    "larger:100K": "big",
    "size:100000": "big",
    "smaller:1M in:inbox from:bob": "old",
    "rfc822msgid:big.1@x.example": "big",
    "rfc822msgid:<big.1@x.example>": "big",
    "list:maps.lists.example": "list",
    "{from:bob subject:quote}": "client old",
    "-in:inbox -in:sent": "client",
    "from:bob OR is:starred -subject:leap": "old",
    '"!!!"': "",
}


@pytest.mark.parametrize(("q", "names"), SEARCHES.items())
def test_a_search_finds_what_gmail_finds(mailbox: Mailbox, q: str, names: str) -> None:
    """Operators, words and groups select the messages they describe."""
    assert names == mailbox.found(q)


def test_words_are_whole_words_across_markup(mailbox: Mailbox) -> None:
    """A tag ends a word, so that `sav` and `ings` of the bold start are two."""
    assert "html" == mailbox.found("ings more")


TERMS = [
    "from:bob",
    "is:unread",
    "after:2026/11/21",
    "has:attachment",
    "extra",
    "in:inbox",
    "larger:100K",
    "subject:quote",
]


@pytest.mark.parametrize("first", TERMS)
@pytest.mark.parametrize("second", TERMS)
def test_the_connectives_are_those_of_sets(mailbox: Mailbox, first: str, second: str) -> None:
    """OR is union, side by side intersection, minus the complement, braces union."""
    everything, a, b = (set(mailbox.found(q).split()) for q in ("", first, second))
    assert a | b == set(mailbox.found(f"{first} OR {second}").split())
    assert a | b == set(mailbox.found(f"{{{first} {second}}}").split())
    assert a & b == set(mailbox.found(f"{first} {second}").split())
    assert everything - (a & b) == set(mailbox.found(f"-({first} {second})").split())


@pytest.mark.parametrize(
    "q",
    [
        "is:muted", "is:snoozed", "has:drive", "has:yellow-star", "in:snoozed", "category:purchases", "after:tomorrow",
        "after:2026/13/01", "older_than:3w", "larger:big", "AROUND", "nope:x",
    ],
)  # fmt: skip
def test_what_the_sandbox_does_not_know_is_refused(mailbox: Mailbox, q: str) -> None:
    """A value or an operator that is not supported is 400, never ignored."""
    assert (400, "invalidArgument") == mailbox.google.refused("GET", "/messages", q=q)
