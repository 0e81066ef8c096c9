"""What an undo did: the books that its steps write, and the answer that is made of them."""

from dataclasses import dataclass, field

from mailreeve.models import Change, ChangeState, Failure
from mailreeve.triage.parts import Parts


@dataclass(frozen=True, slots=True)
class Undone:
    """What undo did."""

    undone: int
    skipped: tuple[Failure, ...]
    """What the person changed since, or what is gone: left as it is."""
    final: tuple[Failure, ...]
    """What cannot be undone, such as a sent mail."""
    failed: tuple[Failure, ...]
    """What went wrong, or waits for another undo first; undo it again."""


@dataclass(slots=True)
class Books:
    """One undo that goes on."""

    parts: Parts
    undone: int = 0
    skipped: list[Failure] = field(default_factory=list)
    finals: list[Failure] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def result(self) -> Undone:
        """What was done so far."""
        return Undone(self.undone, tuple(self.skipped), tuple(self.finals), tuple(self.failures))

    def settled(self, change: Change) -> None:
        """It is taken back."""
        self.parts.journal.settle(change.id, ChangeState.UNDONE)
        self.undone += 1
        self._closed(change)

    def skip(self, change: Change, why: str) -> None:
        """It is left as it is, for good: the person changed it, or it is gone."""
        self.parts.journal.settle(change.id, ChangeState.SKIPPED, why)
        self.skipped.append(Failure(change.id, why))
        self._closed(change)

    def leave(self, change: Change, why: str) -> None:
        """It is left as it is for now; a later undo may find it otherwise."""
        self.skipped.append(Failure(change.id, why))

    def _closed(self, change: Change) -> None:
        if change.run.startswith("r-"):
            self.parts.ledger.undo([change.target])

    def final(self, change: Change, why: str) -> None:
        """Nobody can take it back; it stands."""
        self.finals.append(Failure(change.id, why))

    def fail(self, change: Change, why: str) -> None:
        """It stands for now; the next undo tries it again."""
        self.failures.append(Failure(change.id, why))
