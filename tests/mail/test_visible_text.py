"""What a browser shows of a mail is in its text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.mail import chromium

from mailreeve.mail.html import to_text


@pytest.fixture(scope="module")
def tab() -> Iterator[Any]:
    if chromium.program() is None:
        pytest.skip("there is no chromium on this machine")
    pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    with chromium.opened() as made:
        yield made


def check(tab: Any, files: list[Path]) -> None:
    """Less than 1 % of what is visible is lost, nothing that is hidden is shown, nothing alarms."""
    visible = lost = 0
    for file in files:
        html = file.read_text(encoding="utf-8")
        seen = to_text(html)
        one = chromium.compared(chromium.nodes(tab, html), seen.text)
        assert () == one.leaked, file
        assert not seen.hidden.alarm, file
        visible, lost = visible + one.visible, lost + one.lost_chars
    assert visible > 200
    assert lost < visible / 100


def test_a_template_loses_nothing(tab: Any, data: Path) -> None:
    """One of the transactional templates."""
    check(tab, sorted((data / "html" / "postmark-templates").rglob("content.html"))[:1])


@pytest.mark.prove
def test_all_templates_lose_nothing(tab: Any, data: Path) -> None:
    """All of them."""
    check(tab, sorted((data / "html" / "postmark-templates").rglob("content.html")))
