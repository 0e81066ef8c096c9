"""How the owner writes, in a prompt."""

from collections.abc import Iterable, Iterator

from mailreeve.models import Style

_LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish"}


def told(styles: Iterable[Style]) -> str:
    """A line for each language; the same for every draft, so that a provider's cache holds it."""
    lines = [f"- {_LANGUAGES[one.language]}: {facts}" for one in styles if (facts := "; ".join(_facts(one)))]
    return "\n".join(lines) or "(not known)"


def _facts(one: Style) -> Iterator[str]:
    if one.greeting:
        yield f"begins “{one.greeting}”"
    if one.closing:
        yield f"ends “{one.closing}”"
    if one.name:
        yield f"signs “{one.name}”"
    if one.address:
        yield f"mostly says {one.address}"
    if one.formality:
        yield one.formality
    if one.words:
        yield f"about {one.words} words"
    yield "uses emoji" if one.emoji else "no emoji"
    if one.edits in {"shorter", "longer"}:
        yield f"makes drafts {one.edits}"
    if one.phrases:
        yield "phrases to use where they fit: " + " ".join(f"“{words}”" for words in one.phrases)
