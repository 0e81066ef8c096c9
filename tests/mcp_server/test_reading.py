"""summarize, classify, get_attachment: what the readers say, with coverage."""

from tests.mcp_server.conftest import Connect, answer, letter, said
from tests.sandbox_server import SandboxServer


async def test_a_thread_is_summarized(sandbox: SandboxServer, connect: Connect) -> None:
    """The answer names its threads and how many were asked for and done; what is missing is told by id."""
    id_ = sandbox.deliver(letter(text="Please send the signed contract by 27 November 2026.\n"))
    thread = sandbox.api("GET", f"/messages/{id_}")["threadId"]
    async with connect() as client:
        found = answer(await client.call_tool("summarize", {"thread_ids": [thread, "18f0000000000000"]}))
    assert [thread] == [one["thread_id"] for one in found["summaries"]]
    assert "contract" in str(found["summaries"])
    assert (2, 1) == (found["coverage"]["asked"], found["coverage"]["done"])
    assert ["18f0000000000000"] == [one["id"] for one in found["coverage"]["failed"]]
    assert list(found).index("begin") < list(found).index("summaries") < list(found).index("end")


async def test_mail_is_classified_and_nothing_is_set(sandbox: SandboxServer, connect: Connect) -> None:
    """A verdict says label, reason and who decided; the labels in Gmail stay as they were."""
    id_ = sandbox.deliver(letter(text="Could you answer my question until tomorrow?\n"))
    before = sandbox.labels_of(id_)
    async with connect() as client:
        verdict = answer(await client.call_tool("classify", {"ids": [id_]}))["verdicts"][0]
    assert id_ == verdict["id"]
    assert verdict["by"] in {"rule", "pattern", "offline", "llm"}
    assert verdict["reason"]
    assert before == sandbox.labels_of(id_)


async def test_a_long_attachment_comes_in_pages(sandbox: SandboxServer, connect: Connect) -> None:
    """The pages joined are the text of the file; a wrong handle names the ones there are."""
    table = "".join(f"row {number},{number * 7}\r\n" for number in range(1500))
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nSee the table.\r\n"
        '--b\r\nContent-Type: text/csv; name="t.csv"\r\n'
        'Content-Disposition: attachment; filename="t.csv"\r\n\r\n' + table + "--b--\r\n"
    )
    id_ = sandbox.deliver(letter(text=body.replace("\r\n", "\n"), type_="multipart/mixed; boundary=b"))
    pages: list[str] = []
    async with connect() as client:
        cursor = ""
        for _ in range(20):
            arguments = {"message_id": id_, "part": "t.csv", "cursor": cursor}
            found = answer(await client.call_tool("get_attachment", arguments))
            pages.append(found["text"])
            cursor = found["next"]
            if not cursor:
                break
        wrong = await client.call_tool("get_attachment", {"message_id": id_, "part": "9"})
    assert len(pages) > 1
    assert all(len(page) <= 6000 for page in pages)
    assert "row 0" in pages[0]
    assert "row 1499" in "".join(pages)
    assert wrong.is_error
    assert "t.csv" in said(wrong)
