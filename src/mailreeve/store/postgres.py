"""The same tables on PostgreSQL: several machines work on one store. Needs the extra `server`."""

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from mailreeve import platform
from mailreeve.errors import AlreadyRunning, ConfigError, StoreError, StoreTooNew
from mailreeve.store.db import Database, Refused, Row, damaged
from mailreeve.store.migrations import MIGRATIONS

if TYPE_CHECKING:
    import psycopg

_ONE_WRITER = 0x6D61696C
"""Key of the lock that every writing transaction takes ("mail"), as SQLite's file has one writer: sequence
numbers and the audit chain are read and continued under it."""
_TAKE = "select pg_try_advisory_lock(hashtextextended(current_schema() || ' ' || %s, 0))"
_FREE = "select pg_advisory_unlock(hashtextextended(current_schema() || ' ' || %s, 0))"
_TYPES = ((r"\binteger\b", "bigint"), (r"\bblob\b", "bytea"), (r"\breal\b", "double precision"))
_RESTORE = (
    "Keep a copy of the server's data folder. Restore its last backup, or set MAILREEVE_DATABASE_URL to an empty"
    " database"
)
_APPEND_ONLY = """create or replace function audit_is_append_only() returns trigger language plpgsql as
    $$ begin raise exception 'the audit is append-only'; end $$"""


class PostgresDatabase(Database):
    """The door to the tables, in one schema of a PostgreSQL database; a connection per thread."""

    def __init__(self, url: str, steps: Sequence[Sequence[str]] = MIGRATIONS) -> None:
        """`url` is a libpq connection string, such as postgresql://mailreeve@db.example.com/mailreeve.

        Raises ConfigError without the extra `server`, StoreError when the server cannot be reached.
        """
        try:
            import psycopg
        except ImportError:
            raise ConfigError(
                "MAILREEVE_DATABASE_URL is set, but this installation cannot speak to PostgreSQL.",
                f"Install it with {platform.install('server')}.",
            ) from None
        self._psycopg = psycopg
        self._url = url
        self._steps = steps
        self._local = threading.local()
        self._every: list[psycopg.Connection[Row]] = []
        self._guard = threading.Lock()
        self.file = Path()
        self._migrate()

    @property
    def place(self) -> str:
        """Where it lies, without the password."""
        parts = self._psycopg.conninfo.conninfo_to_dict(self._url)
        return f"PostgreSQL {parts.get('dbname', '')} on {parts.get('host', 'this machine')}"

    @property
    def uri(self) -> str:
        """The same place in the form of a URI, as other libraries want it; it holds the password."""
        parts = {
            k: str(v) for k, v in self._psycopg.conninfo.conninfo_to_dict(self._url).items() if v is not None
        }
        who = ":".join(quote(parts.pop(name), safe="") for name in ("user", "password") if parts.get(name))
        name = quote(parts.pop("dbname", ""), safe="")
        return f"postgresql://{who}{'@' if who else ''}/{name}?{urlencode(parts, quote_via=quote)}"

    @property
    def schema(self) -> str:
        """The schema that the tables lie in."""
        row = self.row("select current_schema() as name")
        return str(row["name"]) if row else "public"

    def _line(self) -> "psycopg.Connection[Row]":
        line: psycopg.Connection[Row] | None = getattr(self._local, "line", None)
        if line is None or line.closed:
            line = self._connected()
            self._local.line = line
            with self._guard:
                self._every.append(line)
        return line

    def _connected(self) -> "psycopg.Connection[Row]":
        try:
            return self._psycopg.connect(
                self._url,
                autocommit=True,
                row_factory=_both_ways,
                connect_timeout=10,
                prepare_threshold=2,
                keepalives_idle=30,  # idle over a long model call, it is not dropped on its way
                keepalives_interval=10,
            )
        except self._psycopg.Error as error:
            raise StoreError(
                f"PostgreSQL cannot be reached: {_first_line(error)}.",
                "Check MAILREEVE_DATABASE_URL and that the server runs.",
            ) from None

    @contextmanager
    def alone(self, name: str, what: str) -> Iterator[None]:
        """A session's advisory lock, on a connection of its own: the server frees it when the holder is gone.

        It needs the session to itself: a pooler that shares sessions between clients cannot stand in between.
        """
        with self._explaining(), closing(self._connected()) as line:
            line.execute("set tcp_keepalives_idle = 30")  # a machine that lost its power frees it, too
            line.execute("set tcp_keepalives_interval = 10")
            row = line.execute(_TAKE, (name,)).fetchone()
            if row is None or not row[0]:
                raise AlreadyRunning(f"Another process is already doing this: {what}.")
            try:
                yield
            finally:  # the server sees a closed line only a moment later, and the next one may ask before that
                with suppress(self._psycopg.Error):
                    line.execute(_FREE, (name,))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write under the one writer's lock; all or nothing. Nested ones join the outer."""
        line = self._line()
        if line.info.transaction_status != self._psycopg.pq.TransactionStatus.IDLE:
            yield
            return
        self.execute("begin")
        try:
            self.execute(f"select pg_advisory_xact_lock({_ONE_WRITER})")
            yield
        except BaseException:
            if not line.closed:
                line.rollback()
            raise
        self.execute("commit")

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run one statement; returns the number of rows it changed."""
        with self._explaining():
            return self._line().execute(_numbered(sql), _fit(values)).rowcount

    def many(self, sql: str, values: Iterable[Sequence[Any]]) -> None:
        """Run one statement with each of the rows of values."""
        with self._explaining(), self._line().cursor() as cursor:
            cursor.executemany(_numbered(sql), [_fit(row) or () for row in values])

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""
        with self._explaining():
            return self._line().execute(_numbered(sql), _fit(values)).fetchall()

    def damage(self) -> tuple[str, ...]:
        """Nothing: PostgreSQL watches over its own files, and tells damage when it comes upon it.

        Raises StoreError then, as every other statement does.
        """
        self.rows("select count(*) from proposal")  # from a store that forgot what was sent nothing may leave
        return ()

    def compact(self) -> bool:
        """PostgreSQL gives the room of deleted rows to new ones by itself."""
        return True

    def _migrate(self) -> None:
        with self.transaction():
            self.execute("create table if not exists schema_version (version bigint not null)")
            version = self._version()
            if version > len(self._steps):
                raise StoreTooNew("The PostgreSQL store was written by a newer Mailreeve.")
            for script in self._steps[version:]:
                for statement in script:
                    for one in _translated(statement):
                        self.execute(one)
            self.execute("delete from schema_version")
            self.execute("insert into schema_version (version) values (?)", (len(self._steps),))

    def _version(self) -> int:
        row = self.row("select max(version) as version from schema_version")
        return int(row["version"] or 0) if row else 0

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        psycopg = self._psycopg
        try:
            yield
        except (psycopg.errors.IntegrityError, psycopg.errors.RaiseException) as error:
            raise Refused(_first_line(error)) from None
        except (psycopg.errors.DataCorrupted, psycopg.errors.IndexCorrupted) as error:
            raise damaged(f"{self.place} ({_first_line(error)})", _RESTORE) from None
        except psycopg.OperationalError as error:
            raise StoreError(
                f"The PostgreSQL store does not answer: {_first_line(error)}.",
                "Run it again; nothing was changed half-way.",
            ) from None
        except psycopg.Error as error:
            raise StoreError(f"PostgreSQL: {_first_line(error)}.", "Run `mailreeve doctor`.") from None

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._guard:
            for line in self._every:
                line.close()
            self._every.clear()
        self._local = threading.local()


class _BothWays(dict[str, Any]):
    """A row that is read by name and by place, as SQLite's."""

    def __missing__(self, place: Any) -> Any:
        if isinstance(place, int):
            return tuple(self.values())[place]
        raise KeyError(place)


