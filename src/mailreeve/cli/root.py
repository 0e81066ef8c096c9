"""The command `mailreeve` and the table of its commands."""

import errno
import importlib
from collections.abc import Sequence

import click

from mailreeve import __version__
from mailreeve.errors import Cancelled, MailreeveError

# command -> module and function; a module is imported only when its command is asked for
COMMANDS: dict[str, tuple[str, str]] = {
    "login": ("mailreeve.cli.account", "login"),
    "logout": ("mailreeve.cli.account", "logout"),
    "doctor": ("mailreeve.cli.doctor", "doctor"),
    "search": ("mailreeve.cli.mail", "search"),
    "sync": ("mailreeve.cli.sync", "sync"),
    "read": ("mailreeve.cli.mail", "read"),
    "attachment": ("mailreeve.cli.mail", "attachment"),
    "summarize": ("mailreeve.cli.mail", "summarize"),
    "classify": ("mailreeve.cli.mail", "classify"),
    "draft": ("mailreeve.cli.compose", "draft"),
    "send": ("mailreeve.cli.compose", "send"),
    "triage": ("mailreeve.cli.triage", "triage"),
    "digest": ("mailreeve.cli.digest", "digest"),
    "runs": ("mailreeve.cli.triage", "runs"),
    "stats": ("mailreeve.cli.stats", "stats"),
    "why": ("mailreeve.cli.why", "why"),
    "correct": ("mailreeve.cli.why", "correct"),
    "labels": ("mailreeve.cli.triage", "labels"),
    "rules": ("mailreeve.cli.rules", "rules"),
    "undo": ("mailreeve.cli.triage", "undo"),
    "followups": ("mailreeve.cli.followups", "followups"),
    "cleanup": ("mailreeve.cli.cleanup", "cleanup"),
    "unsubscribe": ("mailreeve.cli.unsubscribe", "unsubscribe"),
    "calendar": ("mailreeve.cli.calendar", "calendar"),
    "contacts": ("mailreeve.cli.contacts", "contacts"),
    "records": ("mailreeve.cli.records", "records"),
    "patterns": ("mailreeve.cli.patterns", "patterns"),
    "style": ("mailreeve.cli.style", "style"),
    "access": ("mailreeve.cli.access", "access"),
    "destinations": ("mailreeve.cli.destinations", "destinations"),
    "outbox": ("mailreeve.cli.outbox", "outbox"),
    "propose": ("mailreeve.cli.propose", "propose"),
    "systems": ("mailreeve.cli.propose", "systems"),
    "door": ("mailreeve.cli.propose", "door"),
    "review": ("mailreeve.cli.review", "review"),
    "worker": ("mailreeve.cli.worker", "worker"),
    "audit": ("mailreeve.cli.audit", "audit"),
    "serve": ("mailreeve.cli.serve", "serve"),
    "parse": ("mailreeve.cli.parse", "parse"),
    "eval": ("mailreeve.cli.evaluation", "evaluation"),
    "sandbox": ("mailreeve.cli.sandbox", "sandbox"),
    "demo": ("mailreeve.cli.demo", "demo"),
    "completion": ("mailreeve.cli.completion", "completion"),
    "purge": ("mailreeve.cli.privacy", "purge"),
    "export": ("mailreeve.cli.privacy", "export"),
    "uninstall": ("mailreeve.cli.account", "uninstall"),
}


class LazyGroup(click.Group):
    """Loads a command's module on use, so that `mailreeve --version` imports next to nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, loaded now."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list for --help, from a table: importing all commands would take most of a second."""
        from mailreeve.cli.short_help import SHORT

        with formatter.section("Commands"):
            formatter.write_dl([(name, SHORT[name]) for name in self.list_commands(ctx)])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mailreeve")
@click.option("--demo", is_flag=True, help="Run on the built-in demo mailbox: no account, no key.")
@click.option("--account", default="", metavar="ADDRESS", help="Which account, when there are several.")
@click.pass_context
def root(ctx: click.Context, demo: bool, account: str) -> None:
    """Mailreeve: an e-mail assistant for Gmail that never sends without a person."""
    from mailreeve.cli import logs
    from mailreeve.cli.face import Face

    logs.set_up()
    face = Face(demo=demo, account=account)
    ctx.obj = face
    ctx.call_on_close(face.close)


def _tell(arguments: Sequence[str], kind: str, message: str, advice: str) -> None:
    if "--json" in arguments:
        from mailreeve.cli.face import print_json

        print_json({"error": {"kind": kind, "message": message, "advice": advice}})


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit code.

    With --json an error is an object on stdout too, `{"error": {kind, message, advice}}`.
    """
    try:
        code = root.main(args=list(arguments), prog_name="mailreeve", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        _tell(arguments, "UsageError", error.format_message(), "See --help.")
        return 2
    except click.Abort:
        click.echo("mailreeve: Interrupted.", err=True)
        _tell(arguments, Cancelled.__name__, "Interrupted.", "What was done is kept; run it again to go on.")
        return Cancelled.exit_code
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        click.echo("mailreeve: The disk is full: not all was written. Make room and run it again.", err=True)
        return MailreeveError.exit_code
    except MailreeveError as error:
        told = f"mailreeve: {error}"
        if "--demo" in arguments[:1]:  # the commands that it names are to be copied
            told = told.replace("`mailreeve ", "`mailreeve --demo ")
        click.echo(told, err=True)
        _tell(arguments, type(error).__name__, error.message, error.advice)
        return error.exit_code
    return code if isinstance(code, int) else 0
