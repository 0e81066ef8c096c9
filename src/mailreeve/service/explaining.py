"""Why a mail was sorted as it was, out of the ledger, the journal and the audit: no model is asked."""

import re
from collections.abc import Mapping

from mailreeve.app import Mailbox
from mailreeve.errors import InputError, MailreeveError, NotFound
from mailreeve.models import Change, DecidedBy, Verdict
from mailreeve.service.answers.why import ChangeJson, CorrectionJson, StageJson, WhyAnswer
from mailreeve.store.corrections import Correction, Corrections
from mailreeve.store.entries import Entry
from mailreeve.triage.labels import NEEDS_HUMAN, NEEDS_HUMAN_NAME, names_of
from mailreeve.triage.undrafting import STANDING

_WHO = {
    DecidedBy.PATTERN: "a pattern that was learned from you",
    DecidedBy.OFFLINE: "the built-in reader on this computer",
    DecidedBy.LLM: "the language model",
    DecidedBy.PERSON: "you",
}
_ID = re.compile(r"[0-9a-f]{1,32}", re.IGNORECASE)
"""Gmail's ids of messages and threads."""
_KINDS = ("labels", "draft_create", "draft_update", "trash")
_OPINION = re.compile(r"(offline|llm): (\S+) \(?(\d\.\d+)\)?(?: \((.*)\))?", re.DOTALL)
_BAR = re.compile(r"offline: \d\.\d+ is (above|below) the bar of (\d\.\d+)")
_NAMED = re.compile(r"(rule|pattern) ([^:]+): (.*)", re.DOTALL)
_STAGES = {
    "rules": "Your rules",
    "rule": "Built-in rule",
    "offline": "Built-in reader",
    "llm": "Language model",
}
_SYSTEM = {
    ("remove", "INBOX"): "archived it",
    ("add", "INBOX"): "moved it to the inbox",
    ("add", "STARRED"): "starred it",
    ("remove", "STARRED"): "took the star off",
    ("remove", "UNREAD"): "marked it as read",
    ("add", "UNREAD"): "marked it as unread",
}
"""What Gmail's own labels mean to a person."""
_CORRECT = [
    "`mailreeve correct MESSAGE LABEL`, or choose another label on the review page: `mailreeve review --web`.",
    "Or put the mail under another Mailreeve label in Gmail. Three such mails of one sender teach a pattern.",
]


def why(box: Mailbox, message: str) -> WhyAnswer:
    """Explain the latest decision on a message, or on the newest one of a thread.

    Raises InputError when there is none: the message says whether the mail is not decided yet or not there at all.
    """
    entry = box.ledger.entry(message) or box.ledger.latest_in(message)
    if entry is None:
        raise _undecided(box, message)
    if entry.verdict is None:
        failed = f" The last try failed: {entry.error}" if entry.error else ""
        raise InputError(f"This mail is not decided yet.{failed}", "`mailreeve triage` takes it up.")
    return _told(box, entry, entry.verdict)


def _undecided(box: Mailbox, message: str) -> InputError:
    """Why nothing is known of an id: Gmail is asked whether there is such a mail."""
    nowhere = InputError(
        f"There is no mail with the id {message[:80]!r}.", "`mailreeve search` shows the ids."
    )
    if not _ID.fullmatch(message):
        return nowhere
    try:
        box.gmail.get(message)
    except NotFound:
        return nowhere
    except MailreeveError as error:
        return InputError(
            f"Mailreeve has decided no mail with the id {message[:80]!r}, and could not look it up: {error.message}",
            "`mailreeve search` shows the ids; `mailreeve triage` decides new mail.",
        )
    return InputError(
        "Triage has not taken up this mail.",
        "`mailreeve triage` takes up new mail, with --since also older; `mailreeve classify` decides one now.",
    )


