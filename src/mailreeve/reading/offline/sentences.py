"""The sentences of a mail that carry something: greetings, closings and boilerplate left out."""

import re
from collections.abc import Collection, Iterable

from mailreeve.models import Address

_MAX_CHARS = 12_000
_LINE_FEED = re.compile(
    r"\n(?=[ \t]*(?:[-*•‣–]|\(?\d{1,2}[.)]|[A-Za-z]\))[ \t]+)|\n[ \t]*\n\s*|[ \t]+(?=[•▪‣·][ \t]+\w)"
)
_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[¿¡«]*\s?[^\Wa-z_])|(?<=[.!?])\s*[—–]\s*(?=\w+\s*$)")
_ABBREVIATED = re.compile(
    r"(?:\b(?:[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|Inc|Ltd|Co|No|Nr|vs|etc|approx|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|"
    r"bzw|ca|Str|Hr|Fr|St|Tel|M|Mme|Sr|Sra|a\.m|p\.m|e\.g|i\.e|z\.B|d\.h)\.|^\d{1,2}\.|\b(?i:am|der|die|das|de[nms]|vom|zum|bis|ab|im|beim) \d{1,2}\.)$"
)
_MONTH = re.compile(r"(?:Jan|Feb|Mär|Maerz|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)")
_QUOTED = re.compile(r"^[ \t]*(?:[A-Za-z]{0,12}>|\|[ \t])")
_ATTRIBUTION = re.compile(
    r"(?:\b(?:wrote|writes|said|schrieb|geschrieben|a [ée]crit|escribi[óo])\s*:|^-+ ?(?:original|forwarded|urspr|message d'origine|mensaje).*)$",
    re.IGNORECASE,
)
_ONLY_LINKS = re.compile(
    r"^(?:(?:\[\w{1,3}\]|\(?\d{1,2}[.)]|[\w-]{1,12}:)?\s*<?(?:https?|ftp)://\S+\s*|\[IMG:[^\]]*\]+\s*)+$",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^[ \t]*(?:[-*•‣–>]+|\(?\d{1,2}[.)]|[A-Za-z]\))[ \t]+")
_GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|greetings|hallo|liebe[rs]?|sehr geehrte\w*|guten (?:tag|morgen)|"
    r"moin|servus|bonjour|bonsoir|salut|ch[eè]re?s?|hola|estimad[oa]s?|querid[oa]s?|buen[oa]s (?:d[ií]as|tardes)|ciao)\b"
    r"[^.?!\n]{0,45}[,!:.—–-]*$",
    re.IGNORECASE,
)
_VOCATIVE = re.compile(
    r"^(?:[A-ZÄÖÜÉÁ][\w.'-]+(?: (?:and|und|et|y|&) [A-Z][\w.'-]+)?|[Aa]ll|[Tt]eam|[Ee]veryone)[,:!—–-]$"
)
_CALL = re.compile(
    r"(?P<hello>(?:hi|hello|hey|dear|hallo|liebe[rs]?|bonjour|salut|hola)\s+)?@?(?P<name>[^\W\d_][\w'-]{1,20})(?P<more>(?: (?:&|and|und|et|y) [^\W\d_][\w'-]+)?)(?:[,:!]| ?[—–])\s+(?=\S)",
    re.IGNORECASE,
)
_HELLO_LEAD = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|moin|servus|guten (?:tag|morgen|abend)|liebe[rs]?|sehr geehrte\w*|bonjour|bonsoir|salut|"
    r"hola|buen[oa]s (?:d[ií]as|tardes|noches)|estimad[oa]s?|buon(?:giorno|asera)|ciao|gentile|hoi|hej|ol[áa])"
    r"(?: (?:(?-i:[A-ZÄÖÜÉÁÍÓÚÑ])[\w.'-]*|zusammen|all|everyone|everybody|team|both|und|and|et|y|monsieur|madame|señor\w*|signor\w*)){0,4}[,!:]\s+(?=\S)",
    re.IGNORECASE,
)
"""A greeting before a sentence on the same line, in these and some neighbouring languages."""
_CALL_AT_END = re.compile(r",\s+([^\W\d_][\w'-]{1,20})\?$")
_CLOSING = re.compile(
    r"^(?:(?:un )?(?:cordial )?(?:saludo|abrazo)s?|(?:un |muchos )?(?:besos?|abrazos?|bisous)\b.{0,30}|hasta (?:luego|pronto|mañana)|bonne (?:journ[ée]e|soir[ée]e|semaine)|[àa] (?:bient[ôo]t|plus|demain)|bien à (?:vous|toi)|"
    r"sch[öo]ne[ns]? (?:tag|woche|wochenende|abend|gr(?:ü|ue)(?:ß|ss)e)|gru(?:ß|ss)|(?:many |kind |best |warm(?:est)? |with (?:best |kind )?)?(?:regards|wishes|thanks)|best|all the best|cheers|"
    r"thanks(?: (?:so much|a lot|again|in advance|for .{0,40}))?|thank you(?: .{0,40})?|sincerely|yours(?: \w+)?|love|take care|xo+|"
    r"(?:mit |viele |liebe |beste |herzliche |freundliche[nr]? )+(?:gr(?:ü|ue)(?:ß|ss)en?)|gr(?:ü|ue)(?:ß|ss)e|lg|vg|mfg|"
    r"danke(?: .{0,30})?|vielen dank(?: .{0,30})?|cordialement|bien (?:à vous|cordialement)|merci(?! (?:\w+ )?de )(?: .{0,30})?|bises|"
    r"amicalement|saludos|un abrazo|atentamente|(?:muchas )?gracias(?: .{0,30})?|talk soon|see you(?: \w+){0,2}|bis (?:bald|dann|später))"
    r"[,.!:— –-]*(?:\s[A-Z][\w.'-]+){0,2}[.!]?$",
    re.IGNORECASE,
)
_BOILERPLATE = re.compile(
    r"unsubscribe|view (?:this|it) (?:e-?mail )?(?:in|online)|view in browser|manage (?:your )?(?:preferences|subscription)|"
    r"privacy policy|terms of (?:use|service)|all rights reserved|©|you(?:'re| are) receiving|this (?:e-?mail|message) (?:was|is) (?:sent|intended|confidential)|"
    r"do not reply|please consider the environment|abmelden|abbestellen|im browser (?:ansehen|öffnen)|datenschutz|impressum|"
    r"se d[ée]sinscrire|d[ée]sabonner|darse de baja|cancelar (?:la )?suscripci|sent from my|von meinem|envoy[ée] de mon|enviado desde|"
    r"hope (?:this|you|all|your)\b.{0,60}(?:well|finds you|great|weekend)|follow us|update your (?:profile|preferences)",
)
_WORD = re.compile(r"[^\W\d_][\w'’-]*[^\W_]|\d[\d.,:]*\d|\d")
_EMPTY_WORDS_TEXT = """
the and you for that with this your have are not from will can would could should please was were
our has had but about all any just get let know need want like new one two what when which who how
why there here then than them they their its it's i'm i'll we'll we're don't also some more very
into out over only been being does did done may might must shall is be to of in on at by or as an it
if so do me my we us he she his her no yes up re fwd der die das und ich sie wir nicht mit für ist
den dem ein eine auf zu bitte haben wird noch bei von uns im am es dass aber wie was les des une
pour que est dans sur avec pas vous nous votre notre sont par plus las los una por con para del como
más su sus esta este hay
"""
_EMPTY_WORDS = frozenset(_EMPTY_WORDS_TEXT.split())
_ROLE = re.compile(
    r"\b(?:mail|delivery|subsystem|office|team|service|services|support|desk|billing|sales|bank|shop|store|department|group|club|school|"
    r"newsletter|weekly|list|bot|system|security|alerts?|b[üu]ro|kundendienst|gmbh|inc|ltd|llc|ag|verein|e\.v)\b",
    re.IGNORECASE,
)
_TITLES = {"dr", "mr", "mrs", "ms", "prof", "herr", "frau", "the", "der", "die", "la", "le", "el"}
_LEAD_IN = re.compile(
    r"^(?:fyi|btw|p\.?s\.?|heads[- ]?up|(?:quick|small|short|brief|friendly) (?:update|note|question|reminder|one))(?:\s*[,:–—]|\s+-)\s+(?=\S)",
    re.IGNORECASE,
)
_NO_WORDS = re.compile(r"^[\W\d_]*$")
_NAME_LINE = re.compile(
    r"^[—–-]?\s?(?:[A-ZÄÖÜÉ][\w.'’-]*)(?: [A-ZÄÖÜÉ][\w.'’-]*){0,2}(?:, [^\W\d_][\w .&-]{2,40})?$"
)
_LABELLED = re.compile(r"^[A-ZÄÖÜ][\w ()/-]{1,20}:(?:\s|$)")
_SPACES = re.compile(r"\s+")


def of(text: str) -> tuple[str, ...]:
    """The sentences in order, one line each, without bullets; text beyond the first 12,000 characters is not read."""
    found = []
    text = _without_sign_off(text[:_MAX_CHARS])
    for block in _LINE_FEED.split(text):
        for line in _joined(block):
            found += [clean for piece in _split(line) if (clean := _clean(piece))]
    return tuple(found)


def _without_sign_off(text: str) -> str:
    """The text without "Kind regards" and what follows it, or without the bare name at its end."""
    lines = text.rstrip().split("\n")
    for number in range(max(1, len(lines) - 9), len(lines)):
        rest = [line for line in lines[number + 1 :] if line.strip()]
        if _CLOSING.match(lines[number].strip()) and all(
            len(line) < 70 and line[-1:] not in ".!?" for line in rest
        ):
            return "\n".join(lines[:number])
    return (
        "\n".join(lines[:-1]) if len(lines) > 1 and _NAME_LINE.match(lines[-1].strip()) else "\n".join(lines)
    )


