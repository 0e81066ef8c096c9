"""Rule checks of drafts: every question answered or left as a visible blank, nothing invented, to the right people."""

import re
from collections.abc import Collection, Iterator, Sequence

from mailreeve.evaluation import facts, oracle
from mailreeve.evaluation.checks import Checked
from mailreeve.evaluation.thread_cases import Expectation, ThreadCase, when
from mailreeve.mail import compose
from mailreeve.models import Message, ReplyText
from mailreeve.reading.offline import dates, language

CHECKS = ("answers", "numbers", "dates", "names", "language", "recipients", "plain", "length", "says")
MOST_CHARS = 1500
_BLANK = re.compile(r"\[[^\[\]\n]{0,80}\]")
_MASKED = re.compile(r"\[[A-Z]+-\d+-[0-9a-f]{4}\]")
"""A secret that was taken out before a model saw it: no blank."""
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_TITLE = re.compile(
    r"\b(?:Herrn?|Frau|Dr\.|Prof\.|Mr\.?|Mrs\.?|Ms\.?|Mme|M\.|Sr\.?|Sra\.?)\s+([^\W\d_][\w'’-]+)"
)
_NAME = re.compile(r"(?<=[^\W\d_,;] )[A-ZÄÖÜÉÁÍÓÚÑ][^\W\d_]{2,}")
"""A capital inside a sentence; not looked for in German, where every noun has one."""


class DraftExpect(Expectation):
    """What a draft is checked for. An ask is words of which the draft has to use some, or leave a blank for it."""

    name: str = ""
    """The owner's name, as the draft may sign."""
    instructions: str = ""
    """What the owner said before the draft was written."""
    asks: tuple[str | tuple[str, ...], ...] = ()
    to: tuple[str, ...] = ()
    """Addresses that the answer goes to; empty is not checked."""
    language: str = ""
    says: tuple[str | tuple[str, ...], ...] = ()
    """Facts that have to stand in it, because the instructions or the thread give them."""
    never: tuple[str | tuple[str, ...], ...] = ()
    """Facts that must not stand in it, such as what a newer message made void."""
    most_chars: int = MOST_CHARS


def checked(case: ThreadCase[DraftExpect], draft: ReplyText) -> Checked:
    """The checks of one draft."""
    expect, body = case.expect, draft.body
    known = _known(case)
    to = [one.key for one in _letter(case, body).to]
    problems: dict[str, list[str]] = {
        "numbers": [f"{one!r} stands nowhere in the thread" for one in _numbers(body, known)],
        "dates": [f"{one!r} is a date of nobody" for one in _dates(case, body, known)],
        "plain": [f"shows {one[:60]!r}" for one in oracle.active(body, known)],
        "length": _length(body, expect.most_chars),
    }
    tongue = expect.language or language.detect(case.last.text)
    names = _names(body, known, tongue)
    problems["names"] = [f"{one!r} is named by nobody" for one in names]
    found = language.detect(body)
    problems["language"] = [] if found == tongue else [f"written in {found}, not {tongue}"]
    if expect.asks:
        problems["answers"] = _unanswered(body, expect.asks)
    if expect.to:
        wrong = set(to) ^ {one.lower() for one in expect.to}
        problems["recipients"] = [
            f"{one} should{' not' if one in to else ''} get it" for one in sorted(wrong)
        ]
    if expect.says or expect.never:
        stale = [facts.ways(one)[0] for one in expect.never if facts.states(body, one)]
        missing = facts.missing(body, expect.says)
        problems["says"] = [f"says nothing of {one!r}" for one in missing] + [
            f"says {one!r}" for one in stale
        ]
    shown = {"body": body, "note": draft.note, "to": to, "by": draft.by.value}
    return Checked(case.id, problems, shown)


def blanks(body: str) -> list[str]:
    """The visible blanks of a draft."""
    return [one for one in _BLANK.findall(body) if not _MASKED.fullmatch(one)]


def _letter(case: ThreadCase[DraftExpect], body: str) -> compose.Compose:
    """As `mailreeve draft` would address it: an answer to the newest message that the owner did not write."""
    others = [mail for mail in case.thread.messages if mail.author.key != case.owner]
    parent = (others or list(case.thread.messages))[-1]
    return compose.reply(parent, own=[case.owner], everyone=False, now=when(case.last), body=body)


def _known(case: ThreadCase[DraftExpect]) -> str:
    """All that the writer may know: the thread with its headers, the instructions and the owner."""
    people = [
        f"{one.name} {one.address}"
        for mail in case.thread.messages
        for one in (*mail.from_, *mail.to, *mail.cc)
    ]
    texts = [f"{mail.subject}\n{mail.text}\n{mail.quoted}\n{mail.signature}" for mail in case.thread.messages]
    return "\n".join([*texts, *people, case.expect.name, case.expect.instructions, case.owner])


def _unanswered(body: str, asks: Sequence[facts.Fact]) -> list[str]:
    """The asks that no word of the draft takes up, beyond as many as it leaves blanks."""
    open_ = facts.missing(body, asks)
    return [f"neither answers nor leaves a blank for {one!r}" for one in open_[len(blanks(body)) :]]


def _numbers(body: str, known: str) -> Iterator[str]:
    there = set(_NUMBER.findall(known))
    for one in dict.fromkeys(_NUMBER.findall(_BLANK.sub("", body))):
        if one not in there and not _numbering(one, body):
            yield one


def _numbering(number: str, body: str) -> bool:
    """True for the "1." and "2)" of a list."""
    return re.search(rf"^\s*{re.escape(number)}[.)]\s", body, re.MULTILINE) is not None


def _dates(case: ThreadCase[DraftExpect], body: str, known: str) -> Iterator[str]:
    """Dates that neither the words of the thread nor a date in it give."""
    there = {found.day for mail in case.thread.messages for found in dates.find(_text(mail), when(mail))}
    at = when(case.last)
    there |= {found.day for found in dates.find(case.expect.instructions, at)}
    text = _BLANK.sub("", body)
    for found in dates.find(text, at):
        said = text[found.start : found.end].strip()
        if found.day not in there and not facts.states(known, said):
            yield said


def _text(mail: Message) -> str:
    return f"{mail.subject}\n{mail.text}\n{mail.quoted}"


def _names(body: str, known: str, tongue: str) -> Iterator[str]:
    """Names that nobody in the thread has: behind a title, and in other languages than German any capital."""
    text = _BLANK.sub("", body)
    found: Collection[str] = [match[1] for match in _TITLE.finditer(text)]
    if tongue != "de":
        found = [*found, *(match[0] for match in _NAME.finditer(text))]
    there = {word.casefold() for word in _WORD.findall(known)}
    for one in dict.fromkeys(found):
        if one.casefold() not in there:
            yield one


def _length(body: str, most: int) -> list[str]:
    length = len(body.strip())
    return [] if 0 < length <= most else [f"has {length} characters, at most {most}"]
