"""The rooms and the arrows of docs/architecture.md, kept by reading every import."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "mailreeve"

FLOOR = {"errors", "models", "cancel", "platform", "telemetry"}
PURE = FLOOR | {"mail"}
LEAVES = {"google", "reading", "store", "outbound", "attachments"}

# room -> the rooms that it may import; downwards only, leaves never import each other
ARROWS: dict[str, set[str]] = {
    "errors": set(),
    "models": {"errors"},
    "cancel": {"errors"},
    "platform": {"errors"},
    "telemetry": set(),
    "config": {"errors", "models", "platform"},
    "mail": FLOOR,
    "google": PURE,
    "reading": PURE,
    "store": PURE,
    "outbound": PURE,
    "attachments": PURE,
    "rules": PURE,
    "people": PURE | LEAVES,
    "evaluation": PURE | {"reading", "rules", "triage"},
    "gate": PURE | LEAVES,
    "triage": PURE | LEAVES | {"rules", "people", "gate"},
    "service": PURE | LEAVES | {"rules", "people", "gate", "triage", "evaluation", "app"},
    "app": PURE | LEAVES | {"config", "rules", "people", "gate", "triage", "evaluation"},
    "mcp_server": FLOOR | {"app", "service", "config"},
    "web": FLOOR | {"app", "service", "config"},
    "cli": PURE | {"app", "service", "config", "mcp_server", "web", "sandbox", "evaluation"},
    "sandbox": set(),
    "__main__": {"cli"},
    "__init__": set(),
}


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def room(file: Path) -> str:
    return file.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported_modules(file: Path) -> list[str]:
    """Every `mailreeve.x.y` that the file imports, inside functions too."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.startswith("mailreeve")]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mailreeve"):
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(SOURCE)))
def test_imports_follow_the_arrows(file: Path) -> None:
    """A room imports itself and the rooms below it, nothing else."""
    allowed = ARROWS[room(file)] | {room(file), "__version__"}
    turned = [name for name in imported_modules(file) if name.split(".")[1] not in allowed]
    assert [] == turned


def test_only_app_and_the_faces_read_config() -> None:
    """The parts get plain values; `Config` is known to app.py and to the faces that load it."""
    readers = {
        room(file) for file in modules() if any(n.split(".")[1] == "config" for n in imported_modules(file))
    }
    assert readers <= {"app", "cli", "mcp_server", "web", "config"}


def test_sending_is_imported_by_app_alone() -> None:
    """`google/sending.py` is built in app/ and handed to the gate; no other room can reach it."""
    importers = {
        str(file.relative_to(SOURCE))
        for file in modules()
        if any(name.startswith("mailreeve.google.sending") for name in imported_modules(file))
    }
    assert importers <= {"app/mailbox.py"}


def test_a_calendar_is_changed_by_the_gate_alone() -> None:
    """`google/scheduling.py` invites people: it is built in app/ and handed to the gate, like sending."""
    importers = {
        str(file.relative_to(SOURCE))
        for file in modules()
        if any(name.startswith("mailreeve.google.scheduling") for name in imported_modules(file))
    }
    assert importers <= {"app/mailbox.py"}


def test_only_the_store_speaks_sql() -> None:
    """sqlite3 is imported in store/ and in the sandbox, which imports nothing of the house."""
    importers = {room(file) for file in modules() if "sqlite3" in file.read_text(encoding="utf-8")}
    assert importers <= {"store", "sandbox"}


def test_only_config_reads_the_environment() -> None:
    """Settings are read in one module, at start."""
    readers = {room(file) for file in modules() if "os.environ" in file.read_text(encoding="utf-8")}
    assert readers <= {"config", "cli"}


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(SOURCE)))
def test_no_function_is_longer_than_sixty_lines(file: Path) -> None:
    """A function fits a screen."""
    long = [
        node.name
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno > 60
    ]
    assert [] == long


TESTS = Path(__file__).parent


@pytest.mark.parametrize(
    "file", sorted(TESTS.rglob("test_*.py")), ids=lambda file: str(file.relative_to(TESTS))
)
def test_every_test_says_in_a_sentence_what_holds(file: Path) -> None:
    """A test's docstring is its promise."""
    silent = [
        node.name
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert [] == silent
