"""The server: a random port on 127.0.0.1, on a thread of its own."""

import importlib.util
import socket
from urllib.parse import quote

from mailreeve import platform
from mailreeve.app import Mailbox
from mailreeve.errors import ConfigError, MailreeveError
from mailreeve.web.app import Desk, build
from mailreeve.web.listening import Listening

_NEEDED = ("jinja2", "nh3")


class ReviewServer:
    """The review page of one mailbox. What `start` and `url_for` return is a secret: open it, never print it."""

    def __init__(self, box: Mailbox) -> None:
        self._box = box
        self._listening: Listening | None = None
        self._desk: Desk | None = None

    def start(self) -> str:
        """Open the port; returns the address that opens the page once, within two minutes.

        Raises ConfigError when the packages of the extra `web` are missing.
        """
        missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
        if missing:
            raise ConfigError(
                f"The review page needs {' and '.join(missing)}.",
                f"Run {platform.install('web')}; without it there is `mailreeve review` on the terminal.",
            )
        listener = socket.create_server(("127.0.0.1", 0))
        self._desk = Desk(self._box, f"127.0.0.1:{listener.getsockname()[1]}")
        self._listening = Listening(build(self._desk), listener, "review page")
        self._listening.start(
            MailreeveError("The review page did not start.", "Try it again, or use `mailreeve review`.")
        )
        return self.url_for()

    @property
    def host(self) -> str:
        """127.0.0.1 and the port."""
        assert self._desk is not None  # noqa: S101 -- start was called
        return self._desk.host

    def url_for(self, proposal_id: str = "", draft_id: str = "") -> str:
        """An address that opens a proposal, else a draft, else the queue, once, within two minutes."""
        assert self._desk is not None  # noqa: S101 -- start was called
        where = f"/draft/{quote(draft_id, safe='')}" if draft_id else "/"
        if proposal_id:
            where = f"/proposal/{quote(proposal_id, safe='')}"
        return f"http://{self.host}/open/{self._desk.sessions.secret(where)}"

    def stop(self) -> None:
        """Close the port and end the thread; does nothing when it does not run."""
        if self._listening:
            self._listening.stop()
        self._listening = None
