"""The web server on 127.0.0.1, for a process of its own or for a thread of a test."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from mailreeve.sandbox import index
from mailreeve.sandbox.app import App
from mailreeve.sandbox.house import House
from mailreeve.sandbox.pushing import Pusher
from mailreeve.sandbox.state import State

TICK = 0.02
"""Seconds between two looks at the exit flag."""
PARENT_TICKS = 25
"""Ticks between two looks at the parent process."""
PUSH_TICKS = 5
"""Ticks between two looks for what is to be pushed."""
INDEX_CHUNK = 20
"""Messages that one idle moment puts into the index."""


class CuttableProtocol(H11Protocol):
    """HTTP/1.1 that lets the application cut its own connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Hand the connection's ends to the application, in the scope's state."""
        super().connection_made(transport)
        # asyncio does this only for sockets made with an explicit protocol number
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, "abort": transport.abort, "close": transport.close}


class Server(uvicorn.Server):
    """Serves one mailbox or more until it is told to stop, or until the process `parent` is gone."""

    def __init__(self, *states: State, port: int = 0, parent: int | None = None) -> None:
        self._states = states
        self._parent = parent
        self._pusher = Pusher(states[0])
        self.listener = socket.create_server(("127.0.0.1", port))
        super().__init__(
            uvicorn.Config(
                App(House(states)),
                http=CuttableProtocol,
                loop="asyncio",
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=False,
                timeout_keep_alive=60,
            )
        )

    @property
    def base_url(self) -> str:
        """The root of all its paths."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def stop(self) -> None:
        """Ask it to stop; from any thread."""
        self.should_exit = True

    def serve_here(self) -> None:
        """Serve in this thread until it is stopped."""
        self.run(sockets=[self.listener])

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End on SIGTERM and SIGINT by returning, so that what was opened is closed."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {
            number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def main_loop(self) -> None:
        """Wait for the end; idle moments go to the index."""
        tick = 0
        while not self.should_exit:
            tick += 1
            if self._parent is not None and tick % PARENT_TICKS == 0 and not alive(self._parent):
                return
            self._index_some()
            if tick % PUSH_TICKS == 0:
                self._pusher.look()
            await asyncio.sleep(TICK)

    def _index_some(self) -> None:
        for state in self._states:
            if state.scalar("select 1 from messages where indexed = 0 limit 1"):
                with state.transaction():
                    index.some(state, INDEX_CHUNK)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close at once: nobody waits for what a sandbox has not answered."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            _transport(connection).abort()
        for task in list(self.server_state.tasks):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._pusher.stop()
        await asyncio.sleep(0)
        for listener in sockets or ():
            listener.close()


def _transport(connection: Any) -> asyncio.Transport:
    transport: asyncio.Transport = connection.transport
    return transport


def alive(process: int) -> bool:
    """True while a process is there. Windows cannot be asked this way, so there it is always true."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
