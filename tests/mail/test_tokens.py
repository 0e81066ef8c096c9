"""Counting tokens."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailreeve.mail import tokens

COUNT = "import sys; from mailreeve.mail import tokens; print(tokens.count(sys.stdin.read()))"


def count_with(folder: str, text: str) -> tuple[int, str]:
    """What a fresh process counts with this cache folder; it must not reach any network."""
    environ = {**os.environ, "TIKTOKEN_CACHE_DIR": folder, "HTTPS_PROXY": "http://127.0.0.1:9"}
    done = subprocess.run(
        [sys.executable, "-c", COUNT], input=text, env=environ, capture_output=True, text=True, check=True
    )
    return int(done.stdout), done.stderr


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("", 0, 0),
        ("Hello world", 2, 3),
        ("Please answer by Friday, 5 January 2026, or call +49 30 123456.", 20, 28),
        ("https://click.shop.example/track/57?u=abcdef0123456789&utm_source=newsletter", 20, 38),
        ("Привет, как дела?", 5, 14),
        ("你好，世界", 3, 7),
        ("-" * 200, 3, 30),
        ("   \n\n\n   ", 1, 4),
    ],
)
def test_estimates_are_near(text: str, low: int, high: int) -> None:
    """Between the true count, or a little below it, and half as much again."""
    assert low <= tokens.estimate(text) <= high


def test_without_the_vocabulary_nothing_is_fetched(tmp_path: Path) -> None:
    """An empty cache, or no cache at all, means an estimate."""
    text = "Please answer by Friday."
    assert (tokens.estimate(text), "") == count_with(str(tmp_path), text)
    assert (tokens.estimate(text), "") == count_with("", text)


def test_a_broken_vocabulary_is_not_used(tmp_path: Path) -> None:
    """Its hash is checked first, because tiktoken would delete it and fetch another."""
    name = hashlib.sha1(tokens._URL.encode(), usedforsecurity=False).hexdigest()
    file = tmp_path / name
    file.write_bytes(b"IQ== 0\n")
    assert (tokens.estimate("Hello"), "") == count_with(str(tmp_path), "Hello")
    assert file.is_file()


def test_a_vocabulary_that_lies_here_is_used_and_survives_any_text(tmp_path: Path) -> None:
    """Where tiktoken's file is on this machine: exact counts, also for a million spaces."""
    file = tokens._cached()
    if file is None or not file.is_file():
        pytest.skip("tiktoken's o200k vocabulary is not on this machine")
    assert 2 == count_with(str(file.parent), "Hello world")[0]
    assert count_with(str(file.parent), " " * 1_000_000)[0] < 20_000
