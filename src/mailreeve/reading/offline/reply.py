"""An honest skeleton of a reply: what was asked, visible blanks for the answers, nothing invented."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mailreeve.models import Message, Style
from mailreeve.reading import plain
from mailreeve.reading.offline import actions, extract, lexicon, manners, phrases, sentences
from mailreeve.reading.offline.signals import Signals

_MOST = 4
_REMINDED = 2


def body(
    message: Message,
    signals: Signals,
    instructions: str,
    name: str,
    styles: Mapping[str, Style] = MappingProxyType({}),
) -> str:
    """Greeting, the owner's own words if there are some, each question with a blank, closing."""
    style = styles.get(signals.language, Style(signals.language))
    to = "" if signals.automated else actions.first_name(message)
    form = manners.address(message.text, signals.language) or style.address
    return framed(_middle(message, signals, instructions, signals.language, form), to, name, style)


def nudge(message: Message, signals: Signals, name: str, styles: Mapping[str, Style]) -> str:
    """A reminder of the owner's own message, with what it asked in its own words."""
    language = signals.language
    style = styles.get(language, Style(language))
    form = manners.address(message.text, language) or style.address
    about = plain.capped(extract.subject(message), 100) or "…"
    request = lexicon.topic("request")
    questions = [piece for piece in signals.sentences if piece.rstrip().endswith("?")]
    asked = questions or [piece for piece in signals.sentences if request.search(piece.lower())]
    told = [
        phrases.say("nudge_asked", language, question=plain.one_line(piece, 240, message.text))
        for piece in asked[:_REMINDED]
    ]
    to = sentences.first_name(message.to[0].name) if message.to else ""
    return framed([phrases.say("nudge", language, form, subject=about), *told], to, name, style)


def framed(middle: Sequence[str], to: str, name: str, style: Style) -> str:
    """Paragraphs between a greeting and a closing, the owner's own where they are known."""
    own = style.greeting if bool(to) == ("{name}" in style.greeting) else ""
    usual = (
        phrases.say("hello", style.language, name=to) if to else phrases.say("hello_nobody", style.language)
    )
    hello = own.replace("{name}", to) or usual
    closing = style.closing or phrases.say("bye", style.language)
    signed = style.name or name
    return "\n\n".join([hello, *middle, f"{closing}\n{signed}" if signed else closing]) + "\n"


def _middle(message: Message, signals: Signals, instructions: str, language: str, form: str) -> list[str]:
    words = plain.lines(instructions, 4000, f"{message.text}\n{instructions}")
    about = extract.subject(message)
    thanks = [phrases.say("thanks", language, form, subject=plain.capped(about, 100))] if about else []
    if words:
        return [*thanks, words]
    asked = _asked(signals)
    if not asked:
        return [*thanks, phrases.say("nothing", language)]
    answer = phrases.say("answer", language)
    told = [
        phrases.say(
            "asked" if text.endswith("?") else "asked_to",
            language,
            form,
            question=plain.one_line(text, 240, message.text),
        )
        for text in asked
    ]
    return [*thanks, *(f"{each}\n{answer}" for each in told)]


def _asked(signals: Signals) -> Sequence[str]:
    """The questions and requests in the order of the text."""
    if not signals.human:
        return ()
    wanted = set(signals.questions) | set(signals.requests)
    return [piece for piece in signals.sentences if piece in wanted][:_MOST]
