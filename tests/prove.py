"""`make prove`: the tests with their full counts, and docs/proof.json about the run."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent


class Counter:
    """Collects what each test that samples a large count has proven in full."""

    def __init__(self) -> None:
        self.outcomes: dict[str, int] = {"passed": 0, "failed": 0, "skipped": 0}
        self.proofs: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count each test once, and keep the figures that it recorded."""
        if report.when == "call" or (report.when == "setup" and report.outcome != "passed"):
            self.outcomes[report.outcome] += 1
            if report.user_properties:
                self.proofs[report.nodeid] = dict(report.user_properties)


def commit() -> str:
    """The commit that is proven; marked when the checkout differs from it."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=40"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.strip()


def main() -> int:
    """Run everything, the full counts included."""
    counter, start = Counter(), time.monotonic()
    code = pytest.main(
        ["-q", "-n", "auto", "-m", "prove or not prove", str(ROOT / "tests")], plugins=[counter]
    )
    proof = {
        "commit": commit(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": sys.version.split()[0],
        "seconds": round(time.monotonic() - start),
        "tests": counter.outcomes,
        "counts": dict(sorted(counter.proofs.items())),
    }
    (ROOT / "docs" / "proof.json").write_text(json.dumps(proof, indent=2) + "\n", encoding="utf-8")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
