"""What is known of a sender reaches tools, triage and the approval; a label comes of it, and nothing is hidden."""

import pytest
from mcp import Client
from mcp.client.context import ClientRequestContext
from mcp.types import ElicitRequestParams, ElicitResult
from tests.mcp_server.conftest import EVERYTHING, Make, answer, letter, said
from tests.sandbox_server import SandboxServer
from tests.scripted_llm import Reply, Request, ScriptedLlm, completion, fitting, verdict

from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.config import GoogleConfig, LlmConfig, TriageConfig
from mailreeve.mcp_server.server import build
from mailreeve.people import correspondents
from mailreeve.service import mail

AUTH = "Authentication-Results: mx.google.com; dmarc={0} header.from={1}"
ODD = letter(
    subject="New bank details",
    text="<p>Please pay to our new account: <a href='https://evil.example/x'>www.example.org</a></p>\n",
    type_="text/html",
    from_="Ana Lima <ana@examp1e.org>",
    headers=(
        "Message-ID: <odd@x.example>",
        "Reply-To: ana@mail.evil.example",
        AUTH.format("fail", "examp1e.org"),
    ),
)
"""It imitates Ana, fails DMARC, wants answers elsewhere, and shows another site than it opens."""
GOOD = letter(headers=("Message-ID: <good@x.example>", AUTH.format("pass", "example.org")))
DOUBTS = [
    "looks like example.org, but is not",
    "DMARC failed",
    "a link shows another address than it opens",
    "answers go elsewhere",
]


@pytest.fixture
def app(make_app: Make, sandbox: SandboxServer, llm_server: ScriptedLlm) -> App:
    """An app of somebody who writes to Ana; its model calls everything good to know, and wants it answered."""

    def lulled(request: Request) -> Reply:
        asked = "body of a reply" in request.system or "summarize" in request.system.partition("\n")[0]
        return (
            fitting(request)
            if asked
            else Reply(completion(verdict(request, label="to-reply", needs_reply=True)))
        )

    llm_server.default = lulled
    sandbox.deliver(letter(from_=sandbox.account, to="ana@example.org"), "SENT")
    made = make_app(
        google=GoogleConfig(base=sandbox.base_url, token=sandbox.token, quota="off"),  # type: ignore[arg-type] # made a secret
        llm=LlmConfig(base_url=llm_server.base_url, model="scripted"),
        policy=EVERYTHING,
        triage=TriageConfig(offline_bar=1.0, drafts=True),
    )
    box = made.mailbox()
    assert 1 == correspondents.refresh(box.gmail, box.correspondents, box.own, Cancel())
    return made


async def test_a_client_reads_the_facts_beside_the_mail(app: App, sandbox: SandboxServer) -> None:
    """As fields and in the text of the result; a mail of somebody known says nothing about its sender."""
    odd = sandbox.deliver(ODD)
    good = sandbox.deliver(GOOD)
    async with Client(build(app)) as client:
        found = await client.call_tool("read_mail", {"ids": [odd]})
        plain = await client.call_tool("read_mail", {"ids": [good]})
    expected = {"first_contact": True, "lookalike_of": "example.org", "doubts": DOUBTS, "dmarc": "fail"}
    assert expected == answer(found)["messages"][0]["sender"]
    assert f"sender: {'; '.join(DOUBTS)}; the owner never wrote to them" in said(found)
    assert "sender" not in answer(plain)["messages"][0]
    assert "sender:" not in said(plain)


def test_the_command_line_tells_all_facts(app: App, sandbox: SandboxServer) -> None:
    """`mailreeve read --json` has each of them, passed or not."""
    ids = [sandbox.deliver(ODD), sandbox.deliver(GOOD)]
    odd, good = (one["sender"] for one in mail.read(app.mailbox(), ids, cancel=Cancel())["messages"])
    assert [{"text": "www.example.org", "url": "https://evil.example/x"}] == odd["mismatched_links"]
    assert ("fail", True, "example.org", DOUBTS) == (
        odd["dmarc"], odd["first_contact"], odd["lookalike_of"], odd["doubts"],
    )  # fmt: skip
    expected = {
        "spf": "", "dkim": "", "dmarc": "pass", "aligned": True, "reply_to_differs": False, "lookalike_of": "",
        "first_contact": False, "mismatched_links": [], "doubts": [],
    }  # fmt: skip
    assert expected == good


async def test_the_label_suspicious_hides_nothing(
    app: App, sandbox: SandboxServer, llm_server: ScriptedLlm
) -> None:
    """The facts outweigh a model that was talked round: a label, no draft, and the mail stays unread in the inbox."""
    odd = sandbox.deliver(ODD)
    good = sandbox.deliver(GOOD)
    async with Client(build(app)) as client:
        answer(await client.call_tool("triage", {"limit": 10}))
        verdicts = answer(await client.call_tool("classify", {"ids": [odd, good]}))["verdicts"]
    assert 2 <= len(llm_server.requests)
    assert {odd: "suspicious", good: "to-reply"} == {one["id"]: one["label"] for one in verdicts}
    names = {one["id"]: one["name"] for one in sandbox.state()["labels"]}
    labels = {one: {names.get(label, label) for label in sandbox.labels_of(one)} for one in (odd, good)}
    assert {"INBOX", "UNREAD", "Mailreeve/Suspicious"} == labels[odd]
    assert {"INBOX", "UNREAD", "Mailreeve/To reply"} == labels[good]
    threads = [sandbox.api("GET", f"/messages/{one}")["threadId"] for one in (odd, good)]
    drafts = [one["threadId"] for one in sandbox.state()["drafts"]]
    assert threads[1:] == drafts


async def test_whoever_is_asked_to_send_an_answer_is_told(app: App, sandbox: SandboxServer) -> None:
    """The question that goes to a person names what speaks against the mail that is answered."""
    odd = sandbox.deliver(ODD)
    asked: list[str] = []

    async def no(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="decline")

    async with Client(build(app), elicitation_callback=no) as client:
        made = answer(
            await client.call_tool("draft_mail", {"kind": "reply", "reply_to_id": odd, "body": "Done."})
        )
        answer(await client.call_tool("send_mail", {"draft_id": made["draft_id"]}))
    assert f"About the mail that you answer: {'; '.join(DOUBTS)}." in asked[0]
    assert [] == sandbox.sent()
