"""The page in a real browser: by keyboard alone, on a phone, with a checker for accessibility.

`MAILREEVE_SCREENSHOTS=1` writes the pictures of docs/review.md.
"""

import base64
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.boxes import OpenBox
from tests.sandbox_server import Factory, SandboxServer

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.models import ProposalState as State
from mailreeve.service import drafting, review, triage
from mailreeve.web.serve import ReviewServer

ROOT = Path(__file__).parent.parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for the whole file."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("there is no chromium on this machine")
    sync = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    with sync.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def demo(sandbox_factory: Factory) -> SandboxServer:
    return sandbox_factory(demo=True)


@pytest.fixture
def box(demo: SandboxServer, open_box: OpenBox) -> Mailbox:
    """The demo mailbox after one night; the blanks that the reader left in the first draft are filled in."""
    made = open_box(demo)
    triage.triage(made, cancel=Cancel())
    drafting.draft(made, kind="edit", draft_id=first(made), body="Yes, we are on it.", cancel=Cancel())
    return made


@pytest.fixture
def open_page(chromium: Any, server: ReviewServer) -> Iterator[Open]:
    """Tabs with a session: `open_page(width=360)`; what the page's console complains of fails the test."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def make(width: int = 1280, height: int = 900, **options: Any) -> Any:
        contexts.append(chromium.new_context(viewport={"width": width, "height": height}, **options))
        tab = contexts[-1].new_page()
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.goto(server.url_for())
        return tab

    yield make
    for context in contexts:
        context.close()
    assert [] == [one for one in complaints if "404 (Not Found)" not in one]  # the view of an error


@pytest.fixture
def page(open_page: Open) -> Any:
    return open_page()


def first(box: Mailbox) -> str:
    return review.order(box, cancel=Cancel())[0]


def places(box: Mailbox, server: ReviewServer) -> dict[str, str]:
    """Every view, by name."""
    draft = first(box)
    proposal = box.gate.propose_send(draft)
    html = next(
        one["id"]
        for id_ in review.order(box, cancel=Cancel())
        for one in review.sheet(box, id_, cancel=Cancel()).thread
    )
    paths = {
        "queue": "/",
        "draft": f"/draft/{draft}",
        "proposal": f"/proposal/{proposal.id}",
        "night": "/night",
        "cleanup": "/cleanup?span=3",
        "rules": "/rules",
        "stats": "/stats",
        "audit": "/audit",
        "original": f"/message/{html}",
        "error": "/draft/r1",
    }
    return {name: f"http://{server.host}{path}" for name, path in paths.items()}


def test_a_reply_is_approved_by_keyboard_alone(page: Any, demo: SandboxServer, box: Mailbox) -> None:
    """j, Enter, a, Enter: one delivery of the draft's exact bytes, and the secret is gone from the address."""
    assert "/open/" not in page.url
    raw = box.gmail.draft(first(box)).raw
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/draft/*")
    page.keyboard.press("a")
    page.wait_for_url("**/proposal/*")
    assert "Yes, send it now" == page.evaluate("document.activeElement.textContent")
    assert [] == demo.sent()
    page.keyboard.press("Enter")
    page.get_by_text("Sent.").wait_for()
    assert [raw] == [base64.urlsafe_b64decode(one["raw"]) for one in demo.sent()]


def test_a_reply_is_edited_and_the_edit_undone_by_keyboard(page: Any, box: Mailbox) -> None:
    """The key e puts the focus into the text; u takes the saved change back."""
    draft = first(box)
    before = review.sheet(box, draft, cancel=Cancel()).message.text
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/draft/*")
    page.keyboard.press("e")
    assert "f-body" == page.evaluate("document.activeElement.id")
    page.keyboard.press("Control+A")
    page.keyboard.type("jake rules: a, e, r, u and ? are letters here.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Your changes are saved").wait_for()
    assert (
        "jake rules: a, e, r, u and ? are letters here."
        == review.sheet(box, draft, cancel=Cancel()).message.text
    )
    page.wait_for_load_state()  # the keys work once the page's script has run
    page.keyboard.press("u")
    page.get_by_text("taken back").wait_for()
    assert before == review.sheet(box, draft, cancel=Cancel()).message.text


def test_a_reply_is_rejected_by_keyboard(page: Any, demo: SandboxServer, box: Mailbox) -> None:
    """The key r puts the focus into the reason; Enter rejects, nothing leaves."""
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/draft/*")
    page.keyboard.press("r")
    page.keyboard.type("not like this")
    page.keyboard.press("Enter")
    page.get_by_text("still in Gmail").wait_for()
    assert ["not like this"] == [row.body["reason"] for row in box.audit.events("draft.rejected")]
    assert [] == demo.sent()


def test_the_help_opens_and_closes_by_keyboard(page: Any) -> None:
    """? shows the keys, Escape hides them."""
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()


def test_everything_works_without_scripts(open_page: Open, demo: SandboxServer, box: Mailbox) -> None:
    """With JavaScript off a reply is opened, approved and sent by pressing what is there."""
    tab = open_page(java_script_enabled=False)
    tab.locator("a.item").first.click()
    tab.get_by_role("button", name="Approve…").click()
    tab.get_by_role("button", name="Yes, send it now").click()
    tab.get_by_text("Sent.").wait_for()
    assert [State.DONE] == [one.state for one in box.gate.recent()]
    assert 1 == len(demo.sent())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_accessibility_checker_finds_nothing_serious(
    open_page: Open, box: Mailbox, server: ReviewServer, scheme: str
) -> None:
    """axe-core finds no serious or critical violation on any view, with everything unfolded."""
    if not AXE.is_file():
        pytest.skip("axe-core is not in node_modules (npm install --no-save axe-core)")
    tab = open_page(color_scheme=scheme)
    found = []
    for name, url in places(box, server).items():
        tab.goto(url)
        tab.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        # evaluate bypasses the page's policy as its console would: nothing is loosened for the test
        tab.evaluate(AXE.read_text(encoding="utf-8"))
        result = tab.evaluate(
            "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        )
        found += [
            (name, one["id"], one["nodes"][0]["html"][:200])
            for one in result["violations"]
            if one["impact"] in {"serious", "critical"}
        ]
    tab.goto("about:blank")
    assert [] == found


def test_a_phone_needs_no_sideways_scrolling(open_page: Open, box: Mailbox, server: ReviewServer) -> None:
    """At 320 pixels no view is wider than the screen, unfolded or not, and no name in its menus is broken."""
    tab = open_page(width=320, height=740)
    wide, broken = {}, {}
    for name, url in places(box, server).items():
        tab.goto(url)
        tab.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        wide[name] = tab.evaluate("document.documentElement.scrollWidth")
        broken[name] = tab.evaluate(
            "[...document.querySelectorAll('nav a')].filter((one) => one.offsetHeight > 48)"
            ".map((one) => one.textContent)"
        )
    assert (dict.fromkeys(wide, 320), {key: [] for key in wide}) == (wide, broken)


def test_forty_recipients_take_no_more_room_in_the_queue_than_one_reply(
    open_page: Open, box: Mailbox, server: ReviewServer
) -> None:
    """The queue shows the beginning of a long list of recipients; the question shows all of them."""
    to = [f"person.number.{number}@some-long-domain-{number}.example.org" for number in range(40)]
    written = drafting.draft(box, kind="new", to=to, subject="W" * 300, body="Dear all,", cancel=Cancel())
    tab = open_page(width=390)
    item = tab.locator(f"a.item[href='/draft/{written['draft_id']}']")
    assert item.bounding_box()["height"] < tab.viewport_size["height"] / 2
    tab.goto(f"http://{server.host}/proposal/{box.gate.propose_send(written['draft_id']).id}")
    assert to == [tab.get_by_text(one, exact=True).first.inner_text() for one in to]


def test_an_original_runs_nothing_and_fetches_nothing(
    chromium: Any, server: ReviewServer, demo: SandboxServer, data: Path
) -> None:
    """Hundreds of attack payloads in one mail: no dialog, no request to anywhere but the page's own files."""
    from tests.web.test_html import payloads

    body = "\n<hr>\n".join(payloads(data))
    head = b"From: evil@x.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    message = demo.deliver(head + body.encode())
    context = chromium.new_context()
    tab = context.new_page()
    dialogs: list[str] = []
    requests: list[str] = []
    tab.on("dialog", lambda dialog: dialogs.append(dialog.message))
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto(server.url_for())
    requests.clear()
    tab.goto(f"http://{server.host}/message/{message}")
    tab.wait_for_load_state("networkidle")
    frame = tab.frames[1]
    assert f"http://{server.host}/message/{message}/original" == frame.url
    assert 1000 < len(frame.content())
    assert [] == dialogs
    own = f"http://{server.host}/"
    assert [] == [url for url in requests if not url.startswith((own + "message/", own + "static/"))]
    context.close()


@pytest.mark.skipif(not os.environ.get("MAILREEVE_SCREENSHOTS"), reason="pictures are made on demand")
def test_pictures_for_the_guide(open_page: Open, box: Mailbox, server: ReviewServer) -> None:
    """Queue, one draft, the question, the night, and a phone, as docs/review.md shows them."""
    found = places(box, server)
    draft = review.order(box, cancel=Cancel())[1]
    found["draft"] = f"http://{server.host}/draft/{draft}"
    tab = open_page(color_scheme="light")
    for name in ("queue", "draft", "proposal", "night"):
        tab.goto(found[name])
        if name == "night":
            tab.locator("details.why > summary").first.click()
        tab.screenshot(path=ROOT / "docs" / f"review-{name}.png")
    phone = open_page(width=360, height=740, color_scheme="dark")
    phone.goto(found["draft"])
    phone.screenshot(path=ROOT / "docs" / "review-phone.png")
