"""Other parsers' test messages, real mail, and messages made to hurt."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.mail import parse_worker, stalwart
from tests.mail.torture import CASES

from mailreeve.mail import mime
from mailreeve.models import Message

Record = Callable[[str, object], None]

SAMPLE = 20
FIRST = [name for name, _ in zip(CASES, range(13), strict=False)]
"""The ways to bring down Python's own parser."""


def mime_files(data: Path) -> list[str]:
    """Every file of the sets, but for what says something about a set."""
    found = (file for folder in sorted((data / "mime").iterdir()) for file in (folder / "data").rglob("*"))
    return sorted(str(file) for file in found if file.is_file() and not file.name.startswith(".git"))


def real_mails(data: Path, folder: Path) -> list[str]:
    """The messages of the mbox as files of their own."""
    pieces = (b"\n" + (data / "mail" / "real-2002.mbox").read_bytes()).split(b"\nFrom ")[1:]
    files = []
    for number, piece in enumerate(pieces):
        file = folder / f"{number}.eml"
        file.write_bytes(piece.partition(b"\n")[2])
        files.append(str(file))
    return files


def check(names: list[str], record: Record) -> None:
    """Read each within the bounds, and without the net under the parser."""
    answers = parse_worker.parsed(names)
    record("messages", len(answers))
    record("slowest_seconds", max(one["seconds"] for one in answers))
    record("peak_megabytes", max(one["megabytes"] for one in answers))
    assert len(names) == len(answers)
    assert [] == parse_worker.unread(answers)
    assert [] == parse_worker.too_slow(answers)


def test_a_sample_of_other_parsers_messages_is_read(data: Path, record_property: Record) -> None:
    """Every twentieth of the malformed messages is read within 2 seconds and 256 MB, without an exception."""
    check(mime_files(data)[::SAMPLE], record_property)


@pytest.mark.prove
def test_all_of_other_parsers_messages_are_read(data: Path, record_property: Record) -> None:
    """All 1,046 of them."""
    check(mime_files(data), record_property)


def test_a_sample_of_real_mail_is_read(data: Path, tmp_path: Path, record_property: Record) -> None:
    """Every twentieth of 500 mails that people got."""
    check(real_mails(data, tmp_path)[::SAMPLE], record_property)


@pytest.mark.prove
def test_all_real_mail_is_read_and_says_something(
    data: Path, tmp_path: Path, record_property: Record
) -> None:
    """All 500; each has an author, a subject or a text."""
    files = real_mails(data, tmp_path)
    check(files, record_property)
    messages = [mime.from_bytes(Path(file).read_bytes()) for file in files]
    assert 500 == len(messages)
    assert [] == [file for file, one in zip(files, messages, strict=True) if not one.author.address]
    silent = [one for one in messages if not (one.text or one.quoted or one.attachments)]
    record_property("without_text", len(silent))
    assert len(silent) <= 5


def alarms(data: Path, folder: Path, step: int) -> tuple[int, int]:
    """(honest mails, those of them that raise an alarm for what they hide)."""
    told = (data / "mail" / "real-2002.labels.jsonl").read_text(encoding="utf-8").splitlines()
    files = real_mails(data, folder)
    honest = [files[row["n"]] for row in map(json.loads, told) if row["label"] == "ham"][::step]
    return len(honest), sum(mime.from_bytes(Path(file).read_bytes()).hidden.alarm for file in honest)


def test_a_sample_of_honest_mail_raises_no_alarm(data: Path, tmp_path: Path) -> None:
    """Every twentieth."""
    count, loud = alarms(data, tmp_path, SAMPLE)
    assert (18, 0) == (count, loud)


@pytest.mark.prove
def test_honest_mail_hardly_ever_raises_an_alarm(data: Path, tmp_path: Path, record_property: Record) -> None:
    """At most 2 % of 350 mails."""
    count, loud = alarms(data, tmp_path, 1)
    record_property("honest", count)
    record_property("alarms", loud)
    assert 350 == count
    assert loud <= count / 50


@pytest.mark.parametrize("name", FIRST)
def test_what_brings_down_pythons_parser_is_read(name: str, record_property: Record) -> None:
    """Floods of encoded words, brackets, parts and headers cost at most 2 seconds and 256 MB each."""
    check([f"torture:{name}"], record_property)


@pytest.mark.prove
def test_all_torture_is_read(record_property: Record) -> None:
    """Every case, one after the other in the same process."""
    check([f"torture:{name}" for name in CASES], record_property)


def well_formed(data: Path) -> Iterator[tuple[str, dict[str, Any], Message]]:
    """Stalwart's messages that are as the RFCs want them, with what it reads and what we read."""
    root = data / "mime" / "stalwart-mail-parser" / "data"
    for folder in ("rfc", "legacy", "thirdparty"):
        for file in sorted((root / folder).glob("*.eml")):
            answers = file.with_suffix(".json")
            if answers.is_file():
                yield f"{folder}/{file.name}", stalwart.expected(answers), mime.from_bytes(file.read_bytes())


def ours(message: Message) -> dict[str, Any]:
    """The same fields as stalwart's; names that we make for attached messages are left out."""
    moment = message.date
    offset = moment.utcoffset() if moment else None
    minutes = int(offset.total_seconds() // 60) if offset is not None else 0
    return {
        "subject": message.subject,
        "date": (*moment.timetuple()[:6], minutes) if moment else None,
        "from": [(one.name, one.address) for one in message.from_],
        "to": [(one.name, one.address) for one in message.to],
        "cc": [(one.name, one.address) for one in message.cc],
        "reply_to": [(one.name, one.address) for one in message.reply_to],
        "attachments": sorted(
            one.name for one in message.attachments if one.name and not one.name.endswith(".eml")
        ),
    }


def test_stalwart_reads_the_same(data: Path, record_property: Record) -> None:
    """On well-formed messages at least 95 % of subjects, dates, addresses and file names agree.

    Left out are the fields where stalwart itself gave up and wrote U+FFFD.
    """
    compared, differing = 0, []
    for name, wanted, message in well_formed(data):
        found = ours(message)
        for field in stalwart.FIELDS:
            if wanted[field] is None or "\ufffd" in str(wanted[field]):
                continue
            compared += 1
            if wanted[field] != found[field]:
                differing.append((name, field, wanted[field], found[field]))
    record_property("compared", compared)
    record_property("agree_percent", round(100 * (1 - len(differing) / compared), 1))
    record_property("differing", [f"{name} {field}" for name, field, *_ in differing])
    assert compared > 150
    assert len(differing) <= compared * 0.05, differing
