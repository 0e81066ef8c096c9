"""A run stops below its ceiling, before the call that could pass it."""

import threading

import pytest

from mailreeve.errors import BudgetSpent
from mailreeve.models import Usage
from mailreeve.reading.llm.budget import Budget, Limits


def spend(budget: Budget, tokens_in: int, tokens_out: int) -> None:
    with budget.call(tokens_in, tokens_out) as call:
        call.used(tokens_in, tokens_out)


def test_usage_is_what_the_calls_said() -> None:
    """Calls, tokens and money add up; a call that failed before its answer is not counted."""
    budget = Budget(Limits(price_in_per_million=2, price_out_per_million=10))
    spend(budget, 1000, 100)
    spend(budget, 500, 0)
    with pytest.raises(ZeroDivisionError), budget.call(9999, 9999):
        raise ZeroDivisionError
    assert Usage(2, 1500, 100, 0.004) == budget.usage


def test_tokens_stop_before_the_call() -> None:
    """The call that could pass the ceiling is refused; a smaller one is still made."""
    budget = Budget(Limits(max_tokens=1000))
    spend(budget, 600, 100)
    with pytest.raises(BudgetSpent, match="1000 tokens"), budget.call(200, 101):
        pytest.fail("the call was made")
    spend(budget, 200, 100)
    assert 1000 == budget.usage.tokens_in + budget.usage.tokens_out


def test_money_stops_before_the_call() -> None:
    """A ceiling in money counts input and output at their own prices."""
    budget = Budget(Limits(max_cost=0.01, price_in_per_million=1, price_out_per_million=100))
    spend(budget, 1000, 50)
    with pytest.raises(BudgetSpent, match="may cost"), budget.call(0, 50):
        pytest.fail("the call was made")


def test_zero_is_no_limit() -> None:
    """Without ceilings nothing is refused."""
    budget = Budget()
    spend(budget, 10**9, 10**9)
    assert 1 == budget.usage.calls


def test_threads_cannot_pass_the_ceiling_together() -> None:
    """Reservations of calls under way count, so that many threads end where one would."""
    budget = Budget(Limits(max_tokens=1000))
    gate = threading.Barrier(8)
    refused = []

    def one() -> None:
        gate.wait()
        try:
            with budget.call(150, 50) as call:
                call.used(150, 50)
        except BudgetSpent:
            refused.append(1)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 8 == budget.usage.calls + len(refused)
    assert 200 <= budget.usage.tokens_in + budget.usage.tokens_out <= 1000


def test_calls_under_way_count_with_what_they_may_cost() -> None:
    """Several at once cannot pass a ceiling that each of them alone would not."""
    budget = Budget(Limits(max_tokens=100))
    with budget.call(40, 20):
        with pytest.raises(BudgetSpent), budget.call(40, 20):
            pass
        with budget.call(20, 20):
            pass
