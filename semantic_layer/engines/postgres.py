"""PostgreSQL by URL: read-only sessions with a limit on time, results in Arrow.

The only module that imports the ADBC driver. Its DB-API layer is left aside: it loads pandas, which costs more time
than a question may take. docs/engines.md compares the driver with psycopg.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import ClassVar, NoReturn

import adbc_driver_manager as adbc
import adbc_driver_postgresql as driver
import pyarrow as pa
from sqlglot import exp

from semantic_layer.engines.arrow_rows import rows_of
from semantic_layer.engines.callers import Caller, Running, Statement
from semantic_layer.engines.dialects import printed
from semantic_layer.engines.problems import (
    DatabaseMissing,
    DatabaseUnreadable,
    OutOfMemory,
    QueryCancelled,
    QueryTimeout,
    StatementFailed,
)
from semantic_layer.engines.protocol import RawTable
from semantic_layer.engines.rollup_places import BUILT, SCHEMA
from semantic_layer.engines.urls import without_secrets
from semantic_layer.errors import EngineError, EngineProblem
from semantic_layer.query.result import Value

CONNECT_SECONDS = 10
# what one sort or hash table may hold before it goes to disk, as a part of the engine's memory
_SHARE_OF_MEMORY = 16
_CANCELLED, _OUT_OF_MEMORY, _CONNECTION = ("57014",), ("53200", "53400"), ("08", "57P")
_NOISE = re.compile(r"^([A-Z_]+: )?(\[libpq\] )?(Execution error \[\w+\]: |Failed to [^:]*: |could not begin COPY: )*")
_TABLES = """
SELECT CASE WHEN pg_catalog.pg_table_is_visible(c.oid) THEN '' ELSE n.nspname || '.' END || c.relname AS name,
  a.attname
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND a.attnum > 0 AND NOT a.attisdropped
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname NOT LIKE 'pg!_temp!_%' ESCAPE '!'
ORDER BY 1, a.attnum
"""


# what a write leaves behind: another file, or counts of rows
_WRITTEN = """
SELECT s.relid::bigint, pg_catalog.pg_relation_filenode(s.relid)::bigint, s.n_tup_ins, s.n_tup_upd, s.n_tup_del,
  s.schemaname::text
FROM pg_catalog.pg_stat_user_tables AS s ORDER BY 1
"""
# writes to tables of other servers are not counted; counts begin anew after a crash; a name is another's table on
# another search path, and has other rows for another user where the server limits them
_COUNTING = """
SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class AS c WHERE c.relkind = 'f'), d.stats_reset::text,
  current_schemas(false)::text,
  CASE WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_class AS c WHERE c.relrowsecurity) THEN current_user::text END
FROM pg_catalog.pg_stat_database AS d WHERE d.datname = current_database()
"""
_ROLLUPS = f"""
SELECT 1 FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = '{SCHEMA}' AND c.relname = '{BUILT}'
  AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
"""  # noqa: S608


class PostgresEngine:
    """A database on a PostgreSQL server, its tables those on the search path of the URL's user."""

    dialect: ClassVar[str] = "postgres"

    def __init__(
        self, url: str, *, memory_limit: str = "2GB", timeout_seconds: float = 30.0, timezone: str = "UTC"
    ) -> None:
        """Connect for reading. Raises EngineError (`database_missing`, `database_unreadable`)."""
        self._shown = without_secrets(url)
        self._timeout_seconds, self._memory_limit = timeout_seconds, memory_limit
        self._timezone = timezone
        self._database = _server(url)
        self._lock = threading.Lock()
        # the driver counts its connections without a lock of its own: two opened at once may be counted as one
        self._counting = threading.Lock()
        self._idle: list[adbc.AdbcConnection] = []
        self._running: Running[adbc.AdbcConnection] = Running(lambda connection: connection.cancel())
        self._idle.append(self._connected())
        self._written: tuple[tuple[Value, ...], ...] | None = None
        self.has_changed()

    def run(self, statement: exp.Query | str) -> RawTable:
        """The statement's rows. Raises EngineError; a lost connection is made anew by the next statement."""
        sql = statement if isinstance(statement, str) else printed(statement, self.dialect)
        with self._borrowed() as connection, self._running.begun(connection) as running:
            return rows_of(self._fetched(running, sql), self._timezone)

    def columns(self) -> dict[str, tuple[str, ...]]:
        """Tables and views with their columns in order; those off the search path as `schema.table`."""
        found: dict[str, tuple[str, ...]] = {}
        for table, column in self.run(_TABLES).rows:
            found[str(table)] = (*found.get(str(table), ()), str(column))
        return found

    def has_changed(self) -> bool:
        """As in `NoticesChanges`: whether tables were written to, as the server's statistics count it."""
        found = self.run(_WRITTEN).rows
        if self._written is None:
            self._written = found
        return found != self._written

    def has_rollups(self) -> bool:
        """As in `KeepsRollups`: a schema of ours is in the database, and this user may read it."""
        return bool(self.run(_ROLLUPS).rows)

    def data_version(self) -> str:
        """As in `KeepsRollups`: the counts of rows written, of all tables but ours."""
        ((has_foreign, *seen),) = self.run(_COUNTING).rows
        written = [row for row in self.run(_WRITTEN).rows if not str(row[-1]).startswith(SCHEMA)]
        return "" if has_foreign else sha256(repr((seen, written)).encode()).hexdigest()

    def cancel(self, caller: Caller | None = None) -> None:
        """Stop what runs for the caller, or everything, from any thread; nothing happens when nothing does."""
        self._running.cancel(caller)

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            self._closed(connection)

    @contextmanager
    def _borrowed(self) -> Iterator[adbc.AdbcConnection]:
        """A connection of this statement's own: the driver's serve one statement at a time."""
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._connected()
        is_sound = False
        try:
            yield connection
            is_sound = True
        except EngineError as error:
            is_sound = not any(isinstance(problem, DatabaseUnreadable) for problem in error.problems)
            raise
        finally:
            if is_sound:
                with self._lock:
                    self._idle.append(connection)
            else:
                self._closed(connection)

    def _closed(self, connection: adbc.AdbcConnection) -> None:
        # the driver lets go of the connection before it counts, so a miscount leaves nothing open
        with self._counting, suppress(adbc.Error):
            connection.close()

    def _connected(self) -> adbc.AdbcConnection:
        try:
            with self._counting:
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
            "timezone": self._timezone,
            "application_name": "huitou",
        }
        return "SELECT " + ", ".join(f"set_config('{name}', '{value}', false)" for name, value in chosen.items())

    def _fetched(self, running: Statement[adbc.AdbcConnection], sql: str) -> pa.Table:
        try:
            return _execute(running.handle, sql)
        except adbc.Error as error:
            self._failed(running, error, getattr(error, "sqlstate", None) or "")
        except (pa.ArrowException, OSError) as error:
            # an error after the first rows comes through Arrow, which drops its SQLSTATE
            self._failed(running, error, "")

    def _failed(self, running: Statement[adbc.AdbcConnection], error: Exception, state: str) -> NoReturn:
        reason = _reason(error)
        problem: EngineProblem = StatementFailed(reason)
        if state in _CANCELLED or "canceling statement" in reason or "Cancelled" in reason:
            problem = QueryCancelled() if running.is_cancelled else QueryTimeout(self._timeout_seconds)
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
