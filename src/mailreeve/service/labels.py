"""Labels: what there is, and setting them, always with an undo."""

from collections import defaultdict
from collections.abc import Sequence

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError, MailreeveError
from mailreeve.google.gmail import Gmail
from mailreeve.models import ChangeState, Label, Message
from mailreeve.service.acts import new_act
from mailreeve.service.answers import Failed, LabelJson, LabelledAnswer, LabelsAnswer
from mailreeve.service.mail import fetch
from mailreeve.triage.labelling import Plan
from mailreeve.triage.labels import NEEDS_HUMAN_NAME, gmail_name, make

WORDS = {
    "archive": ("", "INBOX"),
    "inbox": ("INBOX", ""),
    "read": ("", "UNREAD"),
    "unread": ("UNREAD", ""),
    "star": ("STARRED", ""),
    "unstar": ("", "STARRED"),
    "important": ("IMPORTANT", ""),
    "trash": ("TRASH", "INBOX"),
    "untrash": ("INBOX", "TRASH"),
    "spam": ("SPAM", "INBOX"),
}
"""Plain words for Gmail's own labels: word -> (label to add, label to remove). A word in `remove` is turned round."""

MOST = 1000
_NEVER = {"SENT", "DRAFT", "CHAT"}
"""Gmail sets these itself."""


def labels(box: Mailbox) -> LabelsAnswer:
    """The triage labels and the labels that exist in Gmail."""
    return LabelsAnswer(
        labels=[
            LabelJson(id=spec.id, name=spec.name, when=spec.when, archetype=spec.archetype or "")
            for spec in box.labels
        ],
        gmail=sorted(label.name for label in box.gmail.labels()),
    )


def label_mail(
    box: Mailbox, ids: Sequence[str], *, add: Sequence[str] = (), remove: Sequence[str] = (), cancel: Cancel
) -> LabelledAnswer:
    """Add and remove labels by name, by the id of a triage label, or by a word such as archive or star.

    A label to add that does not exist yet is made. A triage label replaces the one that a mail has, which the next
    run of the triage learns from as from a label moved in Gmail. Raises InputError for a name that cannot be a label.
    """
    wanted = list(dict.fromkeys(ids))
    if not 0 < len(wanted) <= MOST or not (add or remove):
        raise InputError(
            f"Between 1 and {MOST} ids and at least one label are needed.", "Say what to change."
        )
    gmail = box.gmail.bound(cancel)
    act = new_act()
    plan = resolved(box, gmail, act, add, remove)
    messages, failed = fetch(box, wanted, cancel)
    changed = 0
    for due, group in _grouped(messages, plan).items():
        cancel.check()
        wrong = change(box, gmail, act, due, [message.id for message in group])
        changed += len(group) - len(wrong)
        failed += wrong
    done = box.journal.changes(act)
    created = [change.target for change in done if change.kind == "label_create"]
    return LabelledAnswer(changed=changed, change=act if done else "", created=created, failed=failed)


def resolved(box: Mailbox, gmail: Gmail, act: str, add: Sequence[str], remove: Sequence[str]) -> Plan:
    """Names and words as the label ids to add and to remove; a label to add that is not there is made."""
    known = gmail.labels()
    plus: set[str] = set()
    minus: set[str] = set()
    for names, into, out in ((add, plus, minus), (remove, minus, plus)):
        for name in names:
            word = WORDS.get(name.strip().lower())
            if word:
                into.update({word[0]} - {""})
                out.update({word[1]} - {""})
            else:
                found = _found(box, known, name)
                into.update(found or (_made(box, gmail, act, name) if into is plus else _missing(name)))
    refused = (plus | minus) & _NEVER
    if both := plus & minus:
        raise InputError(f"{', '.join(sorted(both))} would be both set and taken off.", "Say one of the two.")
    if refused:
        raise InputError(f"{', '.join(sorted(refused))} cannot be set like that.", "Leave it out.")
    there = known if plus <= {label.id for label in known} else gmail.labels()
    return Plan(tuple(sorted(plus)), tuple(sorted(minus | _replaced(box, there, plus))))


def _replaced(box: Mailbox, there: Sequence[Label], plus: set[str]) -> set[str]:
    """A triage label takes the place of any other, because each mail has one: Gmail's ids of the others."""
    prefix = box.config.triage.label_prefix
    names = {gmail_name(prefix, spec).casefold() for spec in box.labels} | {
        f"{prefix}/{NEEDS_HUMAN_NAME}".casefold()
    }
    triage = {label.id for label in there if label.name.casefold() in names}
    return triage - plus if len(triage & plus) == 1 else set()


def _found(box: Mailbox, known: Sequence[Label], name: str) -> set[str]:
    """Gmail's id of a label that exists, by its id or name, or by the id of a triage label."""
    prefix = box.config.triage.label_prefix
    names = {spec.id.casefold(): gmail_name(prefix, spec) for spec in box.labels}
    wanted = {name.strip().casefold(), names.get(name.strip().casefold(), name.strip()).casefold()}
    return {label.id for label in known if label.id == name or label.name.casefold() in wanted}


def _missing(name: str) -> set[str]:
    raise InputError(f"There is no label {name[:80]!r}.", "`mailreeve labels` lists them.")


def _made(box: Mailbox, gmail: Gmail, act: str, name: str) -> set[str]:
    """Make a label; a triage label gets its full name."""
    prefix = box.config.triage.label_prefix
    spec = next((one for one in box.labels if one.id.casefold() == name.strip().casefold()), None)
    title = gmail_name(prefix, spec) if spec else " ".join(name.split())
    if not title or len(title) > 225 or title.strip("/") != title:
        raise InputError(f"{name[:80]!r} cannot be the name of a label.", "Use a short plain name.")
    return {make(gmail, box.journal, act, title)}


def _grouped(messages: Sequence[Message], plan: Plan) -> dict[Plan, list[Message]]:
    """What each message really needs; those that need nothing are left out."""
    groups: dict[Plan, list[Message]] = defaultdict(list)
    for message in messages:
        now = set(message.labels)
        due = Plan(
            tuple(one for one in plan.add if one not in now), tuple(one for one in plan.remove if one in now)
        )
        if due:
            groups[due].append(message)
    return groups


def change(box: Mailbox, gmail: Gmail, act: str, plan: Plan, ids: list[str]) -> list[Failed]:
    """Journal, change, journal; returns what failed."""
    try:
        changes = plan.change(gmail, box.journal, act, ids)
    except MailreeveError as error:
        return [Failed(id=id_, reason=str(error)) for id_ in ids]
    box.journal.settle_all(changes, ChangeState.DONE)
    return []
