"""The local index becomes what the mailbox is: over kills, an expired history, label changes and deletions."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.boxes import OpenBox
from tests.sandbox_server import Factory, SandboxServer

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import AlreadyRunning, Cancelled, ConfigError, GoogleUnavailable
from mailreeve.platform import exclusive, is_private
from mailreeve.service import searching, syncing, triage
from mailreeve.service.answers import SyncAnswer
from mailreeve.store import index_sweep
from mailreeve.store.index import Index
from mailreeve.store.index_schema import files

Open = Callable[..., Mailbox]


def mail(number: int, word: str = "tide") -> bytes:
    return (
        f"From: Ana <ana@example.org>\r\nTo: me@example.org\r\nSubject: Harbour {number}\r\n"
        f"Message-ID: <{number}@example.org>\r\n\r\nThe {word} table.\r\n"
    ).encode()


def delete(sandbox: SandboxServer, id_: str) -> None:
    """For good, as only a person does: Mailreeve's own login cannot."""
    token = sandbox.token_for("https://mail.google.com/")
    status, _, data = sandbox.call("DELETE", f"/gmail/v1/users/me/messages/{id_}", token=token)
    assert status in {200, 204}, data


def sync(box: Mailbox, **options: object) -> SyncAnswer:
    return syncing.sync(box, progress=lambda *_: None, cancel=Cancel(), **options)  # type: ignore[arg-type] # since and full


def found(box: Mailbox, query: str) -> list[str]:
    answer = searching.search(box, query, limit=100, source="local", cancel=Cancel())
    return [hit["id"] for hit in answer["hits"]]


def index_of(box: Mailbox) -> Index:
    assert box.index is not None
    return box.index


def known(box: Mailbox) -> dict[str, set[str]]:
    """Each message of the index with its label ids."""
    rows = index_of(box).db.rows("select id, label from message left join tag using (n)")
    held: dict[str, set[str]] = {}
    for row in rows:
        held.setdefault(row["id"], set()).update({row["label"]} - {None})
    return held


def real(server: SandboxServer) -> dict[str, set[str]]:
    """Each message of the mailbox with its label ids."""
    state = server.state()
    ids = {label["name"]: label["id"] for label in state["labels"]}
    return {one["id"]: {ids.get(name, name) for name in one["labels"]} for one in state["messages"]}


def test_the_first_sync_takes_everything_and_the_next_costs_next_to_nothing(
    sandbox: SandboxServer, box: Mailbox
) -> None:
    """All messages with their labels, spam too; a second sync asks for labels and history alone: 3 units."""
    for number in range(5):
        sandbox.deliver(mail(number))
    sandbox.deliver(mail(9), "SPAM")
    first = sync(box)
    assert (6, 6, 0, 0) == (first["indexed"], first["total"], first["removed"], first["waiting"])
    assert real(sandbox) == known(box)
    again = sync(box)
    assert (0, 6, 3) == (again["indexed"], again["total"], again["units"])


def test_changes_are_replayed(sandbox: SandboxServer, box: Mailbox) -> None:
    """New mail comes, labels change, the spam folder and the trash count, deleted mail goes."""
    ids = [sandbox.deliver(mail(number)) for number in range(6)]
    sync(box)
    sandbox.api(
        "POST", f"/messages/{ids[0]}/modify", {"addLabelIds": ["STARRED"], "removeLabelIds": ["UNREAD"]}
    )
    sandbox.api("POST", f"/messages/{ids[1]}/trash")
    sandbox.api("POST", f"/messages/{ids[2]}/trash")
    sandbox.api("POST", f"/messages/{ids[2]}/untrash")
    delete(sandbox, ids[3])
    new = sandbox.deliver(mail(7))
    delete(sandbox, sandbox.deliver(mail(8)))
    answer = sync(box)
    assert (1, 1, 6) == (answer["indexed"], answer["removed"], answer["total"])
    assert real(sandbox) == known(box)
    assert [ids[0]] == found(box, "is:starred is:read")
    assert ids[1] not in found(box, "tide")
    assert [ids[1]] == found(box, "in:trash tide")
    assert new in found(box, "harbour")


