"""The sandbox as a child process: how `--demo` gets a Google of its own."""

import atexit
import json
import os
import subprocess
import sys
from pathlib import Path

from mailreeve.config import GoogleConfig
from mailreeve.errors import ConfigError
from mailreeve.platform import private_folder


def start(folder: Path) -> GoogleConfig:
    """Start the sandbox over the demo mailbox in `folder`; it ends with this process.

    Raises ConfigError when it does not come up.
    """
    private_folder(folder.parent)  # the home, which may be new too
    private_folder(folder)
    command = [sys.executable, "-m", "mailreeve", "sandbox", "--state", str(folder / "mailbox.db")]
    command += ["--quota", "off"]  # nobody should wait for a minute's units of a mailbox that is not Google's
    with (folder / "sandbox.log").open("ab") as log:
        child = subprocess.Popen(  # noqa: S603 -- our own interpreter and our own arguments
            [*command, "--parent", str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    atexit.register(_stop, child)
    assert child.stdout is not None  # noqa: S101 -- asked for with PIPE
    line = child.stdout.readline()
    if not line:
        raise ConfigError("The demo mailbox did not start.", f"See {folder / 'sandbox.log'}.")
    told = json.loads(line)
    return GoogleConfig(base=told["base_url"], token=told["token"], quota="off")


def _stop(child: "subprocess.Popen[str]") -> None:
    child.terminate()
    try:
        child.wait(timeout=5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout:
        child.stdout.close()
