"""Makes training mails of the templates in this folder: all made up, all ours, always the same for a seed.

A template is a line `subject | body` below a heading `@ language kind`; the file says which kind of mail it is, or
the heading does (`@ language kind = archetype`). Slots such as {day} are filled; a mail gets a greeting, now and then
a sentence that says nothing, and a closing. The headers of lists and programs are there in half of the mails only, so
that the model learns to do without.
"""

import hashlib
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mailreeve.evaluation import cases
from mailreeve.models import Archetype, Message

HERE = Path(__file__).parent
OWNER = "Alex Moreno <alex.moreno@example.com>"
VARIANTS = 6
_HEADING = re.compile(r"@ (en|de|fr|es) ([a-z-]+)(?: = ([a-z_]+))?$")
_FIRST = [
    "Nora",
    "Ben",
    "Ines",
    "Tariq",
    "Jule",
    "Marek",
    "Lucia",
    "Owen",
    "Priya",
    "Jonas",
    "Claire",
    "Diego",
    "Mina",
    "Viktor",
    "Elsa",
    "Samir",
    "Anouk",
    "Pablo",
    "Greta",
    "Luis",
]
_LAST = [
    "Berg",
    "Okoye",
    "Fischer",
    "Lam",
    "Rossi",
    "Novak",
    "Dupont",
    "Serrano",
    "Weber",
    "Patel",
    "Lindt",
    "Moreau",
    "Vega",
    "Brandt",
    "Hale",
    "Ito",
    "Costa",
    "Wolff",
    "Prieto",
    "Maes",
]
_COMPANY = [
    "Nordhaus Ltd",
    "Brightline",
    "Kessler & Co",
    "Atelier Vauban",
    "Grupo Sol",
    "Tidewater",
    "Hofmann GmbH",
    "Lumen Works",
    "Casa Verde",
    "Pike Partners",
]
_PLACE = ["Leeds", "Bremen", "Lyon", "Sevilla", "Oslo", "Porto", "Graz", "Nantes", "Bilbao", "Cork"]
_PROJECT = [
    "Heron",
    "Project Atlas",
    "the harbour map",
    "Basalt",
    "the intranet",
    "Lighthouse",
    "the spring catalogue",
]
_DAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "the 14th", "12 May", "next Tuesday"],
    "de": ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "14. Mai", "12.3."],
    "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "le 14 mai"],
    "es": ["lunes", "martes", "miércoles", "jueves", "viernes", "14 de mayo"],
}
_MONTHS = {
    "en": ["January", "March", "May", "June", "September", "November"],
    "de": ["Januar", "März", "Mai", "Juni", "September", "November"],
    "fr": ["janvier", "mars", "mai", "juin", "septembre", "novembre"],
    "es": ["enero", "marzo", "mayo", "junio", "septiembre", "noviembre"],
}
_AMOUNT = {
    "en": ("£{}", "${}", "{} EUR", "€{}"),
    "de": ("{} €", "{} Euro", "{} EUR"),
    "fr": ("{} €", "{} euros"),
    "es": ("{} €", "{} euros"),
}
_HELLO = {
    "en": (
        "Hi Alex,",
        "Hello Alex,",
        "Alex,",
        "Dear Alex,",
        "Dear Mr Moreno,",
        "Hi all,",
        "Good morning,",
        "Hi,",
    ),
    "de": ("Hallo Alex,", "Lieber Alex,", "Sehr geehrter Herr Moreno,", "Guten Morgen,", "Moin,"),
    "fr": ("Bonjour Alex,", "Salut Alex,", "Monsieur,", "Bonjour,"),
    "es": ("Hola, Alex:", "Buenos días:", "Estimado señor Moreno:", "Hola:"),
}
_BYE = {
    "en": ("Best,", "Thanks,", "Kind regards,", "Cheers,", "Best regards,", ""),
    "de": ("Viele Grüße", "Danke und Gruß", "Mit freundlichen Grüßen", "LG", ""),
    "fr": ("Cordialement,", "Merci,", "À bientôt,", ""),
    "es": ("Un saludo,", "Gracias,", "Saludos,", ""),
}
_FILLER = {
    "en": (
        "Hope you had a good weekend.", "It was good to see you last week.", "I am writing from the train, so keep it short.",
        "The weather here is dreadful.", "Thanks for your help with the last round.", "We talked about this in the corridor.",
        "As you may have heard, things are busy here.", "I copied {first} so that she knows.", "This came up in our round on {day}.",
        "The background is in the document that I sent in {month}.", "{first} asked me to write to you.",
        "We have been working on {project} since {month}.", "{company} is one of our oldest partners.", "I just came out of a long meeting.",
        "The team in {place} has been great so far.", "I went through the numbers with {first} this morning.", "It has been a busy month.",
        "There were {n} of us in the room.", "You know how {first} is about details.", "I have been with the company for {n} months now.",
        "The first version was finished in {month} and has changed a lot since.", "The whole thing cost {amount} last year.",
        "I hope this finds you well.", "Sorry for the long silence.", "Since {day} there have been a few changes.",
    ),
    "de": ("Ich hoffe, du hattest ein schönes Wochenende.", "Das Wetter hier ist scheußlich.", "Ich schreibe aus dem Zug.", "{first} ist in Kopie."),
    "fr": ("J'espère que vous allez bien.", "Il pleut depuis une semaine ici.", "J'écris du train.", "{first} est en copie."),
    "es": ("Espero que todo vaya bien.", "Aquí no para de llover.", "Escribo desde el tren.", "{first} va en copia."),
}  # fmt: skip
_CLOSING_LINE = {
    "en": (
        "Let me know if you have any questions.",
        "Just shout if anything is unclear.",
        "Have a good day.",
    ),
    "de": ("Bei Fragen melde dich einfach.", "Schönen Tag noch."),
    "fr": ("N'hésitez pas si vous avez des questions.", "Bonne journée."),
    "es": ("Si tienes dudas, dime.", "Buen día."),
}
_PEOPLE = {"colleague", "client", "friend", "stranger", "calendar-free", "automatic", "discussion"}
Fill = Callable[[str], str]
"""Puts words into the slots of a text."""
_LIST = {"List-Unsubscribe": "<https://u.example.net/1>", "Precedence": "bulk"}