def test_a_user_label_is_found_by_its_name_and_by_its_new_one(sandbox: SandboxServer, box: Mailbox) -> None:
    """`label:clients-new-york` finds Clients/New York; after a rename the new name counts."""
    id_ = sandbox.deliver(mail(1))
    label = sandbox.api("POST", "/labels", {"name": "Clients/New York"})["id"]
    sandbox.api("POST", f"/messages/{id_}/modify", {"addLabelIds": [label]})
    sync(box)
    assert [id_] == found(box, "label:clients-new-york") == found(box, "has:userlabels")
    sandbox.api("PATCH", f"/labels/{label}", {"name": "Boston"})
    sync(box)
    assert ([id_], []) == (found(box, "label:boston"), found(box, "label:clients-new-york"))


def test_an_expired_history_makes_a_comparison_without_a_gap(sandbox: SandboxServer, box: Mailbox) -> None:
    """404 on history.list: additions, deletions and label changes of that time are found, mail is not read again."""
    ids = [sandbox.deliver(mail(number)) for number in range(30)]
    sync(box)
    delete(sandbox, ids[0])
    sandbox.api(
        "POST", f"/messages/{ids[1]}/modify", {"addLabelIds": ["STARRED"], "removeLabelIds": ["INBOX"]}
    )
    sandbox.api("POST", f"/messages/{ids[2]}/trash")
    new = sandbox.deliver(mail(77))
    sandbox.faults([{"path": "/history", "method": "GET", "nth": 1, "kind": "expired-history"}])
    before = sandbox.units()["by_method"]["messages.get"]["calls"]
    answer = sync(box)
    assert (1, 1) == (answer["indexed"], answer["removed"])
    assert 1 == sandbox.units()["by_method"]["messages.get"]["calls"] - before
    assert real(sandbox) == known(box)
    assert new in found(box, "tide")


def test_a_longer_reach_lists_only_what_is_missing(sandbox: SandboxServer, box: Mailbox) -> None:
    """An index of 30 days is widened to all mail; asking for less afterwards takes nothing away."""
    now = sandbox.clock(advance=0)
    sandbox.clock(now=now - 100 * 86_400)
    old = sandbox.deliver(mail(1))
    sandbox.clock(now=now)
    new = sandbox.deliver(mail(2))
    assert 1 == sync(box, since="30d")["total"]
    assert [new] == found(box, "tide")
    assert 1 == sync(box, full=True)["indexed"]
    assert [new, old] == found(box, "tide")
    assert ("", 2) == (sync(box, since="7d")["since"], len(known(box)))


