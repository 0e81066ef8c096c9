"""Generated searches over a generated mailbox: the local index gives exactly the ids that Gmail's search gives."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from tests.boxes import OpenBox
from tests.sandbox_server import Factory
from tests.service.test_searching import WITHOUT_QUOTA, ask, differing, synced

from mailreeve.app import Mailbox
from mailreeve.errors import GoogleError, InputError

SEED = 20_261_124
PEOPLE = ("Ana Lima", "Bo Chen", "Zoë Müller", "O'Neil Desk", "Harbour Office")
WORDS = (
    "tide",
    "harbour",
    "naïve",
    "straße",
    "re",
    "42",
    "plan-b",
    "e-mail",
    "東京",
    "don't",
    "the",
    "gale_force",
)
FILES = ("plan.pdf", "Tide Table 2026.xlsx", "photo.JPG", "übersicht.docx")
LABELS = (
    "Inbox",
    "Unread",
    "Starred",
    "Important",
    "Sent",
    "Spam",
    "Trash",
    "Work",
    "Clients/New York",
    "tide",
)
LISTS = ("crew.harbour.example.org", "dev.list.example.net")


def address(name: str) -> str:
    plain = name.lower().replace(" ", ".").replace("'", "").encode("ascii", "ignore").decode()
    return f"{plain}@{'corp.example.com' if name < 'C' else 'harbour.example.org'}"


def mailbox(file: Path, count: int) -> Path:
    """Mail with every kind of head that a search asks for, over three years."""
    chance = random.Random(SEED)  # noqa: S311 -- no secrets here
    with file.open("wb") as out:
        for number in range(count):
            out.write(b"From x Mon Jan  1 00:00:00 2024\n" + one_mail(chance, number) + b"\n\n")
    return file


def one_mail(chance: random.Random, number: int) -> bytes:
    author, other, third = chance.sample(PEOPLE, 3)
    at = datetime.now(UTC) - timedelta(days=chance.choice((0.4, 2, 6, 20, 45, 200, 800)), minutes=number)
    text = " ".join(chance.choices(WORDS, k=chance.choice((1, 6, 30))))
    head = [
        f"X-Gmail-Labels: {','.join(chance.sample(LABELS, chance.randrange(4)))}",
        f'From: "{author}" <{address(author)}>',
        f"To: {chance.choice(('me@example.org', f'{other} <{address(other)}>'))}",
        f"Subject: {' '.join(chance.choices(WORDS, k=3))}",
        f"Date: {format_datetime(at)}",
        f"Received: by mx.example.org; {format_datetime(at)}",
        f"Message-ID: <m{number}.{chance.choice(WORDS[:2])}@example.org>",
        "MIME-Version: 1.0",
    ]
    head += [f"Cc: {third} <{address(third)}>"] if chance.random() < 0.3 else []
    head += [f"Bcc: {third} <{address(third)}>"] if chance.random() < 0.1 else []
    head += [f"List-ID: Crew <{chance.choice(LISTS)}>"] if chance.random() < 0.3 else []
    head += ["Delivered-To: me+tide@example.org"] if chance.random() < 0.3 else []
    if chance.random() < 0.6:
        head.append("Content-Type: text/plain; charset=utf-8")
        return "\n".join([*head, "", text]).encode()
    head += [
        'Content-Type: multipart/mixed; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain; charset=utf-8",
    ]
    head += ["", text, "--b", "Content-Type: application/octet-stream"]
    head += [f'Content-Disposition: attachment; filename="{chance.choice(FILES)}"', ""]
    return "\n".join([*head, "x" * chance.choice((10, 3_000, 60_000)), "--b--"]).encode()


def day(chance: random.Random) -> str:
    moment = datetime.now(UTC) - timedelta(days=chance.randrange(900))
    form = chance.choice(("%Y/%m/%d", "%Y-%m-%d", "%m/%d/%Y", "%s"))
    return str(int(moment.timestamp())) if form == "%s" else moment.strftime(form)


def word(chance: random.Random) -> str:
    two = chance.choices(WORDS, k=2)
    return chance.choice((two[0], two[0].upper(), f'"{two[0]} {two[1]}"', f"+{two[0]}", f'"{two[0]}"'))


def person(chance: random.Random) -> str:
    name = chance.choice(PEOPLE)
    return chance.choice(
        ("me", name.split()[0], name.split()[-1].upper(), f'"{name}"', address(name), "example.org")
    )


def value(chance: random.Random, operator: str) -> str:
    """Something that the operator may be asked for, mostly there and sometimes not."""
    makers: dict[str, Callable[[], str]] = {
        **dict.fromkeys(("from", "to", "cc", "bcc", "deliveredto"), lambda: person(chance)),
        "subject": lambda: word(chance),
        "has": lambda: chance.choice(("attachment", "userlabels", "nouserlabels")),
        "filename": lambda: chance.choice(("pdf", "plan.pdf", '"tide table"', "jpg", "übersicht", "exe")),
        "label": lambda: chance.choice(
            ("work", "Clients-New-York", "inbox", "tide", "none", '"clients/new york"')
        ),
        "is": lambda: chance.choice(("unread", "read", "starred", "unstarred", "important")),
        "in": lambda: chance.choice(("inbox", "sent", "spam", "trash", "anywhere", "archive", "work")),
        "category": lambda: chance.choice(("primary", "social", "updates")),
        **dict.fromkeys(("after", "before", "newer", "older"), lambda: day(chance)),
        **dict.fromkeys(
            ("older_than", "newer_than"), lambda: f"{chance.randrange(1, 13)}{chance.choice('dmy')}"
        ),
        **dict.fromkeys(
            ("larger", "smaller", "size"), lambda: chance.choice(("500", "1k", "3K", "1M", "50000"))
        ),
        "list": lambda: chance.choice((*LISTS, "crew", "example.net", "nobody")),
        "rfc822msgid": lambda: f"<m{chance.randrange(100)}.tide@example.org>",
    }
    return makers[operator]()


OPERATORS = (
    *(
        "from",
        "to",
        "cc",
        "bcc",
        "deliveredto",
        "subject",
        "has",
        "filename",
        "label",
        "is",
        "in",
        "category",
    ),
    *("after", "before", "newer", "older", "older_than", "newer_than", "larger", "smaller", "size"),
    *("list", "rfc822msgid"),
)
GROUPED = ("from", "to", "subject", "filename", "label")


def query(chance: random.Random, depth: int = 3) -> str:
    """A search of any form, up to three groups deep."""
    form = chance.randrange(9 if depth else 3)
    if form == 0:
        return word(chance)
    if form in {1, 2}:
        operator = chance.choice(OPERATORS)
        return f"{chance.choice((operator, operator, operator.upper()))}:{value(chance, operator)}"
    inner = [query(chance, depth - 1) for _ in range(chance.randrange(1, 4))]
    match form:
        case 3:
            return " OR ".join(f"({one})" for one in inner)
        case 4:
            return "{" + " ".join(inner) + "}"
        case 5:
            return f"-({' '.join(inner)})"
        case 6:
            operator = chance.choice(GROUPED)
            opening, closing = chance.choice(("()", "{}"))
            return f"{operator}:{opening}{' '.join(value(chance, operator) for _ in range(2))}{closing}"
        case 7:
            return f"{inner[0]} -{value(chance, 'subject')}"
        case _:
            return chance.choice((" ", " AND ")).join(f"({one})" for one in inner)


def queries(count: int) -> Iterator[str]:
    """Every operator by itself twice, then searches of every form."""
    chance = random.Random(SEED + 1)  # noqa: S311 -- no secrets here
    made = [f"{sign}{operator}:{value(chance, operator)}" for operator in OPERATORS for sign in ("", "-")]
    yield from (made + [query(chance) for _ in range(count)])[:count]


def never(_raw: bytes) -> bool:
    """No mail may be told apart."""
    return False


def box_of(sandbox_factory: Factory, open_box: OpenBox, tmp_path: Path, count: int) -> Mailbox:
    server = sandbox_factory(mbox=mailbox(tmp_path / "generated.mbox", count), account="me@example.org")
    return synced(open_box(server, WITHOUT_QUOTA))


def test_generated_searches_find_the_same_in_the_index_and_in_gmail(
    sandbox_factory: Factory, open_box: OpenBox, tmp_path: Path
) -> None:
    """75 searches over 60 mails: the same ids in the same order, and most of them find something."""
    box = box_of(sandbox_factory, open_box, tmp_path, 60)
    asked = list(queries(75))
    assert {} == differing(box, asked, never)
    assert sum(bool(ask(box, one, "local")["hits"]) for one in asked) > len(asked) // 2


@pytest.mark.prove
def test_many_generated_searches_find_the_same_in_the_index_and_in_gmail(
    sandbox_factory: Factory, open_box: OpenBox, tmp_path: Path
) -> None:
    """1,500 searches over 300 mails."""
    box = box_of(sandbox_factory, open_box, tmp_path, 300)
    assert {} == differing(box, list(queries(1_500)), never)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("tide AROUND 3 harbour", "AROUND"),
        ("has:drive", "has:drive"),
        ("has:youtube tide", "has:youtube"),
        ("is:muted", "is:muted"),
        ("is:snoozed OR tide", "is:snoozed"),
        ("in:snoozed", "in:snoozed"),
        ("category:reservations", "category:reservations"),
        ("-has:yellow-star", "has:yellow-star"),
        ("older_than:3w", "older_than:3w"),
        ("after:tomorrow", "after:tomorrow"),
        ("larger:5parsec", "larger:5parsec"),
    ],
)
def test_what_is_not_known_is_said_by_name_and_never_answered_wrongly(
    sandbox_factory: Factory, open_box: OpenBox, text: str, named: str
) -> None:
    """The index names the condition and says who may know; the local Google refuses it as well."""
    box = synced(open_box(sandbox_factory(), WITHOUT_QUOTA))
    with pytest.raises(InputError, match=named) as refused:
        ask(box, text, "local")
    assert "gmail" in refused.value.advice
    with pytest.raises((GoogleError, InputError)):
        box.gmail.search(text)
