"""A person's home with everything switched on, and every command and tool driven in it over mail with canaries."""

import contextlib
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcp import Client
from mcp.shared.exceptions import MCPError
from tests import logins
from tests.canaries import planted
from tests.cli.test_compose import on_terminal
from tests.outbound.receiver import Receiver
from tests.sandbox_server import SandboxServer
from tests.scripted_llm import Reply, Request, ScriptedLlm, completion, fitting, raw, status

from mailreeve import config
from mailreeve.app import App
from mailreeve.cli import root
from mailreeve.mcp_server.server import build

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Told:
    """What one command or tool said."""

    what: str
    code: int
    out: str
    err: str = ""


@dataclass
class House:
    """Drives Mailreeve and keeps all that it says."""

    home: Path
    sandbox: SandboxServer
    llm: ScriptedLlm
    receiver: Receiver
    read: Callable[[], tuple[str, str]]
    """What stands on stdout and stderr since the last look."""
    told: list[Told] = field(default_factory=list)
    tools: list[Told] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str) -> Told:
        """One command in this process."""
        self.read()
        code = root.run(arguments)
        self.told.append(Told(" ".join(arguments), code, *self.read()))
        return self.told[-1]

    def json(self, *arguments: str) -> Any:
        """The answer of a command as JSON."""
        import json

        return json.loads(self.run(*arguments, "--json").out)

    def process(self, *arguments: str, until: str = "", end: int = signal.SIGTERM, limit: int = 0) -> Told:
        """One command in a process of its own: ended by a signal once it said `until`, or at a limit of file size."""
        code = (
            "import resource,sys\n"
            f"limit={limit}\n"
            "limit and resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))\n"
            "from mailreeve.cli import main\nmain()"
        )
        with subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        ) as child:
            lines, late = "", threading.Timer(60, child.kill)
            late.start()
            if until:
                assert child.stderr is not None
                for line in child.stderr:
                    lines += line
                    if until in line:
                        break
                child.send_signal(end)
            out, err = child.communicate()
            late.cancel()
        self.told.append(Told(" ".join(arguments), child.returncode, out, lines + err))
        return self.told[-1]

    def killed(self, *arguments: str, path: str) -> None:
        """SIGKILL while it waits for Google's answer to a path."""
        self.sandbox.faults([{"path": path, "nth": 1, "kind": "slow", "seconds": 3}])
        with subprocess.Popen(
            [sys.executable, "-m", "mailreeve", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as child:
            for _ in range(600):
                if b'"seen": 1' in self.sandbox.call("GET", "/_sandbox/faults")[2]:
                    break
                time.sleep(0.05)
            child.kill()
            out, err = child.communicate()
        self.sandbox.faults([])
        self.told.append(Told(f"killed {' '.join(arguments)}", child.returncode, out, err))

    def agree(self, *arguments: str) -> None:
        """A person types yes below what is shown on the terminal, which is meant to show it."""
        code, shown = on_terminal("yes", *arguments)
        self.told.append(Told(f"terminal {' '.join(arguments)}", code, shown))

    async def call(self, client: Client, name: str, **arguments: Any) -> Told:
        """One call of a tool; a refusal is what it said."""
        try:
            found = await client.call_tool(name, arguments)
            self.tools.append(Told(name, int(bool(found.is_error)), found.model_dump_json()))
        except (MCPError, RuntimeError) as error:
            self.tools.append(Told(name, 1, str(error)))
        return self.tools[-1]

    @contextlib.contextmanager
    def client(self) -> Iterator[Client]:
        """An MCP client with nobody behind it."""
        app = App(config.load(os.environ))
        try:
            yield Client(build(app))
        finally:
            app.close()

    def tokens(self) -> tuple[str, ...]:
        """Every access and refresh token that Google gave out."""
        with self.sandbox.state_file() as state:
            return tuple(row["token"] for row in state.rows("select token from tokens"))


class Yes(webbrowser.BaseBrowser):
    """A browser that says yes to the login."""

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
        logins.browser(url)
        return True


def furnish(home: Path, sandbox: SandboxServer, llm: ScriptedLlm, receiver: Receiver) -> None:
    """Settings with a secret wherever one can stand."""
    inside = receiver.port
    (home.parent / "attach").mkdir(parents=True)
    (home.parent / "attach" / "plan.txt").write_text(planted.REPLY, encoding="utf-8")
    logins.settings(
        home,
        sandbox.base_url,
        {
            "llm": f'base_url = "{llm.base_url}"\nmodel = "scripted"\napi_key = "{planted.LLM_KEY}"\ntimeout_seconds = 5\n',
            "policy": 'capabilities = ["read", "label", "draft", "send", "outbound", "contacts", "calendar"]\n'
            f'attach_folder = "{home.parent / "attach"}"\n',
            "user": 'timezone = "UTC"\n',
            "night": "at = '03:00'\nevery = '15m'\n",
        },
    )
    with (home / "config.toml").open("a", encoding="utf-8") as file:
        file.write(
            f'[[destination]]\nid = "hook"\nurl = "http://127.0.0.1:{inside}/{planted.HOOK_PATH}"\nprivate = true\n'
            'kinds = ["message.decided", "draft.created", "run.finished", "rule.fired"]\n'
            f'secrets = ["{planted.HOOK_SECRET}"]\n'
            f'[[destination]]\nid = "inside"\nurl = "https://localhost/{planted.HOOK_PATH}"\n'
            f'secrets = ["{planted.HOOK_SECRET}"]\n'
            f'[[address_book]]\nid = "dav"\nurl = "http://127.0.0.1:{inside}/dav/"\nprivate = true\nuser = "me"\n'
            f'secret = "{planted.DAV_SECRET}"\n'
        )


def helpful(request: Request) -> Reply:
    """A model that does its work, and whose words have a canary."""
    reply = fitting(request)
    words = {word: word[:-1] + b" of " + planted.MODEL.encode() + b"." for word in (b"A mail.", b"A story.")}
    return Reply(re.sub(rb"A (?:mail|story)\.", lambda found: words[found[0]], reply.body))


def _echo(request: Request) -> str:
    return f"{request.headers.get('authorization')} {request.system} {request.user}"


JUNK: dict[str, Callable[[Request], Reply]] = {
    "400 with the prompt": lambda r: status(400, _echo(r))(r),
    "401 with the key": lambda r: status(401, f"Incorrect API key: {r.headers.get('authorization')}")(r),
    "500 with the prompt": lambda r: status(500, _echo(r))(r),
    "429": status(429, retry_after="0"),
    "prose": lambda r: Reply(completion(_echo(r))),
    "a label of the prompt": lambda r: Reply(completion({"label": _echo(r), "priority": _echo(r)})),
    "keys of the prompt": lambda r: Reply(completion({_echo(r): _echo(r)})),
    "refusal": lambda r: Reply(completion(None, refusal=_echo(r))),
    "tool call": lambda r: Reply(completion(None, tool_calls=[{"id": "1", "type": "function", "function": {"name": _echo(r), "arguments": _echo(r)}}])),
    "cut JSON": lambda r: Reply(completion('{"label": "' + _echo(r))),
    "no JSON at all": lambda r: Reply(_echo(r).encode()),
    "not UTF-8": lambda r: Reply(b'{"choices": [{"message": {"content": "\xff\xfe' + _echo(r).encode()),
    "empty": raw(completion("")),
}  # fmt: skip
"""A model's server that puts what it was told wherever an error could quote it."""


@contextlib.contextmanager
def loud() -> Iterator[None]:
    """Every log of every library at its most talkative level, through the formatter that the commands use."""
    from mailreeve.cli import logs

    logs.set_up()
    before = logging.getLogger().level
    logging.getLogger().setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logging.getLogger().setLevel(before)
