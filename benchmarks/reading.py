"""What reading costs: a newsletter of a hundred products, and a thread with growing history.

The mails are those in `reading/` of MAILREEVE_TEST_DATA (or ../shared/data), with limits: 1,200 tokens for the
first page of the newsletter, 2,000 for all pages with every product on them, 900 for the new text of all messages
of the thread. Without them the demo's own mails are measured, which have more to say, and no limit. Beside the
figures stands what a plain dump of the same mail costs. NODE_PATH may say where js-tiktoken lies.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailreeve.mail import mime, pages, parts
from mailreeve.mail.tokens import count
from mailreeve.models import Message

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("MAILREEVE_TEST_DATA", ROOT.parent / "shared" / "data")) / "reading"
FIRST, ALL, THREAD = 1200, 2000, 900
COUNT = """
const { getEncoding } = require("js-tiktoken");
const encoding = getEncoding("o200k_base");
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(texts.map((text) => encoding.encode(text).length)));
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of the table."""

    what: str
    tokens: int
    limit: int = 0
    dump: int = 0


def measured(texts: list[str]) -> tuple[list[int], str]:
    """The tokens of texts by js-tiktoken (NODE_PATH says where it lies), else as Mailreeve counts them."""
    node = shutil.which("node")
    if node:
        done = subprocess.run(
            [node, "-e", COUNT], input=json.dumps(texts).encode(), capture_output=True, check=False
        )
        if done.returncode == 0:
            return json.loads(done.stdout), "js-tiktoken, o200k_base"
    return [count(text) for text in texts], "Mailreeve's own count"


def mails() -> tuple[bytes, list[bytes], str]:
    """The newsletter, the thread from its first message on, and whose they are."""
    if DATA.is_dir():
        thread = [file.read_bytes() for file in sorted(DATA.glob("thread-*.eml"))]
        return (DATA / "newsletter.eml").read_bytes(), thread, str(DATA)
    from mailreeve.sandbox import demo

    raws = [mail.raw for mail in demo.messages(datetime(2026, 1, 5, 12, tzinfo=UTC))]
    threads: dict[str, list[bytes]] = defaultdict(list)
    for raw in raws:
        message = mime.from_bytes(raw)
        threads[next(iter((*message.references, message.message_id)))].append(raw)
    newsletter = max(raws, key=lambda raw: len(mime.from_bytes(raw).links))
    return newsletter, max(threads.values(), key=len), "the demo mailbox"


def every_page(message: Message) -> list[str]:
    """The text of all pages."""
    found, cursor = [], ""
    while True:
        page = pages.page(message, cursor)
        found.append(page.text)
        cursor = page.next
        if not cursor:
            return found


def conversation(messages: list[Message]) -> str:
    """The new text of each message under a line with its time and author, as read_mail gives it."""
    heads = (f"{one.date:%Y-%m-%d %H:%M} {one.author}" if one.date else str(one.author) for one in messages)
    texts = ("\n".join(every_page(message)) for message in messages)
    return "\n".join(f"{head}\n{text}" for head, text in zip(heads, texts, strict=True))


def dump(raw: bytes) -> str:
    """What a server without care gives: subject and the HTML, or the text when there is none."""
    root, _ = parts.split(raw)
    bodies = [part for part in root.walk() if part.type in {"text/html", "text/plain"}]
    body = next((part for part in bodies if part.type == "text/html"), bodies[0])
    return f"{mime.from_bytes(raw).subject}\n{body.decoded().decode('utf-8', 'replace')}"


def lost(message: Message, shown: str) -> list[str]:
    """Numbers of the text that no page shows: prices, and what tells one entry from the next."""
    wanted = re.findall(r"\S*\d\S*\b", message.text)
    return [one for one in dict.fromkeys(wanted) if one not in shown]


def main() -> int:
    """Measure, print, and fail beyond a limit."""
    newsletter, thread, whose = mails()
    letter, messages = mime.from_bytes(newsletter), [mime.from_bytes(raw) for raw in thread]
    read = every_page(letter)
    together = conversation(messages)
    texts = [read[0], "\n".join(read), together, dump(newsletter), "\n".join(map(dump, thread))]
    (first, all_pages, talk, plain, plain_thread), by = measured(texts)
    limits = (FIRST, ALL, THREAD) if DATA.is_dir() else (0, 0, 0)
    rows = [
        Row("newsletter, first page", first, limits[0], plain),
        Row(
            f"newsletter, all {len(read)} page(s), {len(letter.links)} links told",
            all_pages,
            limits[1],
            plain,
        ),
        Row(f"thread of {len(messages)}, all new text", talk, limits[2], plain_thread),
    ]
    print(f"mails: {whose}; counted by {by}\n")
    print(f"{'':48}{'tokens':>8}{'limit':>8}{'dump':>8}")
    for row in rows:
        print(f"{row.what:48}{row.tokens:>8,}{row.limit or '-':>8}{row.dump:>8,}")
    missing = lost(letter, texts[1]) + [one.subject for one in messages if one.text not in together]
    print(f"\nmissing from the pages: {missing or 'nothing'}")
    print(f"{Path(sys.executable).name} {Path(__file__).relative_to(ROOT)}")
    return int(bool(missing) or any(0 < row.limit < row.tokens for row in rows))


if __name__ == "__main__":
    sys.exit(main())
