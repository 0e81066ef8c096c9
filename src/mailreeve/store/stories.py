"""What a model told of a thread's new mail, for the digest: a few sentences, each with the id of its message. No body."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from mailreeve.models import Claim, Json, Story, ThreadCoverage
from mailreeve.store.db import Database, now_ms


class Stories:
    """The stories of one account: each belongs to the newest mail that it tells of, as that was decided then."""

    def __init__(self, db: Database, account: str) -> None:
        self._db = db
        self._account = account

    def save(self, message: str, generation: int, story: Story) -> None:
        """Keep a story; one that is there already stays."""
        self._db.execute(
            "insert into story (account, message, generation, told, at) values (?, ?, ?, ?, ?)"
            " on conflict (account, message, generation) do nothing",
            (self._account, message, generation, json.dumps(asdict(story), ensure_ascii=False), now_ms()),
        )

    def of_runs(self, runs: Sequence[str]) -> dict[tuple[str, int], Story]:
        """The stories of mail that these runs worked on last, by message and generation."""
        marks = ", ".join("?" for _ in runs)
        rows = self._db.rows(
            "select story.message, story.generation, story.told from story join ledger"
            " on ledger.account = story.account and ledger.message = story.message"
            f" and ledger.generation = story.generation where ledger.account = ? and ledger.run in ({marks})",
            (self._account, *runs),
        )
        return {(row["message"], int(row["generation"])): _story(json.loads(row["told"])) for row in rows}


def _story(told: Json) -> Story:
    return Story(
        told["thread_id"], _claims(told["news"]), _claims(told["todo"]), ThreadCoverage(**told["coverage"])
    )


def _claims(told: Iterable[Json]) -> tuple[Claim, ...]:
    return tuple(Claim(**one) for one in told)
