"""The account of what was hidden: how much, by which means, and whether a person should be warned."""

from mailreeve.mail import hidden
from mailreeve.mail.invisible import Cleaned
from mailreeve.models import Hidden

_EVIDENCE_LIMIT = 20_000
"""Characters of hidden text that are looked at for instructions."""


_MARKUP_LIMIT = 100_000
"""Characters of comments and attributes that are looked at."""
_SHORTEST = 8


class Unseen:
    """Hidden text is the norm in mail (preheaders), so it alarms only when it talks to a machine."""

    def __init__(self) -> None:
        self._chars = 0
        self._how: dict[str, None] = {}
        self._evidence: list[str] = []
        self._length = 0
        self._alarm = False
        self._markup_left = _MARKUP_LIMIT

    def text(self, why: str, text: str) -> None:
        """Text that would be there but cannot be seen."""
        text = text.strip()
        if text:
            self._chars += len(text)
            self._how[why] = None
            self._look_at(text)

    def markup(self, why: str, text: str) -> None:
        """Comments, styles, titles: every mail has them; they count only when they hold instructions."""
        if len(text) < _SHORTEST or self._markup_left <= 0:
            return
        self._markup_left -= len(text)
        if hidden.instruction_like(text):
            self.text(why, text)

    def characters(self, cleaned: Cleaned, *, visible: bool) -> None:
        """Invisible characters; in a hidden preheader runs of them are padding."""
        if cleaned.chars:
            self._chars += cleaned.chars
            self._how.update(dict.fromkeys(cleaned.how))
            self._alarm = self._alarm or (cleaned.alarm and (visible or "tag characters" in cleaned.how))

    def told(self) -> Hidden:
        """The account so far."""
        alarm = self._alarm or hidden.instruction_like(" ".join(self._evidence))
        return Hidden(self._chars, tuple(self._how), alarm)

    def _look_at(self, text: str) -> None:
        left = _EVIDENCE_LIMIT - self._length
        if left > 0:
            self._evidence.append(text[:left])
            self._length += len(text)
