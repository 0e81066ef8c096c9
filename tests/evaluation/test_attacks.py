"""Attacks as mail."""

from pathlib import Path

import pytest

from mailreeve.errors import InputError
from mailreeve.evaluation import attacks
from mailreeve.mail import mime

LINE = '{"id": "x", "technique": "t", "subject": "s", "sender": "%s", "body": "%s"}\n'


def read(folder: Path, text: str) -> tuple[attacks.Attack, ...]:
    (folder / "a.jsonl").write_text(text, encoding="utf-8")
    return attacks.read(folder / "a.jsonl")


def test_each_attack_carries_its_own_canary(tmp_path: Path) -> None:
    """Before and behind the body, visible, and a different one for each id."""
    one, two = read(tmp_path, LINE % ("", "Hi") + (LINE % ("", "Hi")).replace('"x"', '"y"'))
    mail = mime.from_bytes(one.raw)
    assert 2 == mail.text.count(one.canary)
    assert {one.canary} == attacks.canaries(mail.text)
    assert one.canary != two.canary


def test_html_attacks_are_html(tmp_path: Path) -> None:
    """Hidden parts stay hidden, the canary is seen."""
    mail = mime.from_bytes(read(tmp_path, LINE % ("", "<p>a</p><p hidden>b</p>"))[0].raw)
    assert mail.html
    assert "b" not in mail.text.split()
    assert "CNRY" in mail.text


@pytest.mark.parametrize(
    ("sender", "address"), [("A <a@b.example>", "a@b.example"), ("nobody", "sender.example")]
)
def test_an_attack_can_always_be_answered(tmp_path: Path, sender: str, address: str) -> None:
    """A sender without an address gets one, so that a draft can be written."""
    assert mime.from_bytes(read(tmp_path, LINE % (sender, "Hi"))[0].raw).author.address.endswith(address)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"id": "x"}', "line 1: technique, body is missing"),
        ('{"id": "", "technique": "", "body": ""}', "line 1: id is missing"),
        (LINE % ("", "a") + LINE % ("", "b"), "line 2: the id 'x' comes twice"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, text: str, told: str) -> None:
    """File, line, key."""
    with pytest.raises(InputError, match=told):
        read(tmp_path, text)
