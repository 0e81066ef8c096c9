"""label_mail, draft_mail, triage, review, undo: changes with a way back."""

import base64
from typing import Any

import pytest
from tests.mcp_server.conftest import Connect, Make, answer, letter, said
from tests.sandbox_server import Factory, SandboxServer

from mailreeve.config import GoogleConfig, PolicyConfig


async def test_a_label_is_set_and_taken_back(sandbox: SandboxServer, connect: Connect) -> None:
    """label_mail changes exactly the labels it was told; undo restores them."""
    id_ = sandbox.deliver(letter())
    before = sandbox.labels_of(id_)
    async with connect() as client:
        changed = answer(
            await client.call_tool(
                "label_mail", {"ids": [id_], "add": ["star", "Projects"], "remove": ["unread"]}
            )
        )
        assert {"INBOX", "STARRED", "Projects"} == sandbox.labels_of(id_)
        undone = answer(await client.call_tool("undo", {"id": changed["change"]}))
    assert 1 == changed["changed"]
    assert before == sandbox.labels_of(id_)
    assert [] == undone["failed"]


async def test_what_the_person_did_since_is_left_alone(sandbox: SandboxServer, connect: Connect) -> None:
    """Undo of a star that the person has taken off again is listed as skipped."""
    id_ = sandbox.deliver(letter())
    async with connect() as client:
        changed = answer(await client.call_tool("label_mail", {"ids": [id_], "add": ["star"]}))
        sandbox.api("POST", f"/messages/{id_}/modify", {"removeLabelIds": ["STARRED"]})
        undone = answer(await client.call_tool("undo", {"id": changed["change"]}))
    assert (0, 1) == (undone["undone"], len(undone["skipped"]))


async def test_a_draft_is_written_changed_and_taken_back(sandbox: SandboxServer, connect: Connect) -> None:
    """draft_mail writes into Gmail, edits by id, sends nothing; undo removes what is still ours."""
    parent = sandbox.deliver(letter(subject="Lunch"))
    async with connect() as client:
        made = answer(
            await client.call_tool(
                "draft_mail", {"kind": "reply", "reply_to_id": parent, "body": "Friday is fine."}
            )
        )
        edited = answer(
            await client.call_tool(
                "draft_mail", {"kind": "edit", "draft_id": made["draft_id"], "body": "Friday at one."}
            )
        )
        assert [made["draft_id"]] == [one["id"] for one in sandbox.api("GET", "/drafts")["drafts"]]
        for change in (edited, made):
            await client.call_tool("undo", {"id": change["change"]})
    assert "Re: Lunch" == made["subject"]
    assert ["ana@example.org"] == made["to"]
    assert "Friday is fine." in made["text"]
    assert "Friday at one." in edited["text"]
    assert [] == sandbox.api("GET", "/drafts").get("drafts", [])
    assert [] == sandbox.sent()


async def test_the_question_says_whose_words_they_are(sandbox: SandboxServer, connect: Connect) -> None:
    """A text that came through this face is flagged as a program's until a person changes it."""
    sandbox.deliver(letter(from_=sandbox.account, to="ana@example.org"), labels="SENT")
    async with connect() as client:
        arguments = {"kind": "new", "to": ["ana@example.org"], "subject": "Hello", "body": "Hello Ana"}
        made = answer(await client.call_tool("draft_mail", arguments))
    assert any("Written by your assistant" in flag for flag in made["flags"]), made["flags"]


async def test_the_sender_is_named_from(sandbox: SandboxServer, connect: Connect) -> None:
    """The argument `from` chooses one of the account's own addresses and no other."""
    sandbox.send_as("desk@example.com")
    arguments: dict[str, Any] = {"kind": "new", "to": ["a@example.org"], "subject": "x", "body": "y"}
    async with connect() as client:
        made = answer(await client.call_tool("draft_mail", {**arguments, "from": "desk@example.com"}))
        refused = await client.call_tool("draft_mail", {**arguments, "from": "boss@example.net"})
    assert "From: desk@example.com" in _raw(sandbox, made["draft_id"])
    assert refused.is_error
    assert "none of your addresses" in said(refused)


