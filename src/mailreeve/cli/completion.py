"""completion: the script that makes a shell complete our commands."""

import click
from click.shell_completion import get_completion_class

from mailreeve.errors import InputError


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script for a shell.

    Example: mailreeve completion bash >> ~/.bashrc
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise InputError(f"There is no completion for {shell}.", "Use bash, zsh or fish.")
    root = ctx.find_root().command
    click.echo(kind(root, {}, "mailreeve", "_MAILREEVE_COMPLETE").source())
