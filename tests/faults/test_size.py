"""Mail, threads and mailboxes beyond all measure: bounded memory, and nothing is left out in silence."""

import json
import subprocess
import sys
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from tests.sandbox_server import SandboxServer
from tests.triage.conftest import ours
from tests.triage.house import mail, newsletter

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")

ROOT = Path(__file__).parent.parent.parent
MOST = 300_000_000
"""Bytes of memory."""
MB = 1_000_000


def heavy(sandbox: SandboxServer, home: Path, what: str, id_: str = "") -> dict[str, Any]:
    """Do it in a process of its own."""
    where = (sandbox.base_url, sandbox.token, sandbox.account)
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.heavy", what, *where, str(home), id_],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert 0 == done.returncode, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def with_attachment(size: int) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "grace@example.org", "me@example.com", "The film"
    message["Message-ID"] = f"<{size}@example.org>"
    message.set_content("Here it is.\n")
    message.add_attachment(b"\x07" * size, maintype="video", subtype="mp4", filename="film.mp4")
    return message.as_bytes()


def long_text(size: int) -> bytes:
    line = b"All work and no play makes Jack a dull boy, said the mail that never ended.\r\n"
    head = b"From: jack@example.org\r\nTo: me@example.com\r\nSubject: Long\r\nMessage-ID: <%d@long.example>\r\n\r\n"
    return head % size + line * (size // len(line))


SIZES = [
    pytest.param(3 * MB, id="3 MB"),
    pytest.param(25 * MB, id="25 MB", marks=pytest.mark.prove),
    pytest.param(35 * MB, id="50 MB on the wire", marks=pytest.mark.prove),
]


@pytest.mark.parametrize("size", SIZES)
def test_a_huge_attachment_is_not_fetched_by_a_run_and_is_whole_when_asked_for(
    sandbox: SandboxServer, tmp_path: Path, size: int
) -> None:
    """Triage reads the mail without it; the bytes come when somebody wants them."""
    id_ = sandbox.deliver(with_attachment(size))
    told = heavy(sandbox, tmp_path / "home", "triage")
    assert (1, []) == (told["seen"], told["failed"])
    assert told["peak"] < MOST
    assert 1 == len(ours(sandbox, id_))
    fetched = heavy(sandbox, tmp_path / "home", "attachment", id_)
    assert size == fetched["bytes"]
    assert fetched["peak"] < MOST


@pytest.mark.parametrize(
    "size",
    [
        pytest.param(3 * MB, id="3 MB"),
        pytest.param(25 * MB, id="25 MB", marks=pytest.mark.prove),
        pytest.param(50 * MB, id="50 MB", marks=pytest.mark.prove),
    ],
)
def test_a_text_without_end_is_read_in_bounded_memory(
    sandbox: SandboxServer, tmp_path: Path, size: int
) -> None:
    """The text is cut at its limit, the mail is decided like any other."""
    id_ = sandbox.deliver(long_text(size))
    read = heavy(sandbox, tmp_path / "home", "message", id_)
    assert read["text"] <= 2_100_000
    assert read["peak"] < MOST
    told = heavy(sandbox, tmp_path / "home", "triage")
    assert (1, []) == (told["seen"], told["failed"])
    assert told["peak"] < MOST
    assert 1 == len(ours(sandbox, id_))


@pytest.mark.parametrize(
    ("mails", "size"),
    [
        pytest.param(3, 3 * MB, id="3 of 3 MB"),
        pytest.param(30, 10 * MB, id="30 of 10 MB", marks=pytest.mark.prove),
    ],
)
def test_many_long_texts_in_one_night_are_read_in_bounded_memory(
    sandbox: SandboxServer,
    tmp_path: Path,
    mails: int,
    size: int,
    record_property: Callable[[str, object], None],
) -> None:
    """Batches of them arrive cut: every mail is decided, none fails, and each says that its text was cut."""
    ids = [sandbox.deliver(long_text(size + number)) for number in range(mails)]
    told = heavy(sandbox, tmp_path / "home", "triage")
    record_property("peak_megabytes", round(told["peak"] / MB))
    assert (mails, []) == (told["seen"], told["failed"])
    assert told["peak"] < MOST
    assert all(1 == len(ours(sandbox, id_)) for id_ in ids)
    read = heavy(sandbox, tmp_path / "home", "messages", ",".join(ids))
    assert set(ids) == set(read["cut"])
    assert read["peak"] < MOST


@pytest.mark.prove
def test_a_message_of_many_long_parts_is_read_in_bounded_memory(
    sandbox: SandboxServer, tmp_path: Path
) -> None:
    """Behind its first texts the others arrive cut, and that is told."""
    part = b"--b\r\nContent-Type: text/plain\r\n\r\n" + b"All work and no play.\r\n" * 130_000
    head = b"From: jack@example.org\r\nTo: me@example.com\r\nSubject: Parts\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    id_ = sandbox.deliver(head + part * 12 + b"--b--\r\n")
    read = heavy(sandbox, tmp_path / "home", "messages", id_)
    assert [id_] == read["cut"]
    assert read["peak"] < MOST


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param(300, id="300 messages"),
        pytest.param(10_000, id="10,000 messages", marks=pytest.mark.prove),
    ],
)
def test_an_endless_thread_is_read_and_summarized_in_bounded_memory(
    sandbox: SandboxServer, tmp_path: Path, messages: int
) -> None:
    """All messages are there, and the newest gets its label like any other."""
    last = ""
    for number in range(messages):
        references = (
            {"In_Reply_To": "<0@thread.example>", "References": "<0@thread.example>"} if number else {}
        )
        raw = mail("Re: The plan" if number else "The plan", f"Point {number}, agreed.\n", **references)
        raw = raw.replace(b"\nMessage-ID: <", b"\nX-Was: <").replace(
            b"X-Was:", b"Message-ID: <%d@thread.example>\nX-Was:" % number, 1
        )
        last = sandbox.deliver(raw, "INBOX" if number + 1 == messages else "UNREAD")
    thread = next(one["threadId"] for one in sandbox.state()["messages"] if one["id"] == last)
    told = heavy(sandbox, tmp_path / "home", "thread", thread)
    assert messages == told["messages"]
    assert told["gist"]
    assert told["peak"] < MOST
    done = heavy(sandbox, tmp_path / "home", "triage")
    assert (1, []) == (done["seen"], done["failed"])
    assert done["peak"] < MOST
    assert 1 == len(ours(sandbox, last))


def test_five_thousand_labels_stand_in_nobodys_way(sandbox: SandboxServer, tmp_path: Path) -> None:
    """Ours are made among them once, and the person's stay as they are."""
    with sandbox.state_file() as state:
        for number in range(5000):
            state.execute(
                "insert into labels (id, name, key, type) values (?, ?, ?, 'user')",
                (f"Label_x{number}", f"Project {number}", f"project {number}"),
            )
    id_ = sandbox.deliver(newsletter())
    for _ in range(2):
        told = heavy(sandbox, tmp_path / "home", "triage")
        assert [] == told["failed"]
        assert told["peak"] < MOST
    names = [label["name"] for label in sandbox.state()["labels"]]
    assert {f"Project {number}" for number in range(5000)} <= set(names)
    assert 1 == names.count("Mailreeve/Newsletter")
    assert {"Mailreeve/Newsletter"} == ours(sandbox, id_)
