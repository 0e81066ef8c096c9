"""What may be said in a log: names of our own code, ids, counts, kinds. Never a word of a mail, an address or a token.

Logs of MCP servers end in files of the client. So nothing is taken out of them: only what is known to be harmless goes
in. The arguments of our own messages are told when they are numbers or look like an id; of other libraries' messages
only where they came from; of an exception its kind and where it was raised, since its text may quote anything.
"""

import logging
import re
import sys
import threading
import traceback
from types import TracebackType

_HARMLESS = re.compile(r"[A-Za-z0-9_-]{1,24}\Z")
_OUR_WORDS = frozenset({"mailreeve.google.transport"})
"""Who logs sentences of ours about how Google refused: they are told, without what could be an address, a link or a key."""
_TELLING = re.compile(r"\S*(?:@|://|\?)\S*|[\w.~+/=-]{25,}|'[^']*'|\"[^\"]*\"|“[^”]*”")
_MOST_FRAMES = 12


class Careful(logging.Formatter):
    """One line for each record."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, place, and what may be told."""
        when = self.formatTime(record, "%Y-%m-%dT%H:%M:%S")
        told = f"{when} {record.levelname} {record.name}: {_message(record)}"
        return told + (f" [{fault(record.exc_info[1])}]" if record.exc_info and record.exc_info[1] else "")


class _Stderr(logging.StreamHandler):  # type: ignore[type-arg] # generic in its stub only
    """Writes to whatever stderr is at that moment."""

    @property
    def stream(self) -> object:
        return sys.stderr

    @stream.setter
    def stream(self, value: object) -> None:
        """The stream is never another one."""


def set_up() -> None:
    """Let every log of this process go through `Careful`; later set-ups by libraries find it done."""
    root = logging.getLogger()
    if not any(isinstance(handler, _Stderr) for handler in root.handlers):
        handler = _Stderr()
        handler.setFormatter(Careful())
        root.addHandler(handler)
        root.setLevel(logging.WARNING)
    threading.excepthook = _in_thread


def unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The end of a command by a fault of ours, without the text of the exception."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    sys.stderr.write(f"mailreeve: A fault in Mailreeve: {fault(error)}. Please report this line.\n")


def fault(error: BaseException) -> str:
    """The kind of an exception, where it was raised and by what: `KeyError at decide.py:33 decide < loop.py:98 go`."""
    frames = traceback.extract_tb(error.__traceback__)[-_MOST_FRAMES:]
    places = [
        f"{frame.filename.replace(chr(92), '/').rpartition('/')[2]}:{frame.lineno} {frame.name}"
        for frame in frames
    ]
    told = type(error).__name__ + (f" at {' < '.join(reversed(places))}" if places else "")
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return f"{told} after {type(cause).__name__}" if cause else told


def _in_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_value is not None:
        unexpected(given.exc_type, given.exc_value, given.exc_traceback)


def _message(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] != "mailreeve":
        return f"a message of a library at {record.filename}:{record.lineno}"
    given = record.args if isinstance(record.args, tuple) else ()
    return (
        str(record.msg) % tuple(_told(one, record.name in _OUR_WORDS) for one in given)
        if given
        else str(record.msg)
    )


def _told(value: object, ours: bool) -> object:
    """Numbers and ids as they are, of anything else the kind."""
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and _HARMLESS.match(value):
        return value
    if isinstance(value, str) and ours:
        return _TELLING.sub("…", value)
    return f"<{type(value).__name__}>"
