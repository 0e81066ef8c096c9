"""The review page as the tools use it: started when it is needed first, ended with the server.

The address of the page is a secret that opens it once. It goes from the page's server to the person's browser and
nowhere else: no result, no progress and no log carries it, because whoever has it could press the button.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailreeve.app import Mailbox
from mailreeve.errors import MailreeveError, NeedsPerson
from mailreeve.mcp_server.browser import Browser, PageServer
from mailreeve.models import ProposalState as State
from mailreeve.service.answers import SendAnswer

if TYPE_CHECKING:
    from mailreeve.mcp_server.work import Call

SECONDS = 45.0
"""How long one call waits for the person: hosts give up on a call after 60."""
_FINISH_SECONDS = 30.0
"""How much longer it waits when they said yes and it is being sent."""
_LOOK_SECONDS = 0.2
_AGAIN_SECONDS = 600.0
"""A call that is repeated opens the same question again only after this time."""
_AT_ONCE_SECONDS = 5.0
"""The same for a button, which somebody may press twice."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Way:
    """How this process reaches its person."""

    browser: Browser
    serve: Callable[[Mailbox], PageServer]
    """Makes the page of a mailbox."""


class Page:
    """The way to the person through their browser."""

    def __init__(self, way: Way | None = None, seconds: float = SECONDS) -> None:
        """Without a way to the person no page is ever opened."""
        self._way = way
        self._seconds = seconds
        self._guard = threading.Lock()
        self._servers: dict[str, PageServer] = {}
        self._opened: dict[tuple[str, str], float] = {}
        self._asked: dict[tuple[str, str], str] = {}

    def asked(self, box: Mailbox, draft_id: str) -> str:
        """The proposal for this draft that was left with the person; empty when there is none."""
        return self._asked.get((box.address, draft_id), "")

    def told(self, box: Mailbox, draft_id: str) -> None:
        """The outcome of what was left with the person is known to the caller."""
        self._asked.pop((box.address, draft_id), None)

    def ask(self, call: "Call", draft_id: str, proposal_id: str) -> SendAnswer:
        """Show a proposal to the person and wait some time for what they make of it.

        An answer that comes later counts too: the question stays open, and the next call tells what became of it.
        """
        from mailreeve.service import sending

        try:
            shown = self._show(call.box, f"proposal {proposal_id}", proposal_id=proposal_id)
        except MailreeveError as error:
            _log.warning("The review page cannot be used: %s", error)
            shown = False
        if not shown:
            return sending.waiting(call.box, proposal_id)
        self._asked[call.box.address, draft_id] = proposal_id
        answer = self._wait(call, proposal_id)
        if answer["status"] not in {"needs_user", "unknown"}:
            self.told(call.box, draft_id)
        return answer

    def open_draft(self, box: Mailbox, draft_id: str) -> None:
        """Open the page at a draft, or at the question about it; changes nothing.

        Raises NotFound when there is no such draft, NeedsPerson when no browser can be opened here.
        """
        from mailreeve.service import sending

        draft = box.gmail.draft(draft_id)
        asked = next((one for one in box.gate.waiting() if one.draft_id == draft.id), None)
        shown = self._show(
            box,
            f"draft {draft.id}",
            proposal_id=asked.id if asked else "",
            draft_id=draft.id,
            again=_AT_ONCE_SECONDS,
        )
        if not shown:
            raise NeedsPerson(
                "No browser can be opened from here.",
                f"Send it from Gmail, or with `{sending.commands(box)} send {draft.id}` on a terminal.",
            )

    def close(self) -> None:
        """End the page."""
        with self._guard:
            for server in self._servers.values():
                server.stop()
            self._servers.clear()

    def _show(
        self,
        box: Mailbox,
        what: str,
        *,
        proposal_id: str = "",
        draft_id: str = "",
        again: float = _AGAIN_SECONDS,
    ) -> bool:
        """Open the person's browser, unless it was opened for the same a moment ago; False when that cannot be."""
        way = self._way
        if way is None or not box.config.policy.review_page or not way.browser.is_there():
            return False
        key = (box.address, what)
        with self._guard:
            now = time.monotonic()
            if key in self._opened and now - self._opened[key] < again:
                return True
            url = self._server(box, way).url_for(proposal_id, draft_id)
            opened = way.browser.open(url)
            if opened:
                self._opened[key] = now
            return opened

    def _server(self, box: Mailbox, way: Way) -> PageServer:
        if box.address not in self._servers:
            server = way.serve(box)
            server.start()
            self._servers[box.address] = server
        return self._servers[box.address]

    def _wait(self, call: "Call", proposal_id: str) -> SendAnswer:
        """Look at the proposal until it is decided or the time is over."""
        from mailreeve.service import sending

        began, told = time.monotonic(), -1
        while True:
            found = sending.current(call.box, proposal_id)
            age = time.monotonic() - began
            more = {State.PROPOSED: 0.0, State.APPROVED: _FINISH_SECONDS, State.EXECUTING: _FINISH_SECONDS}
            if found.state not in more or age >= self._seconds + more[found.state]:
                return sending.outcome(call.box, found)
            if int(age) > told:
                told = int(age)
                call.progress(told, None, "Waiting for the user's answer on the review page in their browser")
            call.cancel.sleep(_LOOK_SECONDS)