def _raw(sandbox: SandboxServer, draft_id: str) -> str:
    found = sandbox.api("GET", f"/drafts/{draft_id}?format=raw")["message"]["raw"]
    return base64.urlsafe_b64decode(found + "==").decode()


HOSTILE = [
    ("draft_mail", {"kind": "new", "to": ["a@example.org\r\nBcc: evil@example.net"], "body": "x"}),
    ("draft_mail", {"kind": "new", "to": ["a@example.org"], "attachments": ["/etc/passwd"], "body": "x"}),
    (
        "draft_mail",
        {"kind": "new", "to": ["a@example.org"], "attachments": ["../../.ssh/id_rsa"], "body": "x"},
    ),
    ("draft_mail", {"kind": "steal"}),
    ("draft_mail", {"kind": "reply"}),
    ("label_mail", {"ids": ["x"] * 101, "add": ["star"]}),
    ("label_mail", {"ids": ["../../drafts/send"], "add": ["star"]}),
    ("label_mail", {"ids": ["1"], "add": ["SENT"]}),
    ("label_mail", {"ids": []}),
    ("read_mail", {"ids": ["../profile"]}),
    ("read_mail", {"thread_id": "x?alt=media"}),
    ("read_mail", {"detail": "everything", "ids": ["1"]}),
    ("search_mail", {"query": "x", "cursor": "../../"}),
    ("get_attachment", {"message_id": "..", "part": "1"}),
    ("undo", {"id": "'; drop table journal; --"}),
    ("undo", {"id": "\0"}),
    ("review", {"cursor": "²"}),
    ("triage", {"since": "99999999999999d"}),
    ("triage", {"limit": 10_000}),
    ("send_mail", {"draft_id": "x", "at": "tomorrow"}),
    ("classify", {"ids": [{"$ne": 1}]}),
    ("search_mail", {"query": "x", "account": "other@example.net"}),
]


@pytest.mark.parametrize(
    ("name", "arguments"), HOSTILE, ids=[f"{i}-{one[0]}" for i, one in enumerate(HOSTILE)]
)
async def test_hostile_arguments_change_nothing(
    sandbox: SandboxServer, connect: Connect, name: str, arguments: dict[str, Any]
) -> None:
    """Each is answered with an error, or failed ids, that say something; the mailbox is as it was."""
    sandbox.deliver(letter())
    before = sandbox.state()
    async with connect() as client:
        result = await client.call_tool(name, arguments)
    found = result.structured_content or {}
    assert result.is_error or found["failed"], found
    assert len(said(result)) > len(f"Error executing tool {name}: ")
    assert before["messages"] == sandbox.state()["messages"]
    assert before["drafts"] == sandbox.state()["drafts"]
    assert [] == sandbox.sent()


async def test_an_empty_reply_to_the_users_own_mail_is_a_reminder(
    sandbox: SandboxServer, connect: Connect
) -> None:
    """It goes to whom they wrote, in the thread, with what they asked."""
    raw = letter(text="Could you send me the plan?\n", from_=sandbox.account, to="bo@firm.example")
    asked = sandbox.deliver(raw, labels="SENT")
    async with connect() as client:
        made = answer(await client.call_tool("draft_mail", {"kind": "reply", "reply_to_id": asked}))
    assert (["bo@firm.example"], True) == (made["to"], "“Could you send me the plan?”" in made["text"])
    assert [] == sandbox.sent()


