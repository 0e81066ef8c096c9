"""style: how the person writes, for their drafts."""

import click

from mailreeve.cli import text
from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.service import styling
from mailreeve.service.styling import PhraseJson, StyleAnswer, StyleJson

_LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish"}
_language = click.option("--language", type=click.Choice(styling.LANGUAGES), default="en", show_default=True)


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def style(ctx: click.Context, as_json: bool) -> None:
    """How you write, as your sent mail shows, for your drafts; choose phrases, learn anew, forget."""
    if ctx.invoked_subcommand is None:
        _show(ctx.obj, styling.style(ctx.obj.box), as_json=as_json)


@style.command()
@click.option(
    "--mails", default=100, show_default=True, type=click.IntRange(1, 500), help="The newest sent ones."
)
@json_option
@click.pass_obj
def learn(face: Face, mails: int, as_json: bool) -> None:
    """Count your newest sent mail anew, and choose from what you often say."""
    with face.interruptible():
        answer = styling.learn(face.box, mails, face.cancel)
    if answer["found"] and not as_json:
        face.console.print(f"Looked at {answer['looked']} sent mails. You often write:")
        for number, one in enumerate(answer["found"], 1):
            face.console.print(f"  {number:>2}. {text.safe(one['words'])}", soft_wrap=True)
        if face.asks:
            _choose(face, answer["found"])
            answer = styling.style(face.box)
        else:
            click.echo(f'To keep one: `{face.program} style keep "WORDS" --language LANGUAGE`', err=True)
    _show(face, answer, as_json=as_json)


def _choose(face: Face, found: list[PhraseJson]) -> None:
    """Ask which phrases drafts may use."""
    chosen = click.prompt("Keep which for drafts? Numbers, or Enter for none", default="", err=True)
    for told in chosen.replace(",", " ").split():
        if told.isdecimal() and 0 < int(told) <= len(found):
            one = found[int(told) - 1]
            styling.keep(face.box, one["words"], one["language"])
        else:
            click.echo(f"{told} is none of these numbers.", err=True)


@style.command()
@click.argument("words")
@_language
@json_option
@click.pass_obj
def keep(face: Face, words: str, language: str, as_json: bool) -> None:
    """Choose a phrase that drafts may use."""
    _show(face, styling.keep(face.box, words, language), as_json=as_json)


@style.command()
@click.argument("words", default="")
@click.option("--all", "everything", is_flag=True, help="All phrases, and all that was counted.")
@json_option
@click.pass_obj
def forget(face: Face, words: str, everything: bool, as_json: bool) -> None:
    """Forget a phrase, or with --all everything."""
    if bool(words) == everything:
        raise click.UsageError("Name a phrase, or give --all.")
    _show(face, styling.forget(face.box, words), as_json=as_json)


def _show(face: Face, answer: StyleAnswer, *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    if not answer["styles"]:
        face.console.print(
            f"Nothing is known of your style yet: `{face.program} style learn` looks at the mail that you sent."
        )
    for one in answer["styles"]:
        face.console.print(f"{_LANGUAGES[one['language']]}, from {one['mails']} sent mails", style="bold")
        for name, value in _facts(one):
            face.console.print(f"  {name:<10} {text.safe(value)}", soft_wrap=True)


def _facts(one: StyleJson) -> list[tuple[str, str]]:
    found = [
        ("greeting", one["greeting"]),
        ("closing", one["closing"]),
        ("name", one["name"]),
        ("address", one["address"]),
        ("tone", one["formality"]),
        ("length", f"about {one['words']} words" if one["words"] else ""),
        ("emoji", "yes" if one["emoji"] else ""),
        ("drafts", f"you usually make them {one['edits']}" if one["edits"] in {"shorter", "longer"} else ""),
        *(("phrase", words) for words in one["phrases"]),
    ]
    return [(name, value) for name, value in found if value] or [("", "(too little to tell)")]
