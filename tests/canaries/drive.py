"""Every command, every tool, every resource and prompt; and every failure that can be provoked."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager

import click
from mcp import Client
from mcp.shared.exceptions import MCPError
from tests.canaries import planted
from tests.canaries.house import JUNK, ROOT, House, Told, helpful

from mailreeve.cli import root
from mailreeve.store.db import Database

ELSEWHERE = {
    "sandbox": "serves a Google of its own over a file, and prints that one's token",
    "demo run": "made-up mail in a home of its own",
    "demo reset": "the same",
    **dict.fromkeys(
        ("eval injection", "eval actions", "eval drafts", "eval followups", "eval summaries"),
        "made-up cases in a home of their own",
    ),
}
"""Commands that never meet the person's mail."""
RULES = f'[[rule]]\nid = "lunch"\nmatch = {{ subject = "{planted.SUBJECT}" }}\ndo = {{ star = true, webhook = "hook" }}\n'


def leaves() -> set[str]:
    """Every command that does something, as it is typed."""
    found = set()

    def walk(group: click.Group, names: tuple[str, ...]) -> None:
        for name in group.list_commands(click.Context(group)):
            command = group.get_command(click.Context(group), name)
            if isinstance(command, click.Group):
                walk(command, (*names, name))
            else:
                found.add(" ".join((*names, name)))

    walk(root.root, ())
    return found


def undriven(house: House) -> set[str]:
    """Commands that were not run."""
    lines = [one.what.removeprefix("terminal ").removeprefix("killed ") for one in house.told]
    return {leaf for leaf in leaves() if not any(f"{line} ".startswith(f"{leaf} ") for line in lines)}


def reading(house: House, *, every: bool) -> None:
    """Log in, look at mail in every way, write drafts."""
    run, ids = house.run, house.ids
    run("login", "--browser", "--contacts", "--calendar", "--json")
    run("doctor", "--llm")
    run("sync", "--json")
    for source in ("gmail", "local"):
        run("search", f"subject:{planted.SUBJECT}", "--source", source, "--json")
    for some in [(one,) for one in ids.values()] if every else [tuple(ids.values())]:
        for command in ("read", "summarize", "classify"):
            run(command, *some, "--json")
    run("read", "--thread", ids["question"])
    for name in ("txt", "pdf", "docx"):
        run("attachment", ids["files"], f"{planted.FILE}.{name}", "--json")
    run("attachment", ids["files"], f"{planted.FILE}.bin", "--save")
    run("draft", "--reply", ids["question"], "--json")
    run("draft", "--forward", ids["files"], "--to", f"{planted.FRIEND}@x.example", "--body", planted.REPLY)
    new = house.json(
        *("draft", "--to", f"{planted.FRIEND}@x.example", "--subject", planted.MINE, "--body", planted.REPLY)
    )
    run("draft", "--edit", new["draft_id"], "--body", f"{planted.REPLY} again", "--json")
    run("send", new["draft_id"], "--json")
    run("unsubscribe", ids["list"], "--json")
    (house.home / "rules.toml").write_text(RULES, encoding="utf-8")
    for what in ("list", "check", "test"):
        run("rules", what, "--json")
    run("rules", "explain", ids["question"], "--json")


def working(house: House, *, every: bool) -> None:
    """A night with its destinations, and all that shows what came of it."""
    run, ids = house.run, house.ids
    house.agree("destinations", "consent", "hook")
    house.agree("digest", "consent")
    house.receiver.answers.extend([(500, {}), (302, {"Location": f"http://10.0.0.1/{planted.HOOK_PATH}"})])
    night = house.json("triage", "--since", "30d", "--yes")
    run("triage", "--again", "--since", "30d", "--yes")
    for line in (
        *(
            "digest",
            "runs",
            "stats",
            "labels",
            "followups",
            "followups nudge 1",
            "outbox list",
            "outbox deliver",
        ),
        *("review", "access", "style", "style learn", "style keep 1", "style forget 1"),
        *("cleanup", "systems templates", "systems consent none", "systems revoke none"),
    ):
        run(*line.split(), "--json")
        if every:
            run(*line.split())
    for id_ in ids.values() if every else [ids["question"]]:
        run("why", id_, "--json")
    run("correct", ids["question"], "urgent", "--json")
    run("eval", "mine", "--json")
    for line in ("test hook", "test inside", "consent inside", "list", "retry 1", "revoke hook"):
        run("destinations", *line.split(), "--json")
    run("outbox", "retry", "1", "--json")
    run("undo", night["run"], "--json")
    run("digest", "revoke")
    run("review", "cancel", "p-none")
    for line in ("list", "show p1", "edit p1 --label fyi", "forget p1"):
        run("patterns", *line.split(), "--json")
    for line in ("allow Somebody", "revoke Somebody"):
        run("access", *line.split(), "--json")


