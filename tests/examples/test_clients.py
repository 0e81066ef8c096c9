"""The client configurations that people copy."""

import json
from pathlib import Path

import pytest

CLIENTS = Path(__file__).parent.parent.parent / "examples" / "clients"
ENTRIES = {"mailreeve": ["serve"], "mailreeve-demo": ["--demo", "serve"]}
FILES = {
    "claude-desktop/claude_desktop_config.json": "mcpServers",
    "claude-code/.mcp.json": "mcpServers",
    "cursor/.cursor/mcp.json": "mcpServers",
    "vscode/.vscode/mcp.json": "servers",
}


@pytest.mark.parametrize(("file", "key"), FILES.items(), ids=FILES)
def test_a_client_file_starts_the_server_and_its_demo(file: str, key: str) -> None:
    """Valid JSON of the client's shape, one entry for the account and one for the demo mailbox."""
    extra = {"type": "stdio"} if key == "servers" else {}
    expected = {
        key: {name: {**extra, "command": "mailreeve", "args": args} for name, args in ENTRIES.items()}
    }
    assert expected == json.loads((CLIENTS / file).read_text(encoding="utf-8"))


def test_the_readme_names_every_file() -> None:
    """No configuration lies there without a word on where it goes, and none is promised that is missing."""
    readme = (CLIENTS / "README.md").read_text(encoding="utf-8")
    present = {file.relative_to(CLIENTS).as_posix() for file in CLIENTS.rglob("*.json")}
    assert set(FILES) == present
    assert all(f"`{file}`" in readme for file in FILES)