def _joined(block: str) -> list[str]:
    """The lines of a block; short lines stand alone, wrapped prose is joined again."""
    lines: list[str] = []
    for line in block.split("\n"):
        stripped = line.strip()
        if not stripped or _QUOTED.match(line):
            continue
        before = lines[-1].rpartition("\n")[2] if lines else ""
        wrapped = before[-1:] not in ".!?:" and (
            len(before) >= 50 or (len(before) >= 20 and before[-1:] != "," and stripped[:1].islower())
        )
        if (
            wrapped
            and lines
            and not _BULLET.match(line)
            and not _LABELLED.match(stripped)
            and not _CLOSING.match(stripped)
        ):
            lines[-1] += f"\n{stripped}"
        else:
            lines.append(stripped)
    return lines


def _split(line: str) -> list[str]:
    """Sentences of a line, not cut behind abbreviations, initials and ordinals."""
    pieces: list[str] = []
    for piece in _END.split(line):
        if pieces and (_ABBREVIATED.search(pieces[-1][-12:]) or _is_day(pieces[-1], piece)):
            pieces[-1] += f" {piece}"
        else:
            pieces.append(piece)
    return pieces


def _is_day(before: str, after: str) -> bool:
    """True for the two halves of "9. März"."""
    return re.search(r"\b\d{1,2}\.$", before) is not None and _MONTH.match(after) is not None


def _clean(piece: str) -> str:
    """One sentence in one line, or nothing when it carries nothing."""
    plain = _BULLET.sub("", _SPACES.sub(" ", piece).strip()).strip(" \t*_")
    plain = _LEAD_IN.sub("", plain)
    if len(plain) < 3 or _NO_WORDS.match(plain) or _is_remains(plain):
        return ""
    if (
        _GREETING.match(plain)
        or _VOCATIVE.match(plain)
        or _CLOSING.match(plain)
        or _BOILERPLATE.search(plain.lower())
    ):
        return ""
    return plain


def _is_remains(plain: str) -> bool:
    """True for "Ann wrote:" and for bare links; the cheap looks come first."""
    if plain[-1] == ":" or plain[0] == "-":
        return _ATTRIBUTION.search(plain) is not None
    return ("://" in plain or "[IMG" in plain) and _ONLY_LINKS.match(plain) is not None


def called(piece: str, names: Collection[str]) -> tuple[str, str]:
    """Whom a sentence calls by name ("Priya, can you ..."), and the sentence without that, with a capital.

    `names` are the first names, in lower case, that can be called; any other word before a comma stays.
    """
    call = _CALL.match(piece)
    if call and (call["name"].lower() in names or call["hello"]):
        rest = piece[call.end() :]
        return call["name"] if call["name"].lower() in names else "", rest[:1].upper() + rest[1:]
    piece = _HELLO_LEAD.sub("", piece)
    last = _CALL_AT_END.search(piece)
    return (last[1] if last and last[1].lower() in names else ""), piece[:1].upper() + piece[1:]


def greeted(text: str) -> str:
    """The name in the greeting or at the very start of a mail; empty without one."""
    line = text.lstrip()[:200].partition("\n")[0].strip()
    name = re.match(r"(?:[^\W\d_]+ ){0,2}([A-ZÄÖÜ][\w'-]{1,20})\s*[,!:.—–-]*$", line)
    if name and (_GREETING.match(line) or _VOCATIVE.match(line)):
        return name[1]
    call = _CALL.match(line)
    return call["name"] if call else ""


def first_name(name: str) -> str:
    """The first name in a display name: "Moreno, Alex" and "Dr. Alex Moreno" are Alex."""
    words = name.replace('"', "").split()
    if _ROLE.search(name):
        return " ".join(words)
    if "," in name and len(words) > 1:
        words = name.partition(",")[2].split()
    return next((word for word in words if word.lower().rstrip(".") not in _TITLES), name).strip("()")


def names_of(people: Iterable[Address]) -> frozenset[str]:
    """What people can be called by, in lower case: first names, or the first part of a bare address."""
    return frozenset(
        (first_name(p.name) or re.split(r"[._+-]", p.address.partition("@")[0])[0]).lower() for p in people
    )


def is_labelled(piece: str) -> bool:
    """True for "When: Tuesday" and its like: a field of a form, not a sentence."""
    return _LABELLED.match(piece) is not None


def keywords(piece: str) -> frozenset[str]:
    """The words that carry the sense of a sentence, in lower case."""
    words = {
        word.removesuffix("'s").removesuffix("’s") for word in _WORD.findall(piece.lower())
    } - _EMPTY_WORDS
    return frozenset(word for word in words if len(word) > 2 or word.isdigit())