async def test_triage_accounts_for_everything_and_is_taken_back(
    sandbox_factory: Factory, make_app: Make, connect_stateless: Connect
) -> None:
    """Every message of the demo mailbox is decided, needs a person or failed; undo restores all labels."""
    demo = sandbox_factory(demo=True)
    app = make_app(google=GoogleConfig(base=demo.base_url, token=demo.token, quota="off"))  # type: ignore[arg-type] # made a secret
    before = {mail["id"]: set(mail["labels"]) for mail in demo.state()["messages"]}
    told: list[tuple[float, float | None]] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, total))

    async with connect_stateless(app) as client:
        run = answer(await client.call_tool("triage", {"since": "30d", "limit": 24}, progress_callback=note))
        assert before != {mail["id"]: set(mail["labels"]) for mail in demo.state()["messages"]}
        digest = answer(await client.call_tool("review", {"show": "digest"}))
        runs = answer(await client.call_tool("review", {"show": "runs"}))
        undone = answer(await client.call_tool("undo", {"id": run["run"]}))
    decided = sum(run["decided"].values())
    assert run["seen"] == run["already"] + decided + len(run["needs_human"]) + len(run["failed"])
    assert decided > 0
    assert 20 >= len(run["inbox"]) > 0
    assert run["more"] == decided + len(run["needs_human"]) - len(run["inbox"])
    assert told
    assert run["run"] in digest["digest"]["runs"]
    assert [run["run"]] == [one["run"] for one in runs["runs"]]
    assert [] == undone["failed"]
    assert before == {mail["id"]: set(mail["labels"]) for mail in demo.state()["messages"]}
    assert [] == demo.sent()


async def test_what_waits_is_listed_in_pages(sandbox: SandboxServer, connect_stateless: Connect) -> None:
    """Proposals that nobody answered and the drafts beside them are listed for the person, twenty at a time."""
    async with connect_stateless() as client:
        for number in range(22):
            made = answer(
                await client.call_tool(
                    "draft_mail",
                    {"kind": "new", "to": ["a@example.org"], "subject": f"Letter {number}", "body": "Hello"},
                )
            )
            if number < 21:
                answer(await client.call_tool("send_mail", {"draft_id": made["draft_id"]}))
        first = answer(await client.call_tool("review", {}))
        second = answer(await client.call_tool("review", {"cursor": first["next"]}))
    assert (20, 1, "") == (len(first["proposals"]), len(second["proposals"]), second["next"])
    assert ([], [made["draft_id"]]) == (first["drafts"], [one["draft_id"] for one in second["drafts"]])
    assert (22, "Letter 21") == (second["total"], second["drafts"][0]["subject"])
    assert {"proposed"} == {one["state"] for one in first["proposals"]}
    assert [] == sandbox.sent()


async def test_drafting_alone_leaves_no_way_to_send(make_app: Make, connect: Connect) -> None:
    """With `draft` but not `send`, drafts are written and sending is not even listed."""
    async with connect(make_app(policy=PolicyConfig(capabilities=("read", "draft")))) as client:
        arguments = {"kind": "new", "to": ["a@example.org"], "subject": "x", "body": "y"}
        made = answer(await client.call_tool("draft_mail", arguments))
        refused = await client.call_tool("send_mail", {"draft_id": made["draft_id"]})
    assert refused.is_error


async def test_errors_advise_in_the_words_of_the_tools(make_app: Make, connect: Connect) -> None:
    """A model is sent to a tool where there is one, and in the demo a person to the demo's commands."""
    asked = (
        ("undo", {"id": "r-nope"}, "review with show=runs lists them."),
        ("label_mail", {"ids": ["1"], "remove": ["Nowhere"]}, "The resource mailreeve://labels lists them."),
        ("label_mail", {"ids": ["1"], "add": ["star"], "remove": ["star"]}, "Say one of the two."),
        ("search_mail", {"query": "x", "source": "local"}, "`mailreeve --demo sync` makes one."),
    )
    async with connect(make_app(demo=True)) as client:
        for tool, arguments, advice in asked:
            result = await client.call_tool(tool, arguments)
            assert result.is_error
            assert advice in str(result.content), tool
