"""What somebody is asked or promises to do, out of the sentences of one mail."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailreeve.models import ActionItem, Message
from mailreeve.reading import plain
from mailreeve.reading.offline import clauses, dates, lexicon, sentences
from mailreeve.reading.offline.signals import Signals

OWNER = "you"
"""How action items name the owner of the mailbox."""
_LIMIT = 140

_ASKED = re.compile(
    r"(?:\b(?:and|so|then|also|but|if so|if possible)[, ]+)?\b(?:(?:can|could|would|will) you(?: all| both| each)?(?: also| possibly| maybe)?(?: please| kindly)?|"
    r"(?:please|pls|kindly)(?: also| do)?(?!\s+\w+ed\b)|(?:i|we)(?:'d| would)? (?:need|like|want) (?:you|everyone) to|(?:you|everyone) (?:must|need to|have to|should)|"
    r"would you mind|are you able to|make sure (?:to|that you)|don't forget to|remember to|(?:do )?you mind)\s+(?P<do>[a-z].*)",
    re.IGNORECASE | re.DOTALL,
)
_MUST = re.compile(r"\b(?:you|everyone) (?:must|need to|have to)\b", re.IGNORECASE)
_SOMEBODY = re.compile(
    r"\b(?:can|could|would|will) (?:somebody|someone|anyone|one of (?:you|us))\s+(?:please )?(?P<do>[a-z].*)",
    re.IGNORECASE | re.DOTALL,
)
_NEEDED = re.compile(
    r"\b(?:i|we|they)(?:'ll|'d| just| still| will| would)* (?:need|want|require) (?P<what>your .*|(?:an?|the) (?:\w+ ){0,2}(?:figures?|price|numbers?|details|information|documents?|files?|list|dates?|address|invoice|answer|reply|decision|"
    r"confirmation|approval|sign-?off|response|headcount|number|quote|version|draft|feedback).*)",
    re.IGNORECASE | re.DOTALL,
)
_THANKFUL = re.compile(
    r"\b(?:grateful|thankful|glad|happy|obliged) (?:for|to (?:have|get|receive|hear)) (?P<what>your\b.*)|\b(?:would|'d) (?:appreciate|welcome|value) (?P<this>your\b.*)",
    re.IGNORECASE | re.DOTALL,
)
_PAST = re.compile(r"\b(?:was|were|am always|have been)\b", re.IGNORECASE)
_TELL = re.compile(r"\blet (?P<whom>me|us) know(?P<what>\b.*)", re.IGNORECASE | re.DOTALL)
_I_NEED_TO_KNOW = re.compile(
    r"\b(?:i|we) (?:need|have|want) to know(?P<what>\b.*)", re.IGNORECASE | re.DOTALL
)
_PROMISED = re.compile(
    r"\b(?:i|we)(?:'ll| will| am going to|'m going to| are going to) (?P<do>(?!be\b|have\b|need\b|not\b|never\b|also be|see\b|know\b|let you\b|miss\b|hold\b|probably|answer in)[a-z].*)",
    re.IGNORECASE | re.DOTALL,
)
_PROMISED_ELSEWHERE = re.compile(
    r"\b(?:ich (?:schicke|sende|melde|mache|bringe|kümmere|prüfe|werde)\b|je (?:vous |te )?(?:envoie|ferai|reviens|transmets|confirmerai)\b|(?:le |te )?(?:enviaré|mandaré|haré)\b).*",
    re.IGNORECASE | re.DOTALL,
)
_IMPERATIVE = re.compile(
    r"^(?:add|approve|arrange|ask|attach|book|bring|call|cancel|check|choose|coordinate|complete|confirm|contact|coordinate|decide|email|fill|finish|fix|"
    r"forward|identify|invite|join|mail|order|pay|pick|prepare|print|provide|read|register|renew|reply|request|reserve|reset|respond|return|review|rsvp|schedule|"
    r"send|share|sign|submit|sync|tell|test|update|upload|verify|write|audit|draft)\b(?!\s*[:=]|ed\b|\s+(?:is|was|are|from)\b)",
    re.IGNORECASE,
)
_BY_THEN = re.compile(
    r"\b(?:by|before|until) (?:then\b|(?:the|this|that) (?:due date|deadline|date)\b)|\bbis zu diesem (?:termin|datum)\b|\b(?:avant|d'ici) cette date\b|\bd'ici l[àa]\b|\bbis dahin\b|\bpara entonces\b|\bantes de esa fecha\b",
    re.IGNORECASE,
)
_DUTY = re.compile(
    r"\b(?:must|should|need(?:s|ed)?|ha(?:s|ve) to|required?|due|deadline|expires?|suspended|rsvp|closes|confirm|unless|mandatory|at the latest|no later than|muss|m[üu]ssen|f[äa]llig|frist|sp[äa]testens|"
    r"doit|devez|[ée]ch[ée]ance|au plus tard|debe|vence|plazo)\b|\b(?:d'ici|bis|by|before|avant|antes)\b.*\?",
    re.IGNORECASE,
)
_LIST_HEAD = re.compile(
    r"^(?:to[- ]?dos?|action items?|actions|next steps|open items|tasks|zu tun|aufgaben|n[äa]chste schritte|[àa] faire|prochaines [ée]tapes|tareas|pr[óo]ximos pasos|pendientes)\s*:?$",
    re.IGNORECASE,
)
_ASSIGNED = re.compile(
    r"^[ \t]*(?:[-*•‣][ \t]*@?(?P<who>[A-ZÄÖÜ][\w'-]+)(?::\s*|\s+(?:to\s+|will\s+)?)|@?(?P<named>[A-ZÄÖÜ][\w'-]+):\s+)(?P<do>[a-zäöü].{4,})$"
)
_CUE_WORDS = (
    r"\b(?:by|before|until|till|due|no later than|at the latest|deadline|latest|bis|sp[äa]testens|vor|avant|d'ici|au plus tard|"
    r"antes|hasta|a m[áa]s tardar|para)\b"
)
_CUED = re.compile(_CUE_WORDS, re.IGNORECASE)
_CUE = re.compile(rf"{_CUE_WORDS}[^.;]{{0,32}}\Z", re.IGNORECASE)
_THIRD_PERSON = re.compile(r"^(?P<verb>[a-z]+?)(?P<end>(?<=[sxz])es|(?<=ch)es|(?<=sh)es|ies|s)\b")
_TAIL = re.compile(r"[\s,;:–—-]+$")


@dataclass(frozen=True, slots=True)
class People:
    """Who the words "me" and "you" of a mail stand for."""

    author: str
    """First name of the author, or how else to call them."""
    owner: str
    """First name of the owner; empty when unknown."""
    outgoing: bool
    """The owner is the author."""
    called: str
    """Whom "you" means: the owner, or the one whom the first line calls."""


def people(message: Message, own: Sequence[str] | frozenset[str] = ()) -> People:
    """Names out of the headers."""
    mine = next((p for p in (*message.from_, *message.to, *message.cc) if p.key in own and p.name), None)
    owner, outgoing = sentences.first_name(mine.name) if mine else "", message.author.key in own
    others = sentences.names_of(p for p in (*message.to, *message.cc) if p.key not in own) - {owner.lower()}
    greeted = sentences.greeted(message.text)
    called = greeted if greeted.lower() in others else ""
    return People(first_name(message), owner, outgoing, called or ("they" if outgoing else OWNER))


def first_name(message: Message) -> str:
    """What to call the author: the first name, else the whole display name of a service, else the address."""
    author = message.author
    return sentences.first_name(author.name) if author.name else author.address.partition("@")[0]


def of(message: Message, seen: Signals, who: People, when: datetime) -> tuple[ActionItem, ...]:
    """The action items in the order of the text; nothing is made of sentences that only inform.

    Programs ask for much that nobody has to do: of theirs only what has a date is kept, except about appointments.
    """
    found = list(_assigned(message, who, when))
    before = ""
    for piece in seen.sentences:
        until = due(piece, when, before)
        tasks = list(_tasks(piece, seen, who, dated=bool(until)))
        if not tasks and seen.language != "en" and piece in seen.requests:
            found.append(ActionItem(plain.capped(piece, _LIMIT), who.called, until, message.id))
        found += [_item(message, *task, until) for task in tasks]
        before = piece
    kept = [item for item in found if item.due or _is_from_somebody(seen)]
    return tuple(_distinct(kept))[:8]


def _is_from_somebody(seen: Signals) -> bool:
    """True for people, and for the desk of a service that writes about an appointment."""
    desk = not (seen.automated or seen.list_mail) and seen.has("calendar", "scheduling")
    return desk or not (seen.automated or seen.sent_by_service)


def _tasks(piece: str, seen: Signals, who: People, *, dated: bool) -> Iterator[tuple[str, str]]:
    """(what, who) for each thing that the sentence asks for or promises."""
    for part in clauses.numbered(piece):
        text = clauses.bare(part)
        # without a date "if anything is unclear, call me" is politeness
        text = clauses.unless(text) if dated else text
        item = _asked(text, seen.calls.get(piece, ""), who) or _promised(part, who)
        if item is not None:
            yield from ((what, item[1]) for what in clauses.each(item[0]))


def due(piece: str, when: datetime, before: str = "") -> str:
    """The date by which the sentence wants something, ISO 8601; empty when it names none with such a word.

    "By then" is the last date of the sentence before.
    """
    if not _CUED.search(piece):
        return ""
    if then := _BY_THEN.search(piece):
        earlier = dates.find(piece[: then.start()], when) or dates.find(before, when)
        return earlier[-1].iso(when) if earlier else ""
    places = dates.find(piece, when)
    for place in places:
        if _CUE.search(piece[: place.start]) or _CUE.search(piece[: place.end]):
            return place.iso(when)
    if not places and re.search(
        r"\b(?:by|before|until|no later than|bis|avant|antes de)\b", piece, re.IGNORECASE
    ):
        clock = dates.clock_only(piece, when)
        if clock is not None and _CUE.search(piece[: clock.start]):
            return clock.iso(when)
    return ""


def obligation(piece: str, when: datetime, before: str, *, asked: bool) -> str:
    """The date of a sentence that asks, or that puts a duty on the reader ("payment is due on 3 June")."""
    if _PROMISED.search(piece) or not (asked or _DUTY.search(piece)):
        return ""
    return due(piece, when, before)


def _asked(text: str, called: str, who: People) -> tuple[str, str] | None:
    """(what, who) when the sentence asks somebody to do something."""
    whom = _whom(called, who)
    if match := _SOMEBODY.search(text):
        return match["do"], "somebody"
    first = _ASKED.search(text)
    told = _TELL.search(text)
    if first and told and first.start("do") < told.start("whom") - 8:
        return first["do"], whom  # "investigate and let us know" is one task
    if (match := told or _I_NEED_TO_KNOW.search(text)) and not who.outgoing:
        return _told(who, match["what"]), whom
    if (match := _NEEDED.search(text)) and not who.outgoing:
        return f"give {who.author} {match['what']}", whom
    if (match := _THANKFUL.search(text)) and not (who.outgoing or _PAST.search(text)):
        return f"give {who.author} {match['what'] or match['this']}", whom
    if (match := first) and (_MUST.search(text) or lexicon.topic("request").search(text.lower())):
        return match["do"], whom
    if _IMPERATIVE.match(text) and not text.endswith("?") and len(text) < 200:
        return text, whom
    return None


def _told(who: People, what: str) -> str:
    """Make "tell Ana whether" of "let me know if"."""
    if len(what.strip(" .!?")) < 4 or re.match(r"\s+(?:by|before|until|no later|asap|as soon)\b", what):
        what = f" the answer{what}"
    what = re.sub(r"^\s+if\b", " whether", what)
    return f"tell {who.author}{what}"


def _promised(text: str, who: People) -> tuple[str, str] | None:
    author = OWNER if who.outgoing else who.author
    if match := _PROMISED.search(text):
        return match["do"], author
    return (text, author) if _PROMISED_ELSEWHERE.search(text) else None


def _assigned(message: Message, who: People, when: datetime) -> Iterator[ActionItem]:
    """The lines under "To do:" and its like, each with the name it begins with."""
    inside = False
    for line in message.text.split("\n")[:400]:
        if _LIST_HEAD.match(line.strip()):
            inside = True
        elif inside and (match := _ASSIGNED.match(line)):
            yield _item(
                message, _infinitive(match["do"]), _whom(match["who"] or match["named"], who), due(line, when)
            )
        elif inside and line.strip() and not line.startswith((" ", "\t")):
            inside = False


def _infinitive(text: str) -> str:
    """Make "ask Delmar" of "asks Delmar"."""
    match = _THIRD_PERSON.match(text)
    if match is None or match["verb"].endswith("s"):
        return text
    return match["verb"] + ("y" if match["end"] == "ies" else "") + text[match.end() :]


def _whom(called: str, who: People) -> str:
    if not called:
        return who.called
    return OWNER if called.lower() == who.owner.lower() else called


def _item(message: Message, what: str, whom: str, until: str) -> ActionItem:
    text = " ".join(what.split()).rstrip("?.! ")
    author = first_name(message)
    text = re.sub(r"\bme\b", author, text) if whom != author else text
    text = re.sub(r"\bmy\b", f"{author}'s", text) if whom != author else text
    text = clauses.about(_TAIL.sub("", text), message.subject)
    return ActionItem(plain.capped(text[:1].upper() + text[1:], _LIMIT), whom, until, message.id)


def _distinct(items: Sequence[ActionItem]) -> Iterator[ActionItem]:
    seen: list[frozenset[str]] = []
    for item in items:
        words = sentences.keywords(item.what)
        if len(item.what) > 5 and not any(
            len(words & each) >= 0.7 * max(1, min(len(words), len(each))) for each in seen
        ):
            seen.append(words)
            yield item
