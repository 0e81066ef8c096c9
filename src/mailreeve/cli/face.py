"""What all commands share: the App, the account, JSON or text on stdout, progress on stderr."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mailreeve import config as settings
from mailreeve.app import App, Mailbox
from mailreeve.cancel import Cancel
from mailreeve.models import Progress

if TYPE_CHECKING:
    from rich.console import Console

Function = TypeVar("Function", bound=Callable[..., Any])


class Face:
    """One run of the command line."""

    def __init__(self, *, demo: bool = False, account: str = "") -> None:
        self.demo = demo
        self.account = account
        self.cancel = Cancel()

    @property
    def program(self) -> str:
        """How commands begin that are shown to be copied."""
        return "mailreeve --demo" if self.demo else "mailreeve"

    @cached_property
    def config(self) -> settings.Config:
        """The settings; with `--demo` those of the demo's own folder, with sending on."""
        if not self.demo:
            return settings.load(os.environ)
        without_google = {
            key: value for key, value in os.environ.items() if not key.startswith("MAILREEVE_GOOGLE_")
        }
        loaded = settings.load(without_google, settings.home_folder() / "demo")
        every = settings.PolicyConfig(capabilities=("read", "label", "draft", "send", "contacts", "calendar"))
        return loaded.model_copy(update={"demo": True, "policy": every})

    @cached_property
    def app(self) -> App:
        """The joined parts; the demo's sandbox is started when Google is needed first."""
        if not self.demo:
            return App(self.config, only=self.account)
        from mailreeve.cli import demo_mailbox

        return App(self.config, google=lambda: demo_mailbox.start(self.config.home), only=self.account)

    @cached_property
    def box(self) -> Mailbox:
        """The mailbox of the chosen account."""
        return self.app.mailbox(self.account)

    @cached_property
    def console(self) -> "Console":
        """Where text for people goes: stdout, in colour on a terminal unless NO_COLOR is set."""
        from rich.console import Console

        return Console(highlight=False, emoji=False, markup=False)

    def close(self) -> None:
        """Close what was opened."""
        if "app" in self.__dict__:
            self.app.close()

    @property
    def asks(self) -> bool:
        """True when there is a person at a terminal who can be asked."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def types_yes(self, question: str) -> bool:
        """The person at the terminal types yes, the whole word."""
        said: str = click.prompt(f"{question} Type yes", default="no", err=True)
        return said.strip().lower() == "yes"

    def agreement(self, id_: str, agree: Callable[[], object], declined: str, *, as_json: bool) -> int:
        """Ask whether to agree to what was just shown, and tell what came of it; exit code 5 without a person."""
        status = "needs_user"
        if self.asks:
            status = "agreed" if self.types_yes("Agree?") else "declined"
        if status == "agreed":
            agree()
        if as_json:
            print_json({"id": id_, "status": status})
        else:
            click.echo({"agreed": "Agreed.", "declined": declined}.get(status, "Run it in a terminal."))
        return 5 if status == "needs_user" else 0

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """The first Ctrl-C or SIGTERM stops at the next safe point; the second at once."""

        def stop(number: int, _frame: object) -> None:
            if self.cancel.is_set:
                raise KeyboardInterrupt
            self.cancel.set()
            click.echo(f"Stopping after the current step (signal {number}).", err=True)

        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A bar with counts on a terminal, nothing elsewhere."""
        if not sys.stderr.isatty():
            yield lambda _done, _total, _what: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=None)
            yield lambda done, total, what: bar.update(task, completed=done, total=total, description=what)


def json_option(function: Function) -> Function:
    """Give a command the option --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")(function)


def print_json(answer: Mapping[str, Any]) -> None:
    """One JSON object on stdout and nothing else."""
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))
