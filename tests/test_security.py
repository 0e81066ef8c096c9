"""SECURITY.md and docs/privacy.md say what is tested and what is there."""

import ast
import re
from pathlib import Path

import pytest

from mailreeve.store.migrations import MIGRATIONS

ROOT = Path(__file__).parent.parent
SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(test_\w+)`", SECURITY)))


@pytest.fixture(scope="module")
def tests() -> frozenset[str]:
    """The names of all tests."""
    return frozenset(
        node.name
        for file in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def test_every_test_named_in_security_md_exists(tests: frozenset[str]) -> None:
    """A claim whose test was renamed or deleted is noticed."""
    assert 50 <= len(NAMED)
    assert [] == [name for name in NAMED if name not in tests]


def test_privacy_md_names_every_table() -> None:
    """What is kept is told: a new table needs a line there."""
    made = re.findall(r"create table (\w+)", "\n".join(one for step in MIGRATIONS for one in step))
    told = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    assert [] == [table for table in made if f"`{table}`" not in told]
