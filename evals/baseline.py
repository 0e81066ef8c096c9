"""Runs the commands of baseline.json for triage again and tells what changed: `python evals/baseline.py [--write]`.

With --write the figures, the date and the commit are put in place of the old ones. Commands whose cases are not
there (third-party files, made by a converter) are named and passed over.
"""

import json
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILE = Path(__file__).with_name("baseline.json")


def measured(command: str) -> dict[str, object]:
    """The JSON that a command prints."""
    words = [sys.executable, "-m", "mailreeve", *shlex.split(command)[1:]]
    return json.loads(subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def main(arguments: list[str]) -> int:
    """Measure, tell, and write if that is wanted."""
    known = json.loads(FILE.read_text(encoding="utf-8"))
    for one in known["measured"]:
        words = shlex.split(one["command"])
        if words[1:3] != ["eval", "triage"]:
            continue
        if not (ROOT / words[words.index("--cases") + 1]).is_file():
            print(f"{one['what']}: passed over, its cases are not there")
            continue
        found = measured(one["command"])
        now = {name: found[name] for name in one["figures"]}
        changed = [name for name in now if name != "ci95" and now[name] != one["figures"][name]]
        told = ", ".join(f"{name} {one['figures'][name]} -> {now[name]}" for name in changed)
        print(f"{one['what']}: {told or 'unchanged'}")
        one["figures"] = now
    if "--write" in arguments:
        head = ["git", "rev-parse", "--short", "HEAD"]
        known["commit"] = subprocess.run(
            head, cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
        known["date"] = f"{datetime.now(UTC):%Y-%m-%d}"
        FILE.write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
