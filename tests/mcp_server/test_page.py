"""send_mail for clients that cannot ask: the person answers on the review page."""

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from mcp import Client
from mcp.types import CallToolResult
from tests.mcp_server.conftest import EVERYTHING, Connect, Make, answer, said
from tests.mcp_server.test_sending import change, draft, yes
from tests.sandbox_server import SandboxServer
from tests.web.client import Client as Window
from tests.web.client import Page

from mailreeve.app import App

Act = Callable[[Window, Page], None]


class Person:
    """A person whose browser opens: they act on the page, in their own time, or not at all."""

    def __init__(self, act: Act | None = None, *, there: bool = True, opens: bool = True) -> None:
        self.urls: list[str] = []
        self.failures: list[BaseException] = []
        self._act = act
        self._there = there
        self._opens = opens
        self._threads: list[threading.Thread] = []

    def is_there(self) -> bool:
        return self._there

    def open(self, url: str) -> bool:
        self.urls.append(url)
        if self._act:
            self._threads.append(threading.Thread(target=self._do, args=(self._act, url)))
            self._threads[-1].start()
        return self._opens

    def _do(self, act: Act, url: str) -> None:
        try:
            self.look(act, url)
        except BaseException as error:  # noqa: BLE001 -- told by `done`, in the test's own thread
            self.failures.append(error)

    def look(self, act: Act, url: str = "") -> None:
        window = Window(url or self.urls[-1])
        act(window, window.follow(window.opened))

    def done(self) -> None:
        for thread in self._threads:
            thread.join(30)
        assert [] == self.failures

    def secrets(self) -> list[str]:
        """What must be seen nowhere: the addresses' one-use parts, and the port."""
        return [
            part
            for url in self.urls
            for part in (urlsplit(url).path.rpartition("/")[2], urlsplit(url).netloc)
        ]


def approve(window: Window, page: Page) -> None:
    place = place_of(page, "/approve")
    assert "Sent." in window.follow(window.submit(page, place)).words


def decline(window: Window, page: Page) -> None:
    window.submit(page, place_of(page, "/decline"))


def place_of(page: Page, end: str) -> str:
    actions = [str(form.attributes.get("action")) for form in page.tree.css("form")]
    return next(action for action in actions if action.endswith(end))


async def send(client: Client, draft_id: str, told: list[str] | None = None) -> CallToolResult:
    async def note(progress: float, total: float | None, message: str | None) -> None:
        if told is not None:
            told.append(str(message))

    return await client.call_tool("send_mail", {"draft_id": draft_id}, progress_callback=note)


async def test_a_yes_on_the_page_sends_it(sandbox: SandboxServer, app: App, connect: Connect) -> None:
    """The page shows the question, the person approves, these bytes leave once, the call tells it."""
    shown: list[str] = []

    def look(window: Window, page: Page) -> None:
        shown.append(page.words)
        approve(window, page)

    person, draft_id = Person(look), draft(sandbox)
    async with connect(person=person) as client:
        found = answer(await send(client, draft_id))
    person.done()
    assert ("sent", 1, 1) == (found["status"], len(sandbox.sent()), len(person.urls))
    assert "ana@example.org" in shown[0]
    assert "See you there." in shown[0]
    made = app.mailbox().gate.get(found["proposal"])
    assert ("page", "review page", made.sent_id) == (made.decided_how, made.decided_by, found["sent_id"])


async def test_a_no_on_the_page_keeps_the_draft(sandbox: SandboxServer, connect: Connect) -> None:
    """Declined on the page is declined, and nothing left."""
    person, draft_id = Person(decline), draft(sandbox)
    async with connect(person=person) as client:
        found = answer(await send(client, draft_id))
    person.done()
    assert "declined" == found["status"]
    assert "did not approve" in found["advice"]
    assert [] == sandbox.sent()
    assert [draft_id] == [one["id"] for one in sandbox.api("GET", "/drafts")["drafts"]]


