"""What the person corrected: a label that a mail should have had. Kept as rows of the audit, ids only."""

from dataclasses import dataclass
from datetime import datetime

from mailreeve.store.audit import Audit

_MADE = "correction"
_WITHDRAWN = "correction.undone"


@dataclass(frozen=True, slots=True)
class Correction:
    """One message that got another label by the person."""

    message: str
    old: str
    """The id of the user's label that was decided; `needs-human` when nobody could decide."""
    new: str
    act: str
    """Under which name the change of labels is undone."""
    at: datetime


class Corrections:
    """The corrections of one account."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    def add(self, message: str, old: str, new: str, act: str) -> None:
        """Write down that the person gave a message another label."""
        self._audit.append(_MADE, {"message": message, "old": old, "new": new, "act": act}, "person")

    def withdraw(self, act: str) -> bool:
        """The person undid the change; False when it was no correction."""
        found = any(one.act == act for one in self.standing().values())
        if found:
            self._audit.append(_WITHDRAWN, {"act": act}, "person")
        return found

    def standing(self) -> dict[str, Correction]:
        """The last correction of each message that was not undone, by message."""
        made: dict[str, Correction] = {}
        for row in self._audit.events(_MADE, _WITHDRAWN):
            if row.event == _MADE:
                made[row.body["act"] or str(row.seq)] = Correction(**row.body, at=row.at)
            else:
                made.pop(row.body["act"], None)
        return {one.message: one for one in made.values()}
