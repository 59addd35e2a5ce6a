"""PostgreSQL by URL: read-only sessions with a limit on time, results in Arrow.

The only module that imports the ADBC driver. Its DB-API layer is left aside: it loads pandas, which costs more time
than a question may take. docs/engines.md compares the driver with psycopg.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, NoReturn
from urllib.parse import urlsplit, urlunsplit

import adbc_driver_manager as adbc
import adbc_driver_postgresql as driver
import pyarrow as pa
from sqlglot import exp

from semantic_layer.dialects import printed
from semantic_layer.engines.arrow_rows import rows_of
from semantic_layer.engines.protocol import (
    DatabaseMissing,
    DatabaseUnreadable,
    OutOfMemory,
    QueryCancelled,
    QueryTimeout,
    RawTable,
    StatementFailed,
)
from semantic_layer.errors import EngineError, EngineProblem

CONNECT_SECONDS = 10
# what one sort or hash table may hold before it goes to disk, as a part of the engine's memory
_SHARE_OF_MEMORY = 16
_CANCELLED, _OUT_OF_MEMORY, _CONNECTION = ("57014",), ("53200", "53400"), ("08", "57P")
_NOISE = re.compile(r"^([A-Z_]+: )?(\[libpq\] )?(Execution error \[\w+\]: |Failed to [^:]*: |could not begin COPY: )*")
_TABLES = """
SELECT c.relname, a.attname
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND pg_catalog.pg_table_is_visible(c.oid)
  AND c.relnamespace <> 'pg_catalog'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relname, a.attnum
"""


class PostgresEngine:
    """A database on a PostgreSQL server, its tables those on the search path of the URL's user."""

    dialect: ClassVar[str] = "postgres"

    def __init__(self, url: str, *, memory_limit: str = "2GB", timeout_seconds: float = 30.0) -> None:
        """Connect for reading. Raises EngineError (`database_missing`, `database_unreadable`)."""
        self._shown = without_password(url)
        self._timeout_seconds, self._memory_limit = timeout_seconds, memory_limit
        self._database = driver.connect(with_timeout(url))
        self._lock = threading.Lock()
        self._idle: list[adbc.AdbcConnection] = []
        self._running: set[adbc.AdbcConnection] = set()
        self._cancelled: set[adbc.AdbcConnection] = set()
        self._idle.append(self._connected())

    def run(self, statement: exp.Query | str) -> RawTable:
        """The statement's rows. Raises EngineError; a lost connection is made anew by the next statement."""
        sql = statement if isinstance(statement, str) else printed(statement, self.dialect)
        with self._borrowed() as connection:
            return rows_of(self._fetched(connection, sql))

    def columns(self) -> dict[str, tuple[str, ...]]:
        """Tables and views on the search path with their columns in order."""
        found: dict[str, tuple[str, ...]] = {}
        for table, column in self.run(_TABLES).rows:
            found[str(table)] = (*found.get(str(table), ()), str(column))
        return found

    def cancel(self) -> None:
        """Stop what is running now, from any thread; nothing happens when nothing is."""
        with self._lock:
            for connection in self._running:
                self._cancelled.add(connection)
                connection.cancel()

    def close(self) -> None:
        with self._lock:
            for connection in self._idle:
                connection.close()
            self._idle.clear()

    @contextmanager
    def _borrowed(self) -> Iterator[adbc.AdbcConnection]:
        """A connection of this statement's own: the driver's serve one statement at a time."""
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._connected()
        with self._lock:
            self._running.add(connection)
        is_sound = False
        try:
            yield connection
            is_sound = True
        except EngineError as error:
            is_sound = not any(isinstance(problem, DatabaseUnreadable) for problem in error.problems)
            raise
        finally:
            with self._lock:
                self._running.discard(connection)
                self._cancelled.discard(connection)
                if is_sound:
                    self._idle.append(connection)
            if not is_sound:
                connection.close()

    def _connected(self) -> adbc.AdbcConnection:
        try:
            connection = adbc.AdbcConnection(self._database)
            _execute(connection, self._session())
        except adbc.Error as error:
            reason = _reason(error)
            if "FATAL" in str(error):
                raise EngineError(DatabaseUnreadable(self._shown, reason)) from error
            raise EngineError(DatabaseMissing(self._shown)) from error
        return connection

    def _session(self) -> str:
        """Settings of a session, in one statement that also works behind a pooler."""
        chosen = {
            "default_transaction_read_only": "on",
            "statement_timeout": str(max(1, round(self._timeout_seconds * 1000))),
            "work_mem": f"{max(64, _kilobytes(self._memory_limit) // _SHARE_OF_MEMORY)}kB",
            "timezone": "UTC",
            "application_name": "huitou",
        }
        return "SELECT " + ", ".join(f"set_config('{name}', '{value}', false)" for name, value in chosen.items())

    def _fetched(self, connection: adbc.AdbcConnection, sql: str) -> pa.Table:
        try:
            return _execute(connection, sql)
        except adbc.Error as error:
            self._failed(connection, error, getattr(error, "sqlstate", None) or "")
        except (pa.ArrowException, OSError) as error:
            # an error after the first rows comes through Arrow, which drops its SQLSTATE
            self._failed(connection, error, "")

    def _failed(self, connection: adbc.AdbcConnection, error: Exception, state: str) -> NoReturn:
        reason = _reason(error)
        problem: EngineProblem = StatementFailed(reason)
        if state in _CANCELLED or "canceling statement" in reason or "Cancelled" in reason:
            with self._lock:
                was_asked = connection in self._cancelled
            problem = QueryCancelled() if was_asked else QueryTimeout(self._timeout_seconds)
        elif state in _OUT_OF_MEMORY or "out of memory" in reason:
            problem = OutOfMemory(self._memory_limit)
        elif state.startswith(_CONNECTION) or "server closed" in reason or "terminating connection" in reason:
            problem = DatabaseUnreadable(self._shown, reason)
        raise EngineError(problem) from error


def without_password(url: str) -> str:
    """The URL as it may be shown.

    >>> without_password("postgresql://ann:secret@db.example:5432/shop?sslmode=require")
    'postgresql://ann@db.example:5432/shop'
    """
    parts = urlsplit(url)
    user = f"{parts.username}@" if parts.username else ""
    host = (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
    return urlunsplit((parts.scheme, user + host, parts.path, "", ""))


def with_timeout(url: str) -> str:
    """The URL with a limit on the time to connect, where it has none."""
    if "connect_timeout=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}connect_timeout={CONNECT_SECONDS}"


def _execute(connection: adbc.AdbcConnection, sql: str) -> pa.Table:
    statement = adbc.AdbcStatement(connection)
    try:
        statement.set_sql_query(sql)
        stream, _ = statement.execute_query()
        return pa.RecordBatchReader.from_stream(stream).read_all()
    finally:
        statement.close()


def _reason(error: Exception) -> str:
    """The server's own sentence, without the driver's words around it."""
    text = _NOISE.sub("", str(error).strip()).removeprefix("ERROR:").removeprefix("FATAL:").strip()
    return text.split("\n")[0]


def _kilobytes(size: str) -> int:
    found = re.fullmatch(r"(\d+)([MG])i?B", size)
    assert found is not None, "settings check the form of memory sizes"
    return int(found[1]) * {"M": 1024, "G": 1024 * 1024}[found[2]]
