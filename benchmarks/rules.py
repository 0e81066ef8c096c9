"""How long `mailreeve rules test --mbox` takes: 500 mails in under 5 seconds, without account, network or model.

The mailbox is `mail/real-2002.mbox` of MAILREEVE_TEST_DATA (or ../shared/data), or the file that is named; the
rules are those of examples/rules, one of which needs every mail read by the built-in reader.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("MAILREEVE_TEST_DATA", ROOT.parent / "shared" / "data"))
LIMIT = 5.0
ROUNDS = 3


def main() -> int:
    """Print the table; 1 when the limit is missed, 2 without a mailbox."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mbox", nargs="?", type=Path, default=DATA / "mail" / "real-2002.mbox")
    file = parser.parse_args().mbox
    if not file.exists():
        print(f"{file} is not there: name an mbox file.")
        return 2
    with tempfile.TemporaryDirectory(prefix="mailreeve-bench-") as home:
        shutil.copy(ROOT / "examples" / "rules" / "rules.toml", home)
        command = [sys.executable, "-m", "mailreeve", "rules", "test", "--mbox", str(file), "--json"]
        taken = []
        for _ in range(ROUNDS):
            start = time.monotonic()
            done = subprocess.run(
                command, env={**os.environ, "MAILREEVE_HOME": home}, capture_output=True, check=True
            )
            taken.append(time.monotonic() - start)
    told = json.loads(done.stdout)
    print(f"{told['seen']} mails, {told['touched']} touched, {len(told['rules'])} rules")
    spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    print(
        f"best of {ROUNDS}: {min(taken):.2f} s, worst {max(taken):.2f} s, start of the program included;"
        f" {spent / ROUNDS:.2f} s of one processor each, with {os.getloadavg()[0]:.1f} programs running"
    )
    print(f"python benchmarks/rules.py {file.name}")
    return int(min(taken) > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