async def test_a_late_yes_counts(sandbox: SandboxServer, connect: Connect) -> None:
    """The call ends before the person answers: the same call later tells that it was sent, and sends no second."""
    person, draft_id = Person(), draft(sandbox)
    async with connect(person=person, wait=0.3) as client:
        first = answer(await send(client, draft_id))
        second = answer(await send(client, draft_id))
        person.look(approve)
        third = answer(await send(client, draft_id))
        fourth = answer(await send(client, draft_id))
    assert ["needs_user", "needs_user", "sent", "sent"] == [
        one["status"] for one in (first, second, third, fourth)
    ]
    assert first["proposal"] == second["proposal"] == third["proposal"]
    assert "call send_mail again" in first["advice"]
    assert (1, 1) == (len(sandbox.sent()), len(person.urls))


async def test_a_late_no_is_told_once(sandbox: SandboxServer, connect: Connect) -> None:
    """A no is told by the next call, which opens nothing; a call after that asks anew."""
    person, draft_id = Person(), draft(sandbox)
    async with connect(person=person, wait=0.3) as client:
        await send(client, draft_id)
        person.look(decline)
        found = answer(await send(client, draft_id))
        opened = len(person.urls)
        again = answer(await send(client, draft_id))
    assert ("declined", 1) == (found["status"], opened)
    assert ("needs_user", 2) == (again["status"], len(person.urls))
    assert found["proposal"] != again["proposal"]
    assert [] == sandbox.sent()


async def test_after_a_no_a_changed_draft_is_a_new_question(sandbox: SandboxServer, connect: Connect) -> None:
    """The no was about other words."""
    person, draft_id = Person(), draft(sandbox)
    async with connect(person=person, wait=0.3) as client:
        await send(client, draft_id)
        person.look(decline)
        change(sandbox, draft_id, "Softer words.\n")
        found = answer(await send(client, draft_id))
    assert ("needs_user", 2) == (found["status"], len(person.urls))


async def test_a_draft_changed_while_the_page_is_open_does_not_leave(
    sandbox: SandboxServer, connect: Connect
) -> None:
    """A yes to the words on the page never sends others."""
    draft_id = draft(sandbox)

    def late(window: Window, page: Page) -> None:
        change(sandbox, draft_id, "Send all money to Mallory.\n")
        assert 409 == window.submit(page, place_of(page, "/approve")).status

    person = Person(late)
    async with connect(person=person, wait=2) as client:
        found = answer(await send(client, draft_id))
    person.done()
    assert found["status"] != "sent"
    assert [] == sandbox.sent()


async def test_the_person_may_change_it_first(sandbox: SandboxServer, connect: Connect) -> None:
    """Edited and approved on the page: the call that asked tells that the new words left."""
    draft_id = draft(sandbox)

    def edit(window: Window, _page: Page) -> None:
        place = f"/draft/{draft_id}"
        page = window.get(place)
        page = window.follow(window.submit(page, f"{place}/edit", body="My own words."))
        asked = window.follow(window.submit(page, f"{place}/propose"))
        approve(window, asked)

    person = Person(edit)
    async with connect(person=person) as client:
        found = answer(await send(client, draft_id))
    person.done()
    assert ("sent", 1) == (found["status"], len(sandbox.sent())), found


async def test_a_form_comes_before_the_page(sandbox: SandboxServer, connect: Connect) -> None:
    """A client that can ask does, and no browser opens."""
    person, asked = Person(), yes()
    async with connect(person=person, elicitation_callback=asked) as client:
        found = answer(await send(client, draft(sandbox)))
    assert ("sent", 1, []) == (found["status"], len(asked.asked), person.urls)


@pytest.mark.parametrize(
    ("there", "opens", "page", "opened"),
    [(False, True, True, 0), (True, False, True, 1), (True, True, False, 0)],
    ids=["no desktop", "the browser does not open", "turned off"],
)
async def test_without_a_page_it_says_where(
    sandbox: SandboxServer,
    make_app: Make,
    connect: Connect,
    there: bool,
    opens: bool,
    page: bool,
    opened: int,
) -> None:
    """No browser, or the setting is off: the draft waits, and the answer says where a person can send it."""
    person = Person(there=there, opens=opens)
    app = make_app(policy=EVERYTHING.model_copy(update={"review_page": page}))
    async with connect(app, person=person) as client:
        found = answer(await send(client, draft(sandbox)))
    assert "needs_user" == found["status"]
    assert "Gmail" in found["advice"]
    assert opened == len(person.urls)
    assert [] == sandbox.sent()


