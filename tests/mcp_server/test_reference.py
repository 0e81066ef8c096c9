"""docs/tools.md says what the tools say."""

from pathlib import Path

from mailreeve.mcp_server import reference

PAGE = Path(__file__).parent.parent.parent / "docs" / "tools.md"


def test_the_page_is_up_to_date() -> None:
    """If this fails: python -m mailreeve.mcp_server.reference > docs/tools.md."""
    assert PAGE.read_text(encoding="utf-8") == reference.markdown()
