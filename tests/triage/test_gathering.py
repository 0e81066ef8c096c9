"""Learning over many nights, with the real triage."""

from tests.sandbox_server import SandboxServer
from tests.scripted_llm import ScriptedLlm
from tests.triage.conftest import PartsFor
from tests.triage.life import Life, accuracy, calls_a_mail


def test_the_model_is_asked_less_and_no_more_is_wrong(
    sandbox: SandboxServer, llm_server: ScriptedLlm, parts_for: PartsFor
) -> None:
    """Over thirty nights the calls for a mail fall by three fifths, and no less mail gets the right label."""
    nights = Life(sandbox, llm_server, parts_for(sandbox, llm=llm_server, drafts=False)).live(30)
    first, last = nights[:5], nights[-5:]
    assert calls_a_mail(last) <= 0.4 * calls_a_mail(first), (calls_a_mail(first), calls_a_mail(last))
    assert accuracy(last) >= accuracy(first)


def test_a_wrong_pattern_dies(sandbox: SandboxServer, llm_server: ScriptedLlm, parts_for: PartsFor) -> None:
    """The pattern of a sender that changed its subject stands for three more nights at most."""
    nights = Life(sandbox, llm_server, parts_for(sandbox, llm=llm_server, drafts=False)).live(16)
    wrong = [one.wrong_patterns for one in nights]
    assert [0, 1] == [wrong[7], wrong[8]], wrong
    assert {0} == set(wrong[11:]), wrong
