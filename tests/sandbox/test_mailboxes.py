"""Mailbox files."""

from pathlib import Path

import pytest

from mailreeve.sandbox import mailboxes
from mailreeve.sandbox.mailboxes import Found

MBOX = b"""From 1784@xxx Thu Nov 19 10:00:00 +0000 2026
X-GM-THRID: 1784
X-Gmail-Labels: =?UTF-8?Q?Inbox,Opened,Category_Updates,"Caf=C3=A9",Work/2026?=
Subject: one

a line
>From here on
>>From there

From 1785@xxx Thu Nov 19 11:00:00 +0000 2026
X-Gmail-Labels: Sent
Subject: two
Received: by mx; Thu, 19 Nov 2026 12:00:00 +0000
Received: by first; Thu, 19 Nov 2026 08:00:00 +0000

From me, with no time, is no postmark.
From - Thu Jan  1 00:00:00 1970
Subject: three
Date: Thu, 19 Nov 2026 13:00:00 +0000

From - Thu Jan  1 00:00:00 1970

last
"""


def read(file: Path, content: bytes) -> list[Found]:
    """The messages of an mbox file with this content."""
    file.write_bytes(content)
    return list(mailboxes.mbox(file))


def test_an_mbox_file_is_split_at_its_postmarks(tmp_path: Path) -> None:
    """A postmark needs an empty line before it and a time in it; quoted From lines are restored."""
    one, two, three = read(tmp_path / "a.mbox", MBOX)
    assert one.raw.endswith(b"a line\nFrom here on\n>From there\n")
    assert two.raw.endswith(
        b"no postmark.\nFrom - Thu Jan  1 00:00:00 1970\nSubject: three\nDate: Thu, 19 Nov 2026 13:00:00 +0000\n"
    )
    assert b"\nlast\n" == three.raw


def test_takeouts_labels_are_gmails(tmp_path: Path) -> None:
    """System labels by their ids, own labels by name, Opened is no label; without the header INBOX and UNREAD."""
    one, two, three = read(tmp_path / "a.mbox", MBOX)
    assert ("INBOX", "CATEGORY_UPDATES", "Café", "Work/2026") == one.labels
    assert ("SENT",) == two.labels
    assert ("INBOX", "UNREAD") == three.labels


def test_the_arrival_is_the_topmost_received_header(tmp_path: Path) -> None:
    """Else the From_ line, else the Date header, else unknown; 1970 is no date."""
    one, two, three = read(tmp_path / "a.mbox", MBOX)
    assert [1_795_082_400_000, 1_795_089_600_000, None] == [one.date, two.date, three.date]
    dated = mailboxes.found(b"Date: Thu, 19 Nov 2026 13:00:00 +0000\n\n", "Thu Jan  1 00:00:00 1970")
    assert 1_795_093_200_000 == dated.date


@pytest.mark.parametrize("content", [b"", b"no postmark\n", b"\n\n"])
def test_a_file_without_postmarks_has_no_mail(tmp_path: Path, content: bytes) -> None:
    """Nothing is made up."""
    assert [] == read(tmp_path / "a.mbox", content)


def test_line_ends_are_kept(tmp_path: Path) -> None:
    """CRLF stays CRLF; only the empty line before the next postmark is the file's own."""
    mail = b"Subject: x\r\n\r\nbody\r\n\r\n"
    post = b"From a@b Thu Nov 19 10:00:00 2026\r\n"
    assert [mail, mail] == [found.raw for found in read(tmp_path / "a.mbox", (post + mail + b"\r\n") * 2)]


def test_a_maildir_has_its_flags_as_labels(tmp_path: Path) -> None:
    """new/ is unread; S seen, F flagged, D draft, T trashed."""
    for name in ("new/1", "cur/2:2,S", "cur/3:2,FS", "cur/4:2,D", "cur/5:2,T", "tmp/6"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"Subject: x\n\n")
    expected = [("INBOX",), ("INBOX", "STARRED"), ("DRAFT",), ("TRASH", "UNREAD"), ("INBOX", "UNREAD")]
    assert expected == [found.labels for found in mailboxes.maildir(tmp_path)]


def test_a_folder_of_eml_files_is_read_with_its_subfolders(tmp_path: Path) -> None:
    """In the order of the names; a single file works too; other files are left alone."""
    (tmp_path / "b").mkdir()
    for name in ("b/2.eml", "1.eml", "note.txt"):
        (tmp_path / name).write_text(f"Subject: {name}\n\n")
    assert [b"Subject: 1.eml\n\n", b"Subject: b/2.eml\n\n"] == [
        found.raw for found in mailboxes.eml(tmp_path)
    ]
    assert [b"Subject: 1.eml\n\n"] == [found.raw for found in mailboxes.eml(tmp_path / "1.eml")]
