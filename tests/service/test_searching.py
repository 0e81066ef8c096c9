"""The local index answers what Gmail answers, says how old it is, and leaves to Gmail what it does not know."""

import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from tests.sandbox_server import Factory, SandboxServer

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import GoogleRefused, GoogleUnavailable, InputError
from mailreeve.models import Message
from mailreeve.service import labels, searching, syncing
from mailreeve.service.answers import SearchAnswer

Open = Callable[..., Mailbox]

WITHOUT_QUOTA = '[google]\nquota = "off"\n'
QUERIES = """
invoice
"service contract"
from:alex
from:example.com
from:me
to:me
-to:me
cc:example
bcc:example
subject:renewal
subject:"your plotter"
subject:(plotter renewal)
subject:{plotter invoice}
from:(maria OR service)
label:inbox
label:unread
label:INBOX is:unread
label:no-such-label
is:unread
is:read
is:starred
is:important
is:unread -from:alex
category:personal
category:primary
category:promotions
category:updates OR category:forums
has:attachment
has:attachment larger:5k
has:userlabels
has:nouserlabels
filename:pdf
filename:ics
in:inbox
in:sent
in:drafts
in:spam
in:trash
in:anywhere
in:archive
in:anywhere invoice
-in:inbox
after:2020/01/01
before:2020/01/01
after:{recent}
before:{recent}
after:{recent} before:{later}
older:{recent} newer:2001/01/01
older_than:7d
newer_than:7d
newer_than:1m older_than:2d
older_than:1y
larger:2k
smaller:2k
size:3000
larger:1M
rfc822msgid:<nobody@example.org>
list:example
deliveredto:me
meeting OR invoice
{meeting invoice plotter}
(meeting invoice) OR plotter
-invoice -meeting
invoice -"service contract"
-{invoice meeting}
(is:unread OR has:attachment) -in:sent
is:unread OR subject:re
thanks (from:me OR to:me)
and plotter
"the"
+plotter
a OR the from:me
-(is:read the)
!!!
"" invoice
https://example.com
re:
""".strip().splitlines()


def queries() -> list[str]:
    recent = datetime.now().astimezone().date().replace(day=1)
    values = {"{recent}": recent.strftime("%Y/%m/%d"), "{later}": recent.replace(day=20).strftime("%Y/%m/%d")}
    made = []
    for query in QUERIES:
        text = query
        for name, value in values.items():
            text = text.replace(name, value)
        made.append(text)
    return made


def synced(box: Mailbox, **options: bool) -> Mailbox:
    syncing.sync(box, progress=lambda *_: None, cancel=Cancel(), **{"full": True, **options})  # type: ignore[arg-type] # flags
    return box


def ask(box: Mailbox, query: str, source: str = "auto", limit: int = 20, cursor: str = "") -> SearchAnswer:
    return searching.search(box, query, limit=limit, cursor=cursor, source=source, cancel=Cancel())


def every_id(box: Mailbox, query: str, source: str) -> list[str]:
    """The ids of all pages, in their order."""
    found, cursor = [], ""
    while True:
        if source == "gmail":
            page = box.gmail.search(query, cursor=cursor, limit=500)
            found += [ref.id for ref in page.items]
            cursor = page.next
        else:
            answer = ask(box, query, source, 100, cursor)
            found += [hit["id"] for hit in answer["hits"]]
            cursor = answer["next"]
        if not cursor:
            return found


def own_words(box: Mailbox, count: int) -> list[str]:
    """Searches for words and people that the mail itself holds, by a fixed seed."""
    chance = random.Random(20261123)  # noqa: S311 -- no secrets here
    refs = box.gmail.search("", limit=500).items
    made = []
    wanted = [ref.id for ref in chance.sample(refs, min(count, len(refs)))]
    for _, message in box.gmail.get_many(wanted, Cancel()):
        assert isinstance(message, Message)
        words = [word for word in message.text.split() if word.isalpha() and word.isascii()]
        if len(words) > 4:
            first = chance.randrange(len(words) - 1)
            made += [words[first], f'"{words[first]} {words[first + 1]}"']
            made.append(f"{words[0]} -{words[-1]} from:{message.author.address}")
    return made


