"""Prompts are files; what is filled in stays inert."""

import pytest

from mailreeve.errors import ConfigError
from mailreeve.reading.llm import prompts

TEXT = "---\nversion: 3\nvariables: name, mail\n---\n\n# system\nFor $name.\n\n# user\nRead:\n$mail\n"


@pytest.mark.parametrize("name", ["classify", "summarize", "fold", "digest", "draft"])
def test_the_prompts_that_ship_can_be_read(name: str) -> None:
    """Each has a version, and its front matter names the holes that it has."""
    prompt = prompts.load(name)
    assert prompt.version >= 1
    system, user = prompt.fill(dict.fromkeys(prompt.variables, "x"))
    assert "$" not in system + user


def test_the_part_that_never_changes_stands_first() -> None:
    """Nothing of a mail is in the system part, so that providers can cache it."""
    for name in ("classify", "summarize", "fold", "digest", "draft"):
        prompt = prompts.load(name)
        assert "$mail" not in prompt.system
        assert "$thread" not in prompt.system
        assert "$fence" not in prompt.system
        assert "$today" not in prompt.system


def test_mail_is_never_read_as_a_template() -> None:
    """Dollar signs and other holes in a value stay as they are."""
    system, user = prompts.parse("x", TEXT).fill(
        {"name": "$mail", "mail": "pay $100 to ${name} $$ $unknown {0} %s"}
    )
    assert "For $mail." == system
    assert "Read:\npay $100 to ${name} $$ $unknown {0} %s" == user


@pytest.mark.parametrize(
    ("values", "named"),
    [({"name": "a"}, "mail"), ({"name": "a", "mail": "b", "extra": "c"}, "extra"), ({}, "mail, name")],
)
def test_a_missing_or_unknown_variable_is_named(values: dict[str, str], named: str) -> None:
    """The error says which ones."""
    with pytest.raises(ConfigError, match=named):
        prompts.parse("x", TEXT).fill(values)


@pytest.mark.parametrize(
    "text",
    [
        "no front matter",
        TEXT.replace("version: 3\n", ""),
        TEXT.replace("# user", "# other"),
        TEXT.replace("name, mail", "name"),
        TEXT.replace("name, mail", "name, mail, ghost"),
    ],
)
def test_a_malformed_prompt_is_an_error(text: str) -> None:
    """Front matter, both parts and exactly the declared holes are asked for."""
    with pytest.raises(ConfigError, match=r"x\.md"):
        prompts.parse("x", text)


def test_an_absent_prompt_is_an_error() -> None:
    """A name without a file says which file."""
    with pytest.raises(ConfigError, match="nowhere"):
        prompts.load("nowhere")


def test_windows_line_ends_are_fine() -> None:
    """A checkout with CRLF reads the same."""
    assert prompts.parse("x", TEXT) == prompts.parse("x", TEXT.replace("\n", "\r\n"))
