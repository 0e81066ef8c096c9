"""Proposals, their approvals, and what they were made from. Every change of state is a compare-and-set.

The bytes of a message lie here only while its proposal is open; closing it wipes them.
"""

import json
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass

from mailreeve.errors import NotApproved
from mailreeve.models import Envelope, Flag, Proposal, Weight
from mailreeve.models import ProposalState as State
from mailreeve.store.db import Database, Refused, Row

HOLDING_BYTES = (State.PROPOSED, State.APPROVED, State.SCHEDULED, State.EXECUTING)
OPEN = (*HOLDING_BYTES, State.UNKNOWN)
_COLUMNS = tuple(Proposal.__dataclass_fields__)
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's (or the policy's) yes to one digest. It is used once."""

    digest: str
    channel: str
    nonce: str
    """The one-use token of the question that was answered."""
    by: str
    at: int


class Proposals:
    """The proposals of one account; those of another are not seen."""

    def __init__(self, db: Database, account: str) -> None:
        self._db = db
        self.account = account

    def transaction(self) -> AbstractContextManager[None]:
        """Several steps as one: all or nothing."""
        return self._db.transaction()

    def add(self, proposal: Proposal) -> bool:
        """Keep a new proposal; False when its draft already has an open one."""
        sql = (
            f"insert into proposal ({', '.join(_COLUMNS)}) values ({_marks(_COLUMNS)}) on conflict do nothing"
        )
        return self._db.execute(sql, _values(proposal)) == 1

    def get(self, proposal_id: str) -> Proposal | None:
        """One proposal of this account, or None."""
        row = self._db.row("select * from proposal where id = ? and account = ?", (proposal_id, self.account))
        return _proposal(row) if row else None

    def open_for(self, draft_id: str) -> Proposal | None:
        """The proposal whose fate is undecided for a draft, or None."""
        row = self._db.row(
            f"select * from proposal where account = ? and draft_id = ? and state in ({_marks(OPEN)})",
            (self.account, draft_id, *OPEN),
        )
        return _proposal(row) if row else None

    def in_states(self, states: Collection[State], limit: int = 1000) -> tuple[Proposal, ...]:
        """Proposals in these states, oldest first, without their bytes."""
        return self._listed(f"state in ({_marks(states)}) order by created_at, id", (*states,), limit)

    def due(self, now: int) -> tuple[Proposal, ...]:
        """Scheduled proposals whose time has come, the earliest first, without their bytes."""
        where = "state = ? and scheduled_at <= ? order by scheduled_at, id"
        return self._listed(where, (State.SCHEDULED, now), 1000)

    def overdue(self, now: int) -> tuple[Proposal, ...]:
        """Proposals that nobody answered in time, without their bytes."""
        where = "state = ? and expires_at <= ? order by expires_at, id"
        return self._listed(where, (State.PROPOSED, now), 1000)

    def recent(self, limit: int) -> tuple[Proposal, ...]:
        """The newest proposals, whatever became of them, newest first, without their bytes."""
        return self._listed("1 = 1 order by created_at desc, id", (), limit)

    def _listed(self, where: str, values: Sequence[object], limit: int) -> tuple[Proposal, ...]:
        columns = ", ".join("? as raw" if name == "raw" else name for name in _COLUMNS)
        rows = self._db.rows(
            f"select {columns} from proposal where account = ? and {where} limit ?",
            (b"", self.account, *values, limit),
        )
        return tuple(_proposal(row) for row in rows)

    def move(
        self, proposal: Proposal, new: State, *, outcome: str = "", sent_id: str = "", now: int = 0
    ) -> bool:
        """Change the state if it is still the one that was read; False when somebody was faster.

        Closing it wipes the bytes.
        """
        closed = new not in HOLDING_BYTES
        changed = self._db.execute(
            "update proposal set state = ?, outcome = ?, sent_id = ?, finished_at = ?,"
            " raw = case when ? = 1 then ? else raw end where id = ? and account = ? and state = ?",
            (
                new,
                outcome,
                sent_id,
                now if closed else 0,
                closed,
                b"",
                proposal.id,
                self.account,
                proposal.state,
            ),
        )
        return changed == 1

    def tell(self, proposal_id: str, outcome: str) -> None:
        """Replace the sentence that says what became of it."""
        self._db.execute(
            "update proposal set outcome = ? where id = ? and account = ?",
            (outcome, proposal_id, self.account),
        )

    def note_bounce(self, proposal_id: str, bounce: str) -> None:
        """Keep what receiving servers said about a message that was sent."""
        self._db.execute(
            "update proposal set bounce = ? where id = ? and account = ?", (bounce, proposal_id, self.account)
        )

    def approve(self, proposal: Proposal, approval: Approval) -> None:
        """Write the approval and the state, both or neither.

        Raises NotApproved when the proposal moved meanwhile, or the nonce or the digest was used before.
        """
        try:
            with self._db.transaction():
                changed = self._db.execute(
                    "update proposal set state = ?, decided_at = ?, decided_by = ?, decided_how = ?"
                    " where id = ? and account = ? and state = ? and digest = ?",
                    (
                        State.APPROVED,
                        approval.at,
                        approval.by,
                        approval.channel,
                        proposal.id,
                        self.account,
                        proposal.state,
                        approval.digest,
                    ),
                )
                if changed != 1:
                    raise NotApproved("This proposal was decided already, or is not what was shown.")
                self._db.execute(
                    "insert into approval (digest, channel, nonce, decided_by, at) values (?, ?, ?, ?, ?)",
                    (approval.digest, approval.channel, approval.nonce, approval.by, approval.at),
                )
        except Refused:
            raise NotApproved("This answer was used before.") from None

    def start(self, proposal: Proposal, now: int, per_day: int) -> None:
        """Use up the approval and write `executing`, both or neither; only one caller ever gets through.

        Raises NotApproved when the approval is missing or used, the proposal moved meanwhile, or the day's
        sends are used up.
        """
        with self._db.transaction():
            if self.sent_since(now - _DAY_MS) >= per_day:
                raise NotApproved(f"{per_day} messages left within 24 hours: that is [policy] sends_per_day.")
            used = self._db.execute(
                "update approval set used_at = ? where digest = ? and used_at = 0", (now, proposal.digest)
            )
            moved = self._db.execute(
                "update proposal set state = ?, executing_at = ?"
                " where id = ? and account = ? and state = ? and digest = ?",
                (State.EXECUTING, now, proposal.id, self.account, proposal.state, proposal.digest),
            )
            if used != 1 or moved != 1:
                raise NotApproved("The approval of this proposal was used already.")

    def sent_since(self, since: int, kind: str = "") -> int:
        """How many left, or may have left, since then; with a kind only those of it."""
        row = self._db.row(
            "select count(*) from proposal where account = ? and executing_at > ?"
            " and state in ('executing', 'done', 'unknown') and (? = '' or kind = ?)",
            (self.account, since, kind, kind),
        )
        return int(row[0]) if row else 0

    def sent_ids(self) -> frozenset[str]:
        """Gmail's ids of the messages that proposals became."""
        rows = self._db.rows(
            "select sent_id from proposal where account = ? and sent_id <> ''", (self.account,)
        )
        return frozenset(row[0] for row in rows)

    def forget(self, before: int) -> int:
        """Delete closed proposals older than this, with their approvals; returns how many."""
        closed = [state for state in State if state not in OPEN]
        return self._db.execute(
            f"delete from proposal where account = ? and finished_at < ? and state in ({_marks(closed)})",
            (self.account, before, *closed),
        )

    def correspondents(self) -> frozenset[str]:
        """Everyone to whom something was sent through here, in lower case."""
        rows = self._db.rows(
            "select envelope from proposal where account = ? and state = ?", (self.account, State.DONE)
        )
        return frozenset(address.lower() for row in rows for address in _envelope(row[0]).recipients)

    def note_text(self, draft_id: str, text_hash: str, by: str, now: int) -> None:
        """Remember the hash of the text that a reader proposed for a draft."""
        self._db.execute(
            "insert into drafted_text (account, draft_id, text_hash, decided_by, at) values (?, ?, ?, ?, ?)"
            " on conflict (account, draft_id) do update set"
            " text_hash = excluded.text_hash, decided_by = excluded.decided_by, at = excluded.at",
            (self.account, draft_id, text_hash, by, now),
        )

    def noted_text(self, draft_id: str) -> tuple[str, str]:
        """The hash of a reader's text for a draft and who wrote it; empty when a person wrote it."""
        row = self._db.row(
            "select text_hash, decided_by from drafted_text where account = ? and draft_id = ?",
            (self.account, draft_id),
        )
        return (row["text_hash"], row["decided_by"]) if row else ("", "")


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


def _values(proposal: Proposal) -> tuple[object, ...]:
    values = {name: getattr(proposal, name) for name in _COLUMNS}
    values["envelope"] = json.dumps(asdict(proposal.envelope))
    values["flags"] = json.dumps([(flag.code, flag.weight, flag.text) for flag in proposal.flags])
    return tuple(values.values())


def _proposal(row: Row) -> Proposal:
    values = {name: row[name] for name in _COLUMNS}
    values["envelope"] = _envelope(row["envelope"])
    values["flags"] = tuple(
        Flag(code, Weight(weight), text) for code, weight, text in json.loads(row["flags"])
    )
    values["state"] = State(row["state"])
    values["raw"] = bytes(row["raw"])
    return Proposal(**values)


def _envelope(text: str) -> Envelope:
    return Envelope(**{name: tuple(addresses) for name, addresses in json.loads(text).items()})
