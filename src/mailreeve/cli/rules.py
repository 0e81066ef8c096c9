"""rules: what they are, what they would have done on past mail, and why for one mail."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.cli.text import safe
from mailreeve.errors import InputError
from mailreeve.mail import mime
from mailreeve.models import Message
from mailreeve.service import ruling
from mailreeve.service.answers.rules import TriedAnswer


@click.group(invoke_without_command=True)
@click.pass_context
def rules(ctx: click.Context) -> None:
    """Your own rules (rules.toml): list them, check them, try them on past mail."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


@rules.command("list")
@json_option
@click.pass_obj
def list_(face: Face, as_json: bool = False) -> None:
    """The rules in their order: what they look at and what they do."""
    answer = ruling.listed(face.app)
    if as_json:
        print_json(answer)
        return
    if not answer["rules"]:
        click.echo(f"No rules yet: write {answer['file']}, see docs/rules.md.")
    for one in answer["rules"]:
        off = "" if one["enabled"] else " (disabled)"
        click.echo(f"{one['id']}{off}: {'; '.join(one['match'])} -> {', '.join(one['does'])}")


@rules.command()
@json_option
@click.pass_obj
def check(face: Face, as_json: bool) -> None:
    """Say whether rules.toml is right; a wrong one names the line and the rule, with exit code 2."""
    answer = ruling.listed(face.app)
    if as_json:
        print_json({"ok": True, "file": answer["file"], "rules": len(answer["rules"])})
    else:
        click.echo(f"{len(answer['rules'])} rules in {answer['file']} are right.")


@rules.command()
@click.option("--since", default="30d", show_default=True, metavar="AGE", help="How far back: 7d, 2w, 3m.")
@click.option("--mbox", type=click.Path(path_type=Path), help="Try them on a mailbox file; needs no account.")
@json_option
@click.pass_obj
def test(face: Face, since: str, mbox: Path | None, as_json: bool) -> int:
    """Show what the rules would have done on past mail; nothing is changed and no model is asked."""
    if mbox is not None:
        answer = ruling.try_out(face.app, _mails(mbox))
    else:
        with face.interruptible():
            answer = ruling.try_out_past(face.box, since=since, cancel=face.cancel)
    if as_json:
        print_json(answer)
    else:
        click.echo(safe("\n".join(_tried(answer))))
    return 3 if answer["failed"] else 0


def _mails(file: Path) -> Iterator[Message]:
    from mailreeve.sandbox import mailboxes

    try:
        for found in mailboxes.mbox(file):
            message = mime.from_bytes(found.raw)
            size = message.size or len(found.raw)
            yield replace(message, labels=found.labels, internal_date=found.date or 0, size=size)
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.", "Name an mbox file.") from None


def _tried(answer: TriedAnswer) -> Iterator[str]:
    yield f"{answer['seen']} mails looked at, {answer['touched']} touched by a rule."
    for one in answer["rules"]:
        unknown = f", {one['not_judged']} not judged" if one["not_judged"] else ""
        yield f"{one['id']}: {one['fired']} mails{unknown} -> {', '.join(one['does'])}"
        for sample in one["samples"]:
            subject = " ".join(sample["subject"].split())
            yield f"    {sample['sender']}: {subject}  [{'; '.join(sample['why'])}]"
            taken = sample["extracted"].items()
            if taken:
                told = (f"{name} = {'not found' if value is None else value}" for name, value in taken)
                yield f"        {', '.join(told)}"
    if answer["left_out"] or answer["failed"]:
        yield f"{answer['left_out']} older mails left out, {len(answer['failed'])} could not be read."


@rules.command()
@click.argument("message", metavar="MESSAGE")
@json_option
@click.pass_obj
def explain(face: Face, message: str, as_json: bool) -> None:
    """Say for one mail which rules fire and why, condition by condition."""
    answer = ruling.why(face.box, message, cancel=face.cancel)
    if as_json:
        print_json(answer)
        return
    for one in answer["rules"]:
        click.echo(f"{one['id']}: {one['state']} -> {', '.join(one['does'])}")
        for condition in one["conditions"]:
            click.echo(f"    {condition}")
