"""An honest skeleton of a reply: what was asked, visible blanks for the answers, nothing invented."""

from collections.abc import Sequence

from mailreeve.models import Message
from mailreeve.reading import plain
from mailreeve.reading.offline import actions, extract, phrases
from mailreeve.reading.offline.signals import Signals

_MOST = 4


def body(message: Message, signals: Signals, instructions: str, name: str) -> str:
    """Greeting, the owner's own words if there are some, each question with a blank, closing."""
    language = signals.language
    to = "" if signals.automated else actions.first_name(message)
    hello = phrases.say("hello", language, name=to) if to else phrases.say("hello_nobody", language)
    parts = [hello, *_middle(message, signals, instructions, language)]
    closing = phrases.say("bye", language)
    return "\n\n".join([*parts, f"{closing}\n{name}" if name else closing]) + "\n"


def _middle(message: Message, signals: Signals, instructions: str, language: str) -> list[str]:
    words = plain.lines(instructions, 4000, f"{message.text}\n{instructions}")
    about = extract.subject(message)
    thanks = [phrases.say("thanks", language, subject=plain.capped(about, 100))] if about else []
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
