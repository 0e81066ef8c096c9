"""Header values as an enemy writes them, and letters made of them; the same number gives the same letter."""

import json
import random
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailreeve.mail.compose import Compose, File
from mailreeve.models import Address

BREAKS = (
    "\r\n",
    "\n",
    "\r",
    "\0",
    "\x85",
    "\u2028",
    "\u2029",
    "\x0b",
    "\x0c",
    "\x1c",
    "\r\n ",
    "\n\t",
    "\ud800",
)
"""What ends a line for some reader, and what no header may hold."""
INJECTED = (
    "Bcc: mallory@evil.example", "To: mallory@evil.example", "Subject: owned", "X-Injected: 1", "\r\nThe body",
    "Content-Type: text/html", "Resent-To: mallory@evil.example",
)  # fmt: skip
ODD = (
    "=?utf-8?Q?=0D=0ABcc:_mallory@evil.example?=", "=?utf-8?B?DQpCY2M6IG1hbGxvcnlAZXZpbC5leGFtcGxl?=",
    "=?utf-8?Q?a?= =?utf-8?Q?b?=", "=?x?Q??=", "=?utf-8?Q?", "?=", "=?utf-8?Q?=00?=", "<mallory@evil.example>",
    ", mallory@evil.example", '", mallory@evil.example, "', "; mallory@evil.example;", "x: mallory@evil.example;",
    "(mallory@evil.example)", "\\", '"', '\\"', "(", ")", "<", ">", ",", ";", ":", "@", "%0d%0aBcc: a@b.example",
    "嘊嘍Bcc: mallory@evil.example", "\u560a\u560d", "\u202emoc.elpmaxe", "\u200b", "\U000e0041\U000e0042",
    "\ufeff", "e\u0301", "İstanbul", "ﬁ", "日本語の件名", "👩‍👩‍👧‍👦", "مرحبا", "a" * 90, "ä" * 90, "word " * 30, "=" * 60,
    "../../etc/passwd", "C:\\x\\y.txt", "..", ".", "a/b", "filename*0=x", "''", "utf-8''%0A", "'; name=x", "\xa0", "\xad",
)  # fmt: skip
NAMES = (
    "",
    "Ada Lovelace",
    "Bob, Jr.",
    "Zoë Ångström",
    'Ann "Nan" Lee',
    "O'Hara (Sales)",
    "山田 太郎",
    "J. R. Doe",
)
ADDRESSES = (
    "ada@example.org",
    "bob.b@mail.example.com",
    "o'hara+x@example.net",
    "info@bücher.example",
    "A_1@EXAMPLE.org",
)
SPOILED = (
    "ada@example.org\r\nBcc: mallory@evil.example", "ada@example.org, mallory@evil.example",
    "ada@example.org mallory@evil.example", "ada@example.org>,<mallory@evil.example", "ada", "@", "a@b@c.example",
    '"a b"@example.org', "<ada@example.org>", "ada@[127.0.0.1]", "ada@example..org", "ada@example.org\0", ".a@b.example",
    "ada@example.org;", "=?utf-8?Q?ada=40example.org?=", "ada@exa\u2028mple.org", "\u200bada@example.org", "ada@example.org(x)",
    "ada@\uff45xample.org", "аda@example.org", "a@" + "b" * 300 + ".example", "group: ada@example.org;", "ada@example.org\x85X: y",
)  # fmt: skip
IDS = ("<a1@mail.example>", "<CAF=x+y_z@mail.gmail.com>", "<0.1.2@[10.0.0.1]>", "")
BAD_IDS = (
    "<a@b>\r\nBcc: m@evil.example",
    "a@b.example",
    "<a b@c>",
    "<a@b> <c@d>",
    "<<a@b>>",
    "<ä@b.example>",
    "<a\0@b>",
    "<>",
)
SUBJECTS = ("", "Lunch on Friday", "Grüße aus Köln", "Re: 100 % = 1?", "見積書", "  two   spaces ", "x" * 200)
FILES = (
    "plan.pdf",
    "Übersicht 2026.xlsx",
    'quote".txt',
    "semi;colon.csv",
    "back\\slash",
    "見積.pdf",
    "a" * 120 + ".txt",
)