def differing(box: Mailbox, asked: list[str], excused: Callable[[bytes], bool]) -> dict[str, set[str]]:
    """Searches with the ids that Gmail and the index do not both give; unequal order counts as a difference."""
    found: dict[str, set[str]] = {}
    for query in asked:
        theirs, ours = every_id(box, query, "gmail"), every_id(box, query, "local")
        apart = {id_ for id_ in set(theirs) ^ set(ours) if not excused(box.gmail.raw(id_))}
        both = set(theirs) & set(ours)
        in_order = [id_ for id_ in theirs if id_ in both] == [id_ for id_ in ours if id_ in both]
        if apart or not in_order:
            found[query] = apart
    return found


def holds_a_mail(raw: bytes) -> bool:
    """A mail that is attached to a mail is an attachment to us; its text is not the outer mail's."""
    return b"message/rfc822" in raw.lower()


def is_marked_up(raw: bytes) -> bool:
    """Of HTML the index holds what a person sees; where there is a plain part too, that one."""
    return b"text/html" in raw.lower() or holds_a_mail(raw)


def test_on_the_demo_mailbox_the_index_and_gmail_give_the_same_ids(
    sandbox_factory: Factory, open_box: Open
) -> None:
    """75 searches with every operator, and as many for the mail's own words: same ids, same order."""
    box = synced(open_box(sandbox_factory(demo=True), WITHOUT_QUOTA))
    asked, own = queries(), own_words(box, 40)
    assert len(asked) >= 75
    assert len(own) >= 60
    assert {} == differing(box, asked, holds_a_mail)
    assert {} == differing(box, own, is_marked_up)


@pytest.mark.prove
def test_on_real_mail_the_index_and_gmail_give_the_same_ids(
    sandbox_factory: Factory, open_box: Open, data: Path
) -> None:
    """500 real mails with old charsets, lists and odd headers: same ids for every operator and own words."""
    mbox = data / "mail" / "real-2002.mbox"
    if not mbox.is_file():
        pytest.skip(f"{mbox} is not there")
    box = synced(open_box(sandbox_factory(mbox=mbox), WITHOUT_QUOTA))
    assert {} == differing(box, queries(), holds_a_mail)
    assert {} == differing(box, own_words(box, 60), is_marked_up)


# --- which source -----------------------------------------------------------------------------------


MAIL = b"From: Ana <ana@example.org>\r\nTo: me@example.org\r\nSubject: Harbour %d\r\n\r\nThe tide table.\r\n"


def test_a_fresh_index_answers_and_says_as_of_when(sandbox: SandboxServer, box: Mailbox) -> None:
    """Right after a sync `auto` is local: no unit is spent; before it there is no index and Gmail answers."""
    first = sandbox.deliver(MAIL % 1)
    assert "gmail" == ask(box, "tide")["source"]
    synced(box)
    spent = sandbox.units()["units"]
    answer = ask(box, "tide")
    assert ("local", [first], spent) == (
        answer["source"],
        [hit["id"] for hit in answer["hits"]],
        sandbox.units()["units"],
    )
    assert datetime.fromisoformat(answer["synced"]).tzinfo is not None
    gmail = ask(box, "tide", "gmail")
    assert ("gmail", gmail["hits"]) == (gmail["source"], answer["hits"])


def test_our_own_changes_make_the_index_old(sandbox: SandboxServer, box: Mailbox) -> None:
    """What was archived through Mailreeve is not shown as it was: Gmail is asked until the next sync."""
    id_ = sandbox.deliver(MAIL % 1)
    synced(box)
    labels.label_mail(box, [id_], remove=["INBOX"], cancel=Cancel())
    answer = ask(box, "in:inbox")
    assert ("gmail", []) == (answer["source"], answer["hits"])


