"""Running a synchronous use case for one request: a worker thread, progress, cancellation, errors."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import anyio
import anyio.to_thread
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError

from mailreeve.app import App, Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import MailreeveError
from mailreeve.mcp_server.served import Served
from mailreeve.models import Progress

if TYPE_CHECKING:
    from concurrent.futures import Future

Answer = TypeVar("Answer")
log = logging.getLogger(__name__)

_TOOLS = {
    "`mailreeve runs`": "review with show=runs",
    "`mailreeve review` lists": "review lists",
    "`mailreeve labels`": "The resource mailreeve://labels",
    "`mailreeve search`": "search_mail",
    "`mailreeve calendar agenda`": "calendar with action=agenda",
}
"""What a model has in place of the commands that errors name."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a use case is handed: the mailbox, and how to stop and to tell how far it is."""

    box: Mailbox
    cancel: Cancel
    progress: Progress


async def run(ctx: Context[Served], account: str, use: Callable[[Call], Answer]) -> Answer:
    """Run a use case for a tool.

    Raises ToolError with the message and the advice of every MailreeveError: the model reads them. Of any other
    error only the kind is told.
    """
    reports = Reports(ctx)
    app = ctx.request_context.lifespan_context.app
    try:
        answer = await in_thread(app, account, use, reports.tell)
    except MailreeveError as error:
        raise ToolError(_advised(str(error), demo=app.config.demo)) from error
    except ToolError:
        raise
    except Exception as error:  # a fault of ours: its words may hold mail, so only its kind is told
        log.exception("a fault in Mailreeve")
        raise ToolError(f"A fault in Mailreeve: {type(error).__name__}. Please report it.") from None
    await reports.sent()
    return answer


def _advised(told: str, *, demo: bool) -> str:
    """An error in the words of the tools; what only the person can do stays a command of theirs."""
    for command, tool in _TOOLS.items():
        told = told.replace(command, tool)
    return told.replace("`mailreeve ", "`mailreeve --demo ") if demo else told


async def in_thread(app: App, account: str, use: Callable[[Call], Answer], progress: Progress) -> Answer:
    """Run a use case in a worker thread.

    When the client gives up, `cancel` is set and the answer dropped: the thread stops at its next check,
    which is never between a request that creates and the note about it.
    """
    cancel = Cancel()

    def work() -> Answer:
        return use(Call(app.mailbox(account), cancel, progress))

    try:
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
    except anyio.get_cancelled_exc_class():
        cancel.set()
        raise


def client_name(ctx: Context[Served]) -> str:
    """The program that speaks, by its own account: good for a note, never for a decision."""
    params = ctx.session.client_params
    return params.client_info.name[:60] if params else "an unnamed client"


class Reports:
    """Carries progress from the worker thread to the client without making the thread wait."""

    def __init__(self, ctx: Context[Served]) -> None:
        self._ctx = ctx
        self._loop = asyncio.get_running_loop()
        self._under_way: list[Future[None]] = []

    def tell(self, done: int, total: int | None, what: str) -> None:
        """Called in the worker thread."""
        report = self._ctx.report_progress(done, total, what)
        try:
            self._under_way.append(asyncio.run_coroutine_threadsafe(report, self._loop))
        except RuntimeError:  # the loop is closed: nobody listens any more
            report.close()

    async def sent(self) -> None:
        """Wait until the client was told everything, so that no report comes after the answer."""
        await asyncio.gather(*(asyncio.wrap_future(one) for one in self._under_way), return_exceptions=True)
