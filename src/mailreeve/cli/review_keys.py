"""review on a terminal: through the drafts key by key."""

import difflib

import click

from mailreeve.cli import text
from mailreeve.cli.face import Face
from mailreeve.errors import MailreeveError
from mailreeve.service import drafting, sending
from mailreeve.service import review as use

_NEXT = {"j", "\x1b[B", "\x1bOB"}
_PREVIOUS = {"k", "\x1b[A", "\x1bOA"}
_KEYS = "j k choose · Enter read · a approve · e edit · r reject · q quit"


def walk(face: Face) -> None:
    """Show the drafts that wait until the person quits or none is left."""
    steps = _Walk(face)
    while steps.show():
        click.echo(_KEYS)
        key = click.getchar()
        if key in {"q", "\x03", "\x04"}:
            return
        try:
            steps.press(key)
        except MailreeveError as error:
            click.echo(f"mailreeve: {error}", err=True)


class _Walk:
    """Where the person stands in the queue."""

    def __init__(self, face: Face) -> None:
        self._face = face
        self._page, self._place = 1, 0
        self._queue = use.queue(face.box, cancel=face.cancel)

    def show(self) -> bool:
        """The page of the queue with the chosen draft marked; False when nothing waits."""
        for lost in self._queue.bounced:
            told = f"“{text.safe(lost.subject)}” did not arrive. {text.safe(lost.bounce)}"
            self._face.console.print(told, style="yellow")
        if not self._queue.items:
            click.echo("Nothing waits for you.")
            return False
        self._place = min(self._place, len(self._queue.items) - 1)
        made = text.table("", "To", "Subject", "About")
        for place, one in enumerate(self._queue.items):
            chosen = place == self._place
            to, subject, about = (text.safe(value) for value in (", ".join(one.to), one.subject, one.about))
            made.add_row("›" if chosen else "", to, subject, about, style="bold" if chosen else "dim")
        self._face.console.print(made)
        self._face.console.print(f"{self._queue.total} wait, page {self._queue.page} of {self._queue.pages}")
        return True

    def press(self, key: str) -> None:
        """Do what a key asks for; an unknown one does nothing."""
        if key in _NEXT | _PREVIOUS:
            self._step(1 if key in _NEXT else -1)
        elif key in {"\r", "\n"}:
            self._read()
        elif key == "a":
            self._approve()
        elif key == "e":
            self._edit()
        elif key == "r":
            self._reject()

    @property
    def _id(self) -> str:
        return self._queue.items[self._place].draft_id

    def _step(self, by: int) -> None:
        place = self._place + by
        if 0 <= place < len(self._queue.items):
            self._place = place
        elif 1 <= self._queue.page + by <= self._queue.pages:
            self._page = self._queue.page + by
            self._load()
            self._place = 0 if by > 0 else len(self._queue.items) - 1

    def _load(self) -> None:
        self._queue = use.queue(self._face.box, self._page, cancel=self._face.cancel)

    def _read(self) -> None:
        """The mail it answers, the draft, and what was changed in it."""
        console = self._face.console
        sheet = use.sheet(self._face.box, self._id, cancel=self._face.cancel)
        for message in sheet.thread[-1:]:
            console.print(f"They wrote:\n{text.safe(message['text'])}\n", style="dim")
        text.draft(console, drafting.show(self._face.box, self._id), self._face.program)
        before = use.before_edits(self._face.box, self._id)
        if before:
            console.print("\nWhat was changed:")
            for line in difflib.unified_diff(
                before.splitlines(), sheet.message.text.splitlines(), "proposed", "now", lineterm=""
            ):
                style = {"+": "green", "-": "red"}.get(line[:1], "dim")
                console.print(text.safe(line), style=style)
        click.pause()

    def _approve(self) -> None:
        """The question, and only a typed yes sends."""
        box = self._face.box
        pending = sending.propose(box, self._id)
        click.echo(f"{pending.question}\n\ndigest {pending.digest[:12]}")
        said = click.prompt("Send it? Type yes", default="no").strip().lower()
        if said == "yes":
            channel = "policy" if pending.decision == "allow" else "tty"
            answer = sending.confirm(box, pending.proposal_id, pending.digest, channel, "terminal")
        else:
            answer = sending.decline(box, pending.proposal_id, "declined on the terminal")
        text.sent(self._face.console, answer)
        self._load()

    def _edit(self) -> None:
        """The person's editor on the text."""
        now = drafting.show(self._face.box, self._id)
        changed = click.edit(now["text"], extension=".txt")
        if changed is None or changed.rstrip() == now["text"].rstrip():
            click.echo("Nothing was changed.")
            return
        drafting.draft(
            self._face.box,
            kind="edit",
            draft_id=self._id,
            body=changed.rstrip(),
            cancel=self._face.cancel,
        )
        self._load()

    def _reject(self) -> None:
        reason = click.prompt("Why not", default="", show_default=False)
        use.reject(self._face.box, self._id, reason, cancel=self._face.cancel)
        click.echo("Rejected. The draft is still in Gmail.")
        self._load()
