"""How the person writes: shown, learned anew, phrases chosen, forgotten."""

from typing_extensions import TypedDict

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.models import Style
from mailreeve.people import style as people

LANGUAGES = ("en", "de", "fr", "es")


class StyleJson(TypedDict):
    """One language; an empty value is not known yet. `edits`: what the person usually makes of a draft."""

    language: str
    mails: int
    greeting: str
    closing: str
    name: str
    address: str
    formality: str
    words: int
    emoji: bool
    edits: str
    phrases: list[str]


class PhraseJson(TypedDict):
    """A short sentence that the person wrote in at least three mails."""

    language: str
    words: str


class StyleAnswer(TypedDict):
    """What drafts take on, by language; `found` are phrases to choose from, which are kept nowhere."""

    styles: list[StyleJson]
    found: list[PhraseJson]
    looked: int


def style(box: Mailbox) -> StyleAnswer:
    """What is known; asks Gmail nothing."""
    return _answer(box)


def learn(box: Mailbox, most: int, cancel: Cancel) -> StyleAnswer:
    """Count the newest sent mail anew, and list what the person often says. 20 quota units a mail."""
    if not box.config.user.style:
        raise InputError("Learning your style is switched off.", "Set `style = true` in [user].")
    mails = people.sent(box.gmail.bound(cancel), cancel, most)
    box.styles.forget_counts()
    people.take(box.styles, box.own, mails)
    return _answer(box, people.phrases(mails, box.own), len(mails))


def keep(box: Mailbox, words: str, language: str) -> StyleAnswer:
    """The person chooses a phrase that drafts may use. Raises InputError for what is none."""
    fit = people.phrase(words)
    if not fit:
        raise InputError(
            f"{words[:80]!r} cannot be kept as a phrase.",
            f"At most {people.PHRASE_CHARS} characters, without numbers, links and addresses.",
        )
    if len([one for one in box.styles.phrases() if one[0] == language]) >= people.PHRASES:
        raise InputError(
            f"There are {people.PHRASES} phrases for this language already.", "Forget one of them first."
        )
    box.styles.keep(language, fit)
    return _answer(box)


def forget(box: Mailbox, words: str = "") -> StyleAnswer:
    """Forget one phrase; with none everything: counts and phrases. Raises InputError for an unknown one."""
    gone = box.styles.drop(" ".join(words.split()))
    if words and not gone:
        raise InputError(f"{words[:80]!r} is none of your phrases.", "`mailreeve style` lists them.")
    if not words:
        box.styles.forget_counts()
    return _answer(box)


def _answer(box: Mailbox, found: tuple[tuple[str, str], ...] = (), looked: int = 0) -> StyleAnswer:
    kept = set(box.styles.phrases())
    return StyleAnswer(
        styles=[_json(one) for one in people.styles(box.styles).values()],
        found=[
            PhraseJson(language=spoken, words=words) for spoken, words in found if (spoken, words) not in kept
        ],
        looked=looked,
    )


def _json(one: Style) -> StyleJson:
    return StyleJson(
        language=one.language,
        mails=one.mails,
        greeting=one.greeting,
        closing=one.closing,
        name=one.name,
        address=one.address,
        formality=one.formality,
        words=one.words,
        emoji=one.emoji,
        edits=one.edits,
        phrases=list(one.phrases),
    )
