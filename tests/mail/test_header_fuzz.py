"""Mail never becomes a header: whatever a value holds, the bytes have the intended fields or there are none."""

import email
import re
from collections.abc import Callable
from email.header import decode_header
from email.message import Message as TheirMessage
from email.utils import collapse_rfc2231_value, getaddresses

import pytest
from tests.conftest import DATA
from tests.mail.hostile import Case, Enemy, has_break, naughty

from mailreeve.errors import InputError
from mailreeve.mail import mime
from mailreeve.mail.compose import Compose, compose
from mailreeve.mail.invisible import clean

Record = Callable[[str, object], None]

ALWAYS = ["From", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"]
LISTS = ("To", "Cc", "Bcc")
STRINGS = naughty(DATA)


def seen(value: str) -> str:
    """A value as a person sees it: without the invisible, one space between words."""
    return " ".join(clean(value).text.split())


def spec(address: str) -> str:
    """An address as it goes over the wire."""
    local, _, host = clean(address).text.strip().rpartition("@")
    return f"{local}@{host if host.isascii() else host.lower().encode('idna').decode()}"


def intended(letter: Compose) -> dict[str, list[str]]:
    """Who gets it, each once, where they stand first."""
    known: set[str] = set()
    lists: dict[str, list[str]] = {}
    for name in LISTS:
        lists[name] = []
        for one in getattr(letter, name.lower()):
            address = spec(one.address)
            if address.lower() not in known:
                lists[name].append(address)
                known.add(address.lower())
    return lists


def field_names(letter: Compose) -> list[str]:
    """The fields that the letter has to have, in any order."""
    lists = [name for name, found in intended(letter).items() if found]
    threading = [("In-Reply-To", letter.in_reply_to), ("References", "".join(letter.references))]
    given = [name for name, value in threading if seen(value)]
    return sorted([*ALWAYS, *lists, *given, *(name for name, _ in letter.headers)])


def plain(value: object) -> str:
    """What the standard library reads in a field of words."""
    pieces = decode_header(re.sub(r"\r?\n(?=[ \t])", "", str(value)))
    return "".join(
        one.decode(charset or "ascii") if isinstance(one, bytes) else one for one, charset in pieces
    ).strip()


def their_addresses(message: TheirMessage, name: str) -> list[str]:
    return [address for _, address in getaddresses([str(one) for one in message.get_all(name, [])])]


def their_name(message: TheirMessage) -> str:
    value = re.sub(r"\r?\n(?=[ \t])", "", str(message["From"]))
    return plain(getaddresses([value])[0][0])


def check(case: Case) -> bool:
    """True when it was composed, and both parsers find what was meant; False when it was refused."""
    letter = case.letter
    try:
        raw = compose(letter)
    except InputError as error:
        return _refused(case, error)
    assert not has_break(letter)
    head, _, _ = raw.partition(b"\r\n\r\n")
    assert b"\n" not in head.replace(b"\r\n", b"")
    assert b"\r" not in head.replace(b"\r\n", b"")
    lines = [line for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    theirs, ours = email.message_from_bytes(raw), mime.from_bytes(raw)
    names = field_names(letter)
    assert names == sorted(line.partition(b":")[0].decode() for line in lines)
    assert names == sorted(theirs.keys())
    assert names == sorted(name for name, _ in ours.headers)
    assert () == ours.defects
    assert [] == theirs.defects
    _check_values(letter, theirs, raw)
    return True


def _refused(case: Case, error: InputError) -> bool:
    assert not case.good, error
    assert error.advice
    return False


def _check_values(letter: Compose, theirs: TheirMessage, raw: bytes) -> None:
    ours = mime.from_bytes(raw)
    for name, wanted in intended(letter).items():
        assert wanted == their_addresses(theirs, name)
        assert wanted == [one.address for one in getattr(ours, name.lower())]
    assert seen(letter.subject) == plain(theirs["Subject"]) == ours.subject
    assert seen(letter.from_.name) == their_name(theirs) == ours.author.name
    assert [letter.from_.address] == their_addresses(theirs, "From")
    assert seen(letter.in_reply_to) == str(theirs.get("In-Reply-To", "")).strip() == ours.in_reply_to
    references = tuple(seen(one) for one in letter.references if seen(one))
    assert references == tuple(str(theirs.get("References", "")).split()) == ours.references
    for _, value in letter.headers:
        assert clean(value).text.strip() == plain(theirs["X-Note"])
    files = [re.sub(r"[/\\]", "_", seen(one.name)).strip(". ") or "attachment" for one in letter.attachments]
    assert files == [_their_file(part) for part in theirs.walk() if part.get_content_disposition()]
    assert files == [one.name for one in ours.attachments]


def _their_file(part: TheirMessage) -> str:
    """Not get_filename, which takes quotes and angle brackets off twice."""
    found = part.get_param("filename", header="content-disposition")
    return found if isinstance(found, str) else collapse_rfc2231_value(found)  # type: ignore[arg-type]


def run(numbers: range, record: Record) -> None:
    composed = sum(check(Enemy(number, STRINGS).case()) for number in numbers)
    record("letters", len(numbers))
    record("composed", composed)
    record("refused", len(numbers) - composed)
    record("naughty_strings", len(STRINGS))
    assert len(numbers) // 5 < composed < len(numbers)


def test_no_value_becomes_a_header(record_property: Record) -> None:
    """5,000 hostile letters: both parsers find the intended fields and people, or it was refused with advice."""
    run(range(5_000), record_property)


@pytest.mark.prove
def test_no_value_becomes_a_header_in_full(record_property: Record) -> None:
    """100,000 of them."""
    run(range(100_000), record_property)
