"""The review card: what a host with MCP Apps shows beside a draft or a question. It asks, it approves nothing."""

from pathlib import Path

from mcp.server.apps import Apps, ResourceCsp

URI = "ui://mailreeve/review.html"
CARD = "mailreeve/card"
"""The key of a result's `_meta` under which send_mail hands the card what would leave."""


def extension() -> Apps:
    """The card as a resource that may load nothing from anywhere."""
    apps = Apps()
    apps.add_html_resource(
        URI,
        Path(__file__).with_name("card.html").read_text(encoding="utf-8"),
        name="review-card",
        title="Review card",
        description="A draft as it would leave, and a button that opens the review page.",
        csp=ResourceCsp(connect_domains=[], resource_domains=[], frame_domains=[], base_uri_domains=[]),
        prefers_border=True,
    )
    return apps
