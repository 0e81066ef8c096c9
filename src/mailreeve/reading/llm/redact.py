"""Masks secrets before a text goes over the wire: cards, IBANs, keys, tokens, passwords, one-time codes.

What is masked becomes a placeholder such as `[IBAN-1-k3f9]`. Its random end differs per call, so that mail
cannot forge one. `restore` puts the originals back into a draft, on this machine.
"""

import re
import secrets
from collections.abc import Callable

from mailreeve.reading.secrets_mail import CODE_NEAR

_GAP = "[ \u00a0\u2009\u202f.-]?"
_GAPS = re.compile("[ \u00a0\u2009\u202f.-]")
_CARD = re.compile(rf"(?<!\w)[2-6](?:{_GAP}\d){{12,18}}(?![\w-])")
_IBAN = re.compile(rf"(?<!\w)[A-Z]{{2}}\d\d(?:{_GAP}[A-Z\d]){{11,30}}(?!\w)", re.IGNORECASE)
_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"  # JWT, RFC 7519
    r"|\b(?:AKIA|ASIA)[A-Z\d]{16}\b"
    r"|\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}|\bGOCSPX-[\w-]{20,}"
    r"|\b(?:gh[opsur]_|github_pat_|glpat-|npm_|pypi-|hf_|dop_v1_|SG\.)[\w.-]{16,}"
    r"|\b(?:sk|pk|rk)[-_](?:[a-z]+[-_])*[A-Za-z\d_-]{16,}"
    r"|\bxox[abeoprs]-[\w-]{10,}"
    r"|(?<=://)[^\s/:@]{1,64}:[^\s/@]{1,128}(?=@)",
    re.DOTALL,
)
_NAMED = re.compile(
    r"\b(?:bearer|api[-_ ]?key|secret(?:[-_ ]?key)?|access[-_ ]?token|auth[-_ ]?token|client[-_ ]?secret|token|"
    r"password|passwort|kennwort|passphrase|mot de passe|contrase[ñn]a|pin)\b"
    r"(?:\s*(?:is|ist|lautet|est|es)\s*[:=]?|\s*[:=])?\s*[\"'“]?(?P<secret>(?=\S*[\d!#$%&*+=?@^_~-])[^\s\"'”<>,;]{4,256})",
    re.IGNORECASE,
)
_QUERY = re.compile(r"(https?://[^\s?#<>\"]{1,300})[?#][^\s<>\")\]]+", re.IGNORECASE)


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
        """The text without secrets, and without the query strings of its links."""
        text = _QUERY.sub(r"\1?…", text)
        text = _KEY.sub(lambda found: self._name("key", found[0]), text)
        text = self._each(CODE_NEAR, "code", text)
        text = self._each(_NAMED, "secret", text)
        text = self._checked(_IBAN, "IBAN", is_iban, text)
        return self._checked(_CARD, "card", is_card, text)

    def restore(self, text: str) -> str:
        """Put the originals back for the placeholders of this call."""
        for original, name in self._names.items():
            text = text.replace(name, original)
        return text

    def _name(self, kind: str, original: str) -> str:
        return self._names.setdefault(original, f"[{kind}-{len(self._names) + 1}-{self._end}]")

    def _checked(self, pattern: re.Pattern[str], kind: str, valid: Callable[[str], bool], text: str) -> str:
        """Mask the longest run of groups with a valid check digit, wherever in a row of groups it begins."""
        parts, at = [], 0
        while found := pattern.search(text, at):
            gaps = [place.start() for place in _GAPS.finditer(found[0])]
            ends = (len(found[0]), *reversed(gaps))
            end = next((end for end in ends if valid(found[0][:end])), 0)
            after = found.start() + (end or (gaps[0] + 1 if gaps else len(found[0])))
            parts.append(text[at : found.start()])
            parts.append(self._name(kind, found[0][:end]) if end else text[found.start() : after])
            at = after
        return "".join([*parts, text[at:]])

    def _each(self, pattern: re.Pattern[str], kind: str, text: str) -> str:
        """Mask the one group that matched, and leave the words around it."""

        def replaced(found: re.Match[str]) -> str:
            group = next((name for name, value in found.groupdict().items() if value is not None), None)
            if group is None or found[group].startswith("["):
                return found[0]
            start, end = found.start(group) - found.start(), found.end(group) - found.start()
            return found[0][:start] + self._name(kind, found[group]) + found[0][end:]

        return pattern.sub(replaced, text)


def is_card(text: str) -> bool:
    """True for 13 to 19 digits with a valid check digit (ISO/IEC 7812-1, Luhn)."""
    digits = [int(c) for c in text if c.isdigit()]
    doubled = [sum(divmod(2 * d, 10)) if place % 2 else d for place, d in enumerate(reversed(digits))]
    return 13 <= len(digits) <= 19 and sum(doubled) % 10 == 0 and len(set(digits)) > 1


def is_iban(text: str) -> bool:
    """True for 15 to 34 characters that leave 1 modulo 97 (ISO 13616)."""
    plain = "".join(c for c in text.upper() if c.isalnum() and c.isascii())
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1