def people(house: House, *, every: bool) -> None:
    """Calendar, contacts, records, other software, and the rest."""
    run, wish = house.run, house.home.parent / "wish.json"
    for line in (
        "agenda --from 2026-11-20 --days 30",
        "free",
        f"invite {house.ids['invitation']}",
        f"answer {house.ids['invitation']} yes",
        f"propose {planted.EVENT} --start 2026-11-27T10:00 --guest {planted.SENDER}@example.org",
        "delete none",
        "consent none",
        "sync",
    ):
        run("calendar", *line.split(), "--json")
    for line in ("sync", "list", f"find {planted.CONTACT}", "merge --yes", "consent dav"):
        run("contacts", *line.split(), "--json")
    run("contacts", "export")
    run("records", "list", "--json")
    run("records", "feed", "--json")
    run("records", "export", planted.SENDER)
    wish.write_text(
        json.dumps(
            {
                "key": "k1",
                "to": [f"{planted.FRIEND}@x.example"],
                "subject": planted.MINE,
                "body": planted.REPLY,
            }
        )
    )
    run("propose", str(wish), "--json")
    if every:
        house.agree("systems", "add", "shop")
    run("systems", "add", "mill")
    run("systems", "--json")
    run("systems", "remove", "shop")
    file = house.home.parent / "mail.eml"
    file.write_bytes(planted.MAILS["question"])
    run("parse", str(file))
    cases, labels = house.home.parent / "cases.jsonl", ROOT / "evals" / "labels.toml"
    case = {
        "id": "c1",
        "from": f"{planted.SENDER}@example.org",
        "subject": planted.SUBJECT,
        "body": planted.BODY,
    }
    cases.write_text(json.dumps({**case, "label": "fyi"}) + "\nno JSON " + planted.PS)
    run("eval", "triage", "--cases", str(cases), "--labels", str(labels), "--json")
    run("completion", "bash")
    run("audit", "verify", "--json")
    run("export", str(house.home.parent / "export.jsonl"))
    run("purge", "--older-than", "300d", "--json")
    house.process("serve")
    with closing(Database(house.home / "mailreeve.db")) as db:
        db.execute("update run set started_at = started_at - 86400000 * 3")
    house.process("worker", until=" done: ")
    house.process("door", until="127.0.0.1")


async def tools(house: House) -> set[str]:
    """Every tool over every mail, every resource, every prompt; returns the tools that were not called."""
    with house.client() as made:
        async with made as client:
            await _tools(house, client)
            called = {one.what for one in house.tools}
            return {tool.name for tool in (await client.list_tools()).tools} - called


async def _tools(house: House, client: Client) -> None:
    ids = list(house.ids.values())
    for source in ("gmail", "local", "ranked"):
        await house.call(client, "search_mail", query=planted.SUBJECT, source=source)
    for detail in ("text", "full", "links"):
        await house.call(client, "read_mail", ids=ids, detail=detail)
    for part in ("0", "1", "2", "3", "4", "5", "99", "../x"):
        await house.call(client, "get_attachment", message_id=house.ids["files"], part=part)
    await house.call(client, "summarize", thread_ids=ids)
    await house.call(client, "classify", ids=ids)
    await house.call(client, "find_contacts", query=planted.SENDER)
    await house.call(client, "label_mail", ids=ids[:2], add=["star"])
    draft = await house.call(
        client, "draft_mail", kind="new", to=[f"{planted.FRIEND}@x.example"], subject=planted.MINE, body=planted.REPLY,
        attachments=["plan.txt"],
    )  # fmt: skip
    for kind in ("reply", "reply_all", "forward", "unsubscribe"):
        await house.call(client, "draft_mail", kind=kind, reply_to_id=house.ids["question"])
    await house.call(client, "draft_mail", kind="reply", reply_to_id=house.ids["code"])
    await house.call(client, "calendar", action="agenda", start="2026-11-20", days=30)
    await house.call(client, "calendar", action="yes", event_id=house.ids["invitation"])
    id_ = json.loads(draft.out)["structured_content"]["draft_id"]
    await house.call(client, "send_mail", draft_id=id_)
    await house.call(client, "open_review", draft_id=id_)
    await house.call(client, "triage", since="30d", again=True)
    for show in ("waiting", "history", "digest", "runs"):
        await house.call(client, "review", show=show)
    await house.call(client, "undo", id="c-999999")
    house.tools += [
        await _resource(client, uri) for uri in ("labels", "digest", f"thread/{ids[0]}", "label/INBOX")
    ]


