"""A mail's own HTML is inert: nothing runs, nothing is fetched, nothing leads anywhere."""

import re
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser
from tests.sandbox_server import SandboxServer
from tests.web.client import Client
from tests.web.conftest import reply_to

from mailreeve.app import Mailbox
from mailreeve.web.html import inert

_FETCHING = {
    "src",
    "href",
    "srcset",
    "background",
    "action",
    "formaction",
    "poster",
    "data",
    "xlink:href",
    "ping",
}
_DEAD = "script, style, img, image, svg, math, iframe, frame, object, embed, form, input, button, link, meta[http-equiv], base, video, audio, template, noscript"


def active(html: str) -> list[str]:
    """Everything in a document that could run, fetch or lead away, as a browser's parser sees it."""
    tree = LexborHTMLParser(html)
    found = [one.html or "" for one in tree.css(_DEAD)]
    for one in tree.css("*"):
        for name, value in one.attributes.items():
            risky = name.lower() in _FETCHING or name.lower().startswith("on")
            if risky or (name == "style" and re.search(r"(?i)url|@|\\|expression|//", value or "")):
                found.append(f"{one.tag} {name}={value}")
    return found


def payloads(data: Path) -> list[str]:
    """The attack strings of DOMPurify's own tests, which are JavaScript string literals."""
    file = data / "html" / "dompurify" / "data" / "expect.txt"
    if not file.is_file():
        pytest.skip(f"DOMPurify's payloads are not at {file}")
    literal = re.compile(r"""["']?payload["']?:\s*(?:\n\s*)?(['"`])((?:\\.|(?!\1).)*)\1""", re.DOTALL)
    found = [
        match[2].encode("latin-1", "backslashreplace").decode("unicode_escape")
        for match in literal.finditer(file.read_text("utf-8"))
    ]
    return [one.encode("utf-8", "replace").decode() for one in found]


def test_the_test_itself_sees_what_is_active() -> None:
    """The oracle finds a script, a handler, an image, a link and a style that fetches."""
    html = '<script>1</script><b onclick=x><img src=x><a href=//x>y</a><p style="background:url(x)">'
    assert 5 <= len(active(html))


def test_no_payload_survives(data: Path) -> None:
    """All payloads of DOMPurify's tests become documents in which nothing is active."""
    found = payloads(data)
    assert 200 < len(found)
    assert {} == {one: left for one in found if (left := active(inert(one)))}


def test_what_a_reader_came_for_stays() -> None:
    """Text, tables and plain styles stay; the words of a link too."""
    html = '<table bgcolor="#eee"><tr><td style="color: red; position: fixed">Hi <a href="https://x.example">there</a></td></tr></table>'
    made = inert(html)
    assert [] == active(made)
    assert "Hi" in made
    assert "there" in made
    assert "color" in made
    assert "position" not in made


def test_payloads_in_a_mail_are_inert_on_the_page_and_in_the_frame(
    data: Path, client: Client, sandbox: SandboxServer
) -> None:
    """Fifty payloads at a time in one HTML mail: the frame's document has nothing active, the page only our script."""
    found = payloads(data)
    for at in range(0, len(found), 50):
        body = "\n<hr>\n".join(found[at : at + 50])
        raw = b"From: evil@x.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        message = sandbox.deliver(raw + body.encode())
        framed = client.get(f"/message/{message}/original")
        assert 200 == framed.status
        assert [] == active(framed.text)
        assert "script-src" not in framed.headers["content-security-policy"]
        page = client.get(f"/message/{message}")
        frame = page.tree.css_first("iframe")
        assert frame is not None
        assert "" == (frame.attributes["sandbox"] or "")
        assert ["/static/keys.js"] == [one.attributes.get("src") for one in page.tree.css("script")]


def test_payloads_as_text_stay_text(data: Path, client: Client, box: Mailbox, sandbox: SandboxServer) -> None:
    """The draft's page shows a thread full of payloads with no script but ours, and no image but the mark."""
    for at in range(0, len(payloads(data)), 100):
        body = "\n".join(payloads(data)[at : at + 100])
        head = f"From: evil@x.example\r\nSubject: x{at}\r\nMessage-ID: <p{at}@x.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        draft = reply_to(box, sandbox.deliver(head.encode() + body.encode()), body[:5000])
        page = client.get(f"/draft/{draft}")
        assert ["/static/keys.js"] == [one.attributes.get("src") for one in page.tree.css("script")]
        assert ["/static/mark.svg"] == [one.attributes.get("src") for one in page.tree.css("img")]
        handlers = [name for one in page.tree.css("*") for name in one.attributes if name.startswith("on")]
        assert [] == handlers