def _both_ways(cursor: "psycopg.Cursor[Any]") -> Any:
    names = [column.name for column in cursor.description or ()]
    return lambda values: _BothWays(zip(names, values, strict=True))


@lru_cache(maxsize=512)
def _numbered(sql: str) -> str:
    """Our statements hold no text in quotes but in the schema, so every question mark is a value's place."""
    return sql.replace("%", "%%").replace("?", "%s") if "?" in sql else sql


def _fit(values: Sequence[Any]) -> tuple[Any, ...] | None:
    """What PostgreSQL takes: numbers for truth, and no NUL, which its text cannot hold."""
    return (
        tuple(
            int(one)
            if isinstance(one, bool)
            else one.replace("\x00", "\ufffd")
            if isinstance(one, str)
            else one
            for one in values
        )
        or None
    )


def _translated(statement: str) -> tuple[str, ...]:
    """A statement of the migrations, as PostgreSQL says it."""
    if statement.startswith("drop trigger audit_"):
        return (f"{statement} on audit",)
    trigger = re.match(
        r"\s*create trigger (\w+) (before \w+ on \w+)(?: when (not \(.*?\)))?\s+begin", statement, re.DOTALL
    )
    if trigger:
        name, when, unless = trigger.groups()
        only = f" when ({unless})" if unless else ""
        return (
            _APPEND_ONLY,
            f"create trigger {name} {when} for each row{only} execute function audit_is_append_only()",
        )
    for pattern, ours in _TYPES:
        statement = re.sub(pattern, ours, statement)
    return (statement,)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
