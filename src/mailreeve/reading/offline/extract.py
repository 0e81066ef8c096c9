"""Summaries made of a mail's own sentences: the one line of a mail, and what a thread says."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from mailreeve.models import ActionItem, Archetype, Claim, Message, Thread
from mailreeve.reading import plain
from mailreeve.reading.offline import actions, lexicon, phrases, sentences
from mailreeve.reading.offline.signals import Signals

LINE = 160
_GIST = 420

_SUBJECT_MARKS = re.compile(r"^(?:(?:re|aw|fwd?|wg|tr|rv|antw)\s*(?:\[\d+\])?:\s*)+", re.IGNORECASE)
_MACHINE = {Archetype.NOTIFICATION, Archetype.RECEIPT, Archetype.NEWSLETTER, Archetype.PROMOTION}
_TOTAL = re.compile(
    r"\b(?:grand total|order total|total(?: paid| charged| due| amount)?|amount(?: paid| due| charged)?|you paid|gesamt(?:betrag|summe)?|summe|montant(?: total)?|importe(?: total)?)\b"
    r"[^\d\n]{0,24}?(?P<sum>(?:[$€£]\s?|(?:USD|EUR|GBP|CHF)\s?)\d[\d.,]*\d|\d[\d.,]*\d\s?(?:[$€£]|USD|EUR|GBP|CHF|Euro)|\d{1,3}(?:[.,]\d{3})*[.,]\d\d(?!\d))",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"^(?:thank(?:s| you)|sorry|great|perfect|ok(?:ay)?\b|yes\b|no\b|congrat|happy|good (?:morning|to)|it was|hope|i hope|we hope|happy to|glad|nice|just a|small update|quick (?:update|note)|"
    r"danke|vielen dank|merci|gracias|hoffe|looking forward|see (?:you|attached|below)|answers below|got it|feel free|shout|as (?:discussed|promised|mentioned)|"
    r"i wanted to|wanted to|i'm (?:writing|reaching)|i am (?:writing|reaching)|this is a)",
    re.IGNORECASE,
)
_DECIDED = re.compile(
    r"\b(?:(?:we|i)(?:'ve| have)? (?:all )?(?:decided|agreed|settled|approved|chosen|confirmed|signed)|let'?s (?:go with|do|use|keep|take|drop|stick|meet)|(?:we(?:'ll| will)|i'll|we're) (?:go(?:ing)? (?:with|ahead)|use|keep|stick|drop|"
    r"take|launch|ship|move)|(?:is|are|was|were|has been|have been) (?:now )?(?:decided|agreed|approved|settled|fixed|confirmed|final|cancelled|postponed|moved to)|(?:it's|that's) (?:decided|settled|a deal|agreed|final)|decision(?: is)?:|agreed[,:.]|approved[,:.!]|"
    r"confirmed[,:.!]|^deal[.!]|(?:it's|we have) a deal|without a doubt|wir (?:haben (?:uns )?(?:beschlossen|entschieden|geeinigt)|nehmen|machen|bleiben)|beschlossen|abgemacht|einverstanden|genehmigt|es bleibt bei|"
    r"nous avons (?:d[ée]cid[ée]|convenu)|on (?:garde|prend|part sur)|d'accord[,.]|c'est (?:d[ée]cid[ée]|valid[ée])|hemos (?:decidido|acordado)|quedamos en|de acuerdo[,.]|aprobado)",
    re.IGNORECASE,
)
_DECISION_HEAD = re.compile(
    r"^(?:decided|decisions?|agreed|what we decided|beschl(?:ü|ue)sse|beschlossen|entschieden|d[ée]cisions?|d[ée]cid[ée]|decisiones|acordado)\s*:?$|let'?s go with (?:this|these|the following)\s*:?$",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^[ \t]*(?:[-*•‣–]|\(?\d{1,2}[.)])[ \t]+(?P<text>\S.*)$")
_DANGLING = re.compile(
    r"\b(?:to|the|of|an?|and|or|for|with|my|your|their|that|who|which|is|are|have|has|had|by|at|from|in|on|der|die|das|und|oder|mit|für|zu|von|eine?|den|dem|"
    r"de|la|le|les|et|ou|une?|pour|avec|el|los|y|o|una|para|con)$",
    re.IGNORECASE,
)
"""How a sentence ends that the layout of the mail broke."""
_ADDRESS = re.compile(r"[ \t]*[:(<]?[ \t]*\b(?:https?|ftp)://[^\s)>]+[)>]?")
_CODE = re.compile(r"[{};]$|^[#$%] ?\w|^--\(|\w\(\)| = |%\w+%")
_LOOKED_AT = 80
"""Characters by which a sentence is taken for noise."""
_END_MARKS = " \t,;:–—-"
_SAID_OF_ANY = re.compile(
    r"\b(?:decided|agreed|settled|approved|chosen|confirmed|final|let's go|then|beschlossen|entschieden|geeinigt|haben|d[ée]cid[ée]|convenu|decidido|acordado)\b",
    re.IGNORECASE,
)
"""Words of any decision, whatever it is about."""
_UNDECIDED = re.compile(
    r"\b(?:if|should|whether|could|would|might|unless|not yet|wenn|falls|ob|si)\b|\?$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a thread says, message by message, before it is put into words."""

    decisions: tuple[Claim, ...]
    questions: tuple[Claim, ...]
    actions: tuple[ActionItem, ...]


