"""What a server's requests share."""

from dataclasses import dataclass

from mailreeve.app import App
from mailreeve.mcp_server.due import Due
from mailreeve.mcp_server.page import Page


@dataclass(frozen=True, slots=True)
class Served:
    """One running server: the home it serves, and the way to its person."""

    app: App
    page: Page
    due: Due
