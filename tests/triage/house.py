"""The real parts of a triage over a local Google, some mail for it, and the driver process that gets killed.

Run as a program it makes one run, and kills itself with SIGKILL a moment after its n-th HTTP request:
`house.py BASE TOKEN ACCOUNT HOME KILL_AT DELAY`.
"""

import hashlib
import json
import os
import signal
import sys
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from mailreeve.cancel import Cancel
from mailreeve.google import credentials
from mailreeve.google.gmail import Gmail
from mailreeve.google.transport import Transport
from mailreeve.reading.llm.client import ChatClient, Endpoint
from mailreeve.reading.llm.reader import LlmReader
from mailreeve.reading.offline.reader import OfflineReader
from mailreeve.store.audit import Audit
from mailreeve.store.db import Database
from mailreeve.store.journal import Journal
from mailreeve.store.kept import Kept
from mailreeve.store.ledger import Ledger
from mailreeve.store.patterns import Learned
from mailreeve.triage.labels import BUILT_IN
from mailreeve.triage.loop import triage
from mailreeve.triage.parts import Parts, Settings
from mailreeve.triage.run import Options, RunResult

ME = "alex.moreno@example.com"
SYSTEM = {"INBOX", "UNREAD"}


class NoNap(Cancel):
    """Does not sleep, so that retries take no time; notes for how long it should have."""

    def __init__(self) -> None:
        super().__init__()
        self.naps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.check()


def joined(
    stack: ExitStack,
    base: str,
    token: str,
    account: str,
    home: Path,
    *,
    llm: str = "",
    **settings: Any,
) -> Parts:
    """What app.py would join; closed with the stack."""
    settings.setdefault("settle_seconds", 0.0)  # the sandbox ends at once what it was asked for
    db = Database(home / "mailreeve.db")
    transport = Transport(credentials.ready(token, base), base=base, quota="off")
    stack.callback(db.close)
    stack.callback(transport.close)
    audit = Audit(db, account)
    reader = LlmReader(ChatClient(Endpoint(llm, "scripted", "no-key", 5.0, 0.01))) if llm else None
    if reader:
        stack.callback(reader.close)
    return Parts(
        account=account,
        gmail=Gmail(transport),
        offline=OfflineReader((), (account,)),
        llm=reader,
        ledger=Ledger(db, account),
        journal=Journal(db, account, audit),
        audit=audit,
        labels=settings.pop("labels", BUILT_IN),
        zone=UTC,
        now=settings.pop("now", lambda: datetime.now(UTC)),
        settings=Settings(**settings),
        own=(account,),
        kept=Kept(db, account),
        learned=Learned(db, account),
    )


def mail(
    subject: str = "Lunch tomorrow?",
    body: str = "Hi Alex,\n\nCould you tell me whether Friday works for you?\n\nGrace\n",
    sender: str = "Grace Hopper <grace@example.org>",
    **headers: str,
) -> bytes:
    """A plain mail to the account; by default a question."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = headers.pop("To", f"Alex Moreno <{ME}>")
    message["Subject"] = subject
    message["Date"] = "Mon, 23 Nov 2026 08:00:00 +0000"
    digest = hashlib.sha256(f"{subject}{body}{sender}".encode()).hexdigest()[:16]
    message["Message-ID"] = f"<{digest}@example.org>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return message.as_bytes()


def newsletter(number: int = 0) -> bytes:
    """A mail that nobody answers."""
    return mail(
        f"The weekly gazette, issue {number}",
        "This week: five long reads, a recipe, and a chart. You can read all of it online, whenever you like.\n"
        "You receive this newsletter because you subscribed. Unsubscribe here: https://news.example.net/u\n",
        "The Gazette <newsletter@news.example.net>",
        List_Id="The Gazette <gazette.news.example.net>",
        List_Unsubscribe="<https://news.example.net/u>",
        Precedence="bulk",
    )


def code() -> bytes:
    """A one-time code."""
    return mail(
        "Your verification code is 483920",
        "Your verification code is 483920. It expires in 10 minutes. Do not share it.\n",
        "Example Bank <no-reply@bank.example>",
    )


def balanced(result: RunResult) -> bool:
    """The coverage equation, on the keys of the outer face."""
    told = result.as_json()
    parts = (told["already"], sum(told["decided"].values()), len(told["needs_human"]), len(told["failed"]))
    return bool(told["seen"] == sum(parts))


def main(base: str, token: str, account: str, home: str, kill_at: str, delay: str) -> None:
    """One run that ends by its own hand."""
    left = int(kill_at)

    def count(event: str, _arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event != "http.client.send":
            return
        left -= 1
        if left == 0:
            threading.Thread(target=_die, args=(float(delay),), daemon=True).start()

    sys.addaudithook(count)
    with ExitStack() as stack:
        result = triage(joined(stack, base, token, account, Path(home)), Options())
    print(json.dumps(result.as_json()))  # noqa: T201 -- the driver's answer


def _die(delay: float) -> None:
    time.sleep(delay)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
