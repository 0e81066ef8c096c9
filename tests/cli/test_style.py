"""style on the command line."""

from tests.cli.conftest import Run
from tests.sandbox_server import SandboxServer


def test_style_is_learned_shown_chosen_and_forgotten(run: Run, demo: SandboxServer) -> None:
    """The demo's sent mail has a style; a phrase is kept and told, and --all forgets everything."""
    assert "Nothing is known" in run("style").out
    learned = run("style", "learn", "--json").json
    assert 0 < learned["looked"]
    shown = {one["language"]: one for one in learned["styles"]}
    assert 0 < shown["en"]["mails"]
    kept = run("style", "keep", "Happy to help.", "--json").json
    assert ["Happy to help."] == next(one for one in kept["styles"] if one["language"] == "en")["phrases"]
    assert "Happy to help." in run("style").out
    assert 2 == run("style", "forget").code
    assert "Nothing is known" in run("style", "forget", "--all").out
