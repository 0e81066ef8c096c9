"""The receiver that people start from."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from mailreeve.cancel import Cancel
from mailreeve.outbound import webhook
from mailreeve.outbound.event import Event, Kind, payload
from mailreeve.outbound.place import place
from mailreeve.outbound.wire import Wire

RECEIVER = Path(__file__).parent.parent.parent / "examples" / "webhooks" / "receiver.py"


def test_the_example_takes_our_deliveries_once_and_no_others() -> None:
    """Started as its text says: a signed event is printed, its double is not, a forged one is refused."""
    secret = webhook.new_secret()
    command = [sys.executable, "-u", str(RECEIVER), "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "WEBHOOK_SECRET": secret}
    ) as process:
        assert process.stdout is not None
        port = process.stdout.readline().split()[-1]
        home = place(f"http://127.0.0.1:{port}/", private=True)
        wire, now = Wire({home}), datetime.now(UTC)
        found = []
        for name, key in (("a", secret), ("a", secret), ("b", webhook.new_secret()), ("c", secret)):
            body = payload(Event(name, Kind.TEST, now, subject=f"of {name}"), ["subject"])
            headers = webhook.signed(name, now, body, [key])
            found.append(webhook.post(wire, home, body, headers, Cancel()).status)
        process.terminate()
        printed = process.stdout.read().splitlines()
    assert [204, 204, 401, 204] == found
    assert ["destination.test {'subject': 'of a'}", "destination.test {'subject': 'of c'}"] == printed
