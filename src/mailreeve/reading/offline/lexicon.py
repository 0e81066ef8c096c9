"""Words that tell kinds of mail apart, by topic: English first, then German, French and Spanish.

The lists hold what people and shops write everywhere; names of products,
companies or people have no place here.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType

from mailreeve.reading.offline import starts


def topics() -> tuple[str, ...]:
    """The names of all lists."""
    return tuple(_phrases())


@cache
def topic(name: str) -> re.Pattern[str]:
    """One list as a pattern for text in lower case; a match is a word or phrase as a whole.

    Compiled at first use. Lower case instead of IGNORECASE makes the patterns three times as fast.
    """
    # no phrase begins elsewhere, and asking so first spares a hostile text of punctuation the long list
    return re.compile(rf"(?<!\w)(?=[\w$€£#:;<(])(?:{'|'.join(_phrases()[name])})(?!\w)")


def found(text: str) -> dict[str, list[tuple[int, str]]]:
    """What `finditer` of every topic finds in a text in lower case: topic to (place, words).

    One pass over the words, each of which is tried only with the phrases that begin like it.
    """
    told: dict[str, list[tuple[int, str]]] = {}
    ends: dict[str, int] = {}
    for place in _WORD_START.finditer(text):
        some, lists = _tried(place[1])
        start = place.start()
        if some is None or not some(text, start):
            continue
        for topic, match in lists:
            hit = match(text, start) if ends.get(topic, 0) <= start else None
            if hit:
                told.setdefault(topic, []).append((start, hit[0]))
                ends[topic] = hit.end()
    return told


_Match = Callable[[str, int], re.Match[str] | None]
_WORD_START = re.compile(rf"(?<!\w)(?=[\w$€£#:;<(])(?=(.{{1,{starts.KEY}}}))", re.DOTALL)


@lru_cache(maxsize=4096)
def _tried(key: str) -> tuple[_Match | None, tuple[tuple[str, _Match], ...]]:
    """For a place with these characters: what matches if any phrase does, then topic by topic."""
    fitting = {
        topic: tuple(word for word in words if any(key.startswith(one) for one in _keys(word)))
        for topic, words in _phrases().items()
    }
    lists = {topic: words for topic, words in fitting.items() if words}
    if not lists:
        return None, ()
    every = _compiled(tuple(word for words in lists.values() for word in words)).match
    return every, tuple((topic, _compiled(words).match) for topic, words in lists.items())


@cache
def _compiled(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(words)})(?!\w)")


@cache
def _keys(phrase: str) -> tuple[str, ...]:
    return tuple(starts.keys(phrase))


@cache
def _phrases() -> Mapping[str, tuple[str, ...]]:
    """The lists of lexicon.txt."""
    phrases: dict[str, list[str]] = {}
    current: list[str] = []
    for line in Path(__file__).with_name("lexicon.txt").read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"\[([a-z_]+)\]", line):
            current = phrases.setdefault(heading[1], [])
        elif line and not line.startswith("#"):
            current.append(line)
    return MappingProxyType({name: tuple(words) for name, words in phrases.items()})


QUESTION_TO_YOU = re.compile(
    r"\b(?:you|your|ya|u|we|us|everyone|anyone|sie|ihnen|ihr\w*|du|dir|dich|euch|wir|uns|vous|votre|vos|tu|te|toi|nous|on|usted(?:es)?|le|nos|puedes?|podemos|tienes?)\b"
    r"|(?:^|[,;:–—-] )(?:what|when|where|which|who|why|how|any|shall|should|is|are|do|does|did|can|could|would|will|has|have|was|wann|wo|wie|was|wer|ist|sind|kann|quand|o[ùu]|comment|est-ce|qu[ée]|cu[áa]ndo|d[óo]nde|c[óo]mo)\b",
    re.IGNORECASE,
)
NO_REPLY_SENDER = re.compile(
    r"^(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|noreply|mailer[-_.]?daemon|postmaster|bounces?|notifications?|notify|alerts?|updates?|"
    r"auto(?:mated|mailer|confirm)?|system|robot|daemon|root|cron|nagios|jenkins|jira|github|gitlab|account(?:s|-security\w*)?|"
    r"security(?:-noreply)?|receipts?|orders?|order-update|shipment-tracking|invoices?|billing|statements?|confirmations?|"
    r"calendar-notification|feedback|mailing|rss(?:-?feeds?)?|feeds?|rss2email|drive-shares\S*|versand|rechnung(?:en)?|bestellung(?:en)?)(?:[-_+.]\S*)?$"
    r"|(?:^|[-_.+])(?:no-?reply|bot|automation|notifications?|alerts?)(?:[-_.+]|$)",
    re.IGNORECASE,
)
BULK_SENDER = re.compile(
    r"^(?:news(?:letters?)?|marketing|promo(?:tions?)?|offers?|deals?|sales|hello|hi|team|digest|weekly|daily|editor(?:ial)?|e?-?mail(?:ing)?|info|contact|community|events?|shop|store|reservations?|bookings?|appointments?|tickets?|termine|kundenservice|support|customercare|redaktion|tracking|"
    r"angebote?|aktion(?:en)?|service|customer\.?(?:service|relations|care))(?:[-_+.]\S*)?$",
    re.IGNORECASE,
)
_ODD_TLD_TEXT = """
biz top xyz club click link work loan win bid date download review stream gdn ru cc ml ga cf tk icu
buzz rest info
"""
ODD_TLD = frozenset(_ODD_TLD_TEXT.split())
