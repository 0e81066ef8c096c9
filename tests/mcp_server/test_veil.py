"""Codes and links that open an account are withheld from MCP clients; everything else is told."""

import pytest
from tests.mcp_server.conftest import Connect, Make, answer, letter, said
from tests.sandbox_server import SandboxServer

from mailreeve.config import PrivacyConfig

pytestmark = pytest.mark.anyio
CODE, TOKEN = "482913", "zQ81kk20ab"
MAILS = [
    letter(
        subject=f"{CODE} is your Plotroom sign-in code", text=f"Your code is {CODE}. Valid for 10 minutes.\n"
    ),
    letter(
        subject="Reset your password", text=f"Click https://plotroom.example/r/{TOKEN} to choose a new one.\n"
    ),
    letter(subject="Anmeldung", text="Ihr Bestätigungscode lautet 482 913.\n"),
    letter(
        subject="Sign in",
        text=f'<p>Your one-time code: <b>{CODE}</b></p><a href="https://plotroom.example/m?t={TOKEN}">Sign in</a>',
        type_="text/html",
    ),
]
SECRETS = (CODE, TOKEN, "482 913")


def leaked(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("raw", MAILS, ids=range(len(MAILS)))
async def test_no_tool_tells_a_client_a_code(sandbox: SandboxServer, connect: Connect, raw: bytes) -> None:
    """Not as a hit, as text, in full, in the links, in a thread, a verdict or a summary, nor in a draft that repeats it."""
    id_ = sandbox.deliver(raw)
    async with connect() as client:
        found = await client.call_tool("search_mail", {"query": "in:inbox"})
        thread = answer(found)["hits"][0]["thread_id"]
        told = [
            found,
            *[
                await client.call_tool("read_mail", {"ids": [id_], "detail": how})
                for how in ("text", "full", "links")
            ],
            await client.call_tool("read_mail", {"thread_id": thread}),
            await client.call_tool("classify", {"ids": [id_]}),
            await client.call_tool("summarize", {"thread_ids": [thread]}),
            await client.call_tool(
                "draft_mail", {"kind": "forward", "reply_to_id": id_, "to": ["x@example.org"], "body": "See"}
            ),
        ]
        drafted = await client.call_tool("search_mail", {"query": "in:drafts"})
        told.append(
            await client.call_tool("read_mail", {"ids": [answer(drafted)["hits"][0]["id"]], "detail": "full"})
        )
        told.append(await client.call_tool("triage", {}))
        told.append(await client.call_tool("review", {"show": "digest"}))
        listed = await client.read_resource(f"mailreeve://thread/{thread}")
        labelled = await client.read_resource("mailreeve://label/INBOX")
    assert [[]] * len(told) == [leaked(f"{said(one)} {one.structured_content}") for one in told]
    assert [] == leaked(f"{listed} {labelled}")


async def test_the_client_reads_that_something_was_withheld(sandbox: SandboxServer, connect: Connect) -> None:
    """The rest of the mail is there, and where to find the code."""
    id_ = sandbox.deliver(MAILS[0])
    async with connect() as client:
        page = answer(await client.call_tool("read_mail", {"ids": [id_]}))
    assert (
        "Your code is [code withheld: open the mail in Gmail]. Valid for 10 minutes."
        in page["messages"][0]["mail"]
    )


async def test_the_settings_can_show_codes(sandbox: SandboxServer, connect: Connect, make_app: Make) -> None:
    """A person who wants their client to read codes to them says so."""
    id_ = sandbox.deliver(MAILS[0])
    async with connect(make_app(privacy=PrivacyConfig(show_codes_to_clients=True))) as client:
        page = answer(await client.call_tool("read_mail", {"ids": [id_]}))
    assert f"Your code is {CODE}." in page["messages"][0]["mail"]


async def test_ordinary_mail_is_told_as_it_is(sandbox: SandboxServer, connect: Connect) -> None:
    """Numbers, cards and links of other mail are the client's to read: it is the person's own client."""
    text = "Room 4711, order 482913, https://example.org/agenda?day=2 and card 4111 1111 1111 1111."
    id_ = sandbox.deliver(letter(text=f"{text}\n"))
    async with connect() as client:
        page = answer(await client.call_tool("read_mail", {"ids": [id_], "detail": "full"}))
    assert text in page["messages"][0]["mail"]
