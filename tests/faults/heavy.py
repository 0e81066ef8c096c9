"""A process that does one heavy thing with a mailbox, and tells the most memory it ever took: `heavy.py WHAT BASE TOKEN ACCOUNT HOME ID`."""

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.triage.house import joined

from mailreeve.cancel import Cancel
from mailreeve.models import Message, Thread
from mailreeve.triage.loop import triage
from mailreeve.triage.run import Options


def main(what: str, base: str, token: str, account: str, home: str, id_: str) -> None:
    with ExitStack() as stack:
        parts = joined(stack, base, token, account, Path(home))
        told: dict[str, Any] = {}
        match what:
            case "triage":
                told = triage(parts, Options()).as_json()
            case "message":
                message = parts.gmail.get(id_)
                told = {"text": len(message.text), "attachments": len(message.attachments)}
            case "messages":
                read = {
                    one: found.defects
                    for one, found in parts.gmail.get_many(id_.split(","), Cancel())
                    if isinstance(found, Message)
                }
                told = {"cut": [one for one, defects in read.items() if any("cut" in d for d in defects)]}
            case "attachment":
                (one,) = parts.gmail.get(id_).attachments
                told = {"bytes": len(parts.gmail.attachment(id_, one.attachment_id))}
            case "thread":
                thread = parts.gmail.thread(id_)
                summary = parts.offline.summarize(Thread(thread.id, thread.messages), Cancel())
                told = {"messages": len(thread.messages), "gist": len(summary.gist)}
            case "search":
                page = parts.gmail.search("")
                told = {"items": len(page.items), "more": bool(page.next)}
    # getrusage would tell the memory of the process that started this one, if that was more
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    peak = int(status.partition("VmHWM:")[2].split()[0]) * 1024
    print(json.dumps({**told, "peak": peak}))  # noqa: T201 -- the driver's answer


if __name__ == "__main__":
    main(*sys.argv[1:])