@dataclass(frozen=True, slots=True)
class Template:
    """One line of a file."""

    name: str
    """File and line: mails of one template never stand on both sides of a split."""
    archetype: Archetype
    language: str
    kind: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A training mail."""

    template: str
    archetype: Archetype
    message: Message
    owner: str
    """The mailbox's address; empty in some, as for a reader that was told none."""


def templates() -> list[Template]:
    """All templates in the order of files and lines."""
    found = []
    for file in sorted(HERE.glob("*.txt")):
        language = kind = ""
        archetype = file.stem
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if heading := _HEADING.match(line):
                language, kind, archetype = heading[1], heading[2], heading[3] or file.stem
            elif line.strip() and not line.startswith("#"):
                subject, bar, body = line.partition(" | ")
                if not bar or not kind:
                    raise SystemExit(f"{file.name}, line {number}: neither a heading nor `subject | body`.")
                name = f"{file.stem}:{number}"
                found.append(Template(name, Archetype(archetype), language, kind, subject, body))
    return found


def digest() -> str:
    """SHA-256 of this folder: the model says of what it was made."""
    files = sorted((*HERE.glob("*.txt"), Path(__file__)))
    return hashlib.sha256(b"\0".join(file.read_bytes().replace(b"\r\n", b"\n") for file in files)).hexdigest()


def letters(variants: int = VARIANTS) -> Iterator[Letter]:
    """All training mails."""
    for template in templates():
        for number in range(variants):
            chance = random.Random(f"{template.name}/{number}")  # noqa: S311 -- repeatable
            yield _letter(template, number, chance)


def _letter(template: Template, number: int, chance: random.Random) -> Letter:
    first, last, company = chance.choice(_FIRST), chance.choice(_LAST), chance.choice(_COMPANY)
    fill = _slots(template.language, company, chance)
    subject, body = fill(template.subject), fill(template.body)
    if template.kind in _PEOPLE:
        body = _dressed(body, template, first, last, fill, chance)
    elif chance.random() < 0.3:
        body = f"{chance.choice(_HELLO[template.language])}\n\n{body}"
    sender, headers, to = _route(template, first, last, company, chance)
    if template.kind in {"colleague", "client", "friend"}:
        bare = subject.removeprefix("Re: ")
        answers = chance.random() < (0.6 if bare != subject else 0.25)
        subject = f"Re: {bare}" if answers else bare
        if answers and chance.random() < 0.7:
            headers["In-Reply-To"] = "<earlier@example.com>"
    case = {
        "id": f"{template.name}/{number}", "from": sender, "to": to, "cc": [], "subject": subject, "body": body,
        "date": f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}T{chance.randint(7, 19):02}:15:00+01:00",
        "headers": headers,
    }  # fmt: skip
    owner = "alex.moreno@example.com" if chance.random() < 0.7 else ""
    return Letter(template.name, template.archetype, cases.to_message(case), owner)


