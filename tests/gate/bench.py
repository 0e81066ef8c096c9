"""A gate over a running sandbox: the real client, the real store, and letters to send."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.sandbox_server import SandboxServer

from mailreeve.gate.gate import Gate
from mailreeve.gate.policy import Policy
from mailreeve.gate.ports import SystemClock
from mailreeve.google import credentials
from mailreeve.google.gmail import Gmail
from mailreeve.google.sending import Sender
from mailreeve.google.transport import Transport
from mailreeve.mail.compose import Compose, compose
from mailreeve.models import Address, Draft, Proposal
from mailreeve.store.audit import Audit
from mailreeve.store.db import Database
from mailreeve.store.proposals import Proposals

BOB = Address("Bob Example", "bob@partner.example")
EVE = Address("Eve", "eve@elsewhere.example")


@dataclass
class MovedClock:
    """The machine's clock, moved by `ahead` milliseconds."""

    ahead: int = 0
    slept: list[float] = field(default_factory=list)

    def now(self) -> int:
        return SystemClock().now() + self.ahead

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        SystemClock().sleep(seconds)


class Bench:
    """One account, its store, and the gate over both."""

    def __init__(self, sandbox: SandboxServer, folder: Path, timeout: float = 20) -> None:
        self.sandbox = sandbox
        self.account = sandbox.account
        self.folder = folder
        self.db = Database(folder / "mailreeve.db")
        self.transport = Transport(
            credentials.ready(sandbox.token, sandbox.base_url),
            base=sandbox.base_url,
            timeout=timeout,
            quota="off",
        )
        self.gmail = Gmail(self.transport)
        self.sender = Sender(self.transport)
        self.proposals = Proposals(self.db, self.account)
        self.audit = Audit(self.db, self.account)
        self.clock = MovedClock()
        self.policy = Policy(send=True, own_addresses=(self.account,), sends_per_day=100_000)
        self.gate = self.make_gate()

    def make_gate(self, rules: Policy | None = None, settle_seconds: float = 0.3, **parts: Any) -> Gate:
        """Another gate over the same store, as a second process would have."""
        return Gate(
            parts.get("proposals", self.proposals),
            parts.get("reader", self.gmail),
            parts.get("sender", self.sender),
            parts.get("audit", self.audit),
            rules or self.policy,
            self.folder / "locks",
            clock=self.clock,
            settle_seconds=settle_seconds,
        )

    def letter(self, **fields: Any) -> bytes:
        """Exact bytes of a mail to Bob."""
        plain = {
            "from_": Address("Ada", self.account),
            "date": datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
            "to": (BOB,),
            "subject": "The meeting on Monday",
            "body": "Dear Bob,\n\nMonday at ten suits me.\n\nAda",
        }
        return compose(Compose(**{**plain, **fields}))

    def draft(self, raw: bytes = b"", thread_id: str = "", **fields: Any) -> Draft:
        """A draft in Gmail."""
        return self.gmail.create_draft(raw or self.letter(**fields), thread_id)

    def approved(self, draft_id: str, at: datetime | None = None) -> Proposal:
        """Proposed, and confirmed by a person."""
        proposal = self.gate.propose_send(draft_id, at)
        return self.gate.approve(proposal.id, proposal.digest, "tty", "ada")

    def wait(self, milliseconds: int) -> None:
        """Time passes, here and at Google."""
        self.clock.ahead += milliseconds
        self.sandbox.clock(advance=milliseconds / 1000)

    def events(self) -> list[str]:
        """The names of the audit's rows, oldest first."""
        return [row.event for row in reversed(self.audit.rows(10_000))]

    def close(self) -> None:
        """Close connections and files."""
        self.transport.close()
        self.db.close()
