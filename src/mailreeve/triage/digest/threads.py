"""Mails of one thread in a digest: the newest tells where it stands, as loud as the loudest of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailreeve.models import Priority
from mailreeve.store.entries import Entry

_LOUD = tuple(Priority)


@dataclass(frozen=True, slots=True)
class Strand:
    """What a digest tells of a thread in one line."""

    entry: Entry
    """The newest mail, with the highest priority of all of them, and a draft where there is one."""
    older: tuple[str, ...] = ()
    """The ids of the other mails of the thread that it stands for, the newest first."""


def is_decided(entry: Entry) -> bool:
    """True for a mail with a verdict that needs nobody's help."""
    return entry.verdict is not None and not entry.verdict.needs_human and not entry.error


def strands(entries: Sequence[Entry]) -> tuple[Strand, ...]:
    """The decided mails by thread, in the order of the newest of each; all of them have a verdict."""
    threads: dict[str, list[Entry]] = {}
    for entry in entries:
        threads.setdefault(entry.thread or entry.message, []).append(entry)
    newest = {max(group, key=_when).message: group for group in threads.values()}
    return tuple(_strand(entry, newest[entry.message]) for entry in entries if entry.message in newest)


def _strand(entry: Entry, group: Sequence[Entry]) -> Strand:
    if entry.verdict is None or len(group) == 1:
        return Strand(entry)
    loudest = min((one.verdict.priority for one in group if one.verdict), key=_LOUD.index)
    drafted = entry if entry.draft else next((one for one in reversed(group) if one.draft), entry)
    verdict = replace(entry.verdict, priority=loudest)
    older = tuple(one.message for one in group if one.message != entry.message)
    return Strand(replace(entry, verdict=verdict, draft=drafted.draft, note=drafted.note), older)


def _when(entry: Entry) -> int:
    return entry.sight.received_at