@dataclass(frozen=True, slots=True)
class Case:
    """One letter, and whether it is made of good values alone."""

    letter: Compose
    good: bool


class Enemy:
    """Draws values, now and then hostile ones."""

    def __init__(self, number: int, strings: tuple[str, ...] = ()) -> None:
        self._random = random.Random(number)  # noqa: S311 # repeatable on purpose
        self._strings = strings
        self.good = True

    def case(self) -> Case:
        """A letter of up to three hostile values."""
        kinds = ("subject", "name", "address", "in_reply_to", "references", "file", "header", "message_id")
        wicked = self._random.sample(kinds, self._random.choice((0, 1, 1, 1, 2, 3)))
        to, cc, bcc = (
            tuple(self._person(wicked) for _ in range(self._random.randrange(n))) for n in (4, 3, 3)
        )
        letter = Compose(
            from_=Address(self._name(wicked), "me@example.com"),
            date=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
            to=to,
            cc=cc,
            bcc=bcc,
            subject=self._one("subject", wicked, SUBJECTS),
            body=self.text() if self._random.random() < 0.2 else "Dear all,\n\nBcc: nobody@example.org\n",
            in_reply_to=self._one("in_reply_to", wicked, IDS, BAD_IDS),
            references=tuple(
                self._one("references", wicked, IDS, BAD_IDS) for _ in range(self._random.randrange(4))
            ),
            message_id=self._one("message_id", wicked, IDS, BAD_IDS),
            headers=(("X-Note", self._one("header", wicked, SUBJECTS)),)
            if self._random.random() < 0.3
            else (),
            attachments=tuple(
                File(self._one("file", wicked, FILES), "text/plain", b"x")
                for _ in range(self._random.randrange(2))
            ),
        )
        return Case(letter, self.good)

    def text(self) -> str:
        """A hostile value: pieces of everything above, in any order."""
        self.good = False
        if self._strings and self._random.random() < 0.3:
            return self._random.choice(self._strings)
        pools: tuple[tuple[str, ...], ...] = (BREAKS, INJECTED, ODD, ODD, SUBJECTS, ADDRESSES, (" ", ""))
        pieces = [
            self._random.choice(self._random.choice(pools)) for _ in range(self._random.randrange(1, 6))
        ]
        if self._random.random() < 0.3:
            pieces.append("".join(chr(self._point()) for _ in range(self._random.randrange(1, 12))))
        self._random.shuffle(pieces)
        return "".join(pieces)

    def address(self) -> str:
        """A hostile address."""
        self.good = False
        return self._random.choice((self._random.choice(SPOILED), self.text(), f"{self.text()}@example.org"))

    def _point(self) -> int:
        return self._random.choice(
            (self._random.randrange(0x20), self._random.randrange(0x3000), self._random.randrange(0x110000))
        )

    def _person(self, wicked: list[str]) -> Address:
        spoil = "address" in wicked and self._random.random() < 0.5
        return Address(self._name(wicked), self.address() if spoil else self._random.choice(ADDRESSES))

    def _name(self, wicked: list[str]) -> str:
        return self._one("name", wicked, NAMES)

    def _one(self, kind: str, wicked: list[str], good: tuple[str, ...], bad: tuple[str, ...] = ()) -> str:
        if kind not in wicked:
            return self._random.choice(good)
        self.good = False
        return self._random.choice(bad) if bad and self._random.random() < 0.5 else self.text()


def has_break(letter: Compose) -> bool:
    """True when a value for a header holds what must not get into one."""
    people = (letter.from_, *letter.recipients)
    values = [
        letter.subject, letter.in_reply_to, letter.message_id, *letter.references,
        *(one.name for one in people), *(one.address for one in people), *(one.name for one in letter.attachments),
        *(value for _, value in letter.headers),
    ]  # fmt: skip
    return any(unicodedata.category(char) in {"Cc", "Zl", "Zp", "Cs"} for value in values for char in value)


def naughty(data: Path) -> tuple[str, ...]:
    """The Big List of Naughty Strings where the data sets are, else nothing."""
    file = data / "strings" / "blns" / "data" / "blns.json"
    found: list[Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    return tuple(one for one in found if isinstance(one, str))