async def _resource(client: Client, path: str) -> Told:
    try:
        found = await client.read_resource(f"mailreeve://{path}")
    except MCPError as error:
        return Told(f"resource {path}", 1, str(error))
    return Told(f"resource {path}", 0, found.model_dump_json())


WRONG = (
    "read no-such-id",
    "summarize no-such-id",
    "classify no-such-id",
    "search after:never (((",
    "draft --reply no-such-id --body x",
    "draft --edit no-such-id --body x",
    "send r-0",
    "undo c-999999",
    "why no-such-id",
    "triage --since soon",
    "unsubscribe no-such-id",
    "destinations test none",
    "calendar answer none yes",
    "rules explain no-such-id",
    "read",
    "no-such-command",
)
"""Typing mistakes."""
FAULTS = (
    "429",
    "403-rate",
    "403-daily",
    "500",
    "502",
    "503",
    "lost",
    "slow",
    "revoked",
    "expired-history",
    "html",
    "truncated",
)
"""Each kind of failure of the local Google."""


def asking(house: House) -> Iterator[tuple[str, ...]]:
    """Commands that ask Google, over the mail with the most canaries."""
    id_ = house.ids["question"]
    yield ("search", planted.SUBJECT)
    yield ("read", id_)
    yield ("summarize", id_)
    yield ("draft", "--reply", id_, "--body", planted.REPLY)
    yield ("triage", "--again", "--since", "30d", "--yes")
    yield ("sync", "--full")
    yield ("calendar", "agenda")
    yield ("contacts", "sync")
    yield ("followups",)
    yield ("unsubscribe", house.ids["list"])


def failures(house: House, *, every: bool) -> None:
    """What goes wrong at Google, at the model, on the disk, in the login, and by typing."""
    for line in WRONG:
        house.run(*line.split(), "--json")
    for number, kind in enumerate(FAULTS):
        commands = list(asking(house))
        for command in commands if every else [commands[number % len(commands)]]:
            house.sandbox.faults([{"path": "/", "nth": nth, "kind": kind, "seconds": 0.1} for nth in (2, 3)])
            house.run(*command, "--json")
            house.sandbox.faults([])
            if kind == "revoked":
                house.run("login", "--browser", "--json")
    for answer in list(JUNK.values())[:: 1 if every else 3]:
        house.llm.default = answer
        house.run("classify", house.ids["question"], "--json")
        house.run("summarize", house.ids["hidden"], "--json")
        if every:
            house.run("draft", "--reply", house.ids["question"], "--json")
            house.run("triage", "--again", "--since", "30d", "--yes", "--json")
    house.llm.default = helpful
    with damaged(house):
        house.run("triage", "--json")
        house.run("review", "--json")
    house.process("triage", "--again", "--since", "30d", "--yes", limit=40_000)
    house.killed("triage", "--again", "--since", "30d", "--yes", path="/modify|/batchModify|/drafts")
    house.run("logout", "--json")
    house.run("triage", "--json")
    house.run("login", "--browser")


async def failing_tools(house: House, *, every: bool) -> None:
    """Each failure of Google and of the model, as a client sees it."""
    with house.client() as made:
        async with made as client:
            for kind in ("403-daily", "html", "expired-history", "revoked"):
                house.sandbox.faults([{"path": "/gmail", "kind": kind}])
                for name, arguments in (
                    ("read_mail", {"ids": [house.ids["question"]]}),
                    ("search_mail", {"query": planted.SUBJECT}),
                    (
                        "draft_mail",
                        {"kind": "reply", "reply_to_id": house.ids["question"], "body": planted.REPLY},
                    ),
                ):
                    await house.call(client, name, **arguments)
                house.sandbox.faults([])
                if kind == "revoked":
                    house.run("login", "--browser")
            for answer in list(JUNK.values())[1 :: 1 if every else 3]:
                house.llm.default = answer
                await house.call(client, "classify", ids=[house.ids["question"]])
                await house.call(client, "summarize", thread_ids=[house.ids["hidden"]])
            house.llm.default = helpful


@contextmanager
def damaged(house: House) -> Iterator[None]:
    """The database with a hole in it."""
    file = house.home / "mailreeve.db"
    kept = house.home.parent / "kept.db"
    shutil.copy(file, kept)
    with file.open("r+b") as stream:
        stream.seek(8192)
        stream.write(b"\xa5" * 16384)
    yield
    shutil.copy(kept, file)
    kept.unlink()
