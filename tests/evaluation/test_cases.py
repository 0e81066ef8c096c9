"""Cases become messages as mail does; wrong files are told by line."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.evaluation.given import case, write

from mailreeve.errors import InputError
from mailreeve.evaluation import cases
from mailreeve.reading.offline import signals

IDS = ("now", "answer", "later", "friends")


def read(folder: Path, *lines: Any, owner: str = "") -> tuple[cases.Case, ...]:
    return cases.read(write(folder, *lines)[0], IDS, owner)


def test_a_case_becomes_the_message_that_it_describes(tmp_path: Path) -> None:
    """Addresses, subject, date and body survive the way through bytes, in any script."""
    found = read(
        tmp_path,
        case(subject="Häuser 図面", body="Zeile eins\n.\nFrom hier", cc="B <b@example.org>, c@example.org"),
    )[0]
    mail = found.message
    assert ("a", "answer") == (found.id, found.label)
    assert ("Grace Hopper", "grace@example.org") == (mail.author.name, mail.author.address)
    assert ["b@example.org", "c@example.org"] == [one.address for one in mail.cc]
    assert "Häuser 図面" == mail.subject
    assert "Zeile eins\n.\nFrom hier" == mail.text
    assert datetime(2026, 3, 2, 8, 0, tzinfo=UTC) == mail.date
    assert () == mail.defects


def test_headers_of_a_case_work_as_signals(tmp_path: Path) -> None:
    """List headers, authentication and In-Reply-To are read as in real mail; the other keys win."""
    told = {
        "List-Unsubscribe": "<https://example.net/u>",
        "Authentication-Results": "mx.google.com;\r\n dmarc=fail",
        "In-Reply-To": "<x@example.com>",
        "Subject": "another",
        "X-Two": ["one", "two"],
    }
    mail = read(tmp_path, case(headers=told))[0].message
    seen = signals.read(mail)
    assert seen.list_mail
    assert seen.reply
    assert "DMARC failed" in seen.spoofed
    assert "Is Friday good for you?" == mail.subject
    assert ["one", "two"] == [value for name, value in mail.headers if name == "X-Two"]


def test_an_html_body_is_read_as_html(tmp_path: Path) -> None:
    """Content-Type in headers says so, and hidden text is then removed."""
    body = '<p>Seen</p><p style="display:none">unseen</p>'
    mail = read(tmp_path, case(body=body, headers={"Content-Type": "text/html"}))[0].message
    assert ("Seen", True) == (mail.text.strip(), mail.html)


def test_odd_text_still_becomes_a_message(tmp_path: Path) -> None:
    """A lone surrogate, a line break in the subject, no date, no address."""
    line = '{"id": "x", "from": "", "to": null, "subject": "a\\r\\nBcc: b@c.example", "date": null,'
    mail = read(tmp_path, line + ' "body": "\\ud800 \\u0000!", "label": "now"}')[0].message
    assert "a Bcc: b@c.example" == mail.subject
    assert ((), None) == (mail.bcc, mail.date)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 2: not JSON"),
        ("[]", "line 2: not a JSON object"),
        (case(id=""), "line 2: id is empty"),
        (case(id=7), "line 2: id is no string"),
        ({"id": "b"}, "line 2: subject is missing"),
        (case(id="b", label="none"), "line 2: label 'none' is not in the labels file"),
        (case(), "line 2: the id 'a' comes twice"),
        (case(id="b", to=[1]), "line 2: to is neither a string nor a list of strings"),
        (case(id="b", date="yesterday"), "line 2: date: 'yesterday' is no ISO 8601 date"),
        (case(id="b", headers=["x"]), "line 2: headers is no object"),
        (case(id="b", headers={"X Y": "z"}), "line 2: headers: 'X Y' is no header name"),
        (case(id="b", headers={"X-Y": 1}), "line 2: headers: 'X-Y'"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: Any, told: str) -> None:
    """File, line number and what is wrong there."""
    with pytest.raises(InputError, match=r"cases\.jsonl") as error:
        read(tmp_path, case(), line)
    assert told in error.value.message


@pytest.mark.parametrize(
    ("content", "told"), [(b"\n\n", "holds no case"), (b"\xff", "is not UTF-8"), (None, "cannot be read")]
)
def test_a_file_without_cases_is_an_error(tmp_path: Path, content: bytes | None, told: str) -> None:
    """Empty, no text, or absent."""
    file = tmp_path / "f"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError, match=told):
        cases.read(file, IDS)


def test_whose_mailbox_it_is(tmp_path: Path) -> None:
    """As told, else by Delivered-To, else who is the only recipient of a tenth of the mails."""
    both = case(id="b", to=["bo@example.com", "Alex <alex@example.com>"])
    delivered = case(id="c", headers={"Delivered-To": "Zoe@example.com"})
    strangers = case(id="d", to=["x@example.com", "y@example.com"])
    lines = (case(), both, delivered, strangers)
    assert ["alex@example.com", "alex@example.com", "zoe@example.com", "alex@example.com"] == [
        one.owner for one in read(tmp_path, *lines)
    ]
    assert {"me@example.com"} == {one.owner for one in read(tmp_path, *lines, owner="Me@example.com")}
