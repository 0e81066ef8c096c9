"""What a browser shows of a mail is in its text."""

from collections.abc import Callable, Iterator
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


def mjml(data: Path) -> list[str]:
    """The newsletters written in MJML, as HTML."""
    mrml = pytest.importorskip("mrml", reason="the package mrml is not installed")
    files = sorted((data / "html" / "mjml-templates").rglob("*.mjml"))
    return [str(mrml.to_html(file.read_text(encoding="utf-8")).content) for file in files]


def postmark(data: Path) -> list[str]:
    """Transactional mail."""
    files = sorted((data / "html" / "postmark-templates").rglob("content.html"))
    return [file.read_text(encoding="utf-8") for file in files]


def check(tab: Any, mails: list[str]) -> tuple[int, int]:
    """Less than 1 % of what is visible is lost, nothing that is hidden is shown, nothing alarms."""
    visible = lost = 0
    for number, html in enumerate(mails):
        seen = to_text(html)
        one = chromium.compared(chromium.nodes(tab, html), seen.text)
        assert () == one.leaked, number
        assert not seen.hidden.alarm, number
        visible, lost = visible + one.visible, lost + one.lost_chars
    assert visible > 200
    assert lost < visible / 100
    return visible, lost


def test_a_template_loses_nothing(tab: Any, data: Path) -> None:
    """One of the transactional templates, and one of the newsletters."""
    check(tab, postmark(data)[:1])
    check(tab, mjml(data)[:1])


@pytest.mark.prove
@pytest.mark.parametrize("mails", [postmark, mjml])
def test_all_templates_lose_nothing(
    tab: Any, data: Path, mails: Callable[[Path], list[str]], record_property: Any
) -> None:
    """All of a set."""
    visible, lost = check(tab, mails(data))
    record_property("visible_characters", visible)
    record_property("lost_characters", lost)


@pytest.mark.parametrize(
    ("html", "visible"),
    [
        ("<p>word</p>", True),
        ("<p style='display:none'>word</p>", False),
        ("<p style='visibility:hidden'>word</p>", False),
        ("<p style='opacity:.05'>word</p>", False),
        ("<p style='font-size:1px'>word</p>", False),
        ("<p style='color:#fefefe'>word</p>", False),
        ("<p style='color:#bbb'>word</p>", True),
        ("<p style='position:absolute;left:-9999px'>word</p>", False),
        ("<p style='height:0;overflow:hidden'>word</p>", False),
        ("<p style='display:contents'>word</p>", True),
        ("<html style='color-scheme:dark'><p style='color:#fff'>word</p>", True),
    ],
)
def test_what_the_browser_is_asked(tab: Any, html: str, visible: bool) -> None:
    """Display, visibility, opacity, size, contrast and the box on the page decide what counts as visible."""
    assert [("word", visible)] == chromium.nodes(tab, html)
