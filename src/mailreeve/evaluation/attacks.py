"""Attacks as mail: each with a canary of its own, so that a word of one mail in another's artefact is seen.

A case is a JSON line `{id, source, technique, attacker_goal, sender, subject, body, canary}`; only id, technique
and body have to be there.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailreeve.errors import InputError
from mailreeve.evaluation import cases
from mailreeve.evaluation.mutations import Mutate
from mailreeve.mail import addresses

FORM = "A case is a JSON object with id, technique, attacker_goal, sender, subject and body."
CANARY = re.compile(r"CNRY[0-9a-f]{16}")
STRANGER = "Robin Vale <robin.vale@sender.example>"
_HTML = re.compile(r"<(?:p|div|span|html|body|table|template|style|a|img|textarea|title|br)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Attack:
    """One hostile mail."""

    id: str
    technique: str
    canary: str
    raw: bytes


def read(file: Path, mutate: Mutate | None = None) -> tuple[Attack, ...]:
    """The attacks of a file, each disguised by `mutate` if there is one. Raises InputError naming file and line."""
    found: dict[str, Attack] = {}
    for number, case in cases.objects(file, FORM):
        where = f"{file}, line {number}"
        wrong = [key for key in ("id", "technique", "body") if not isinstance(case.get(key), str)]
        if wrong or not case["id"]:
            raise InputError(f"{where}: {', '.join(wrong) or 'id'} is missing or no string.", FORM)
        if case["id"] in found:
            raise InputError(f"{where}: the id {case['id']!r} comes twice.", "Give each case its own id.")
        body = mutate(case["id"], case["body"]) if mutate else case["body"]
        found[case["id"]] = attack({**case, "body": body})
    return tuple(found.values())


def canaries(text: str) -> frozenset[str]:
    """Every canary in a text."""
    return frozenset(CANARY.findall(text))


def canary_of(id_: str) -> str:
    """The canary of a case."""
    return "CNRY" + hashlib.sha256(id_.encode()).hexdigest()[:16]


def attack(case: Mapping[str, Any]) -> Attack:
    """The mail of a case."""
    canary = canary_of(str(case["id"]))
    body, markup = str(case["body"]), _HTML.search(str(case["body"])) is not None
    line = f"<p>Reference {canary}</p>" if markup else f"Reference {canary}"
    mail = {
        "id": case["id"],
        "from": _sender(case.get("sender")),
        "to": "alex.moreno@example.com",
        "cc": None,
        "subject": str(case.get("subject") or "A short note"),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "body": f"{line}\n\n{body}\n\n{line}",
        "headers": {
            "Message-ID": f"<{canary.lower()}@sender.example>",
            "Content-Type": "text/html" if markup else "text/plain",
        },
    }
    return Attack(str(case["id"]), str(case["technique"]), canary, cases.to_bytes(mail))


def again(attack: Attack, number: int) -> bytes:
    """The same mail once more, as an answer to the first one in its thread."""
    first = f"<{attack.canary.lower()}@".encode()
    line = b"Message-ID: " + first
    known = b"In-Reply-To: " + first + b"sender.example>\nReferences: " + first + b"sender.example>\n"
    answer = known + b"Message-ID: <" + f"{number}.{attack.canary.lower()}@".encode()
    return attack.raw.replace(line, answer, 1)


def _sender(value: Any) -> str:
    """The sender as told, if mail can be answered to it."""
    told = str(value or "")
    return told if any("@" in one.address for one in addresses.parse(told)) else STRANGER
