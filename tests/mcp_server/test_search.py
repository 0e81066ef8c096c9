"""search_mail: what a model sees of a search."""

import json

from tests.mcp_server.conftest import Connect, Make, answer, letter, said
from tests.sandbox_server import SandboxServer
from tests.scripted_llm import ScriptedLlm, status

from mailreeve.cancel import Cancel
from mailreeve.config import SemanticConfig
from mailreeve.service import syncing


async def test_hits_in_both_forms(sandbox: SandboxServer, connect: Connect) -> None:
    """The text and the JSON carry the same hits, fenced by the same mark."""
    first = sandbox.deliver(letter(subject="Lunch"))
    second = sandbox.deliver(letter(subject="Dinner", from_="bo@example.org"))
    async with connect() as client:
        result = await client.call_tool("search_mail", {"query": "in:inbox"})
    found = answer(result)
    text = said(result)
    assert [second, first] == [hit["id"] for hit in found["hits"]]
    assert "bo@example.org" == found["hits"][0]["from"]
    assert found["begin"].startswith(found["end"])
    assert list(found).index("begin") < list(found).index("hits") < list(found).index("end")
    for hit in found["hits"]:
        assert f"={found['end']}= {hit['id']}" in text
        assert hit["subject"] in text
        assert hit["from"] in text


async def test_every_page_leads_to_the_next(sandbox: SandboxServer, connect: Connect) -> None:
    """Following `next` to the end gives every message once."""
    delivered = {sandbox.deliver(letter(subject=f"Letter {number}")) for number in range(5)}
    seen: list[str] = []
    async with connect() as client:
        cursor = ""
        for _ in range(10):
            result = await client.call_tool(
                "search_mail", {"query": "in:inbox", "limit": 2, "cursor": cursor}
            )
            page = answer(result)
            seen += [hit["id"] for hit in page["hits"]]
            cursor = page["next"]
            assert (f"cursor={cursor}" in said(result)) == bool(cursor)
            if not cursor:
                break
    assert (5, delivered) == (len(seen), set(seen))


async def test_marks_are_drawn_anew(sandbox: SandboxServer, connect: Connect) -> None:
    """Two results never share a mark, so a mail cannot learn it from an earlier one."""
    sandbox.deliver(letter())
    async with connect() as client:
        marks = {answer(await client.call_tool("search_mail", {"query": "lunch"}))["end"] for _ in range(3)}
    assert 3 == len(marks)


async def test_hostile_words_are_not_active(sandbox: SandboxServer, connect: Connect) -> None:
    """Markdown and HTML in a subject, a name or a text are broken in both forms."""
    hostile = "![x](https://evil.example/?q=1) [a][b] <img src=x>"
    sandbox.deliver(
        letter(subject=hostile, text=hostile, from_='"[a](https://evil.example)" <e@example.org>')
    )
    async with connect() as client:
        result = await client.call_tool("search_mail", {"query": "in:inbox"})
    for form in (said(result), json.dumps(answer(result)["hits"])):
        assert "evil.example" in form
        assert not any(active in form for active in ("](", "][", "![", "<img"))


async def test_an_error_says_what_to_do(connect: Connect) -> None:
    """The message and the advice of our errors reach the model."""
    async with connect() as client:
        result = await client.call_tool("search_mail", {"query": "x", "source": "local"})
        wrong = await client.call_tool("search_mail", {"query": "x", "limit": 0})
    assert result.is_error
    assert "Use source `auto` or `gmail`." in said(result)
    assert wrong.is_error
    assert "greater than or equal to 1" in said(wrong)


async def test_google_being_away_is_told_as_such(sandbox: SandboxServer, connect: Connect) -> None:
    """A failure at Google is an error of the tool with advice, not a crash, and shows no token."""
    async with connect() as client:
        await client.call_tool("search_mail", {"query": "in:inbox"})
        sandbox.faults(
            [
                {"path": "/messages", "method": "GET", "nth": number, "kind": "403-daily"}
                for number in range(1, 9)
            ]
        )
        result = await client.call_tool("search_mail", {"query": "in:inbox"})
    assert result.is_error
    assert len(said(result)) > len("Error executing tool search_mail")
    assert sandbox.token not in said(result)


async def test_ranked_finds_by_meaning_where_it_is_on(
    sandbox: SandboxServer, make_app: Make, connect: Connect, llm_server: ScriptedLlm
) -> None:
    """A client needs no other argument; what could not be done is told in the text and in the JSON."""
    first = sandbox.deliver(letter(subject="The invoices of the carpenters"))
    sandbox.deliver(letter(subject="Tides"))
    app = make_app(semantic=SemanticConfig(model="hashed", base_url=llm_server.base_url))
    syncing.sync(app.mailbox(), full=True, progress=lambda *_: None, cancel=Cancel())
    asked = {"query": "carpenter invoice", "source": "ranked"}
    async with connect(app) as client:
        found = answer(await client.call_tool("search_mail", asked))
        assert (first, "words and meaning") == (found["hits"][0]["id"], found["ranked_by"])
        llm_server.default = status(401)
        result = await client.call_tool("search_mail", asked)
    assert "Ranked by words alone" in answer(result)["note"]
    assert "Ranked by words alone" in said(result)
