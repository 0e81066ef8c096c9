"""Converts the action-item and follow-up cases of AMD's GAIA; their text is theirs and stays out of here.

python evals/convert_gaia_work.py ../shared/data/triage /tmp/gaia
mailreeve eval actions --cases /tmp/gaia/actions.jsonl
mailreeve eval followups --cases /tmp/gaia/followups.jsonl

The cases name neither the recipient's address nor a date: the mails go to Sam, whom they greet, on a Tuesday, and
follow-ups get the ages that they state. What has a date only as a hint in words is not compared by date.
"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

OWNER = "user@example.com"
ME = f"Sam <{OWNER}>"
NOW = datetime(2026, 5, 26, 9, tzinfo=UTC)


def told(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The cases of a file; what begins with an underscore describes them."""
    for name, case in json.loads(file.read_text(encoding="utf-8")).items():
        if not name.startswith("_"):
            yield name, case


def with_actions(name: str, case: dict[str, Any]) -> dict[str, Any]:
    """A mail with its list of tasks, all of them the recipient's."""
    mail = case["email"]
    tasks = [{"what": one["description"], "who": "you"} for one in case["expected_action_items"]]
    return {
        "id": name,
        "from": mail["from"],
        "to": ME,
        "subject": mail["subject"],
        "date": NOW.isoformat(),
        "body": mail["body"],
        "owner": OWNER,
        "actions": tasks,
    }


def with_answer(name: str, case: dict[str, Any]) -> dict[str, Any]:
    """A thread and whether it waits."""
    messages = []
    for one in case["thread"]:
        mine = one["direction"] == "outbound"
        messages.append(
            {
                "from": ME if mine else one["from"],
                "to": one["to"] if mine else ME,
                "subject": one["subject"],
                "date": (NOW - timedelta(days=one["age_days"])).isoformat(),
                "body": one["body"],
            }
        )
    expect = {"waits": case["awaits_reply"], "now": NOW.isoformat()}
    return {"id": name, "owner": OWNER, "messages": messages, "expect": expect}


def main(arguments: list[str]) -> int:
    """Write actions.jsonl and followups.jsonl."""
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    source, folder = map(Path, arguments)
    folder.mkdir(parents=True, exist_ok=True)
    for kind, convert in (("actions", with_actions), ("followups", with_answer)):
        file = source / ("action_items" if kind == "actions" else kind)
        cases = [convert(name, case) for name, case in told(file.with_name(f"{file.name}_ground_truth.json"))]
        lines = "".join(f"{json.dumps(case, ensure_ascii=False)}\n" for case in cases)
        (folder / f"{kind}.jsonl").write_text(lines, encoding="utf-8")
        print(f"{len(cases)} cases in {folder / kind}.jsonl")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
