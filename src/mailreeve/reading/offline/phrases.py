"""The few phrases that the offline reader adds of its own, in four languages."""

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo

_PHRASES: dict[str, dict[str, str]] = {
    "en": {
        "alone": "{count} messages from {names} about “{subject}”.",
        "thread": "{count} messages between {names} about “{subject}”.", "last": "Last, {name}: {text}",
        "and": "and", "you": "you",
        "hello": "Hi {name},", "hello_nobody": "Hello,", "bye": "Best regards,",
        "thanks": "thank you for your message about “{subject}”.", "asked": "You ask: “{question}”", "asked_to": "You ask for: “{question}”",
        "answer": "[your answer]", "nothing": "[your reply]",
        "nudge": "a quick follow-up on “{subject}”: have you had a chance to look at it?",
        "nudge_asked": "I had asked: “{question}”",
        "deadline": "You need this by {date}: [is that possible?]",
    },
    "de": {
        "alone": "{count} Nachrichten von {names} zu „{subject}“.",
        "thread": "{count} Nachrichten zwischen {names} zu „{subject}“.", "last": "Zuletzt {name}: {text}",
        "and": "und", "you": "Ihnen",
        "hello": "Hallo {name},", "hello_nobody": "Guten Tag,", "bye": "Viele Grüße",
        "thanks": "vielen Dank für die Nachricht zu „{subject}“.", "asked": "Zur Frage „{question}“:", "asked_to": "Zur Bitte „{question}“:",
        "answer": "[Antwort]", "nothing": "[Antwort]",
        "nudge": "ich wollte kurz zu „{subject}“ nachfragen: Konnten Sie schon einen Blick darauf werfen?",
        "nudge_asked": "Meine Frage war: „{question}“",
        "deadline": "Gewünscht bis {date}: [geht das?]",
    },
    "fr": {
        "alone": "{count} messages de {names} au sujet de « {subject} ».",
        "thread": "{count} messages entre {names} au sujet de « {subject} ».", "last": "En dernier, {name} : {text}",
        "and": "et", "you": "vous",
        "hello": "Bonjour {name},", "hello_nobody": "Bonjour,", "bye": "Cordialement,",
        "thanks": "merci pour votre message au sujet de « {subject} ».", "asked": "Vous demandez : « {question} »", "asked_to": "Vous demandez : « {question} »",
        "answer": "[votre réponse]", "nothing": "[votre réponse]",
        "nudge": "je me permets de revenir vers vous au sujet de « {subject} ». Avez-vous pu y jeter un œil ?",
        "nudge_asked": "Ma question était : « {question} »",
        "deadline": "Souhaité pour le {date} : [est-ce possible ?]",
    },
    "es": {
        "alone": "{count} mensajes de {names} sobre «{subject}».",
        "thread": "{count} mensajes entre {names} sobre «{subject}».", "last": "El último, {name}: {text}",
        "and": "y", "you": "usted",
        "hello": "Hola, {name}:", "hello_nobody": "Hola:", "bye": "Un saludo,",
        "thanks": "gracias por el mensaje sobre «{subject}».", "asked": "Preguntas: «{question}»", "asked_to": "Pides: «{question}»",
        "answer": "[tu respuesta]", "nothing": "[tu respuesta]",
        "nudge": "te escribo de nuevo sobre «{subject}». ¿Has podido verlo?",
        "nudge_asked": "Mi pregunta era: «{question}»",
        "deadline": "Para el {date}: [¿es posible?]",
    },
}  # fmt: skip


_FORMS: dict[str, dict[str, str]] = {
    "tu": {
        "thanks": "merci pour ton message au sujet de « {subject} ».", "asked": "Tu demandes : « {question} »",
        "asked_to": "Tu demandes : « {question} »",
        "nudge": "je me permets de revenir vers toi au sujet de « {subject} ». As-tu pu y jeter un œil ?",
    },
    "usted": {
        "asked": "Pregunta usted: «{question}»", "asked_to": "Pide usted: «{question}»",
        "nudge": "le escribo de nuevo sobre «{subject}». ¿Ha podido verlo?",
    },
    "du": {"nudge": "kurze Nachfrage zu „{subject}“: Konntest du schon draufschauen?"},
}  # fmt: skip
"""The phrases that differ where the reader is addressed in another form than usual."""


def say(name: str, language: str, form: str = "", /, **values: str) -> str:
    """A phrase with its holes filled; values are inserted as they are and never read as a pattern.

    `form` is how the reader is addressed (du, Sie, tu, vous, tú, usted).
    """
    text = _FORMS.get(form, {}).get(name) or _PHRASES[language][name]
    parts = []
    while "{" in text:
        before, _, rest = text.partition("{")
        hole, _, text = rest.partition("}")
        parts += [before, values[hole]]
    return "".join([*parts, text])


def holes(language: str) -> dict[str, tuple[str, ...]]:
    """The names of all phrases of a language with the holes that each has."""
    return {name: tuple(re.findall(r"\{(\w+)\}", text)) for name, text in _PHRASES[language].items()}


def listed(names: Sequence[str], language: str) -> str:
    """Names in a row: "a, b and c"."""
    names = [say("you", language) if name == "you" else name for name in names]
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {say('and', language)} {names[-1]}"


def moment(iso: str, zone: tzinfo | None = None) -> str:
    """An ISO date-time as people write it: "Thu 26 Nov 10:00"; what is not one stays as it is."""
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    at = at.astimezone(zone) if zone is not None and at.tzinfo is not None else at
    day = f"{at:%a} {at.day} {at:%b}"
    return f"{day} {at:%H:%M}" if "T" in iso or " " in iso else day
