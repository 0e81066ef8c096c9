"""The person's browser on this machine, and the page that it is opened at."""

from typing import Protocol


class PageServer(Protocol):
    """The review page of one mailbox; its addresses are secrets."""

    def start(self) -> str:
        """Open the port; returns an address that opens the page."""
        ...

    def url_for(self, proposal_id: str = "", draft_id: str = "") -> str:
        """An address that opens a proposal, else a draft, once."""
        ...

    def stop(self) -> None:
        """Close the port."""
        ...


class Browser(Protocol):
    """Opens an address where the person sees it."""

    def is_there(self) -> bool:
        """True when a browser with a window can be opened."""
        ...

    def open(self, url: str) -> bool:
        """Open an address, which may be a secret; False when that failed."""
        ...


class SystemBrowser:
    """The browser that the system, or the variable BROWSER, names."""

    def is_there(self) -> bool:
        """True when there is one with a window.

        Without a desktop session the standard library finds only browsers for terminals. Those would take the
        stdin that carries the protocol.
        """
        import webbrowser

        try:
            found = webbrowser.get()
        except webbrowser.Error:
            return False
        return isinstance(found, webbrowser.BackgroundBrowser) or not isinstance(
            found, webbrowser.GenericBrowser
        )

    def open(self, url: str) -> bool:
        """Open an address; the browser gets no more of this process than that."""
        import webbrowser

        try:
            return webbrowser.open(url)
        except (webbrowser.Error, OSError):
            return False