def test_mail_that_cannot_be_fetched_waits_and_is_told(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """Out of reach in the middle: an error, what was fetched stays, the rest comes with the next sync."""
    box = open_box(sandbox, "[google]\nquota = 'off'\n")
    for number in range(130):
        sandbox.deliver(mail(number))

    def until(done: int, _total: int | None, what: str) -> None:
        if done == syncing.BATCH and what.startswith("messages read"):
            sandbox.faults([{"path": "/batch", "method": "POST", "kind": "403-daily"}])

    with pytest.raises((GoogleUnavailable, Exception), match="daily limit"):
        syncing.sync(box, progress=until, cancel=Cancel())
    assert 100 == index_of(box).count()
    assert 30 == index_of(box).waiting_count()
    sandbox.faults([])
    assert (30, 130, 0) == tuple(sync(box)[key] for key in ("indexed", "total", "waiting"))


def test_stopping_keeps_what_was_done(sandbox: SandboxServer, box: Mailbox) -> None:
    """Ctrl-C between two batches: Cancelled, and the next sync goes on where it stopped."""
    for number in range(60):
        sandbox.deliver(mail(number))
    cancel = Cancel()

    def stop(done: int, _total: int | None, what: str) -> None:
        if what == "messages found":
            cancel.set()

    with pytest.raises(Cancelled):
        syncing.sync(box, progress=stop, cancel=cancel)
    assert 60 == sync(box)["total"]


def killed(environment: dict[str, str], sandbox: SandboxServer, calls: int) -> bool:
    """Start `mailreeve sync` and kill -9 it after so many calls; False when it was done before."""
    before = sandbox.units()["calls"]
    process = subprocess.Popen(
        [sys.executable, "-m", "mailreeve", "sync", "--full"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None:
        if sandbox.units()["calls"] - before >= calls:
            os.kill(process.pid, signal.SIGKILL)
            return process.wait(30) == -signal.SIGKILL
        time.sleep(0.002)
    return False


@pytest.mark.parametrize("kills", [2, pytest.param(40, marks=pytest.mark.prove)])
def test_after_kill_9_nothing_is_missing_and_nothing_is_there_twice(
    sandbox: SandboxServer, open_box: Open, home: Path, kills: int
) -> None:
    """Killed at random calls while listing, fetching and replaying, the index ends as the mailbox is."""
    chance = random.Random(20261123)  # noqa: S311 -- no secrets here
    ids = [sandbox.deliver(mail(number)) for number in range(120)]
    box = open_box(sandbox, '[google]\nquota = "off"\n')
    environment = os.environ | {
        "MAILREEVE_HOME": str(home),
        "MAILREEVE_GOOGLE_BASE": sandbox.base_url,
        "MAILREEVE_GOOGLE_TOKEN": sandbox.token,
    }
    died = 0
    for turn in range(kills):
        died += killed(
            environment, sandbox, chance.choice((3, 5, 30, 60, 110)) if turn < 4 else chance.randrange(2, 9)
        )
        for number in range(5):
            sandbox.deliver(mail(1000 + turn * 10 + number))
        sandbox.api("POST", f"/messages/{chance.choice(ids)}/modify", {"addLabelIds": ["STARRED"]})
        delete(sandbox, ids.pop(chance.randrange(len(ids))))
    assert died > kills // 3
    sync(box)
    assert real(sandbox) == known(box)
    assert () == index_of(box).db.damage()
    assert sorted(real(sandbox)) == sorted(found_all(box, "table"))


def found_all(box: Mailbox, query: str) -> list[str]:
    hits: list[str] = []
    cursor = ""
    while True:
        page = searching.search(box, query, limit=100, cursor=cursor, source="local", cancel=Cancel())
        hits += [hit["id"] for hit in page["hits"]]
        cursor = page["next"]
        if not cursor:
            return hits


def test_the_words_of_deleted_mail_leave_the_file(sandbox: SandboxServer, box: Mailbox) -> None:
    """Gone from every search at once; after a sweep no byte of its words is in the file, other mail is whole."""
    kept = sandbox.deliver(mail(1))
    secret = sandbox.deliver(mail(2, "zqvanish Straße 東京都 naïve x1y2"))
    sync(box)
    assert [secret] == found(box, "zqvanish") == found(box, "東京都") == found(box, '"straße 東京都 naïve"')
    assert any(b"zqvanish" in file.read_bytes() for file in files(box.local.file))
    delete(sandbox, secret)
    sync(box)
    assert [] == found(box, "zqvanish")
    assert not index_sweep.is_due(index_of(box))
    assert 1 == index_sweep.sweep(index_of(box))
    assert not any(b"zqvanish" in file.read_bytes() for file in files(box.local.file) if file.exists())
    terms = sqlite3.connect(box.local.file)
    terms.execute("create virtual table temp.v using fts5vocab('main', 'words', 'row')")
    assert (
        []
        == terms.execute(
            "select term from v where term in ('zqvanish', 'straße', '東京都', 'naïve')"
        ).fetchall()
    )
    terms.close()
    assert [kept] == found(box, "tide") == found(box, '"tide table"')
    assert 0 == index_sweep.sweep(index_of(box))


def test_a_sweep_is_due_after_a_week_or_a_thousand(sandbox: SandboxServer, box: Mailbox) -> None:
    """One removed message waits a week; the sync that finds it due sweeps."""
    id_ = sandbox.deliver(mail(1, "zqvanish"))
    sync(box)
    delete(sandbox, id_)
    sync(box)
    db = index_of(box).db
    assert 1 == len(db.rows("select n from gone"))
    db.execute("update gone set at = at - ?", (index_sweep.OLD_MS,))
    sync(box)
    assert [] == db.rows("select n from gone")


def test_the_file_is_the_owners_alone_and_forgetting_deletes_it(sandbox: SandboxServer, box: Mailbox) -> None:
    """0600 with its journal; `--forget` leaves no file, and the next sync starts anew."""
    sandbox.deliver(mail(1))
    sync(box)
    assert all(is_private(file) for file in files(box.local.file) if file.exists())
    assert {"account": box.address, "forgotten": True} == syncing.forget(box)
    assert [] == [file for file in files(box.local.file) if file.exists()]
    assert {"account": box.address, "forgotten": False} == syncing.forget(box)
    assert 1 == sync(box)["indexed"]


def test_the_index_can_be_turned_off(sandbox: SandboxServer, open_box: Open) -> None:
    """`enabled = false`: no sync, no local search, even where a file is left."""
    box = open_box(sandbox)
    sync(box)
    off = open_box(sandbox, "[index]\nenabled = false\n")
    with pytest.raises(ConfigError, match="turned off"):
        sync(off)
    assert off.index is None


def test_two_syncs_do_not_run_at_once(sandbox: SandboxServer, box: Mailbox) -> None:
    """The second one is told."""
    lock = box.config.home / "locks" / f"{box.local.file.stem}.index"
    with exclusive(lock, "syncing"), pytest.raises(AlreadyRunning):
        sync(box)


def test_triage_hands_over_what_it_fetched_anyway(sandbox_factory: Factory, open_box: Open) -> None:
    """With an index triage adds its mail; the next sync does not fetch it again. Without one it makes none."""
    server = sandbox_factory()
    box = open_box(server)
    server.deliver(mail(1))
    triage.triage(box, cancel=Cancel())
    assert box.index is None
    sync(box)
    new = server.deliver(mail(2))
    triage.triage(box, cancel=Cancel())
    assert new in found(box, "tide")
    assert 0 == sync(box)["indexed"]
    assert real(server) == known(box)


def test_five_hundred_mails_of_the_same_moment_keep_apart(sandbox: SandboxServer, box: Mailbox) -> None:
    """Row numbers are moments: mail of one moment gets the next free ones and dates still hold exactly."""
    now = sandbox.clock(advance=0)
    index = box.local.open()
    made = [sandbox.deliver(mail(number)) for number in range(5)]
    messages = [message for _, message in box.gmail.get_many(made, Cancel())]
    at = int(now * 1000) // 1000 * 1000
    same = [replace(messages[0], id=f"s{number:03}", internal_date=at) for number in range(500)]  # type: ignore[type-var] # all are messages
    assert 500 == index.add(same)  # type: ignore[arg-type] # as above
    later = [replace(messages[0], id="later", internal_date=at + 3)]  # type: ignore[type-var] # as above
    index.add(later)  # type: ignore[arg-type] # as above
    box.local.open().note(synced_at=1)
    assert 500 == len(found_all(box, f"before:{at // 1000 + 1} tide")) - 1
    assert [] == found_all(box, f"before:{at // 1000} tide")
    assert 501 == len(found_all(box, f"after:{at // 1000} tide"))


def test_codes_are_not_written_to_the_index(sandbox: SandboxServer, box: Mailbox) -> None:
    """A mail with a one-time code is found by its words; the code is in no file of the index."""
    sandbox.deliver(
        b"From: Bank <no-reply@bank.example>\r\nTo: me@example.org\r\nSubject: 739125 is your code\r\n\r\n"
        b"Your verification code is 739125. It expires in ten minutes.\r\n"
    )
    sync(box)
    assert 1 == len(found(box, "verification"))
    index_of(box).close()
    assert [] == [file for file in files(box.local.file) if file.exists() and b"739125" in file.read_bytes()]


def test_old_mail_leaves_the_index_and_stays_in_gmail(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """With keep_days a sync takes up nothing older, drops what has grown older, and says how far back it reaches."""
    now = sandbox.clock(advance=0)
    sandbox.clock(now=now - 100 * 86_400)
    old = sandbox.deliver(mail(1))
    sandbox.clock(now=now)
    new = sandbox.deliver(mail(2))
    assert {old, new} == set(known_after_sync(open_box(sandbox, "")))
    box = open_box(sandbox, "[index]\nkeep_days = 30")
    answer = sync(box, full=True)
    assert (1, 1) == (answer["removed"], answer["total"])
    assert 29 <= (datetime.now(UTC) - datetime.fromisoformat(answer["since"])).days <= 30
    assert [new] == found(box, "harbour")
    assert {old, new} == set(real(sandbox))
    assert (0, 0) == (sync(box, since="1y")["indexed"], sync(box)["removed"])


def known_after_sync(box: Mailbox) -> dict[str, set[str]]:
    sync(box, full=True)
    return known(box)
