"""A recording of a model's answers: measuring again needs no key, and asks only what was not asked before.

JSON lines. The first says when and of which model; every other one holds the SHA-256 of a question (prompts and
schema, without the random fence) and the answer to it. No mail is in it, but answers repeat words of mail.
"""

import hashlib
import json
import re
import threading
from datetime import UTC, datetime
from pathlib import Path

from mailreeve import platform
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.models import Json
from mailreeve.reading.llm.client import Answer, ChatClient, Endpoint, Question

_FENCE = re.compile(r"^-----+ ([0-9a-f]{16})$", re.MULTILINE)
_FORM = "A recording is made by `mailreeve eval triage --record FILE`."


class Tape:
    """One file of answers; threads may share it."""

    def __init__(self, file: Path, model: str, at: datetime, answers: dict[str, Answer]) -> None:
        self.file, self.model, self.at = file, model, at
        """`at` is when it was begun: prompts name the day, so a replay has to live on that day."""
        self._answers = answers
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._answers)

    @classmethod
    def open(cls, file: Path) -> "Tape":
        """Read a recording. Raises InputError, with the line, for what is none."""
        try:
            head, *lines = file.read_text(encoding="utf-8").splitlines()
            told = json.loads(head)
            model, at = str(told["model"]), datetime.fromisoformat(told["recorded"])
        except OSError as error:
            raise InputError(f"{file} cannot be read: {error.strerror}.", _FORM) from None
        except (ValueError, KeyError, TypeError):
            raise InputError(f"{file} is no recording.", _FORM) from None
        answers: dict[str, Answer] = {}
        for number, line in enumerate(lines, 2):
            try:
                found = json.loads(line)
                answers[found["question"]] = _answer(found)
            except (ValueError, KeyError, TypeError):
                raise InputError(f"{file}, line {number}: no recorded answer.", _FORM) from None
        return cls(file, model, at, answers)

    @classmethod
    def begin(cls, file: Path, model: str) -> "Tape":
        """A new recording, or one of the same model that is carried on.

        Raises InputError for a file that cannot be written, is no recording, or is one of another model.
        """
        if file.exists():
            found = cls.open(file)
            if found.model != model:
                raise InputError(
                    f"{file} was recorded of {found.model}, not of {model}.", "Name another file."
                )
            return found
        made = cls(file, model, datetime.now(UTC).replace(microsecond=0), {})
        try:
            platform.replace_file(file, b"")
        except OSError as error:
            raise InputError(f"{file} cannot be written: {error.strerror}.", "Name another file.") from None
        made._write({"model": model, "recorded": made.at.isoformat()})
        return made

    def find(self, question: Question) -> Answer | None:
        """The answer to a question, if it was recorded."""
        return self._answers.get(key(question))

    def keep(self, question: Question, answer: Answer) -> None:
        """Record an answer; it is in the file before the next question."""
        with self._lock:
            self._answers[key(question)] = answer
            self._write(
                {
                    "question": key(question),
                    "task": question.name,
                    "text": answer.text,
                    "problem": answer.problem,
                    "tokens": [answer.tokens_in, answer.tokens_out],
                }
            )

    def _write(self, row: Json) -> None:
        try:
            with self.file.open("a", encoding="utf-8") as out:
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
        except OSError as error:
            raise InputError(
                f"{self.file} cannot be written: {error.strerror}.", "Name another file."
            ) from None


class Recorder(ChatClient):
    """Asks the endpoint for what the tape lacks, and records it."""

    def __init__(self, endpoint: Endpoint, tape: Tape) -> None:
        super().__init__(endpoint)
        self._tape = tape

    def ask(self, question: Question, cancel: Cancel) -> Answer:
        """As ChatClient, which is asked only when the tape has no answer."""
        found = self._tape.find(question)
        if found is None:
            found = super().ask(question, cancel)
            self._tape.keep(question, found)
        return found


class Player(ChatClient):
    """Asks nobody: what the tape lacks is an error, never another reader's answer."""

    def __init__(self, tape: Tape) -> None:
        super().__init__(Endpoint("", tape.model))
        self._tape = tape

    def ask(self, question: Question, cancel: Cancel) -> Answer:
        """The recorded answer. Raises InputError when there is none."""
        found = self._tape.find(question)
        if found is None:
            raise InputError(
                f"{self._tape.file.name} has no answer to this question: mail, labels, prompt or settings are others.",
                "Record it with a key: `--record` adds what is missing.",
            )
        return found


def key(question: Question) -> str:
    """What is asked, whatever the random fence around the mail is this time."""
    text = json.dumps([question.name, question.system, question.user, question.schema], sort_keys=True)
    for fence in dict.fromkeys(_FENCE.findall(f"{question.system}\n{question.user}")):
        text = text.replace(fence, "FENCE")
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _answer(found: Json) -> Answer:
    tokens_in, tokens_out = map(int, found["tokens"])
    return Answer(str(found["text"]), str(found["problem"]), tokens_in, tokens_out)
