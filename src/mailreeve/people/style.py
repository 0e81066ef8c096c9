"""How the person writes, out of the mail that they sent: counts of known forms, by language. No text of a mail is kept.

A draft that was sent as it was written says nothing of the person; one that they changed counts three times.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from mailreeve.cancel import Cancel
from mailreeve.errors import MailreeveError
from mailreeve.google.gmail import Gmail
from mailreeve.models import Message, Style
from mailreeve.reading.offline import language, manners
from mailreeve.store.style import Drafted, Styles, Trait

LOOK_BACK = 100
"""Sent messages that are looked at to learn anew; 20 quota units each."""
ENOUGH = 3
"""So often a form must have been seen."""
EDITED = 3
"""How often a changed draft counts."""
LENGTHS = (10, 20, 40, 80, 160, 320)
"""Words; a mail counts under the next greater one, and under 640 beyond."""
PHRASES = 8
PHRASE_CHARS = 80
_SHORTER, _LONGER = 0.8, 1.25
_SENTENCE = re.compile(r"\n|(?<=[.!?]) +")  # courtesies too, which the reader's sentences leave out
_UNFIT = re.compile(r"[@\d<>\[\]{}\\]|https?:|www\.", re.IGNORECASE)


def take(store: Styles, own: Collection[str], messages: Iterable[Message]) -> int:
    """Count the forms of mail that the person sent; returns how many said something."""
    counts: Counter[Trait] = Counter()
    taken = 0
    for message in messages:
        if not _personal(message, own):
            continue
        drafted = store.drafted(message.header("X-Mailreeve-Id"), message.thread_id)
        if drafted and drafted.is_text(message.text):
            continue
        taken += 1
        for trait in _traits(message, drafted):
            counts[trait] += EDITED if drafted and trait.kind != "mails" else 1
    if counts:
        store.add(counts)
    return taken


def sent(gmail: Gmail, cancel: Cancel, most: int = LOOK_BACK) -> tuple[Message, ...]:
    """The newest mail that the person sent. Raises GoogleError when none can be read."""
    page = gmail.search("in:sent", limit=most)
    found = gmail.get_many([ref.id for ref in page.items], cancel)
    return tuple(one for _, one in found if not isinstance(one, MailreeveError))


def phrases(messages: Sequence[Message], own: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Short sentences that the person wrote in at least three mails: language and words, the commonest first."""
    seen: Counter[tuple[str, str]] = Counter()
    for message in messages:
        if _personal(message, own):
            spoken = language.detect(message.text)
            some = {piece for piece in map(str.strip, _SENTENCE.split(message.text)) if _fit(piece)}
            seen.update((spoken, piece) for piece in some)
    return tuple(pair for pair, count in seen.most_common(50) if count >= ENOUGH)


def phrase(text: str) -> str:
    """A phrase as it is kept; empty when it is none: too long, or with a link, an address or a number."""
    words = " ".join(text.split())
    return words if 2 <= len(words) <= PHRASE_CHARS and not _UNFIT.search(words) else ""


def styles(store: Styles) -> dict[str, Style]:
    """What is known, by language."""
    chosen: dict[str, list[str]] = {}
    for spoken, words in store.phrases():
        chosen.setdefault(spoken, []).append(words)
    counts: dict[str, dict[str, Counter[str]]] = {spoken: {} for spoken in chosen}
    for trait, count in store.counts().items():
        counts.setdefault(trait.language, {}).setdefault(trait.kind, Counter())[trait.value] += count
    return {spoken: _style(spoken, found, chosen.get(spoken, ())) for spoken, found in sorted(counts.items())}


def _style(spoken: str, found: Mapping[str, Counter[str]], chosen: Sequence[str]) -> Style:
    def usual(kind: str) -> str:
        (value, count) = next(iter(found.get(kind, Counter()).most_common(1)), ("", 0))
        return value if count >= ENOUGH else ""

    return Style(
        language=spoken,
        mails=found.get("mails", Counter())["sent"],
        greeting=usual("greeting"),
        closing=usual("closing"),
        name=usual("name"),
        address=usual("address"),
        formality=usual("formality"),
        words=_median(found.get("words", Counter())),
        emoji=usual("emoji") == "yes",
        edits=usual("edits"),
        phrases=tuple(chosen[:PHRASES]),
    )


def _median(words: Counter[str]) -> int:
    """The middle length; 0 when too little is known."""
    total, passed = sum(words.values()), 0
    for size in sorted(map(int, words)):
        passed += words[str(size)]
        if total >= ENOUGH and passed * 2 >= total:
            return size
    return 0


def _traits(message: Message, drafted: Drafted | None) -> Iterable[Trait]:
    spoken = language.detect(
        f"{message.text}\n{message.quoted}"
    )  # a short answer is in the language of its thread
    seen = manners.of(message.text, spoken)
    size = next((one for one in LENGTHS if seen.words <= one), LENGTHS[-1] * 2)
    told = {
        "mails": "sent",
        "greeting": seen.greeting,
        "closing": seen.closing,
        "name": seen.name,
        "address": seen.address,
        "formality": "" if seen.formal is None else ("formal" if seen.formal else "informal"),
        "words": str(size),
        "emoji": "yes" if seen.emoji else "no",
        "edits": _edit(seen.words / drafted.words) if drafted and drafted.words else "",
    }
    return [Trait(spoken, kind, value) for kind, value in told.items() if value]


def _edit(share: float) -> str:
    return "shorter" if share < _SHORTER else "longer" if share > _LONGER else "kept"


def _personal(message: Message, own: Collection[str]) -> bool:
    """True for what the person wrote to somebody: no note to themselves, no digest, no automatic answer."""
    others = [one for one in (*message.to, *message.cc, *message.bcc) if one.key not in own]
    automatic = message.header("Auto-Submitted").lower() not in {"", "no"}
    return bool(message.text.strip()) and bool(others) and message.author.key in own and not automatic


def _fit(piece: str) -> bool:
    return 3 <= len(piece.split()) <= 12 and bool(phrase(piece)) and piece[-1] in ".!?"
