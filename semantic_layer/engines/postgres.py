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

import adbc_driver_manager as adbc
import adbc_driver_postgresql as driver
import pyarrow as pa
from sqlglot import exp

from semantic_layer.engines.arrow_rows import rows_of
from semantic_layer.engines.dialects import printed
from semantic_layer.engines.protocol import (
    DatabaseMissing,
    DatabaseUnreadable,
    OutOfMemory,
    QueryCancelled,
    QueryTimeout,
    RawTable,
    StatementFailed,
)
from semantic_layer.engines.urls import without_secrets
from semantic_layer.errors import EngineError, EngineProblem
from semantic_layer.result import Value

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
        self._shown = without_secrets(url)
        self._timeout_seconds, self._memory_limit = timeout_seconds, memory_limit
        self._database = _server(url)
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
            raise EngineError(_unconnected(self._shown, error)) from error
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


class PostgresWriter:
    """A connection that may write, for copying tables there. All or nothing: it commits when the block ends well.

    Use as a context manager. Raises EngineError: `database_missing`, `database_unreadable`, `statement_failed`.
    """

    def __init__(self, url: str) -> None:
        self._shown = without_secrets(url)
        self._database = _server(url)

    def __enter__(self) -> PostgresWriter:
        try:
            self._connection = adbc.AdbcConnection(self._database)
        except adbc.Error as error:
            raise EngineError(_unconnected(self._shown, error)) from error
        self._connection.set_autocommit(False)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self._connection.commit()
            else:
                self._connection.rollback()
        except adbc.Error as error:
            raise EngineError(StatementFailed(_reason(error))) from error
        finally:
            self._connection.close()
            self._database.close()

    def execute(self, sql: str) -> None:
        """Run one statement for its effect."""
        with self._statement() as statement:
            statement.set_sql_query(sql)
            statement.execute_update()

    def rows(self, sql: str) -> tuple[tuple[Value, ...], ...]:
        """The rows of a query."""
        try:
            return rows_of(_execute(self._connection, sql)).rows
        except adbc.Error as error:
            raise EngineError(StatementFailed(_reason(error))) from error

    def append(self, table: str, batches: pa.RecordBatchReader) -> None:
        """Add rows of Arrow to a table, columns matched by place."""
        with self._statement() as statement:
            mode = {adbc.INGEST_OPTION_TARGET_TABLE: table, adbc.INGEST_OPTION_MODE: adbc.INGEST_OPTION_MODE_APPEND}
            statement.set_options(**mode)
            statement.bind_stream(batches)
            statement.execute_update()

    @contextmanager
    def _statement(self) -> Iterator[adbc.AdbcStatement]:
        statement = adbc.AdbcStatement(self._connection)
        try:
            yield statement
        except adbc.Error as error:
            raise EngineError(StatementFailed(_reason(error))) from error
        finally:
            statement.close()


def with_timeout(url: str) -> str:
    """The URL with a limit on the time to connect, where it has none."""
    if "connect_timeout=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}connect_timeout={CONNECT_SECONDS}"


def _server(url: str) -> adbc.AdbcDatabase:
    """What connections are made from; it reads the server's types once, and so needs it to answer."""
    try:
        made: adbc.AdbcDatabase = driver.connect(with_timeout(url))
    except adbc.Error as error:
        raise EngineError(_unconnected(without_secrets(url), error)) from error
    return made


def _unconnected(shown: str, error: adbc.Error) -> EngineProblem:
    """A server that answers and refuses is there; the driver gives no code for either."""
    return DatabaseUnreadable(shown, _reason(error)) if "FATAL" in str(error) else DatabaseMissing(shown)


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
