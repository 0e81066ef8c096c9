"""find_contacts: what a model sees of people."""

from tests.mcp_server.conftest import Connect, answer, letter
from tests.sandbox_server import SandboxServer


async def test_people_are_found_in_mail_and_fenced(sandbox: SandboxServer, connect: Connect) -> None:
    """A name in a mail gives address and counts, inside the fence and with nothing active in it."""
    sandbox.deliver(letter(subject="Lunch", from_='"![x](https://evil.example/?q) Bo" <bo@example.org>'))
    async with connect() as client:
        found = answer(await client.call_tool("find_contacts", {"query": "bo@example.org"}))
    assert list(found).index("begin") < list(found).index("people") < list(found).index("end")
    person = found["people"][0]
    assert (["bo@example.org"], 1, "mail") == (person["addresses"], person["received"], person["source"])
    assert "](" not in person["name"]


async def test_a_wrong_question_is_told(connect: Connect) -> None:
    """Without a word there is an error that says what is missing."""
    async with connect() as client:
        assert (await client.call_tool("find_contacts", {"query": " "})).is_error
