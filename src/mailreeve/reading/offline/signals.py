"""What can be seen of a mail without understanding it: headers, Gmail's labels, and words by topic."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from mailreeve.mail import providers, senders
from mailreeve.models import Archetype, Message
from mailreeve.reading.offline import language, lexicon, routes, sentences, trained

_HEAD, _TAIL = 4000, 1000
_CATEGORIES = {
    "CATEGORY_PROMOTIONS": "promotions",
    "CATEGORY_SOCIAL": "social",
    "CATEGORY_UPDATES": "updates",
    "CATEGORY_FORUMS": "forums",
    "CATEGORY_PERSONAL": "personal",
}
_ESP_HEADERS = frozenset((
    "x-mailgun-sid", "x-sg-eid", "x-mc-user", "x-campaign", "x-campaignid", "x-mailer-campaign", "x-csa-complaints",
    "feedback-id", "x-ses-outgoing", "x-mandrill-user", "x-report-abuse", "x-sfmc-stack", "x-hubspot", "x-klaviyo",
))  # fmt: skip
_BROKEN_WORD = re.compile(
    r"\b\w+[_/;'!\]\[(]\s?\w*(?:\s[_/;'!\]\[(]\s?\w+)|\b\w(?:\s\w){3,}\b|\w\s(?:iacute|eacute|oacute)\s;"
)
_SPACED_OUT = re.compile(r"\w [.,!?] (?=\w|$)")
_SHOUT = re.compile(r"\b[A-Z]{4,}\b")
_REPLY_MARK = re.compile(r"(?:re|aw|fwd?|wg|tr|rv)\s*:", re.IGNORECASE)
_TOMORROW = re.compile(r"tomorrow|morgen|demain|ma[ñn]ana")
_ALWAYS = frozenset({"Gmail marked it important", "starred by the owner"})
_FIRM = _ALWAYS | {"about security", "from a known correspondent"}
_BANGS = re.compile(r"!{2,}")


@dataclass(frozen=True, slots=True)
class Signals:
    """One mail as the offline reader and the cascade's veto see it."""

    language: str
    sentences: tuple[str, ...]
    """Of the new text, without greetings, names called, closings and boilerplate."""
    calls: Mapping[str, str] = field(default_factory=dict)
    """Sentence to the name that it calls, for those that call one."""
    # who and how
    outgoing: bool = False
    """Written by the owner."""
    known: bool = False
    """The author is a known correspondent."""
    colleague: bool = False
    """The author's address is of the owner's own organisation."""
    free_mail: bool = False
    """The author writes from a public mail provider, as private people do."""
    odd_sender: bool = False
    """A throw-away top level domain, or a name and address of another kind."""
    to_me: bool = True
    """The owner stands in To, or nobody knows the owner's addresses."""
    bypassed: bool = False
    """Recipients are named, and the owner is none of them: it came by a list, a forwarder or a blind copy."""
    named: bool = False
    """A question or request calls the owner by first name."""
    people: int = 1
    """How many recipients are named."""
    list_mail: bool = False
    """List-Id, List-Unsubscribe or Precedence: bulk or list."""
    discussion: bool = False
    """A mailing list that people post to."""
    sent_by_service: bool = False
    """Headers of a mass-mailing service, or a sender such as news@."""
    automated: bool = False
    """Auto-Submitted, or a sender that takes no replies."""
    auto_reply: bool = False
    reply: bool = False
    """Answers or forwards an earlier mail."""
    category: str = ""
    """Gmail's tab: promotions, social, updates, forums, personal."""
    important: bool = False
    starred: bool = False
    invite: str = ""
    """METHOD of an attached invitation (RFC 5546), in lower case."""
    spoofed: tuple[str, ...] = ()
    """Why the sender may not be who it says."""
    # what it says
    questions: tuple[str, ...] = ()
    """Sentences that ask the reader something."""
    requests: tuple[str, ...] = ()
    """Sentences that ask the reader to do something."""
    topics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Topic to the words that were found, in the order of the text."""
    in_subject: frozenset[str] = frozenset()
    """Topics whose words are in the subject."""
    presses: bool = False
    """A question or request itself holds words of urgency."""
    grams: tuple[str, ...] = ()
    """Words and word pairs that the trained model knows."""
    noise: int = 0
    """Traces of words hidden from filters: letters spaced out, broken words, shouting."""
    length: int = 0
    """Characters of new text."""
    links: int = 0
    """How many web addresses the text holds."""

    def count(self, topic: str) -> int:
        """How many different words of a topic were found."""
        return len(self.topics.get(topic, ()))

    def has(self, *topics: str) -> bool:
        """True when one of the topics was found."""
        return any(topic in self.topics for topic in topics)

    @property
    def human(self) -> bool:
        """True when it looks written by a person to people, not by a machine to many."""
        return not (self.automated or self.auto_reply or (self.list_mail and not self.discussion))

    @property
    def asks(self) -> bool:
        """True when a person asks something of the reader."""
        return self.human and (self.to_me or self.named) and bool(self.questions or self.requests)

    @property
    def vetoes(self) -> tuple[str, ...]:
        """What speaks against the offline reader deciding alone on this mail, in words."""
        told = (
            ("Gmail marked it important", self.important),
            ("starred by the owner", self.starred),
            ("about security", self.has("security")),
            ("from a known correspondent", self.known and self.human),
            ("names a deadline", self.has("deadline", "soon")),
            ("urgent words", self.has("urgent")),
            ("asks the owner something", self.asks),
        )
        return tuple(why for why, holds in told if holds)

    def objections(self, chosen: Archetype | None) -> tuple[str, ...]:
        """The vetoes that matter when the mail would get a label of this archetype; None is a label of no kind.

        A veto guards against putting away what somebody waits for. What goes before the owner's eyes anyway, as
        urgent or to be answered, is not put away; a mass mailing's date is a way of selling.
        """
        if chosen is Archetype.URGENT:
            told = [] if self.has("urgent") else ["only its date makes it urgent"]
            return (*(why for why in self.vetoes if why in _ALWAYS), *told)
        waived: frozenset[str] = frozenset()
        if chosen is Archetype.TO_REPLY:
            waived = frozenset({"names a deadline", "from a known correspondent", "asks the owner something"})
        elif chosen is Archetype.PROMOTION and self.list_mail and not self.discussion:
            waived = frozenset({"names a deadline", "urgent words"})
        return tuple(why for why in self.vetoes if why not in waived)

    def firm_objections(self, chosen: Archetype | None) -> tuple[str, ...]:
        """Those of them that hold however sure the reader is: facts about owner and sender, and security.

        The others are words, which the reader has weighed too: they only raise the bar.
        """
        return tuple(why for why in self.objections(chosen) if why in _FIRM)


def read(message: Message, *, known: Collection[str] = (), own: Collection[str] = ()) -> Signals:
    """The signals of one mail; `known` and `own` are addresses in lower case."""
    body = message.text if message.text.strip() else message.quoted
    text = body if len(body) <= _HEAD + _TAIL else f"{body[:_HEAD]}\n{body[-_TAIL:]}"
    topics, in_subject = _topics(message.subject, text)
    author, recipients = message.author, message.to + message.cc
    local, _, domain = author.key.partition("@")
    route = routes.of(message, own)
    own = route.own
    listed = senders.is_list(message) or route.through_list
    auto = message.header("Auto-Submitted").lower()
    mine_names = [p.name for p in (*recipients, author) if p.key in own and p.name]
    owner = sentences.first_name(mine_names[0]) if mine_names else ""
    others = sentences.names_of(p for p in recipients if p.key not in own) - {owner.lower(), ""}
    pieces = [sentences.called(piece, others | {owner.lower()}) for piece in sentences.of(text)]
    for_other = bool(owner) and sentences.greeted(text).lower() in others
    mine = [piece for name, piece in pieces if _is_for(owner, name, piece, for_other=for_other)]
    tongue = language.detect(f"{message.subject}\n{text}")
    questions = tuple(piece for piece in mine if _is_question(piece, owner, tongue))
    requests = tuple(piece for piece in mine if lexicon.topic("request").search(piece.lower()))
    return Signals(
        language=tongue,
        sentences=tuple(piece for _, piece in pieces),
        calls=MappingProxyType({piece: name for name, piece in pieces if name}),
        outgoing=author.key in own or "SENT" in message.labels,
        known=author.key in known,
        colleague=bool(domain)
        and not providers.is_public(domain)
        and any(address.endswith(f"@{domain}") for address in own),
        free_mail=providers.is_public(domain),
        odd_sender=domain.rpartition(".")[2] in lexicon.ODD_TLD or _is_odd(author.name, domain),
        to_me=not own or not recipients or any(person.key in own for person in message.to),
        bypassed=route.bypassed,
        named=_named(owner, text, questions + requests),
        people=len({person.key for person in recipients}) or 1,
        list_mail=listed,
        discussion=route.through_list or (listed and _is_discussion(message)),
        sent_by_service=any(value and name.lower() in _ESP_HEADERS for name, value in message.headers)
        or lexicon.BULK_SENDER.match(local) is not None,
        automated=_is_automated(auto, local),
        auto_reply=_is_auto_reply(message, topics),
        reply=bool(message.in_reply_to) or _REPLY_MARK.match(message.subject) is not None,
        category=next((name for label, name in _CATEGORIES.items() if label in message.labels), ""),
        important="IMPORTANT" in message.labels,
        starred="STARRED" in message.labels,
        invite=(message.invite.method or "publish").lower() if message.invite else "",
        spoofed=_spoofed(message, known, own),
        questions=questions,
        requests=requests,
        topics=MappingProxyType(topics),
        in_subject=in_subject,
        presses=any(_presses(piece.lower()) for piece in dict.fromkeys(questions + requests)),
        grams=trained.known(message.subject, body),
        noise=_noise(f"{message.subject}\n{text}"),
        length=len(body),
        links=max(len(message.links), text.count("http://") + text.count("https://")),
    )


def _named(owner: str, text: str, asked: tuple[str, ...]) -> bool:
    """True when something is asked, and the owner is called by name in it or in the greeting."""
    called = re.compile(rf"\b{re.escape(owner)}\b")
    greeted = bool(asked) and sentences.greeted(text).lower() == owner.lower()
    return bool(owner) and (greeted or any(called.search(each) for each in asked))


def _is_automated(auto: str, local: str) -> bool:
    told = auto not in {"", "no"} and not auto.startswith("auto-replied")
    return told or lexicon.NO_REPLY_SENDER.search(local) is not None


def _is_discussion(message: Message) -> bool:
    return bool(message.header("List-Post")) and not message.list_unsubscribe_post


def _is_for(owner: str, called: str, piece: str, *, for_other: bool) -> bool:
    """False for what is put to somebody else by name, and for a mail to another person that does not name the owner."""
    if not owner or called.lower() == owner.lower() or re.search(rf"\b{re.escape(owner)}\b", piece):
        return True
    return not for_other and not called


def _topics(subject: str, text: str) -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    """Every topic with its different words, and the topics of the subject."""
    told = lexicon.found(f"{subject}\n{text}".lower())
    words = {
        topic: tuple(dict.fromkeys(" ".join(one.split()) for _, one in told[topic]))
        for topic in lexicon.topics()
        if topic in told
    }
    return words, frozenset(topic for topic, places in told.items() if places[0][0] < len(subject))


def _is_auto_reply(message: Message, topics: Mapping[str, tuple[str, ...]]) -> bool:
    """An out-of-office note that says so in its headers, its subject or its first lines."""
    if message.author.key.startswith(("mailer-daemon@", "postmaster@")):
        return False  # a bounce, whatever it calls itself
    if message.header("Auto-Submitted").lower().startswith("auto-replied"):
        return True
    if message.header("X-Autoreply") or message.header("X-Autorespond"):
        return True
    pattern = lexicon.topic("auto_reply")
    return "auto_reply" in topics and (
        pattern.search(message.subject.lower()) is not None
        or len(pattern.findall(message.text[:400].lower())) >= 2
    )


def _spoofed(message: Message, known: Collection[str], own: Collection[str]) -> tuple[str, ...]:
    facts = senders.facts(message, known)
    names = {p.name.casefold() for p in message.to + message.cc if p.key in own and p.name}
    in_my_name = message.author.name.casefold() in names and message.author.key not in own
    mine = ("writes in the owner's own name",) if in_my_name else ()
    return (*mine, *senders.doubts(message, facts))


def _is_odd(name: str, domain: str) -> bool:
    """A display name with another address in it, or an organisation's name at a public provider."""
    inside = re.search(r"@([\w.-]+\.\w+)", name)
    return bool(inside and inside[1].lower() != domain)


def _is_question(piece: str, owner: str, tongue: str) -> bool:
    """A question of at least three words; in English one that is put to somebody."""
    if not piece.rstrip("\"'”’)] »").endswith("?") or piece.count(" ") < 2:
        return False
    return (
        tongue != "en" or bool(owner and owner in piece) or lexicon.QUESTION_TO_YOU.search(piece) is not None
    )


def _presses(piece: str) -> bool:
    """Words of urgency, or a date before tomorrow."""
    if lexicon.topic("urgent").search(piece):
        return True
    soon = lexicon.topic("soon").search(piece)
    return soon is not None and not _TOMORROW.search(soon[0])


def _noise(text: str) -> int:
    marks = len(_BROKEN_WORD.findall(text)) + min(len(_SPACED_OUT.findall(text)), 12) // 3
    shouts = Counter(_SHOUT.findall(text))
    return marks + min(len(_BANGS.findall(text)), 6) + (1 if sum(shouts.values()) > 6 else 0)