def subject(message: Message) -> str:
    """The subject without the marks of replies and forwards."""
    return _SUBJECT_MARKS.sub("", " ".join(message.subject.split())).strip()


def line(message: Message, signals: Signals, archetype: Archetype, zone: tzinfo | None = None) -> str:
    """What a mail says, in at most 160 characters of its own words, without its links."""
    if message.invite is not None:
        event = message.invite
        place = f", {event.location}" if event.location else ""
        return plain.one_line(
            f"{event.summary or subject(message)}, {phrases.moment(event.start, zone)}{place}", LINE
        )
    if archetype in _MACHINE or signals.automated or not message.text.strip():
        return _machine_line(message, signals, archetype)
    if not signals.sentences:
        return plain.one_line(message.text, LINE)
    lead, ask = _unlinked(_lead(message, signals)), _unlinked(_ask(signals))
    return plain.one_line(_joined(lead, ask, urgent=archetype is Archetype.URGENT) or subject(message), LINE)


def _unlinked(text: str) -> str:
    """Without web addresses: a line has no room for them."""
    return _ADDRESS.sub("", text).strip()


def _joined(lead: str, ask: str, *, urgent: bool) -> str:
    """Both where they fit; else what happened for urgent mail, and what is asked for other mail.

    A short question says little alone: it gets as much of the lead as there is room for.
    """
    if not lead or not ask or ask == lead:
        return ask or lead
    room = LINE - len(ask) - 1
    if len(lead) <= room:
        return f"{lead} {ask}"
    if urgent:
        return lead
    return f"{plain.capped(lead, room)} {ask}" if room >= 80 else ask


def _machine_line(message: Message, signals: Signals, archetype: Archetype) -> str:
    """The subject of a program says most; a sum or the first sentence where there is room."""
    head = subject(message)
    total = _TOTAL.search(message.text[:6000]) if archetype is Archetype.RECEIPT else None
    if total is not None:
        return plain.one_line(f"{head} ({' '.join(total['sum'].split())})", LINE)
    lead = _lead(message, signals, machine=True)
    words = sentences.keywords(lead)
    new = len(words - sentences.keywords(head)) >= max(3, 0.6 * len(words))
    if lead and (not head or (new and len(head) + len(lead) <= LINE - 2)):
        head = f"{head}: {lead}" if head and head[-1] not in ".!?:" else f"{head} {lead}"
    return plain.one_line(head, LINE)


def _lead(message: Message, signals: Signals, *, machine: bool = False) -> str:
    """The sentence that informs most; earlier ones count more."""
    topic = sentences.keywords(subject(message))
    best, most = "", -9.0
    for place, text in enumerate(signals.sentences[:25]):
        if machine and (sentences.is_labelled(text) or "://" in text):
            continue
        points = _weight(text, topic) + 2.0 / (1 + place)
        if points > most:
            best, most = text, points
    return best


