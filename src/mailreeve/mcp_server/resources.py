"""Resources: what a host can attach without a tool call. Mail in them is fenced as in the tools."""

import json
import re
from collections.abc import Callable
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp.types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)

from mailreeve.app import App
from mailreeve.errors import MailreeveError, NotFound
from mailreeve.mcp_server import text
from mailreeve.mcp_server.results import fenced
from mailreeve.mcp_server.served import Served
from mailreeve.mcp_server.work import Answer, Call, in_thread

_BETWEEN = re.compile(r"[\s/()\[\]{}|&\"':]")
_MOST_COMPLETIONS = 100
"""The protocol's own limit."""


class Resources:
    """The resources of one home, for its default account."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def labels(self) -> str:
        """The user's triage labels, when each is given, and all labels in Gmail."""

        def use(call: Call) -> dict[str, Any]:
            from mailreeve.service import labels

            return dict(labels.labels(call.box))

        return json.dumps(await self._run(use), ensure_ascii=False)

    async def rules(self) -> str:
        """The user's own rules: what each looks at and does. review with show=rules tries them on recent mail."""

        def use(call: Call) -> dict[str, Any]:
            from mailreeve.service import ruling

            return dict(ruling.listed(call.box.app))

        return json.dumps(await self._run(use), ensure_ascii=False)

    async def digest(self) -> str:
        """What the last triage found, decided and drafted."""

        def use(call: Call) -> dict[str, Any]:
            from mailreeve.service import digest

            return fenced(digest.digest(call.box), "text")

        found = await self._run(use)
        return text.block(found, found["text"])

    async def thread(self, thread_id: str) -> str:
        """The new text of a thread, oldest first; read_mail has the rest."""

        def use(call: Call) -> dict[str, Any]:
            from mailreeve.service import pages

            page = pages.read_page(call.box, (), thread_id, "text", "", call.cancel)
            return fenced(page, "subject", "messages", "omitted")

        return text.page(await self._run(use))

    async def label(self, name: str) -> str:
        """The newest 20 messages with a label."""

        def use(call: Call) -> dict[str, Any]:
            from mailreeve.service import searching, veil

            answer = searching.search(call.box, f"label:{_dashed(name)}", limit=20, cancel=call.cancel)
            hits = [veil.hit(call.box, hit) for hit in answer["hits"]]
            return fenced({**answer, "hits": hits}, "hits")

        return text.hits(await self._run(use))

    async def complete(
        self,
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        _context: CompletionContext | None,
    ) -> Completion | None:
        """Label names that begin with what was typed."""
        if argument.name not in {"name", "label"}:
            return None

        def use(call: Call) -> list[str]:
            from mailreeve.service import labels

            return labels.labels(call.box)["gmail"]

        typed = argument.value.casefold()
        found = [name for name in await self._run(use) if name.casefold().startswith(typed)]
        return Completion(
            values=found[:_MOST_COMPLETIONS], total=len(found), has_more=len(found) > _MOST_COMPLETIONS
        )

    async def _run(self, use: Callable[[Call], Answer]) -> Answer:
        try:
            return await in_thread(self._app, "", use, lambda _done, _total, _what: None)
        except NotFound as error:
            raise ResourceNotFoundError(str(error)) from error
        except MailreeveError as error:
            raise ResourceError(str(error)) from error


def _dashed(name: str) -> str:
    """A label name as Gmail's searches write it: `Clients/New York` is `clients-new-york`."""
    return _BETWEEN.sub("-", name.strip().lower())


def add(server: MCPServer[Served], app: App) -> None:
    """Register the resources and the completion of label names."""
    every = Resources(app)
    for uri, function, title, mime_type in (
        ("mailreeve://labels", every.labels, "Labels", "application/json"),
        ("mailreeve://rules", every.rules, "Rules", "application/json"),
        ("mailreeve://digest", every.digest, "Latest digest", "text/plain"),
        ("mailreeve://thread/{thread_id}", every.thread, "A thread", "text/plain"),
        ("mailreeve://label/{+name}", every.label, "Newest mail with a label", "text/plain"),
    ):
        server.resource(uri, title=title, mime_type=mime_type, description=function.__doc__)(function)
    server.completion()(every.complete)  # type: ignore[no-untyped-call] # the SDK forgot its return type
