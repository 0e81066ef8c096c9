"""What a run may spend on a language model, in tokens and in money; safe to share between threads."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mailreeve.errors import BudgetSpent
from mailreeve.models import Usage


@dataclass(frozen=True, slots=True)
class Limits:
    """The ceiling of a run and the prices that money is counted with; 0 is no limit, or no price."""

    max_tokens: int = 0
    max_cost: float = 0.0
    price_in_per_million: float = 0.0
    price_out_per_million: float = 0.0

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        """In the currency of the prices."""
        millions = tokens_in * self.price_in_per_million + tokens_out * self.price_out_per_million
        return millions / 1_000_000


class Call:
    """One call being paid for: `used` replaces the reservation by what the endpoint counted."""

    def __init__(self, tokens_in: int, tokens_out: int) -> None:
        self.reserved = (tokens_in, tokens_out)
        self.actual: tuple[int, int] | None = None

    def used(self, tokens_in: int, tokens_out: int) -> None:
        """Tell what the call really cost."""
        self.actual = (tokens_in, tokens_out)


class Budget:
    """Reserves the worst case of a call before it is made, so that a run ends below its ceiling."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._spent = Usage()
        self._open: list[Call] = []

    @property
    def usage(self) -> Usage:
        """What finished calls cost."""
        with self._lock:
            return self._spent

    @contextmanager
    def call(self, tokens_in: int, tokens_out: int) -> Iterator[Call]:
        """Reserve a call of at most so many tokens, and book it when the block ends.

        A call that fails before `used` costs nothing: nobody knows what it did cost.
        Raises BudgetSpent, before anything is sent, when the reservation would pass a ceiling.
        """
        call = Call(tokens_in, tokens_out)
        with self._lock:
            self._admit(call)
            self._open.append(call)
        try:
            yield call
        finally:
            with self._lock:
                self._open.remove(call)
                if call.actual is not None:
                    self._spent += Usage(1, *call.actual, self._limits.cost(*call.actual))

    def _admit(self, call: Call) -> None:
        reserved = [each.reserved for each in (*self._open, call)]
        tokens_in = self._spent.tokens_in + sum(pair[0] for pair in reserved)
        tokens_out = self._spent.tokens_out + sum(pair[1] for pair in reserved)
        if 0 < self._limits.max_tokens < tokens_in + tokens_out:
            raise BudgetSpent(
                f"The run may use {self._limits.max_tokens} tokens, and the next call could pass that."
            )
        if 0 < self._limits.max_cost < self._limits.cost(tokens_in, tokens_out):
            raise BudgetSpent(
                f"The run may cost {self._limits.max_cost:g}, and the next call could pass that."
            )
