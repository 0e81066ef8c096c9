"""How people begin and end a mail, and how they address each other, in four languages: found, not judged. Pure."""

import re
from dataclasses import dataclass

_GREETINGS = {
    "en": r"hi|hello|hey|dear|good (?:morning|afternoon|evening)|morning",
    "de": r"hallo|hi|hey|moin|servus|guten (?:tag|morgen|abend)|liebe[rs]?|lieber|sehr geehrte[rs]?|grüezi",
    "fr": r"bonjour|bonsoir|salut|coucou|chère?s?|hello|hi",
    "es": r"hola|buenos días|buenas(?: tardes| noches)?|querid[oa]s?|estimad[oa]s?|hi",
}
_CLOSINGS = {
    "en": r"(?:kind|best|warm|many)?\s?regards|best(?: wishes)?|all the best|cheers|(?:many )?thanks(?: again)?(?: and best)?"
    r"|thank you|yours (?:sincerely|faithfully|truly)|sincerely|talk soon|see you(?: soon)?|love|take care",
    "de": r"(?:viele|liebe|beste|herzliche|schöne|freundliche) grüße(?: aus \w+)?|mit (?:freundlichen|besten|herzlichen) grüßen"
    r"|(?:viele|liebe) gruesse|mit freundlichen gruessen|grüße|gruß|lg|vg|mfg|bis (?:bald|dann|morgen)|danke|besten dank|ciao",
    "fr": r"(?:bien )?cordialement|(?:bien )?à (?:vous|toi)|amicalement|bises?|à (?:bientôt|plus)|merci(?: d'avance)?"
    r"|(?:sincères|meilleures) salutations|bonne (?:journée|soirée)",
    "es": r"(?:un )?(?:cordial )?saludos?(?: cordiales)?|un (?:fuerte )?abrazo|abrazos|atentamente|gracias|besos|hasta (?:pronto|luego)",
}
_FORMAL = {
    "en": r"dear (?:mr|mrs|ms|dr|sir|madam|prof)|yours (?:sincerely|faithfully|truly)",
    "de": r"sehr geehrte|mit (?:freundlichen|besten) grüßen|mfg",
    "fr": r"(?:monsieur|madame)|salutations|cordialement",
    "es": r"estimad|atentamente|saludos? cordial|cordial saludo",
}
_TITLE = re.compile(
    r"^(?:mr|mrs|ms|dr|prof|sir|madam|herr|frau|damen|monsieur|madame|mme|señor|señora|sr|sra)\b",
    re.IGNORECASE,
)
_ADDRESS = {
    "de": (("du", r"\b(?:du|dir|dich|deine?[mnrs]?|euch|ihr)\b"), ("Sie", r"(?<=[\w,] )(?:Sie|Ihnen|Ihre?[mnrs]?)\b")),
    "fr": (("tu", r"\b(?:tu|te|toi|ton|ta|tes|t')\b"), ("vous", r"\b(?:vous|votre|vos)\b")),
    "es": (("tú", r"\b(?:tú|ti|contigo|tu|tus|puedes|tienes|quieres)\b"), ("usted", r"\busted(?:es)?\b")),
}  # fmt: skip
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]|(?<!\\w)[:;]-?[)(DP](?!\\w)")
_NAME = re.compile(r"[^\W\d_][\w.'’-]{0,19}(?: [^\W\d_][\w.'’-]{0,19})?")
_LAST_LINES = 5
_LOOKED_AT = 20_000


@dataclass(frozen=True, slots=True)
class Manners:
    """What one mail shows; everything is one of a few known forms, but for the name under it."""

    greeting: str = ""
    """With `{name}` where a name stood: "Hi {name},". Empty with a title, which fits one person only."""
    closing: str = ""
    name: str = ""
    address: str = ""
    """du, Sie, tu, vous, tú or usted; empty where the language or the mail does not tell."""
    formal: bool | None = None
    """None: nothing tells."""
    words: int = 0
    emoji: bool = False


def of(text: str, language: str) -> Manners:
    """The manners of the new text of a mail."""
    lines = [line.strip() for line in text.strip().split("\n") if line.strip()]
    closing, name = _end(lines, language)
    hello = lines[0] if lines else ""
    greeting, titled = _greeting(hello, language)
    told = f"{hello if greeting or titled else ''}\n{closing}".lower().strip()
    formal = bool(re.search(_FORMAL[language], told)) if told else None
    return Manners(
        greeting, closing, name, address(text, language), formal, len(text.split()), bool(_EMOJI.search(text))
    )


def address(text: str, language: str) -> str:
    """How the reader of a text is addressed: the form that it uses more often."""
    counts = [(len(re.findall(words, text[:_LOOKED_AT], re.IGNORECASE if form[0].islower() else 0)), form)
              for form, words in _ADDRESS.get(language, ())]  # fmt: skip
    best = max(counts, default=(0, ""))
    return best[1] if best[0] and sum(count == best[0] for count, _ in counts) == 1 else ""


def _greeting(line: str, language: str) -> tuple[str, bool]:
    """The form of a greeting, and whether it has a title."""
    found = re.fullmatch(
        rf"({_GREETINGS[language]})(?:,?\s+([^,!:.–-]{{1,40}}?))?\s*([,!:–-]?)", line, re.IGNORECASE
    )
    if not found:
        return "", False
    if found[2] and _TITLE.match(found[2].strip()):
        return "", True
    comma = "," if found[2] and line[found.end(1) :].startswith(",") else ""
    return f"{found[1]}{comma}{' {name}' if found[2] else ''}{found[3]}", False


def _end(lines: list[str], language: str) -> tuple[str, str]:
    """The closing line, and the name below it."""
    for place in range(len(lines) - 1, max(0, len(lines) - _LAST_LINES), -1):
        if re.fullmatch(rf"(?:{_CLOSINGS[language]})[,.!]?", lines[place], re.IGNORECASE):
            below = lines[place + 1] if place + 1 < len(lines) else ""
            return lines[place], below if _NAME.fullmatch(below) else ""
    return "", ""
