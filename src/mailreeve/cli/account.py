"""login, logout, uninstall."""

import os
import platform
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager

import click

from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.cli.text import safe
from mailreeve.errors import NeedsPerson
from mailreeve.service import account as use
from mailreeve.service import uninstall as leaving


@click.command()
@click.argument("address", default="")
@click.option(
    "--browser/--no-browser",
    default=None,
    help="Open the browser here, or show a link for another machine's browser. Default: what fits.",
)
@click.option("--contacts", is_flag=True, help="Turn your contacts on: Google is asked for them too.")
@click.option("--calendar", is_flag=True, help="Turn your calendar on: Google is asked for it too.")
@json_option
@click.pass_obj
def login(
    face: Face, address: str, browser: bool | None, contacts: bool, calendar: bool, as_json: bool
) -> None:
    """Connect a Gmail account. You say yes in your browser; ADDRESS makes sure that it is the right account."""
    more = tuple(name for name, on in (("contacts", contacts), ("calendar", calendar)) if on)
    expected = address or face.account
    _told_before(use.wish(face.app, more, expected))
    here = has_browser() if browser is None else browser
    if here:
        with face.interruptible():
            answer = use.login(
                face.app,
                expected=expected,
                show=_show,
                open_page=_open,
                paste=None,
                cancel=face.cancel,
                more=more,
            )
    else:
        answer = use.login(
            face.app,
            expected=expected,
            show=_show_elsewhere,
            open_page=_open,
            paste=_pasted,
            cancel=face.cancel,
            more=more,
        )
    if as_json:
        print_json(answer)
    else:
        _logged_in(answer)


def has_browser() -> bool:
    """True when a browser that opens here is in front of the person: not over ssh, not without a display."""
    if os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"):
        return False
    if platform.system() == "Linux":
        return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return True


def _told_before(wish: use.Wish) -> None:
    """What is asked for, what Google cannot tell apart, and where mail goes."""
    click.echo(f"Mailreeve asks Google for the permission to {'; and to '.join(wish.permissions)}.", err=True)
    if wish.may_send:
        click.echo("Google's permissions cannot separate drafting from sending.", err=True)
        state = (
            "Sending is on in your settings: each mail still waits for your confirmation."
            if wish.send
            else "Mailreeve keeps sending off until `send` is in [policy] capabilities."
        )
        click.echo(state, err=True)
    where = (
        f"Mail text is shown to the model {safe(wish.model)}, and to the MCP client that asks for it."
        if wish.model
        else "No language model is set: mail text is shown only to the MCP client that asks for it."
    )
    click.echo(where, err=True)


def _show(link: str) -> None:
    click.echo(f"\nYour browser opens. If it does not, open this link on this machine:\n\n{link}\n", err=True)


def _show_elsewhere(link: str) -> None:
    click.echo(f"\nOpen this link in a browser on any machine:\n\n{link}\n", err=True)
    click.echo(
        "When you have said yes, the browser ends at a page on 127.0.0.1 that it cannot open. That is right:"
        "\ncopy the whole address of that page and paste it here.",
        err=True,
    )


def _open(link: str) -> None:
    with stdout_to_stderr():
        opened = webbrowser.open(link)
    if not opened:
        click.echo("The browser did not open; please open the link yourself.", err=True)