def _weight(text: str, topic: Collection[str]) -> float:
    words = sentences.keywords(text)
    points = min(len(words), 12) / 6 + min(len(words & set(topic)), 3) * 0.5
    points += 0.5 if re.search(r"\d", text) else 0.0
    points -= 1.6 if _WEAK.match(text) else 0.0
    points -= 0.8 if len(text) > 200 or len(words) < 3 or text.endswith(":") else 0.0
    points -= 1.5 if _reads_badly(text) else 0.0
    return points - (0.6 if text.endswith("?") else 0.0)


def _reads_badly(text: str) -> bool:
    """True for what no summary should show: broken by layout, a form's field, code, addresses, shouting."""
    return bool(_DANGLING.search(text) or _CODE.search(text)) or _is_form(text) or _is_noise(text)


def _is_form(text: str) -> bool:
    """True for "Date: 2002-10-09" and its like; "Update: it is cancelled." is a sentence."""
    return sentences.is_labelled(text) and text[-1] not in ".!?" and len(sentences.keywords(text)) < 5


def _is_noise(text: str) -> bool:
    """True for what is hardly words: codes, addresses, shouting."""
    start = text[:_LOOKED_AT]
    letters = sum(map(str.isalpha, start))
    shouted = letters > 12 and sum(map(str.isupper, start)) > 0.7 * letters
    return shouted or letters < 0.6 * len(start) or "://" in text


def _ask(signals: Signals) -> str:
    """What the mail wants from the reader: the question or request with the most in it."""
    asks = list(dict.fromkeys(signals.questions + signals.requests))
    asks = [ask for ask in asks if len(ask) >= 12]
    if not asks or not signals.human:
        return ""
    return max(asks, key=lambda ask: (min(len(sentences.keywords(ask)), 9), -asks.index(ask)))


def gist(thread: Thread, read: Sequence[Signals], people: Sequence[str], language: str) -> str:
    """What the thread is about and where it stands, in its own sentences: the newest message says most."""
    newest, signals = thread.messages[-1], read[-1]
    if len(thread.messages) == 1:
        return plain.one_line(_told(newest, signals, _GIST), _GIST, newest.text)
    distinct = list(dict.fromkeys(people))
    start = phrases.say(
        "thread" if len(distinct) > 1 else "alone",
        language,
        count=str(len(thread.messages)),
        names=phrases.listed(distinct, language),
        subject=subject(thread.messages[0]),
    )
    last = phrases.say("last", language, name=people[-1], text=_told(newest, signals, _GIST - 120))
    return plain.one_line(f"{start} {last}", _GIST + len(start), newest.text)


def _told(message: Message, signals: Signals, limit: int) -> str:
    """The best sentences of a message in their own order."""
    topic = sentences.keywords(subject(message))
    texts = signals.sentences[:40]
    asked = {*signals.questions, *signals.requests}
    ranked = sorted(
        range(len(texts)),
        key=lambda n: -(_weight(texts[n], topic) + 1.5 / (1 + n) + (1.5 if texts[n] in asked else 0)),
    )
    chosen: list[int] = []
    clean = [n for n in ranked if not _reads_badly(texts[n])]
    for number in ([n for n in clean if " " in texts[n]] or clean)[:6]:
        if sum(len(texts[n]) + 1 for n in (*chosen, number)) <= limit or not chosen:
            chosen.append(number)
    return " ".join(_ended(texts[n]) for n in sorted(chosen[:4])) or subject(message)


def _ended(text: str) -> str:
    """A sentence with an end mark."""
    text = text.rstrip(_END_MARKS)
    return text if text.rstrip("\"'”’)]»*_")[-1:] in set(".!?…") else f"{text}."


