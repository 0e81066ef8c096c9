"""`mailreeve parse`."""

import json
import subprocess
import sys
from pathlib import Path

RAW = (
    b"From: Ann <ann@x.example>\nTo: me@x.example\nSubject: Hi\nDate: Mon, 5 Jan 2026 10:00:00 +0100\n"
    b"Message-ID: <1@x.example>\nContent-Type: text/html\n\n"
    b"<p>Hello <a href='https://y.example'>there</a><span style='display:none'>secret</span></p>"
)
KEYS = {
    "message_id", "subject", "from", "to", "cc", "bcc", "reply_to", "date", "text", "quoted", "signature", "html",
    "hidden", "links", "attachments", "list_id", "defects",
}  # fmt: skip


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "mailreeve", "parse", *arguments],
        input=stdin,
        capture_output=True,
        check=False,
    )


def test_json_has_the_promised_keys(tmp_path: Path) -> None:
    """One object on stdout, nothing on stderr."""
    file = tmp_path / "a.eml"
    file.write_bytes(RAW)
    done = run(str(file), "--json")
    assert (0, b"") == (done.returncode, done.stderr)
    told = json.loads(done.stdout)
    assert KEYS <= told.keys()
    assert ("Hello there", True, "2026-01-05T10:00:00+01:00") == (told["text"], told["html"], told["date"])
    assert [{"name": "Ann", "address": "ann@x.example"}] == told["from"]
    assert (6, ["display:none"]) == (told["hidden"]["chars"], told["hidden"]["how"])
    assert [{"text": "there", "url": "https://y.example"}] == told["links"]


def test_stdin_is_read_and_text_is_for_people() -> None:
    """A dash names stdin; control characters do not reach the terminal."""
    done = run("-", stdin=RAW.replace(b"Subject: Hi", b"Subject: =?utf-8?q?Hi=1B[31m?="))
    assert 0 == done.returncode
    out = done.stdout.decode()
    assert "From: Ann <ann@x.example>\n" in out
    assert "Hello there" in out
    assert "6 hidden characters were removed" in out
    assert "\x1b" not in out


def test_anything_is_a_message() -> None:
    """Even nothing at all, or bytes of no mail."""
    for data in (b"", b"\xff\xfe\x00" * 100):
        done = run("-", "--json", stdin=data)
        assert (0, None) == (done.returncode, json.loads(done.stdout)["date"])


def test_a_missing_file_is_wrong_usage(tmp_path: Path) -> None:
    """Exit 2, and what to do."""
    done = run(str(tmp_path / "none.eml"))
    assert (2, b"") == (done.returncode, done.stdout)
    assert b"cannot be read" in done.stderr


def test_a_file_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    """100 MB; a sparse file costs nothing to make."""
    file = tmp_path / "large.eml"
    with file.open("wb") as stream:
        stream.truncate(100_000_001)
    done = run(str(file))
    assert 2 == done.returncode
    assert b"longer than 100000000 bytes" in done.stderr
