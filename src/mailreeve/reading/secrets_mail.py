"""Recognizes mails that are a secret as a whole: one-time codes, password resets, sign-in links.

They are sorted by rule and never shown to a model. The patterns err on the side of secrecy.
"""

import re
from collections.abc import Sequence

from mailreeve.models import Archetype, DecidedBy, LabelSpec, Message, Priority, Verdict
from mailreeve.reading.labelset import LabelSet

_CODE_WORDS = (
    r"(?:verification|security|log-?in|sign-?in|access|authentication|authorization|activation|"
    r"one[- ]time|single[- ]use|two[- ]factor|2fa|recovery|backup)[- ](?:code|pin|passcode|password|token)s?"
    r"|\bconfirmation code|\bpasscode|\bOTP\b|\b2FA code"
    r"|(?:best(?:ä|ae)tigungs|sicherheits|verifizierungs|einmal|anmelde|zugangs|freigabe|aktivierungs)-?"
    r"(?:code|passwort|kennwort|pin)|\b(?:SMS|m|push)?-?TAN\b"
    r"|code (?:de |d['’])(?:v[ée]rification|s[ée]curit[ée]|confirmation|connexion|acc[èe]s|validation)"
    r"|code (?:[àa] usage unique|temporaire)"
    r"|c[óo]digo (?:de )?(?:verificaci[óo]n|seguridad|acceso|confirmaci[óo]n|[úu]nico)"
    r"|contrase[ñn]a (?:de un solo uso|temporal)"
    r"|\b(?:your|ihr|dein|votre|tu|su) (?:[\w.]+ ){0,2}(?:code|c[óo]digo)\b(?=.{0,12}(?:\bis\b|lautet|ist|est|es|:))"
)
_LOOKS_LIKE_A_CODE = (
    r"(?:[A-Z]{1,3}-)?(?:\d{3}[ -]\d{3}|(?!(?:19|20)\d\d\b)\d{4,8}|(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z\d]{6,8})"
)

CODE_NEAR = re.compile(
    rf"(?:{_CODE_WORDS}).{{0,90}}?(?<![\w-])(?-i:(?P<after>{_LOOKS_LIKE_A_CODE}))(?![\w-])"
    rf"|(?<![\w-])(?-i:(?P<before>{_LOOKS_LIKE_A_CODE}))(?![\w-])[^\d.]{{0,40}}?(?:{_CODE_WORDS}|is your \w* ?code\b)",
    re.IGNORECASE | re.DOTALL,
)
"""A code word and what looks like its code, which is the group `after` or `before`."""

_RESET = re.compile(
    r"(?:reset|recover|forgot(?:ten)?|set (?:up )?a new|create a new|choose a new) (?:\w+ ){0,3}password"
    r"|password (?:reset|recovery)"
    r"|passwort(?:s)? (?:\w+ ){0,2}(?:zur(?:ü|ue)cksetzen|vergessen)|neues passwort|kennwort zur(?:ü|ue)cksetzen"
    r"|passwort-?zur(?:ü|ue)cksetzung"
    r"|r[ée]initialis\w+ (?:\w+ ){0,3}mot de passe|mot de passe oubli[ée]|nouveau mot de passe"
    r"|(?:restablec\w+|recuper\w+|cambi\w+) (?:\w+ ){0,3}contrase[ñn]a",
    re.IGNORECASE,
)
_SIGN_IN_LINK = re.compile(
    r"magic link|(?:sign|log)[- ]?in link|link to (?:sign|log) in|anmelde-?link|login-?link|lien de connexion"
    r"|enlace de (?:acceso|inicio de sesi[óo]n)",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://", re.IGNORECASE)
_HEAD = 4000


def is_secret_mail(message: Message) -> str:
    """Why this mail is a secret as a whole, in a few words; empty when it is not."""
    text = f"{message.subject}\n{message.text[:_HEAD]}"
    short = len(message.text) < _HEAD
    if short and CODE_NEAR.search(text):
        return "one-time code"
    if message.in_reply_to or not (message.links or _URL.search(text)):
        return ""
    near_the_top = f"{message.subject}\n{message.text[:600]}"
    if _SIGN_IN_LINK.search(near_the_top) and short:
        return "sign-in link"
    return "password reset" if _RESET.search(near_the_top) and short else ""


def rule_verdict(message: Message, labels: Sequence[LabelSpec], why: str) -> Verdict:
    """The verdict on a secret mail, without repeating anything of its text."""
    label = LabelSet(labels).best(Archetype.NOTIFICATION)
    sender = message.author.name or message.author.domain or "an unknown sender"
    return Verdict(
        id=message.id,
        label=label,
        priority=Priority.NORMAL,
        needs_reply=False,
        summary=f"{why.capitalize()} from {sender[:80]}",
        confidence=1.0 if label else 0.0,
        reason=f"{why}: sorted by rule, kept from every model",
        by=DecidedBy.RULE,
        needs_human=not label,
        evidence=(f"rule: {why}",),
    )