@contextmanager
def stdout_to_stderr() -> Iterator[None]:
    """Browsers chatter on standard output, which may be JSON for a program."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _pasted() -> str:
    """The line that the person pastes. Raises NeedsPerson when nobody is there."""
    click.echo("Address: ", nl=False, err=True)
    line = sys.stdin.readline()
    if not line.strip():
        raise NeedsPerson(
            "The answer of the browser has to be pasted, and nothing was.",
            "Run `mailreeve login --no-browser` in a terminal.",
        )
    return line


def _logged_in(answer: use.LoginAnswer) -> None:
    click.echo(f"Logged in as {safe(answer['account'])}.")
    click.echo(f"Granted: {safe('; '.join(answer['granted']))}.")
    click.echo(f"Mailreeve may here: {', '.join(answer['capabilities']) or 'nothing'}.")
    for name in answer["missing"]:
        click.echo(f"Not granted: {name}. Without it there is no {use.DISABLED[name]}.")
    if answer["missing"]:
        click.echo("To grant it later, run `mailreeve login` again and leave the boxes ticked.")
    kept = answer["kept_in"]
    place = "the system's keyring" if kept == "keyring" else f"{kept}, which only you can read"
    click.echo(f"The login is kept in {place}.")
    click.echo("\nNext: `mailreeve triage --dry-run` shows what triage would do and changes nothing.")
    click.echo(
        "For an MCP client (Claude Desktop, Claude Code, VS Code, Cursor): the command `mailreeve serve`."
    )


@click.command()
@click.argument("address", default="")
@json_option
@click.pass_obj
def logout(face: Face, address: str, as_json: bool) -> int:
    """Take the login back at Google and forget it here."""
    answer = use.logout(face.app, address or face.account)
    if as_json:
        print_json(answer)
    else:
        there = {
            "revoked": "and Google no longer accepts it",
            "dead": "and Google had ended it before",
            "unknown": "but Google was not told",
        }
        click.echo(
            f"The login of {answer['account']} is gone from this machine, {there[answer['at_google']]}."
        )
    if answer["advice"]:
        click.echo(answer["advice"], err=True)
    return 3 if answer["at_google"] == "unknown" else 0


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--local-only", is_flag=True, help="Leave labels and drafts in Gmail; remove what is here.")
@json_option
@click.pass_obj
def uninstall(face: Face, yes: bool, local_only: bool, as_json: bool) -> int:
    """Remove Mailreeve's labels and unchanged drafts from Gmail, its logins, and its folder.

    It shows everything first and asks. Drafts that you edited and mail that was sent stay.
    """
    with face.interruptible(), face.progress() as progress:
        plan = leaving.plan(face.app, progress, face.cancel, local_only=local_only)
    answer = plan.answer("declined")
    _planned(answer)
    if plan.is_empty:
        answer["status"] = "done"
    elif not yes and not face.asks:
        answer["status"] = "needs_user"
        click.echo("Nothing was removed. Run it in a terminal, or with --yes.", err=True)
    elif yes or click.confirm("Remove all this?", default=False, err=True):
        with face.interruptible(), face.progress() as progress:
            answer = leaving.remove(face.app, plan, progress, face.cancel, local_only=local_only)
    if as_json:
        print_json(answer)
    else:
        _left(answer)
    return {"partial": 3, "needs_user": 5}.get(answer["status"], 0)


def _planned(answer: leaving.UninstallAnswer) -> None:
    """Everything that goes and what stays, on stderr."""
    lines = [f"Gmail label {safe(name)}" for name in answer["labels"]]
    drafts = zip(answer["drafts"], answer["subjects"], strict=True)
    lines += [
        f"Gmail draft {' '.join(safe(subject).split()) or '(no subject)'} ({id_})" for id_, subject in drafts
    ]
    lines += [f"the login of {address}, here and at Google" for address in answer["logins"]]
    lines += answer["files"]
    click.echo("This will be removed:" if lines else "There is nothing to remove.", err=True)
    for line in lines:
        click.echo(f"  - {line}", err=True)
    if answer["edited_drafts"]:
        click.echo(f"{answer['edited_drafts']} drafts that you edited stay in Gmail.", err=True)
    for file in answer["stays"]:
        click.echo(f"Not ours, so it stays: {safe(file)}", err=True)
    for one in answer["failed"]:
        click.echo(f"Not looked into: {one['id']}: {safe(one['reason'])}", err=True)


def _left(answer: leaving.UninstallAnswer) -> None:
    """How it ended."""
    if answer["status"] == "declined":
        click.echo("Nothing was removed.")
    for one in answer["failed"]:
        click.echo(f"failed {safe(one['id'])}: {safe(one['reason'])}", err=True)
    for address in answer["by_hand"]:
        click.echo(f"Google still knows the login of {address}: remove it at {use.CONNECTIONS}.", err=True)
    if answer["status"] == "partial":
        click.echo("Some of it is still there. What failed is named above; run `mailreeve uninstall` again.")
    elif answer["status"] == "done":
        click.echo(
            "Gone. Remove the program too (`pip uninstall mailreeve`), and its entry in your MCP client."
        )
