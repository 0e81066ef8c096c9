"""The user's labels as the readers see them: which label stands for which archetype."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mailreeve.models import Archetype, LabelSpec

_A = Archetype

FALLBACKS = MappingProxyType(
    {
        _A.URGENT: (_A.TO_REPLY, _A.PERSONAL, _A.NOTIFICATION, _A.FYI),
        _A.TO_REPLY: (_A.PERSONAL, _A.URGENT, _A.FYI),
        _A.WAITING: (_A.FYI, _A.TO_REPLY, _A.PERSONAL),
        _A.FYI: (_A.NOTIFICATION, _A.PERSONAL, _A.NEWSLETTER),
        _A.NEWSLETTER: (_A.PROMOTION, _A.FYI, _A.NOTIFICATION),
        _A.PROMOTION: (_A.NEWSLETTER, _A.COLD, _A.SUSPICIOUS, _A.NOTIFICATION, _A.FYI),
        _A.RECEIPT: (_A.NOTIFICATION, _A.FYI),
        _A.NOTIFICATION: (_A.FYI, _A.RECEIPT),
        _A.CALENDAR: (_A.TO_REPLY, _A.FYI, _A.NOTIFICATION),
        _A.PERSONAL: (_A.TO_REPLY, _A.FYI),
        _A.COLD: (_A.PROMOTION, _A.SUSPICIOUS, _A.NEWSLETTER, _A.FYI),
        _A.SUSPICIOUS: (_A.COLD, _A.PROMOTION, _A.NOTIFICATION),
    }
)
"""Where a mail goes when the user has no label for its archetype, nearest first."""

# Words by which people call a kind of mail: in the id or name of a label, or in its `when` sentence.
_CALLED: dict[Archetype, str] = {
    _A.URGENT: r"urgen\w*|asap|critical|emergenc\w*|time[- ]sensitive|immediate\w*|outage\w*|escalat\w*|dringend|"
    r"eilig|sofort|wichtig|importan\w*|top priority|act now|within hours|same[- ]day|today",
    _A.TO_REPLY: r"needs?[- _]?(?:a )?(?:response|reply|answer)|to[- _]?reply|reply|respon[ds]\w*|answer\w*|"
    r"question\w*|requests?|asks?|to[- _]?do|action\w*|antwort\w*|beantworten|frag\w*|r[ée]pon\w*|respuesta|responder",
    _A.WAITING: r"wait\w*|await\w*|follow[- ]?ups?|pending|on hold|warte\w*|en attente|esperando",
    _A.FYI: r"fyi|for your information|informational|no (?:reply|action|response)|updates?|status|heads[- ]up|"
    r"read later|reference|zur kenntnis|\bzk\b|info\w*|pour info\w*",
    _A.NEWSLETTER: r"newsletters?|digests?|subscri\w*|blogs?|mailing lists?|round[- ]?ups?|articles?|reading|"
    r"rundbrief\w*|infolettre|bolet[íi]n\w*|lists?",
    _A.PROMOTION: r"promo\w*|marketing|advert\w*|offers?|deals?|discounts?|sales?|coupons?|werbung|angebot\w*|"
    r"publicit\w*|ofertas?|commercial|unsolicited|bulk",
    _A.RECEIPT: r"receipts?|invoices?|orders?|purchas\w*|payments?|billing|bills?|bookings?|shipp\w*|deliver\w*|"
    r"rechnung\w*|bestell\w*|quittung\w*|finance|factur\w*|re[çc]us?|recibos?",
    _A.NOTIFICATION: r"notif\w*|alerts?|automat\w*|system|machine|security|accounts?|services?|bots?|"
    r"benachrichtigung\w*|alertes?|avisos?",
    _A.CALENDAR: r"calend\w*|meetings?|invit\w*|events?|appointments?|schedul\w*|kalender|termin\w*|"
    r"r[ée]unions?|citas?|agenda",
    _A.PERSONAL: r"personal\w*|private?\w*|famil\w*|friends?|interpersonal|privat\w*|familie|freunde|amis?|amigos?|"
    r"people (?:i|you) know",
    _A.COLD: r"cold|outreach|sales pitch\w*|pitch\w*|recruit\w*|prospect\w*|vendors?|unsolicited|kaltakquise|strangers?",
    _A.SUSPICIOUS: r"suspicious|phish\w*|scams?|spam|fraud\w*|junk|malicious|verd[äa]chtig|betrug|dangerous",
}
_PATTERNS = {kind: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) for kind, words in _CALLED.items()}
_NEGATED = re.compile(
    r"\b(?:not?|never|without|except|excluding|kein\w*|nicht|pas|sin)\b[^,.;]*", re.IGNORECASE
)


class LabelSet:
    """Maps archetypes to the user's labels: by what each label declares, else by what it is called."""

    def __init__(self, labels: Sequence[LabelSpec]) -> None:
        self._labels = tuple(labels)
        self._direct = {kind: found for kind in Archetype if (found := self._find(kind))}
        standing: dict[str, list[Archetype]] = {}
        for kind in Archetype:
            if label := self.best(kind):
                standing.setdefault(label, []).append(kind)
        self.standing: Mapping[str, Sequence[Archetype]] = standing
        """Label id to all archetypes that it stands for."""

    def best(self, archetype: Archetype) -> str:
        """The label id for an archetype, by way of its nearest relatives; empty when none is near."""
        for kind in (archetype, *FALLBACKS[archetype]):
            if kind in self._direct:
                return self._direct[kind]
        return ""

    def _find(self, archetype: Archetype) -> str:
        """The label that declares the archetype, else the undeclared one that is called most like it."""
        declared = [label.id for label in self._labels if label.archetype is archetype]
        if declared:
            return declared[0]
        scored = [(_affinity(label, archetype), label.id) for label in self._labels]
        points, found = max(scored, key=lambda pair: pair[0], default=(0.0, ""))
        return found if points >= 1 else ""


def _affinity(label: LabelSpec, archetype: Archetype) -> float:
    """How much a label is called like an archetype: its id and name count most, then its sentence."""
    pattern = _PATTERNS[archetype]
    if label.urgent and archetype is Archetype.URGENT:
        return 9.0
    called = f"{label.id} {label.name}".replace("_", " ").replace("-", " ")
    # "needs no reply" says what the label is not
    when = label.when if archetype is Archetype.FYI else _NEGATED.sub(" ", label.when)
    points = (4.0 if pattern.search(called) else 0.0) + min(len(pattern.findall(when)), 3)
    # a label that declares another archetype takes further kinds only when its words say so plainly
    return points - 1.5 if label.archetype is not None else points