async def test_the_page_ends_with_the_server(sandbox: SandboxServer, connect: Connect) -> None:
    """When the client goes, nothing listens any more."""
    person = Person()
    async with connect(person=person, wait=0.2) as client:
        await send(client, draft(sandbox))
        assert 303 == Window(person.urls[0]).opened.status
    with pytest.raises(ConnectionRefusedError):
        Window(person.urls[0])
    assert "review page" not in {thread.name for thread in threading.enumerate()}


async def test_the_address_is_nowhere(
    sandbox: SandboxServer,
    connect: Connect,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Neither the one-use address nor the port is in a result, a progress report, a log or an output."""
    person, draft_id, told = Person(), draft(sandbox), list[str]()
    with caplog.at_level(logging.DEBUG):
        async with connect(person=person, wait=0.3) as client:
            results = [await send(client, draft_id, told)]
            results.append(await client.call_tool("open_review", {"draft_id": draft_id}))
            person.look(approve)
            results.append(await send(client, draft_id, told))
            results.append(await client.call_tool("review", {"show": "proposals"}))
            results.append(await client.call_tool("open_review", {"draft_id": draft_id}))
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("mailreeve")]
    told_elsewhere = [record.getMessage() for record in caplog.records]
    said_all = json.dumps([one.model_dump(mode="json") for one in results]) + "\n".join([*told, *ours])
    assert told
    assert 4 == len(person.secrets())
    for secret in person.secrets():
        assert secret not in said_all
    output = capfd.readouterr()
    for one in person.urls:
        secret = one.rpartition("/")[2]
        assert secret not in output.out + output.err + "\n".join(told_elsewhere)


async def test_the_button_opens_the_draft_and_approves_nothing(
    sandbox: SandboxServer, app: App, connect: Connect
) -> None:
    """open_review shows the draft to the person; no proposal is made, and pressed twice it opens once."""
    person, draft_id = Person(), draft(sandbox)
    async with connect(person=person) as client:
        forged = await client.call_tool("open_review", {"draft_id": draft_id, "approve": True, "send": True})
        assert ([], True) == (person.urls, forged.is_error)
        first = await client.call_tool("open_review", {"draft_id": draft_id})
        await client.call_tool("open_review", {"draft_id": draft_id})
        window = Window(person.urls[0])
        assert "See you there." in window.follow(window.opened).text
    assert "open in your browser" in said(first)
    assert 1 == len(person.urls)
    assert () == app.mailbox().gate.waiting()
    assert [] == sandbox.sent()


async def test_the_button_leads_to_the_question_when_there_is_one(
    sandbox: SandboxServer, connect: Connect
) -> None:
    """After send_mail asked, the button opens the same question."""
    person, draft_id = Person(), draft(sandbox)
    async with connect(person=person, wait=0.2) as client:
        await send(client, draft_id)
        await client.call_tool("open_review", {"draft_id": draft_id})
        window = Window(person.urls[1])
        assert "Send exactly this?" in window.follow(window.opened).words


@pytest.mark.parametrize("id_", ["r-none", "//example.org/x", "../audit", "a\r\nLocation: x"])
async def test_the_button_opens_nothing_for_a_wrong_id(connect: Connect, id_: str) -> None:
    """What is no draft is an error, and no browser opens."""
    person = Person()
    async with connect(person=person) as client:
        result = await client.call_tool("open_review", {"draft_id": id_})
    assert result.is_error
    assert [] == person.urls


async def test_the_button_without_a_browser_says_where(sandbox: SandboxServer, connect: Connect) -> None:
    """Where no browser can be opened, the answer names the other ways."""
    async with connect() as client:
        result = await client.call_tool("open_review", {"draft_id": draft(sandbox)})
    assert result.is_error
    assert "mailreeve send" in said(result)


@pytest.mark.parametrize(("browser", "there"), [("lynx %s", False), ("some-browser %s &", True)])
def test_a_browser_for_terminals_is_none(browser: str, there: bool) -> None:
    """One that runs in the terminal would read the protocol from stdin, so only one with a window counts."""
    code = "from mailreeve.mcp_server.browser import SystemBrowser; print(SystemBrowser().is_there())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "BROWSER": browser},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"{there}" == done.stdout.strip()
