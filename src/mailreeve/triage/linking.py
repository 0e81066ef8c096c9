"""Mail that became a ticket bears its label in Gmail: journalled, undoable, set once."""

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mailreeve.cancel import Cancel
from mailreeve.errors import LoginNeeded, MailreeveError, NotFound
from mailreeve.models import ChangeState, Failure
from mailreeve.triage.labelling import Plan
from mailreeve.triage.labels import Shelf
from mailreeve.triage.parts import Parts

if TYPE_CHECKING:
    from mailreeve.gate.outbox import Outlet
    from mailreeve.store.outbox import Waiting


def link(
    parts: Parts, outlet: "Outlet", names: Mapping[str, str], run: str, cancel: Cancel
) -> tuple[Failure, ...]:
    """Set the labels that are owed; `names` are those of the destinations. Returns what failed, which stays owed.

    Raises Cancelled or LoginNeeded.
    """
    owed = outlet.unlabelled()
    if not owed or not parts.settings.may_label:
        return ()
    groups: dict[tuple[str, str], list[Waiting]] = defaultdict(list)
    for row, ticket in owed:
        name = names.get(row.destination, "").replace("{ticket}", ticket.ticket)
        groups[name, row.rule].append(row)
    failed: list[Failure] = []
    shelf = Shelf(parts, run)
    for (name, rule), rows in groups.items():
        cancel.check()
        if not name:
            outlet.labelled(rows)
            continue
        try:
            label = shelf.id_of_name(name)
        except LoginNeeded:
            raise
        except MailreeveError as error:
            failed += [Failure(row.message, str(error)) for row in rows]
            continue
        plan = Plan(add=(label,), rules=(rule,) if rule else ())
        failed += _set(parts, outlet, plan, run, rows)
    return tuple(failed)


def _set(parts: Parts, outlet: "Outlet", plan: Plan, run: str, rows: "list[Waiting]") -> list[Failure]:
    ids = list(dict.fromkeys(row.message for row in rows))
    try:
        changes = plan.change(parts.gmail, parts.journal, run, ids)
    except LoginNeeded:
        raise
    except NotFound:
        if len(ids) > 1:  # one of them is gone; each alone shows which
            return [
                one
                for id_ in ids
                for one in _set(parts, outlet, plan, run, [row for row in rows if row.message == id_])
            ]
        outlet.labelled(rows)
        return []
    except MailreeveError as error:
        return [Failure(id_, str(error)) for id_ in ids]
    with parts.ledger.transaction():
        parts.journal.settle_all(changes, ChangeState.DONE)
        outlet.labelled(rows)
    return []
