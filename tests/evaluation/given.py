"""Cases and labels files that the tests of this room write."""

import json
from pathlib import Path
from typing import Any

LABELS = """\
[[labels]]
id = "now"
when = "Something breaks unless I act today."
archetype = "urgent"
rank = 1
urgent = true

[[labels]]
id = "answer"
when = "A person asks me something."
archetype = "to_reply"
rank = 2

[[labels]]
id = "later"
when = "Good to know."
archetype = "fyi"
rank = 3

[[labels]]
id = "friends"
when = "Friends and family."
archetype = "personal"
"""


def case(**changes: Any) -> dict[str, Any]:
    """A well-formed case."""
    return {
        "id": "a",
        "from": "Grace Hopper <grace@example.org>",
        "to": ["Alex Moreno <alex@example.com>"],
        "cc": [],
        "subject": "Is Friday good for you?",
        "date": "2026-03-02T09:00:00+01:00",
        "body": "Hi Alex,\n\ncould you tell me whether Friday works?\n\nGrace",
        "label": "answer",
        **changes,
    }


def write(folder: Path, *lines: Any, labels: str = LABELS) -> tuple[Path, Path]:
    """The two files; a line that is no string becomes JSON."""
    cases, told = folder / "cases.jsonl", folder / "labels.toml"
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    cases.write_text("\n".join(texts) + "\n", encoding="utf-8")
    told.write_text(labels, encoding="utf-8")
    return cases, told
