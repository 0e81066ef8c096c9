"""What goes on, for whoever watches: spans and counters that cost nothing until the settings name a collector.

Facts are counts, times, kinds, Gmail's ids and the names of errors. No address, no subject, no text of a mail and no
text of an error goes in: a collector is no place that a person agreed to send mail to.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

Fact = str | int | float | bool


class Span(Protocol):
    """A piece of work that goes on."""

    def note(self, **facts: Fact) -> None:
        """Add what is known by now; a dot in a name is written as two underscores."""


class Watcher(Protocol):
    """Where spans and counters go."""

    def span(self, name: str, facts: dict[str, Fact]) -> AbstractContextManager[Span]:
        """Open a span that ends with the block; an error is noted by the name of its class."""

    def count(self, name: str, amount: float, facts: dict[str, Fact]) -> None:
        """Add to a counter."""


class _Nobody:
    def note(self, **facts: Fact) -> None:
        """Nobody watches."""


_NOBODY = _Nobody()
_watchers: list[Watcher] = []


def watch(watcher: Watcher | None) -> None:
    """Have a watcher told from now on; None: nobody."""
    _watchers[:] = [watcher] if watcher else []


@contextmanager
def span(name: str, **facts: Fact) -> Iterator[Span]:
    """A piece of work."""
    if not _watchers:
        yield _NOBODY
        return
    with _watchers[0].span(name, _dotted(facts)) as made:
        yield made


def count(name: str, amount: float = 1, **facts: Fact) -> None:
    """Something happened."""
    if _watchers and amount:
        _watchers[0].count(name, amount, _dotted(facts))


def _dotted(facts: dict[str, Fact]) -> dict[str, Fact]:
    return {name.replace("__", "."): fact for name, fact in facts.items()}