def _slots(language: str, company: str, chance: random.Random) -> Fill:
    def fill(text: str) -> str:
        def value(slot: re.Match[str]) -> str:
            amount = chance.choice(("20", "49.90", "180", "1,250", "12,400", "350"))
            return {
                "first": chance.choice(_FIRST), "day": chance.choice(_DAYS[language]), "company": company,
                "month": chance.choice(_MONTHS[language]), "place": chance.choice(_PLACE), "n": str(chance.randint(3, 90)),
                "project": chance.choice(_PROJECT), "time": f"{chance.randint(7, 19)}:{chance.choice(('00', '15', '30', '40'))}",
                "amount": chance.choice(_AMOUNT[language]).format(amount),
            }[slot[1]]  # fmt: skip

        return re.sub(r"\{(\w+)\}", value, text)

    return fill


def _dressed(body: str, template: Template, first: str, last: str, fill: Fill, chance: random.Random) -> str:
    language = template.language
    parts = [chance.choice(_HELLO[language])] if chance.random() < 0.75 else []
    while chance.random() < 0.4:
        idle = fill(chance.choice(_asides(language) if chance.random() < 0.3 else _FILLER[language]))
        body = f"{body} {idle}" if chance.random() < 0.3 else f"{idle} {body}"
    parts.append(body)
    if chance.random() < 0.15 and template.kind != "friend":
        parts.append(chance.choice(_CLOSING_LINE[language]))
    parts.append(
        f"{chance.choice(_BYE[language])}\n{first if chance.random() < 0.6 else f'{first} {last}'}".strip()
    )
    return "\n\n".join(parts)


@cache
def _asides(language: str) -> list[str]:
    """First sentences of information among colleagues: what also stands in mail that wants something."""
    told = (
        one
        for one in templates()
        if (one.archetype, one.kind, one.language) == (Archetype.FYI, "colleague", language)
    )
    return [one.body.partition(". ")[0].rstrip(".") + "." for one in told]


def _route(
    template: Template, first: str, last: str, company: str, chance: random.Random
) -> tuple[str, dict[str, str], list[str]]:
    """From, further headers, To."""
    firm = re.sub(r"\W+", "", company.lower().replace("ltd", "").replace("gmbh", ""))
    told, name = chance.random() < 0.5, f"{first} {last}"
    person, kind = f"{first}.{last}".lower(), template.kind
    if kind in {"colleague", "automatic"}:
        host = "example.com" if chance.random() < 0.8 else f"{firm}.example"
        headers = {"Auto-Submitted": "auto-replied"} if kind == "automatic" and told else {}
        group = (
            kind == "colleague"
            and template.archetype in {Archetype.FYI, Archetype.NEWSLETTER}
            and chance.random() < 0.3
        )
        return f"{name} <{person}@{host}>", headers, ["Team <team@example.com>"] if group else [OWNER]
    if kind == "friend":
        host = chance.choice(("gmail.com", "gmx.de", "outlook.com", "mailbox.example", "home.example"))
        return f"{name} <{person}.test@{host}>", {}, [OWNER]
    if kind == "discussion":
        lists = {
            "List-Id": "<talk.lists.example.org>",
            "List-Post": "<mailto:talk@lists.example.org>",
            "Precedence": "list",
        }
        return f"{name} <{person}@{firm}.example>", lists if told else {}, ["talk@lists.example.org"]
    if kind in {"shop", "list-mail"}:
        local = chance.choice(("news", "offers", "hello", "newsletter", "info", "editor", "shop"))
        sender = (
            f"{name} <{person}@{firm}.example>"
            if chance.random() < 0.25
            else f"{company} <{local}@{firm}.example>"
        )
        return sender, dict(_LIST) if told else {}, [OWNER]
    if kind in {"system", "invite"}:
        local = chance.choice(
            ("no-reply", "notifications", "alerts", "service", "billing", "support", "noreply", "account")
        )
        return (
            f"{company} <{local}@{firm}.example>",
            {"Auto-Submitted": "auto-generated"} if told else {},
            [OWNER],
        )
    if kind == "crook":
        odd = chance.choice(
            (f"{firm}-secure.top", "mail-verify.xyz", f"{firm}.example", f"{firm}.example", "gmail.com")
        )
        sender = f"{chance.choice((company, name, 'Support Team', 'Security'))} <{chance.choice(('info', person + '.test', 'service'))}@{odd}>"
        return (
            sender,
            {"Authentication-Results": "mx.google.com; dmarc=fail"} if chance.random() < 0.3 else {},
            [OWNER],
        )
    return f"{name} <{person}@{firm}.example>", {}, [OWNER]
