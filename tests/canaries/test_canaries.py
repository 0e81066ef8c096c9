"""Canaries: tokens and keys show nowhere; words of mail show in answers alone; after a purge there is nothing."""

import base64
import json
import zlib
from collections.abc import Callable, Iterable

import pytest
from tests.canaries import drive, planted
from tests.canaries.house import House, Told

from mailreeve.store.db import Database

Record = Callable[[str, object], None]
SETTINGS = ("config.toml", "rules.toml")
"""The person's own files."""


def found(told: Iterable[tuple[str, str]], words: Iterable[str]) -> list[tuple[str, str]]:
    """Which words stand in which texts."""
    words = tuple(words)
    return [(what, word) for what, text in told for word in planted.held(text.encode(), words)]


def answers(told: Iterable[Told]) -> list[tuple[str, str]]:
    return [(one.what, one.out) for one in told]


def errors(told: Iterable[Told]) -> list[tuple[str, str]]:
    """What was said beside the answers: stderr, where all logs go, and errors told as JSON."""
    told = [one for one in told if not one.what.startswith("terminal ")]
    return [(one.what, one.err) for one in told] + [
        (one.what, one.out) for one in told if one.code and '"error"' in one.out[:20]
    ]


def audit(house: House) -> list[tuple[str, str]]:
    db = Database(house.home / "mailreeve.db")
    rows = [("audit", repr(tuple(row))) for row in db.rows("select * from audit")]
    db.close()
    assert rows
    return rows


def assert_kept_apart(house: House, words: tuple[str, ...]) -> None:
    """Nothing where nothing may be."""
    credentials = (*planted.CREDENTIALS, *house.tokens())
    everything = [*house.told, *house.tools]
    assert [] == found(errors(everything), words)
    assert [] == found(audit(house), (*words, *credentials))
    assert [] == found(answers(everything), credentials)
    assert [] == found(errors(everything), credentials)
    assert [] == found(answers(house.tools), (planted.CODE, planted.RESET, planted.HIDDEN))
    wire = [("to the model", one.raw.decode()) for one in house.llm.requests]
    tasks = ("Keys: gist", "Keys: news", "Keys: body", "\nlabel: ")
    assert [] == [task for task in tasks if not any(task in one.system for one in house.llm.requests)]
    assert [] == found(wire, (*planted.SECRETS, planted.HIDDEN, planted.FILE_TEXT, *credentials))
    posted = [("to the webhook", f"{one.headers} {one.body.decode()}") for one in house.receiver.seen]
    assert posted
    assert [] == found(posted, (*planted.UNREAD, *credentials))


def assert_at_rest(house: House) -> None:
    """What no table is for lies in no file, in no temporary one either; logins lie in their own place."""
    credentials = (*planted.CREDENTIALS, *house.tokens())
    index = [file.name for file in (house.home / "index").iterdir()]
    saved = [file.name for file in (house.home / "attachments").iterdir()]
    assert [] == planted.files(house.home, planted.UNREAD, *SETTINGS, *index, *saved)
    elsewhere = [
        one for one in planted.files(house.home, credentials, *SETTINGS) if not one[0].startswith("tokens/")
    ]
    assert [] == elsewhere
    assert [] == planted.files(house.home.parent / "temporary", (*planted.MAIL, *planted.OWN, *credentials))


def assert_purged(house: House, words: tuple[str, ...]) -> None:
    """Before, the files held what they may hold; after it nothing."""
    held = {word for _, word in planted.files(house.home, words, *SETTINGS)}
    assert {planted.SUBJECT, planted.SENDER} <= held
    purged = json.loads(house.run("purge", "--all", "--yes", "--json").out)
    assert ("done", []) == (purged["status"], purged["by_hand"])
    assert [] == planted.files(house.home, (*words, *house.tokens(), house.sandbox.account), *SETTINGS)
    assert 0 == house.run("audit", "verify").code
    house.run("uninstall", "--yes")


async def driven(house: House, *, every: bool) -> set[str]:
    """Everything is done; returns the commands and tools that were left out."""
    drive.reading(house, every=every)
    drive.working(house, every=every)
    missing = await drive.tools(house)
    drive.failures(house, every=every)
    await drive.failing_tools(house, every=every)
    drive.people(house, every=every)
    return missing


@pytest.mark.parametrize(
    "every",
    [pytest.param(False, id="a sample"), pytest.param(True, id="every failure", marks=pytest.mark.prove)],
)
async def test_canaries_show_only_where_they_may(house: House, every: bool, record_property: Record) -> None:
    """Every command, every tool and every provoked failure: no secret and no word of mail is where none may be."""
    missing = await driven(house, every=every)
    words = (*planted.MAIL, *planted.OWN)
    record_property("commands", len(house.told))
    record_property("failed", sum(one.code != 0 for one in house.told))
    record_property("tool_calls", len(house.tools))
    assert_kept_apart(house, words)
    assert_at_rest(house)
    assert_purged(house, words)
    assert set() == missing
    assert set() == drive.undriven(house) - set(drive.ELSEWHERE), (
        "new commands go into tests/canaries/drive.py"
    )
    kinds = {json.loads(one.out)["error"]["kind"] for one in house.told if '"error"' in one.out[:20]}
    assert {"NotFound", "InputError", "LoginNeeded", "StoreError", "QuotaSpent"} <= kinds


@pytest.mark.parametrize("word", [planted.CARD, planted.RESET, planted.SUBJECT, planted.LLM_KEY])
@pytest.mark.parametrize("before", ["", "x", "xy", "xyz"])
def test_a_leak_would_be_found(word: str, before: str) -> None:
    """As it is, without gaps, as JSON, in base64 wherever it begins, packed, and packed in something else."""
    text = f"{before}{word}{before} and more".encode()
    for leak in (
        text,
        text.replace(b" ", b""),
        json.dumps({"a": text.decode()}).encode(),
        base64.b64encode(text),
        b"\0SQLite\0" + zlib.compress(text) + b"\0",
        zlib.compress(base64.b64encode(text)),
    ):
        assert [word] == planted.held(leak, planted.MAIL + planted.CREDENTIALS)
