"""Who may use the page: secrets that open it once, sessions, and the one-use tokens of a question."""

import hmac
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field

SECRET_SECONDS = 120.0
"""How long the address that opens the page works."""
_KEPT = 5
_NONCES = 200
"""Questions that one session may have open; the oldest are forgotten."""


@dataclass(frozen=True, slots=True)
class Note:
    """What the next page tells at its top."""

    text: str
    undo: str = ""
    """What the button beside it takes back."""
    bad: bool = False


@dataclass(slots=True)
class Session:
    """One browser of the person."""

    id: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    _notes: list[Note] = field(default_factory=list)
    _nonces: OrderedDict[str, tuple[str, str]] = field(default_factory=OrderedDict)
    _kept: OrderedDict[str, object] = field(default_factory=OrderedDict)

    def tell(self, text: str, undo: str = "", *, bad: bool = False) -> None:
        """Say it on the next page."""
        self._notes.append(Note(text, undo, bad))

    def notes(self) -> tuple[Note, ...]:
        """What is to be told now; each is told once."""
        told = tuple(self._notes)
        self._notes.clear()
        return told

    def nonce(self, proposal_id: str, digest: str) -> str:
        """A token for one answer to one question: this proposal, this digest."""
        made = secrets.token_urlsafe(32)
        self._nonces[made] = (proposal_id, digest)
        while len(self._nonces) > _NONCES:
            self._nonces.popitem(last=False)
        return made

    def take(self, nonce: str, proposal_id: str, digest: str) -> bool:
        """Use a token up; True when it was made for this question."""
        return self._nonces.pop(nonce, None) == (proposal_id, digest)

    def keep(self, value: object) -> str:
        """Keep what a page showed, for one act on exactly that; the oldest are forgotten."""
        made = secrets.token_urlsafe(16)
        self._kept[made] = value
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return made

    def take_kept(self, token: str) -> object:
        """What was kept, once; None for what was not, or is no longer."""
        return self._kept.pop(token, None)

    def is_own(self, csrf: str) -> bool:
        """True for a form that this session was given."""
        return hmac.compare_digest(csrf.encode(), self.csrf.encode())


class Sessions:
    """The secrets that were handed out and the sessions that they were exchanged for."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._secrets: dict[str, tuple[float, str]] = {}
        self._sessions: dict[str, Session] = {}

    def secret(self, where: str) -> str:
        """A secret that opens the page at a place, once, for two minutes."""
        made = secrets.token_urlsafe(32)
        with self._guard:
            self._secrets[made] = (time.monotonic() + SECRET_SECONDS, where)
        return made

    def open(self, secret: str) -> tuple[Session, str] | None:
        """Exchange a secret for a session and the place to go to; None when it is used, old or wrong."""
        with self._guard:
            until, where = self._secrets.pop(secret, (0.0, ""))
            if time.monotonic() > until:
                return None
            session = Session()
            self._sessions[session.id] = session
            return session, where

    def find(self, id_: str) -> Session | None:
        """The session of a cookie."""
        with self._guard:
            return self._sessions.get(id_)
