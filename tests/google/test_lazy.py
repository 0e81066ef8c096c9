"""The start of the server stays fast."""

import subprocess
import sys
from pathlib import Path

import mailreeve.google

SLOW = ("googleapiclient", "google.auth", "google.oauth2", "httplib2", "requests", "oauthlib", "keyring")


def test_importing_the_google_room_loads_none_of_googles_libraries() -> None:
    """Every module of the room can be imported without the slow ones."""
    folder = Path(mailreeve.google.__file__).parent
    names = sorted(f"mailreeve.google.{file.stem}" for file in folder.glob("*.py") if file.stem != "__init__")
    assert len(names) > 10
    code = f"import sys, {', '.join(names)}; print([name for name in {SLOW} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()
