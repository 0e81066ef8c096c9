"""Text of an attachment, bounded in size, time and memory.

Simple texts are decoded here. Formats that need a parser (office files, PDF) are read by a worker process with
limits, because their parsers meet hostile input.
"""

import json
import subprocess
import sys
from dataclasses import dataclass

from mailreeve.attachments import office
from mailreeve.mail import invisible
from mailreeve.mail.charset import decode
from mailreeve.mail.html import to_text

MOST_BYTES = 25 * 1024 * 1024
MOST_CHARS = 200_000
WORKER_SECONDS = 10
_SAVE = "save it to look at it (`mailreeve attachment MESSAGE PART --save`)"

_TEXT = (
    "text/plain",
    "text/csv",
    "text/markdown",
    "text/calendar",
    "application/json",
    "application/xml",
    "text/xml",
)
_TEXT_ENDINGS = (".txt", ".csv", ".md", ".ics", ".json", ".xml", ".log", ".tsv", ".yaml", ".yml")
_WORKER = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/pdf": "pdf",
}


@dataclass(frozen=True, slots=True)
class Extract:
    """What could be read; `note` says what was cut or hidden, or why there is no text and what to do."""

    text: str
    note: str = ""


def extract(name: str, type_: str, data: bytes, seconds: float = WORKER_SECONDS) -> Extract:
    """The visible text of an attachment; never raises for its content, and ends a worker after `seconds`.

    What a PDF hides by colour or rendering mode cannot be told apart from what it shows.
    """
    if len(data) > MOST_BYTES:
        return Extract("", f"larger than {MOST_BYTES // 2**20} MB: {_SAVE}")
    low = name.lower()
    if type_ == "text/html" or low.endswith((".html", ".htm")):
        return _of_html(data)
    if type_ in _TEXT or low.endswith(_TEXT_ENDINGS):
        return _bounded(decode(data, "")[0])
    kind = _WORKER.get(type_) or next((k for k in ("pdf", *office.KINDS) if low.endswith(f".{k}")), "")
    if kind:
        return _by_worker(kind, data, seconds)
    return Extract("", f"no text is read from {type_ or 'this type'}: {_SAVE}")


def _of_html(data: bytes) -> Extract:
    page = to_text(decode(data, "")[0])
    hidden = f"{page.hidden.chars} hidden characters were left out" if page.hidden.chars else ""
    return _bounded(page.text, *page.defects, hidden)


def _bounded(text: str, *notes: str) -> Extract:
    cut = f"cut after {MOST_CHARS} of {len(text)} characters" if len(text) > MOST_CHARS else ""
    seen = invisible.clean(text[:MOST_CHARS])
    unseen = f"{seen.chars} invisible characters were left out" if seen.chars else ""
    return Extract(seen.text, "; ".join(note for note in (cut, *notes, unseen) if note))


def _by_worker(kind: str, data: bytes, seconds: float) -> Extract:
    """Run the parser in a process that may hang, crash or grow without harm to this one."""
    command = [sys.executable, "-I", "-m", "mailreeve.attachments.worker", kind]
    try:
        done = subprocess.run(  # noqa: S603 -- our own module and a word from a closed set
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Extract("", f"reading took over {seconds:g} s and was stopped: {_SAVE}")
    if done.returncode == 3:
        return Extract("", 'reading PDF needs the extra: pip install "mailreeve[pdf]"')
    if done.returncode:
        return Extract("", f"this {kind} could not be read: {_SAVE}")
    answer = json.loads(done.stdout)
    return _bounded(answer["text"], *answer["notes"])
