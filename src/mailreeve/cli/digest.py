"""digest: what the last runs found; on the terminal, in a file, as a notice, by mail to yourself."""

from pathlib import Path

import click

from mailreeve.cli import outcome, text
from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.service import digest as use
from mailreeve.service import mailing


@click.group(invoke_without_command=True)
@click.option("--week", is_flag=True, help="The last seven days instead of the last one.")
@click.option(
    "--to", "file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Write it to a file: .html, .md or .txt.",
)  # fmt: skip
@click.option("--notify", is_flag=True, help="Show its counts as a notice on the desktop.")
@click.option("--mail", is_flag=True, help="Mail it to your own address, once a day; needs your consent.")
@json_option
@click.pass_context
def digest(
    ctx: click.Context, *, week: bool, file: Path | None, notify: bool, mail: bool, as_json: bool
) -> int | None:
    """What the last run found, decided and drafted."""
    if ctx.invoked_subcommand:
        return None
    face: Face = ctx.obj
    said: list[str] = []
    if file or notify:
        made = use.make(face.box, use.Span.WEEK if week else use.Span.DAY)
        if file:
            use.write(made, file)
            said.append(f"The digest is in {file}.")
        if notify:
            said.append(use.tell(made) or "The notice was shown.")
    if mail:
        with face.interruptible():
            said.append(use.mail(face.box, week=week, cancel=face.cancel))
    answer = use.digest(face.box, week=week)
    if as_json:
        print_json({**answer, "did": said})
    elif not said:
        outcome.digest(face.console, answer)
    for line in said:
        click.echo(text.safe(line), err=True)
    return 1 if any("No notice" in line or "not mailed" in line for line in said) else 0


@digest.command()
@json_option
@click.pass_obj
def consent(face: Face, as_json: bool) -> int:
    """Agree that digests are mailed to your own address without a question each time; on a terminal only."""
    address = face.box.address
    click.echo(
        f"From now on a digest may be mailed from {address} to {address} and to nobody else, without a question\n"
        "each time. It holds senders, subjects and one-line summaries of your mail. `[digest] mail` in config.toml\n"
        "says when; `mailreeve digest revoke` takes this back.",
        err=True,
    )
    if not face.asks:
        click.echo("Nobody is at this terminal to agree: no digest is mailed.", err=True)
        return _done("needs_user", 5, as_json=as_json)
    if not face.types_yes("Agree?"):
        return _done("declined", 0, as_json=as_json)
    mailing.consent(face.box, address, by="terminal", how="terminal")
    return _done("agreed", 0, as_json=as_json)


@digest.command()
@json_option
@click.pass_obj
def revoke(face: Face, as_json: bool) -> int:
    """No digest is mailed from now on."""
    return _done("revoked" if mailing.revoke(face.box, by="terminal") else "none", 0, as_json=as_json)


def _done(status: str, code: int, *, as_json: bool) -> int:
    if as_json:
        print_json({"status": status})
    else:
        click.echo(f"Mailed digest: {status}.")
    return code