def test_what_the_index_does_not_know_goes_to_gmail_or_is_refused_by_name(
    sandbox: SandboxServer, box: Mailbox
) -> None:
    """With `auto` an unknown operator goes to Gmail; with `local` the error names it."""
    synced(box)
    with pytest.raises(InputError, match="colour:"):
        ask(box, "colour:red", "local")
    with pytest.raises(InputError, match="is:muted"):
        ask(box, "is:muted", "local")
    with pytest.raises(InputError, match="AROUND"):
        ask(box, "tide AROUND 5 table", "local")
    with pytest.raises(
        (GoogleRefused, InputError), match=r"Gmail|Google"
    ):  # the local Google refuses it too: so it was asked
        ask(box, "is:muted")


def test_a_search_that_reaches_further_back_than_the_index_goes_to_gmail(
    sandbox: SandboxServer, box: Mailbox
) -> None:
    """An index of 30 days answers for a week, not for everything."""
    sandbox.deliver(MAIL % 1)
    syncing.sync(box, since="30d", progress=lambda *_: None, cancel=Cancel())
    assert ("local", "gmail") == (ask(box, "newer_than:7d tide")["source"], ask(box, "tide")["source"])


def test_without_gmail_the_index_answers_however_old(sandbox_factory: Factory, open_box: Open) -> None:
    """Gmail out of reach: hits come from the index, with the time of its last sync; unknown operators fail."""
    server = sandbox_factory()
    box = open_box(server, "[index]\nfresh_minutes = 0\n[google]\ntimeout_seconds = 1.0\n")
    server.deliver(MAIL % 1)
    synced(box)
    assert "gmail" == ask(box, "tide")["source"]
    server.stop()
    answer = ask(box, "tide")
    assert ("local", 1) == (answer["source"], len(answer["hits"]))
    with pytest.raises(GoogleUnavailable):
        ask(box, "is:muted")


def test_pages_follow_each_other_and_the_total_stays(sandbox: SandboxServer, box: Mailbox) -> None:
    """Every hit comes once over the pages, newest first; a cursor of another kind is refused."""
    ids = [sandbox.deliver(MAIL % number) for number in range(7)]
    synced(box)
    found, dates, cursor, totals = [], [], "", set()
    while True:
        page = ask(box, "harbour", "local", limit=3, cursor=cursor)
        found += [hit["id"] for hit in page["hits"]]
        dates += [hit["date"] for hit in page["hits"]]
        totals.add(page["total"])
        cursor = page["next"]
        if not cursor:
            break
    assert (sorted(ids), {7}) == (sorted(found), totals)
    assert sorted(dates, reverse=True) == dates  # two mails of one moment have no order
    for wrong in ("local.1", "local.x.1", "local.-1.2", "local.1.2.3", "local." + "9" * 40 + ".1"):
        with pytest.raises(InputError, match="cursor"):
            ask(box, "harbour", "local", cursor=wrong)


def test_best_first_is_asked_for_and_pages_on(sandbox: SandboxServer, box: Mailbox) -> None:
    """`ranked` gives the subject's hit before newer ones; the next page needs no source, another order is refused."""
    ids = [sandbox.deliver(MAIL % number) for number in range(2)]
    about = MAIL.replace(b"Harbour %d", b"Tide %d") % 3
    sandbox.clock(advance=-3_600)
    older = sandbox.deliver(about)
    sandbox.clock(advance=3_600)
    synced(box)
    first = ask(box, "tide", "ranked", limit=1)
    assert ([older], "local", 3) == ([hit["id"] for hit in first["hits"]], first["source"], first["total"])
    rest = ask(box, "tide", limit=5, cursor=first["next"])
    assert sorted(ids) == sorted(hit["id"] for hit in rest["hits"])
    assert older != ask(box, "tide", "local", limit=1)["hits"][0]["id"]
    with pytest.raises(InputError, match="order"):
        ask(box, "tide", "local", cursor=first["next"])


def test_without_an_index_local_says_how_to_make_one(box: Mailbox) -> None:
    """`local` before the first sync, or with the index turned off, is refused with the next step."""
    with pytest.raises(InputError, match="mailreeve sync"):
        ask(box, "tide", "local")
