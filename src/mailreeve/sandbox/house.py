"""The mailboxes of one server: which of them a request is for."""

from collections.abc import Sequence

from mailreeve.sandbox import delegation, tokens
from mailreeve.sandbox.http import Request
from mailreeve.sandbox.state import State


class House:
    """One mailbox, or those of an organization; each keeps its own tokens, quota, faults and clock."""

    def __init__(self, states: Sequence[State]) -> None:
        """The first one answers for what belongs to none."""
        self.states = tuple(states)
        for state in states:
            state.exchange = states[0]

    def of(self, request: Request) -> State:
        """The mailbox of a request: that of its token, or of the person an assertion names."""
        if len(self.states) == 1:
            return self.states[0]
        if request.method == "POST" and request.path in {"/token", "/revoke"}:
            return self._by_form(request.form())
        return self._by_token(tokens.of(request))

    def _by_form(self, asked: dict[str, str]) -> State:
        if asked.get("grant_type") == delegation.GRANT:
            wanted = delegation.subject(asked.get("assertion", ""))
            return next((one for one in self.states if one.account.lower() == wanted), self.states[0])
        return self._by_token(asked.get("refresh_token") or asked.get("token") or "")

    def _by_token(self, token: str) -> State:
        known = (one for one in self.states if one.scalar("select 1 from tokens where token = ?", (token,)))
        return next(known, self.states[0])
