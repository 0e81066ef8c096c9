"""From process start to the answer of tools/list over stdio, beside a server with one tool on the same SDK.

Both are started in turn, so that whatever else the machine does hits both. Limits: a ratio of 1.25, a peak of
85 MB, 1,800 tokens for names, descriptions and input schemas, 280 MB for a default installation (--install).
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
ONE_TOOL = """
from mcp.server import MCPServer

server = MCPServer("one", version="1")


@server.tool()
def add(a: int, b: int) -> int:
    "Add two numbers."
    return a + b


server.run()
"""
EVERY_TOOL = '[policy]\ncapabilities = ["read", "label", "draft", "send"]\n'
RATIO, PEAK_MB, TOKENS, INSTALLED_MB = 1.25, 85, 1800, 280
COUNT = """
const { getEncoding } = require("js-tiktoken");
console.log(getEncoding("o200k_base").encode(require("fs").readFileSync(0, "utf8")).length);
"""


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds to the list of tools, peak resident memory in MB (0 where /proc is not), the list."""

    seconds: float
    peak: float
    tools: list[dict[str, Any]]


def start(command: list[str], home: str) -> Start:
    """Start a server, ask for its tools, end it by closing its stdin."""
    began = time.perf_counter()
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "MAILREEVE_HOME": home},
    ) as server:
        assert server.stdin
        assert server.stdout

        def say(message: dict[str, Any]) -> None:
            server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")  # type: ignore[union-attr] # asserted above
            server.stdin.flush()  # type: ignore[union-attr] # asserted above

        client = {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "b", "version": "1"},
        }
        say({"id": 1, "method": "initialize", "params": client})
        server.stdout.readline()
        say({"method": "notifications/initialized"})
        say({"id": 2, "method": "tools/list"})
        tools = json.loads(server.stdout.readline())["result"]["tools"]
        seconds = time.perf_counter() - began
        peak = _peak(server.pid)
        server.stdin.close()
        server.wait(30)
    return Start(seconds, peak, tools)


def _peak(pid: int) -> float:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0.0
    line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1000


def tokens(text: str) -> tuple[int, str]:
    """How many o200k tokens a text is, by js-tiktoken (NODE_PATH says where), else by our estimate."""
    node = shutil.which("node")
    if node:
        done = subprocess.run([node, "-e", COUNT], input=text.encode(), capture_output=True, check=False)
        if done.returncode == 0:
            return int(done.stdout), "js-tiktoken, o200k_base"
    from mailreeve.mail.tokens import count

    return count(text), "our estimate"


def size_of_listing(tools: list[dict[str, Any]]) -> str:
    """What the limit is about: name, description and input schema, as compact JSON."""
    listing = [{key: tool[key] for key in ("name", "description", "inputSchema")} for tool in tools]
    return json.dumps(listing, ensure_ascii=False, separators=(",", ":"))


def installed() -> float:
    """MB that a default installation adds to a fresh virtual environment."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        before = _bytes(Path(folder))
        pip = [str(Path(folder) / "bin" / "python"), "-m", "pip", "install", "--quiet", str(ROOT)]
        subprocess.run(pip, check=True)
        return (_bytes(Path(folder)) - before) / 1e6


def _bytes(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


def main() -> int:
    """Measure, print the table, and fail when a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--install", action="store_true", help="also install into a fresh environment")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        one = Path(home) / "one_tool.py"
        one.write_text(ONE_TOOL, encoding="utf-8")
        (Path(home) / "config.toml").write_text(EVERY_TOOL, encoding="utf-8")
        commands = {
            "ours": [sys.executable, "-m", "mailreeve", "serve"],
            "one tool": [sys.executable, str(one)],
        }
        runs: dict[str, list[Start]] = {name: [] for name in commands}
        for round_ in range(options.rounds + 1):
            for name, command in commands.items():
                found = start(command, home)
                if round_:  # the first round fills the caches of the disk
                    runs[name].append(found)
    middle = {name: statistics.median(run.seconds for run in found) for name, found in runs.items()}
    peak = {name: max(run.peak for run in found) for name, found in runs.items()}
    listing = size_of_listing(runs["ours"][0].tools)
    count, counter = tokens(listing)
    ratio = middle["ours"] / middle["one tool"]
    rows = [
        ("start to tools/list, one tool (median s)", middle["one tool"], 0.0),
        ("start to tools/list, ours (median s)", middle["ours"], 0.0),
        ("ratio", ratio, RATIO),
        ("peak memory, one tool (MB)", peak["one tool"], 0.0),
        ("peak memory, ours (MB)", peak["ours"], PEAK_MB),
        (f"tools ({len(runs['ours'][0].tools)}), bytes", len(listing.encode()), 7500),
        (f"tools, tokens ({counter})", count, TOKENS if counter.startswith("js") else 0),
    ]
    if options.install:
        rows.append(("installed (MB)", installed(), INSTALLED_MB))
    print(f"python {Path(__file__).name} --rounds {options.rounds}{' --install' if options.install else ''}")
    for what, value, limit in rows:
        told = f"<= {limit:g} {'ok' if value <= limit else 'PASSED'}" if limit else ""
        print(f"{what:<48}{value:>10.2f}  {told}")
    return int(any(limit and value > limit for _, value, limit in rows))


if __name__ == "__main__":
    sys.exit(main())
