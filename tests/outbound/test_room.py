"""Who may open the door."""

import ast
from pathlib import Path

SOURCE = Path(__file__).parent.parent.parent / "src" / "mailreeve"


def imports(file: Path) -> set[str]:
    """The modules that a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_the_wire_is_handed_to_the_gate_alone() -> None:
    """`outbound/wire.py` is built in app/ and used by the gate; no other room can reach it."""
    users = {
        file.relative_to(SOURCE).parts[0]
        for file in SOURCE.rglob("*.py")
        if any(
            name.startswith(("mailreeve.outbound.wire", "mailreeve.outbound.webhook.post"))
            for name in imports(file)
        )
    }
    assert users <= {"outbound", "gate", "app"}