def _told(box: Mailbox, entry: Entry, verdict: Verdict) -> WhyAnswer:
    names = {**names_of(box.parts()), NEEDS_HUMAN: NEEDS_HUMAN_NAME}
    made = [one for kind in _KINDS for one in box.journal.of_target(entry.message, kind)]
    made.sort(key=lambda one: one.at)
    found = Corrections(box.audit).standing().get(entry.message)
    label = NEEDS_HUMAN if verdict.needs_human else verdict.label
    return {
        "id": entry.message,
        "thread_id": entry.thread,
        "from": entry.sight.sender,
        "subject": entry.sight.subject,
        "label": names.get(label, label),
        "priority": verdict.priority.value,
        "by": verdict.by.value,
        "who": _who(verdict),
        "confidence": verdict.confidence,
        "reason": verdict.reason,
        "needs_human": verdict.needs_human,
        "state": entry.state.value,
        "error": entry.error,
        "stages": [_stage(line, names) for line in verdict.evidence if not line.startswith("veto: ")],
        "vetoes": [
            line.removeprefix("veto: ")
            for line in verdict.evidence
            if line.startswith("veto: ") and line != "veto: none"
        ],
        "changes": [_change(box, one) for one in made],
        "correction": _correction(box, found, names) if found else None,
        "correct": list(_CORRECT),
        "url": box.url(entry.thread),
    }


def _who(verdict: Verdict) -> str:
    """Who decided, with the name of a rule or a pattern."""
    if verdict.by is DecidedBy.RULE:
        own = verdict.reason.startswith("your rule ")
        return verdict.reason if own else "a built-in rule"
    named = (found for line in verdict.evidence if (found := _NAMED.fullmatch(line)))
    name = next((one[2] for one in named if one[1] == verdict.by.value), "")
    return f"{_WHO[verdict.by]} ({name})" if name else _WHO[verdict.by]


def _stage(line: str, names: Mapping[str, str]) -> StageJson:
    """One line of the evidence in plain words; a line of an unknown form is told as it is."""
    if bar := _BAR.fullmatch(line):
        sure = "sure enough" if bar[1] == "above" else "not sure enough"
        return StageJson(
            stage="Built-in reader",
            text=f"{sure} to decide without a model (that takes {float(bar[2]):.0%})",
            confidence=None,
        )
    if said := _OPINION.fullmatch(line):
        label = names.get(said[2], names.get(said[2].replace("_", "-"), said[2]))
        because = f", because: {said[4]}" if said[4] else ""
        return StageJson(stage=_STAGES[said[1]], text=f"says {label}{because}", confidence=float(said[3]))
    if named := _NAMED.fullmatch(line):
        kind = "Your rule" if named[1] == "rule" else "Pattern"
        return StageJson(stage=f"{kind} {named[2]}", text=named[3], confidence=None)
    head, colon, rest = line.partition(": ")
    if colon and head in _STAGES:
        return StageJson(stage=_STAGES[head], text=rest, confidence=None)
    return StageJson(stage="Note", text=line.replace("offline reader", "built-in reader"), confidence=None)


def _change(box: Mailbox, one: Change) -> ChangeJson:
    stands = one.state in STANDING
    return ChangeJson(
        id=one.id,
        text=_in_words(box, one),
        state=one.state.value,
        at=one.at.astimezone(box.zone).isoformat(timespec="seconds"),
        undo=(one.run if one.run.startswith("a-") else one.id) if stands else "",
    )


def _in_words(box: Mailbox, one: Change) -> str:
    if one.kind != "labels":
        words = {"draft_create": "wrote a draft of a reply", "draft_update": "changed a draft"}
        return words.get(one.kind, "moved it to the trash")
    parts = []
    for verb, key in (("put on", "add"), ("took off", "remove")):
        given = one.do.get(key)
        ids = [str(id_) for id_ in given] if isinstance(given, list) else []
        parts += [_SYSTEM[key, id_] for id_ in ids if (key, id_) in _SYSTEM]
        if own := [id_ for id_ in ids if (key, id_) not in _SYSTEM]:
            parts.append(f"{verb} the label {', '.join(box.label_names(own))}")
    return "; ".join(parts) or "changed nothing"


def _correction(box: Mailbox, found: Correction, names: Mapping[str, str]) -> CorrectionJson:
    return CorrectionJson(
        old=names.get(found.old, found.old),
        new=names.get(found.new, found.new),
        at=found.at.astimezone(box.zone).isoformat(timespec="seconds"),
        undo=found.act,
    )
