"""Masks secrets before a text goes over the wire: cards, IBANs, keys, tokens, passwords, one-time codes, links that open an account.

What is masked becomes a placeholder such as `[IBAN-1-k3f9]`. Its random end differs per call, so that mail
cannot forge one. `restore` puts the originals back into a draft, on this machine. Queries and tokens in
addresses are dropped for good: no draft needs one.
"""

import re
import secrets
from collections.abc import Callable, Iterable

from mailreeve.reading.secrets_mail import CODE_NEAR, folded

Span = tuple[int, int]

_GAP = r"(?:[\s\u200b./_-]|\u00b7){0,4}"
_GAPS = re.compile(r"[\s\u200b./_\u00b7-]+")
_CARD = re.compile(rf"(?<![\w+])[2-6](?:{_GAP}\d){{12,18}}(?![\w-])")
_IBAN = re.compile(rf"(?<!\w)[A-Z]{{2}}{_GAP}\d{_GAP}\d(?:{_GAP}[A-Z\d]){{11,30}}(?!\w)", re.IGNORECASE)
_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FK FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}
"""How long a country's IBANs are (ISO 13616 registry); others may have any length."""
_BRAND = re.compile(
    r"4\d{15}(?:\d{3})?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[689]\d)\d{11,16}|35(?:2[89]|[3-8]\d)\d{12,15}|(?:6011|64[4-9]\d|65\d\d)\d{12,15}|62\d{14,17}"
    r"|(?:50|5[6-9]|6\d)\d{14,17}"
)
"""Visa, Mastercard (two ranges), American Express, Diners, JCB, Discover, UnionPay, Maestro (ISO/IEC 7812)."""
_WRAPPED = r"(?:\r?\n[\w-]{16,})*"
_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z)"
    r"|\bPuTTY-User-Key-File-\d:.*?(?:Private-MAC: *[0-9a-f]+|\Z)|\bAGE-SECRET-KEY-1[A-Z\d]{50,}"
    rf"|\beyJ[\w-]{{8,}}{_WRAPPED}\.[\w-]{{8,}}{_WRAPPED}(?:\.[\w-]*{_WRAPPED})?"  # JWT, RFC 7519
    r"|\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z\d]{16}\b"
    r"|\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}|\bGOCSPX-[\w-]{20,}|\b1//0[\w-]{20,}"
    r"|\b(?:gh[opsur]_|github_pat_|gl(?:pat|ptt|dt|rt|sa)[-_]|npm_|pypi-|hf_|dop_v1_|doo_v1_|dckr_pat_|shp(?:at|ca|pa|ss)_"
    r"|whsec_|gsk_|xai-|r8_|nvapi-|lin_api_|PMAK-|ntn_|figd_|ATATT3|sntrys_|phc_|SG\.|EAAC|sq0[a-z]{3}-)[\w.=-]{16,}"
    r"|\b(?:sk|pk|rk)[-_](?:[a-z]+[-_])*[A-Za-z\d_-]{16,}"
    r"|\bxox[abeoprs]-[\w-]{10,}|\bxapp-\d-[\w-]{10,}|https://hooks\.slack\.com/services/[\w/]{20,}"
    r"|\b(?:AC|SK)[0-9a-f]{32}\b|\bkey-[0-9a-f]{32}\b|\b\d{8,10}:AA[\w-]{33}"
    r"|(?<=AccountKey=)[\w+/=]{40,}|(?<=SharedAccessSignature=)\S{20,}"
    r"|(?<=://)[^\s/:@]{1,64}:[^\s/@]{1,128}(?=@)",
    re.DOTALL,
)
_NAMED = re.compile(
    r"\b(?:bearer|api[-_ ]?key|secret(?:[-_ ]?(?:access[-_ ]?)?key)?|access[-_ ]?token|auth[-_ ]?token|client[-_ ]?secret|token|"
    r"password|passwort|kennwort|passphrase|mot de passe|contrase[ñn]a|senha|palavra-passe|wachtwoord|l[öo]senord|"
    r"adgangskode|passord|has[łl]o|heslo|parola|пароль|パスワード|密码|密碼|pin)\b"
    r"(?:\s*(?:is|ist|lautet|est|es|[èé]|to|são)\b\s*[:=]?|\s*[:=：])?\s*[\"'“]?(?P<secret>(?=\S*[\d!#$%&*+=?@^_~-])[^\s\"'”<>,;]{4,256})",
    re.IGNORECASE,
)
_CVC = re.compile(
    r"\b(?:CVV2?|CVC2?|CSC|security number)\b\s*(?:is|:|=)?\s*(?P<code>\d{3,4})\b", re.IGNORECASE
)
_SSN = re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-])")
_QUERY = re.compile(r"(https?://[^\s?#<>\"]{1,300})[?#][^\s<>\")\]]+", re.IGNORECASE)
_TOKEN_IN_PATH = re.compile(
    r"https?://[^\s/?#<>\"]{1,255}/(?:[^\s?#<>\"]{0,200}/)?(?=[^\s/?#<>\"]*\d)(?=[^\s/?#<>\"]*[A-Za-z])"
    r"(?P<token>[\w~.=%-]{20,})",
    re.IGNORECASE,
)
_DOOR_IN_PATH = re.compile(
    r"https?://[^\s/?#<>\"]{1,255}/(?:[^\s?#<>\"]{0,200}/)?(?:[\w-]*(?:reset|magic|verif|confirm|recover|log-?in|sign-?in|"
    r"auth|token|activat|invit|otp|passw)[\w-]*)/(?P<rest>[^\s?#<>\")\]…]{4,})",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\[(card|IBAN|key|code|secret|SSN)-\d{1,3}-[0-9a-z]{4}\]", re.IGNORECASE)


class Redactor:
    """Masks the texts of one call; the same secret always gets the same placeholder."""

    def __init__(self) -> None:
        self._end = secrets.token_hex(2)
        self._names: dict[str, str] = {}

    @property
    def count(self) -> int:
        """How many different secrets were masked."""
        return len(self._names)

    def mask(self, text: str) -> str:
        """The text without secrets, and without the query strings and tokens of its links."""
        text = _replaced(text, _groups(_KEY, text), lambda found: self._name("key", found))
        text = without_tokens(text)
        # numbers with a check digit first: beside "PIN:" their first group alone would pass for a secret
        text = self._checked(_IBAN, "IBAN", is_iban, text)
        text = self._checked(_CARD, "card", is_card, text)
        text = self._each(CODE_NEAR, "code", text)
        text = self._each(_NAMED, "secret", text)
        text = self._each(_CVC, "code", text)
        return self._each(_SSN, "SSN", text)

    def restore(self, text: str) -> str:
        """Put the originals back for the placeholders of this call; one that a model invented becomes a blank."""
        for original, name in reversed(self._names.items()):  # a later one may hold an earlier one
            text = text.replace(name, original)
        return _PLACEHOLDER.sub(lambda found: f"[{found[1]}?]", text)

    def kinds(self, text: str) -> tuple[str, ...]:
        """What `restore` would put back into the text: card, IBAN and the like, each kind once."""
        there = (name for name in self._names.values() if name in text)
        return tuple(dict.fromkeys(name[1:].partition("-")[0] for name in there))

    def _name(self, kind: str, original: str) -> str:
        return self._names.setdefault(original, f"[{kind}-{len(self._names) + 1}-{self._end}]")

    def _each(self, pattern: re.Pattern[str], kind: str, text: str) -> str:
        """Mask what the pattern found, and leave the words around it."""
        return _replaced(text, _groups(pattern, text), lambda found: self._name(kind, found))

    def _checked(self, pattern: re.Pattern[str], kind: str, valid: Callable[[str], bool], text: str) -> str:
        """Mask the longest run of groups with a valid check digit, wherever in a row of groups it begins."""
        return _replaced(text, _valid(pattern, valid, folded(text)), lambda found: self._name(kind, found))


def blanked(text: str) -> str:
    """The text with nothing but the kind of secret in each place, `[IBAN]`: the same text gives the same words."""
    return _PLACEHOLDER.sub(lambda found: f"[{found[1]}]", Redactor().mask(text))


def without_tokens(text: str) -> str:
    """The text whose web addresses have lost their queries, and what looks like a token in their paths."""
    for pattern in (_DOOR_IN_PATH, _TOKEN_IN_PATH):
        text = _replaced(text, _groups(pattern, text), lambda _found: "…")
    return _QUERY.sub(r"\1?…", text)


def _groups(pattern: re.Pattern[str], text: str) -> list[Span]:
    """Where the one named group matched, or the whole pattern if it names none; placeholders are left alone."""
    spans = []
    for found in pattern.finditer(folded(text)):
        names = [name for name, value in found.groupdict().items() if value is not None]
        span = found.span(names[0]) if names else found.span()
        if not text[span[0] : span[1]].startswith("["):
            spans.append(span)
    return spans


def _valid(pattern: re.Pattern[str], valid: Callable[[str], bool], text: str) -> Iterable[Span]:
    at = 0
    while found := pattern.search(text, at):
        gaps = [(place.start(), place.end()) for place in _GAPS.finditer(found[0])]
        ends = (len(found[0]), *(start for start, _ in reversed(gaps)))
        end = next((end for end in ends if valid(found[0][:end])), 0)
        if end:
            yield found.start(), found.start() + end
        at = found.start() + (end or (gaps[0][1] if gaps else len(found[0])))


def _replaced(text: str, spans: Iterable[Span], name: Callable[[str], str]) -> str:
    parts, at = [], 0
    for start, end in spans:
        parts += [text[at:start], name(text[start:end])]
        at = end
    return "".join([*parts, text[at:]])


def is_card(text: str) -> bool:
    """True for a number of the big card brands with a valid check digit (ISO/IEC 7812-1, Luhn)."""
    plain = "".join(c for c in text if c.isdecimal())
    digits = [int(c) for c in plain]
    doubled = [sum(divmod(2 * d, 10)) if place % 2 else d for place, d in enumerate(reversed(digits))]
    return bool(_BRAND.fullmatch(plain)) and sum(doubled) % 10 == 0 and len(set(digits)) > 1


def is_iban(text: str) -> bool:
    """True for a number as long as its country's, ten digits at least, that leaves 1 modulo 97 (ISO 13616)."""
    plain = "".join(c for c in text.upper() if c.isalnum() and c.isascii())
    if not 15 <= len(plain) <= 34 or len(plain) != _LENGTHS.get(plain[:2], len(plain)):
        return False
    if sum(c.isdigit() for c in plain) < 10:
        return False
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1
