"""The main job on real mail: every message decided, and all of it taken back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.sandbox_server import Factory
from tests.triage.conftest import PartsFor, mailbox

from mailreeve.triage.loop import triage
from mailreeve.triage.run import Options, parse_age
from mailreeve.triage.undo import undo


def first(count: int, source: Path, target: Path) -> Path:
    """The first messages of an mbox file, as an mbox file."""
    target.write_bytes(b"\nFrom ".join(source.read_bytes().split(b"\nFrom ")[:count]) + b"\n")
    return target


@pytest.mark.parametrize("count", [25, pytest.param(500, marks=pytest.mark.prove)])
def test_real_mail_is_decided_to_the_last_one_and_taken_back(
    data: Path,
    tmp_path: Path,
    sandbox_factory: Factory,
    parts_for: PartsFor,
    count: int,
    record_property: Callable[[str, object], None],
) -> None:
    """Real messages of 2002: all decided or handed over, none failed, and after undo the mailbox is as before."""
    file = first(count, data / "mail" / "real-2002.mbox", tmp_path / "real.mbox")
    sandbox = sandbox_factory(mbox=file)
    before = mailbox(sandbox)
    assert count == len(before["messages"])
    result = triage(parts_for(sandbox, max_drafts=10), Options(since=parse_age("40y")))
    told = result.as_json()
    assert (count, []) == (told["seen"], told["failures"])
    assert count == sum(told["decided"].values()) + len(told["needs_human"])
    after = mailbox(sandbox)
    ours = {label["name"] for label in after["labels"]} - {label["name"] for label in before["labels"]}
    assert all(
        1 == len(ours & set(labels)) for id_, labels in after["messages"].items() if id_ in before["messages"]
    )
    assert len(result.drafts) == len(after["drafts"])
    undone = undo(parts_for(sandbox), result.run)
    assert ((), (), ()) == (undone.skipped, undone.final, undone.failed)
    assert before == mailbox(sandbox)
    assert count == triage(parts_for(sandbox), Options(since=parse_age("40y"))).coverage.already
    assert before == mailbox(sandbox)
    record_property("messages", count)
    record_property("decided", sum(told["decided"].values()))
