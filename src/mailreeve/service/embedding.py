"""Search by meaning, filled by a sync: new mail as it is fetched, then what has no vector yet, the newest first.

The text of mail is not kept, so mail that came before [semantic] was turned on is fetched once more.
"""

from collections.abc import Sequence

from mailreeve.app import Mailbox
from mailreeve.app.meaning import Learned
from mailreeve.cancel import Cancel
from mailreeve.errors import BudgetSpent, ConfigError, MailreeveError, NotFound, ReaderError
from mailreeve.google.gmail import Gmail
from mailreeve.models import Message, Progress
from mailreeve.service.answers import SemanticJson
from mailreeve.store.index import Index

BATCH = 100


class Filling:
    """The vectors of one sync. A problem ends the embedding, never the sync."""

    def __init__(self, box: Mailbox, index: Index, cancel: Cancel) -> None:
        """Raises ConfigError when search by meaning is on and its extra is not installed."""
        self._meaning = box.local.meaning(index)
        if self._meaning is not None:
            self._meaning.learned = Learned()
        self._settings = box.config.semantic
        self._index = index
        self._cancel = cancel
        self._problem = ""

    def learn(self, messages: Sequence[Message]) -> None:
        """Embed mail that the index holds."""
        if self._meaning is None or self._problem:
            return
        most = self._settings.max_tokens_per_sync
        try:
            if most and self._meaning.learned.tokens >= most:
                raise BudgetSpent(
                    f"The {most:,} tokens of [semantic] max_tokens_per_sync are used.",
                    "The next sync goes on.",
                )
            self._meaning.learn(messages, self._cancel)
        except (ReaderError, ConfigError) as error:
            self._problem = str(error)

    def fill(self, gmail: Gmail, progress: Progress) -> None:
        """Embed what has no vector yet. Raises GoogleError when Gmail is out of reach."""
        if self._meaning is None:
            return
        vectors, below, done = self._meaning.vectors, 1 << 62, 0
        vectors.adopt()
        total = vectors.wanting_count()
        while not self._problem and (page := vectors.wanting(BATCH, below)):
            below = page[-1][0]
            found: list[Message] = []
            for _, result in gmail.get_many([id_ for _, id_ in page], self._cancel):
                if isinstance(result, MailreeveError) and not isinstance(result, NotFound):
                    self._problem = f"Mail could not be fetched again: {result}"
                elif isinstance(result, Message):
                    found.append(result)
            self.learn(found)
            done += len(page)
            progress(done, total, "mails fetched again and embedded")

    def answer(self) -> SemanticJson | None:
        """What was done, and what is left."""
        if self._meaning is None:
            return None
        learned = self._meaning.learned
        return SemanticJson(
            embedded=learned.mails,
            left=self._meaning.vectors.wanting_count(),
            refused=learned.refused,
            tokens=learned.tokens,
            cost=learned.tokens * self._settings.price_per_million / 1_000_000,
            problem=self._problem,
        )