def facts(thread: Thread, read: Sequence[Signals], own: frozenset[str], whens: Sequence[datetime]) -> Facts:
    """Decisions, open questions and what is still to be done; where two messages disagree the newest holds."""
    decided: list[Claim] = []
    todo: list[ActionItem] = []
    asked = {message.id for message in thread.messages if message.author.key in own}
    for message, signals, when in zip(thread.messages, read, whens, strict=True):
        who = actions.people(message, own)
        new = [Claim(text, message.id) for text in _decisions(message, signals)]
        decided = [old for old in decided if not any(_redecided(old.text, one.text) for one in new)] + new
        if message.author.key in own:  # the owner has answered: what was asked of the owner before is done
            todo = [item for item in todo if item.who != actions.OWNER]
        found = actions.of(message, signals, who, when) if not signals.auto_reply else ()
        todo = [item for item in todo if not _done(item, who.author, signals, asked)]
        todo = [item for item in todo if not any(_same(item.what, new.what) for new in found)] + list(found)
    return Facts(tuple(decided[-8:]), _open_questions(thread, read, own), tuple(todo[-10:]))


def _done(item: ActionItem, author: str, signals: Signals, asked_by_owner: Collection[str]) -> bool:
    """True when the one who had to do it writes about most of it, or just answers what had no date."""
    words = sentences.keywords(item.what)
    written = frozenset[str]().union(*(sentences.keywords(piece) for piece in signals.sentences))
    about = len(words & written) >= max(2, 0.5 * len(words))
    return item.who == author and (about or (not item.due and item.message_id in asked_by_owner))


def _decisions(message: Message, signals: Signals) -> list[str]:
    """The sentences that decide, and the lines under a heading that says so."""
    if not signals.human or signals.sent_by_service:
        return []
    topic = subject(message)
    found = [
        piece if len(sentences.keywords(piece)) > 1 or not topic else f"{piece.rstrip('.!')} ({topic})"
        for piece in signals.sentences
        if _DECIDED.search(piece)
        and not _UNDECIDED.search(piece)
        and not piece.endswith(":")
        and len(piece) > 5
    ]
    inside = False
    for text in message.text.split("\n")[:400]:
        bullet = _BULLET.match(text)
        if _DECISION_HEAD.search(text.strip()):
            inside = True
        elif inside and bullet:
            found.append(bullet["text"].strip())
        elif inside and text.strip() and not text.startswith((" ", "\t")):
            inside = False
    return [plain.one_line(each, 200, message.text) for each in dict.fromkeys(found)]


def _redecided(old: str, new: str) -> bool:
    """True when the newer decision is about what the older one was; half of the words are enough for short ones."""
    words, others = (_SAID_OF_ANY.sub("", text) for text in (old, new))
    first, second = sentences.keywords(words), sentences.keywords(others)
    few = min(len(first), len(second))
    return _same(words, others) or (0 < few <= 3 and 2 * len(first & second) >= few)


def _same(one: str, other: str) -> bool:
    """True when two phrases are about the same thing: most of the words of the shorter one are shared."""
    words, others = (
        frozenset(w for w in sentences.keywords(text) if not w.isdigit()) for text in (one, other)
    )
    shared = len(words & others)
    return shared >= 2 and shared >= 0.6 * min(len(words), len(others))


def _open_questions(thread: Thread, read: Sequence[Signals], own: frozenset[str]) -> tuple[Claim, ...]:
    """Questions asked since the owner last wrote, and those of the owner that nobody has written after."""
    last = max((n for n, message in enumerate(thread.messages) if message.author.key in own), default=-1)
    start = last if last == len(read) - 1 else last + 1
    found = []
    for message, signals in list(zip(thread.messages, read, strict=True))[max(0, start) :]:
        if not signals.human:
            continue
        name = actions.OWNER if message.author.key in own else actions.first_name(message)
        asked = [
            piece
            for piece in signals.sentences
            if piece.endswith("?")
            and (signals.language != "en" or lexicon.QUESTION_TO_YOU.search(piece))
            and piece.count(" ") > 1
        ]
        found += [Claim(plain.one_line(f"{name}: {piece}", 240, message.text), message.id) for piece in asked]
    return tuple(dict.fromkeys(found))[-6:]
