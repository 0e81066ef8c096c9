"""Converts a file of labelled mails from AMD's GAIA into triage cases; their text is theirs and stays out of here.

python evals/convert_gaia.py gaia.dev.jsonl /tmp/gaia
mailreeve eval triage --cases /tmp/gaia/cases.jsonl --labels /tmp/gaia/labels.toml --reader offline
"""

import json
import sys
from pathlib import Path

LABELS = """\
# The five buckets of GAIA's schema 2.0, told in sentences. PERSONAL stands beside the order.
[[labels]]
id = "URGENT"
when = "Something has to be done today, or real damage follows: an outage, an incident, a deadline within hours."
archetype = "urgent"
rank = 1
urgent = true

[[labels]]
id = "NEEDS_RESPONSE"
when = "Somebody asks me a question or for something to be done and waits for my answer, but not today."
archetype = "to_reply"
rank = 2

[[labels]]
id = "FYI"
when = "Good to know, and nobody waits for an answer: a status report, an announcement, an automatic notice."
archetype = "fyi"
rank = 3

[[labels]]
id = "PROMOTIONAL"
when = "Marketing, newsletters, offers, spam and phishing."
archetype = "promotion"
rank = 4

[[labels]]
id = "PERSONAL"
when = "Family and friends, or a colleague about private matters."
archetype = "personal"
"""


def converted(mail: dict[str, object]) -> dict[str, object]:
    """One mail as a case."""
    return {
        "id": mail["id"],
        "from": mail["sender"],
        "to": mail["to"],
        "cc": mail["cc"],
        "subject": mail["subject"],
        "date": mail["date"],
        "body": mail["body"],
        "label": mail["category"],
    }


def main(arguments: list[str]) -> int:
    """Write cases.jsonl and labels.toml."""
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    source, folder = map(Path, arguments)
    folder.mkdir(parents=True, exist_ok=True)
    lines = source.read_text(encoding="utf-8").splitlines()
    cases = [json.dumps(converted(json.loads(line)), ensure_ascii=False) for line in lines if line.strip()]
    (folder / "cases.jsonl").write_text("\n".join(cases) + "\n", encoding="utf-8")
    (folder / "labels.toml").write_text(LABELS, encoding="utf-8")
    print(f"{len(cases)} cases in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
