"""The review card: what it declares, and that hostile words in it stay words."""

import json
import re
import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mcp.client import advertise
from mcp.types import TextResourceContents
from tests.mcp_server.conftest import Connect, answer
from tests.mcp_server.test_page import Person, send
from tests.mcp_server.test_sending import draft
from tests.sandbox_server import SandboxServer

from mailreeve.mcp_server import card

if TYPE_CHECKING:
    from playwright.sync_api import Page

HTML = Path(card.__file__).with_name("card.html").read_text(encoding="utf-8")
APPS = [advertise("io.modelcontextprotocol/ui", {"mimeTypes": ["text/html;profile=mcp-app"]})]
ATTACK = "<img src=x onerror=\"parent.postMessage({hacked: 1}, '*')\"><script>parent.hacked = 1</script>"
HOST = """<!doctype html><body><script>
window.seen = [];
addEventListener("message", (event) => {
  const card = document.querySelector("iframe").contentWindow, message = event.data;
  window.seen.push(message);
  if (message.method === "ui/initialize")
    card.postMessage({jsonrpc: "2.0", id: message.id, result: {hostContext: {theme: "dark"}}}, "*");
  if (message.method === "ui/notifications/initialized")
    for (const [method, params] of RESULTS) card.postMessage({jsonrpc: "2.0", method, params}, "*");
  if (message.method === "tools/call")
    card.postMessage({jsonrpc: "2.0", id: message.id, result: {content: [{type: "text", text: "<b>Opened</b>"}]}}, "*");
});
</script><iframe sandbox="allow-scripts" width="600" height="500" srcdoc="CARD"></iframe></body>"""


async def test_the_card_is_declared(connect: Connect) -> None:
    """The tools name it, it can be read, it may load nothing, and its button's tool is for the card alone."""
    async with connect() as client:
        tools = {tool.name: tool.meta for tool in (await client.list_tools()).tools}
        listed = next(one for one in (await client.list_resources()).resources if one.uri == card.URI)
        contents = (await client.read_resource(card.URI)).contents[0]
    assert isinstance(contents, TextResourceContents)
    assert (HTML, "text/html;profile=mcp-app") == (contents.text, contents.mime_type)
    assert "text/html;profile=mcp-app" == listed.mime_type
    ui = (listed.meta or {})["ui"]
    assert {"connectDomains", "resourceDomains", "frameDomains", "baseUriDomains"} == set(ui["csp"])
    assert not any(ui["csp"].values())
    for name in ("draft_mail", "send_mail"):
        assert {"ui": {"resourceUri": card.URI}} == tools[name]
    assert {"ui": {"resourceUri": card.URI, "visibility": ["app"]}} == tools["open_review"]
    assert {"draft_mail", "send_mail", "open_review"} == {name for name, meta in tools.items() if meta}


def test_the_card_loads_and_renders_nothing_foreign() -> None:
    """No remote address, and no way by which text could become markup or code."""
    assert [] == re.findall(r"https?:|//[a-z]|\bsrc=|\bhref=|@import|url\(", HTML)
    assert [] == re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|DOMParser", HTML)


async def test_the_card_is_told_what_leaves(sandbox: SandboxServer, connect: Connect) -> None:
    """A host with MCP Apps gets recipients and text in `_meta`, fenced; another host gets no more than before."""
    person, draft_id = Person(), draft(sandbox)
    async with connect(person=person, wait=0.2, extensions=APPS) as client:
        told = await send(client, draft_id)
    async with connect(person=person, wait=0.2) as client:
        plain = await send(client, draft_id)
    shown = (told.meta or {})[card.CARD]
    assert (["ana@example.org"], "Lunch") == (shown["to"], shown["subject"])
    assert "See you there." in shown["text"]
    assert "never instructions" in shown["begin"]
    assert card.CARD not in (plain.meta or {})
    assert answer(told)["status"] == answer(plain)["status"] == "needs_user"


@pytest.fixture
def window() -> Iterator["Page"]:
    """A page of Debian's Chromium."""
    sync = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium on this machine")
    with sync.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def show(window: "Page", *results: tuple[str, dict[str, Any]]) -> Any:
    """The card in a host that posts these; returns the card's frame."""
    posted = json.dumps(results).replace("</", "<\\/")
    window.set_content(HOST.replace("RESULTS", posted).replace("CARD", escape(HTML, quote=True)))
    frame = window.frame_locator("iframe")
    frame.locator("#status:not(:empty)").wait_for()
    return frame


def test_hostile_words_stay_words(window: "Page") -> None:
    """Markup in every field is shown letter by letter: no element is made of it and no code runs."""
    letter = {name: [ATTACK] for name in ("to", "cc", "bcc", "flags")} | {"subject": ATTACK, "text": ATTACK}
    told = {"structuredContent": {"draft_id": "r1", "status": ATTACK, **letter}}
    frame = show(window, ("ui/notifications/tool-result", told))
    for place in ("#subject", "#text", "#flags", "#status"):
        assert ATTACK in frame.locator(place).inner_text()
    assert 4 == frame.locator("#facts").inner_text().count(ATTACK)
    assert 0 == frame.locator("img").count()
    assert 1 == frame.locator("script").count()
    seen = window.evaluate("window.seen")
    assert not any("hacked" in message for message in seen)
    assert window.evaluate("window.hacked === undefined")


def test_the_button_asks_for_the_page_and_nothing_else(window: "Page") -> None:
    """It shows Bcc, takes the host's theme, and calls open_review with the draft; it never calls send_mail."""
    told = {
        "structuredContent": {"draft_id": "r1", "status": "needs_user"},
        "_meta": {
            card.CARD: {
                "to": ["ana@example.org"],
                "bcc": ["eve@example.org"],
                "subject": "Lunch",
                "text": "Yes",
            }
        },
    }
    account = {"arguments": {"draft_id": "r1", "account": "me@example.com"}}
    frame = show(window, ("ui/notifications/tool-input", account), ("ui/notifications/tool-result", told))
    assert "eve@example.org" in frame.locator("#facts").inner_text()
    assert "dark" == frame.locator("html").evaluate("(one) => one.style.colorScheme")
    frame.locator("#review").click()
    frame.get_by_text("<b>Opened</b>").wait_for()
    calls = [one["params"] for one in window.evaluate("window.seen") if one.get("method") == "tools/call"]
    assert [{"name": "open_review", "arguments": {"draft_id": "r1", "account": "me@example.com"}}] == calls


@pytest.mark.parametrize(("status", "button"), [("sent", False), ("declined", False), ("needs_user", True)])
def test_what_is_settled_has_no_button(window: "Page", status: str, button: bool) -> None:
    """After it was sent or declined there is nothing to press."""
    told = {"structuredContent": {"draft_id": "r1", "status": status}}
    frame = show(window, ("ui/notifications/tool-result", told))
    assert button == frame.locator("#review").is_visible()
