"""DuckDB, the embedded engine: read-only, no external access, limits on memory, threads and time.

The only module that imports duckdb. `DuckDBEngine` answers; `DuckDBWriter` is for what makes databases (the demo
company, scoring) and never stands in the path of a question.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import duckdb
from sqlglot import exp

from semantic_layer.engines.callers import Caller, Running, Statement
from semantic_layer.engines.duckdb_files import (
    FILE_READERS,
    catalog_of,
    identifier,
    quoted,
    spilled_to,
    state_of,
    state_of_rollups,
    view_of,
)
from semantic_layer.engines.problems import (
    DatabaseMissing,
    DatabaseUnreadable,
    OutOfMemory,
    QueryCancelled,
    QueryTimeout,
    StatementFailed,
)
from semantic_layer.engines.protocol import RawTable
from semantic_layer.engines.rollup_places import SCHEMA, rollups_beside
from semantic_layer.errors import EngineError, EngineProblem, Phrase
from semantic_layer.query.result import ColumnType, Value

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

# rows from which on a faster join is worth counting for, and the width of keys that one looks up in an array
_LARGE = 1_000_000
_ARRAY = 1_000_000
_IDLE = 16  # connections that wait for a statement, at most
_WITH_ZONE = "TIMESTAMP WITH TIME ZONE"
# what DuckDB 2.0 says where it compares a text of a left join's other side while that side is empty, in an OR or NOT
_UNPLANNED = "BindBuiltinScalarFunction"
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")


class _UnplannedError(Exception):
    """DuckDB fails to plan a statement that is right."""


class DuckDBEngine:
    """A database file, or a Parquet or CSV file (or a folder of them) seen as tables named after the files."""

    dialect: ClassVar[str] = "duckdb"

    def __init__(
        self,
        path: Path,
        *,
        memory_limit: str = "2GB",
        threads: int = 2,
        timeout_seconds: float = 30.0,
        timezone: str = "UTC",
    ) -> None:
        """Open for reading. Raises EngineError (`database_missing`, `database_unreadable`)."""
        self._timeout_seconds = timeout_seconds
        self._memory_limit = memory_limit
        # files are read anew for each statement, and may change
        self._path = path
        self._is_database = path.is_file() and path.suffix not in FILE_READERS
        self._opened, self._rollups = state_of(path), state_of_rollups(path)
        self._open = partial(_open, path, memory_limit, threads, timezone)
        self._connection = self._open()
        self._running: Running[duckdb.DuckDBPyConnection] = Running(lambda cursor: cursor.interrupt(), timeout_seconds)
        self._idle: deque[duckdb.DuckDBPyConnection] = deque(maxlen=_IDLE)

    def run(self, statement: exp.Query | str) -> RawTable:
        """The statement's rows. Raises EngineError; a statement that timed out or was cancelled leaves no trace."""
        sql = statement if isinstance(statement, str) else statement.sql(self.dialect)
        try:
            return self._run(sql, self._connection)
        except _UnplannedError:
            return self._run(sql, self._without_statistics)

    @cached_property
    def _without_statistics(self) -> duckdb.DuckDBPyConnection:
        """A second instance that plans without looking at what values there are; made for the first to need it."""
        return self._open(without="statistics_propagation")

    def _run(self, sql: str, connection: duckdb.DuckDBPyConnection) -> RawTable:
        with self._borrowed(connection) as cursor, self._running.begun(cursor) as running:
            try:
                rows, described = _fetched(cursor, sql), cursor.description or []
            except duckdb.InterruptException as error:
                raise EngineError(self._interrupted(running)) from error
            except duckdb.OutOfMemoryException as error:
                raise EngineError(OutOfMemory(self._memory_limit)) from error
            except duckdb.Error as error:
                if _UNPLANNED in str(error) and connection is self._connection:
                    raise _UnplannedError from error
                raise EngineError(StatementFailed(_first_line(error))) from error
        return RawTable(
            names=tuple(column[0] for column in described),
            types=tuple(_column_type(str(column[1])) for column in described),
            rows=tuple(tuple(_plain(value) for value in row) for row in rows),
        )

    @cached_property
    def _large_tables(self) -> frozenset[str]:
        """The tables of the main schema that are worth finding something out about."""
        found = self.run(
            f"SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND estimated_size >= {_LARGE}"  # noqa: S608
        )
        return frozenset(str(row[0]) for row in found.rows)

    def always_finds(self, source: str, target: str, column: str, key: str) -> bool:
        """As in `KnowsReferences`. Asked of large tables, and of keys that are whole numbers close together: these are
        looked up in an array, several times as fast, but only where no row can be without its partner."""
        if not self._is_database or source not in self._large_tables:
            return False
        one, other = (exp.to_table(name, dialect=self.dialect).sql(self.dialect) for name in (source, target))
        own, its = identifier(column), identifier(key)
        try:
            ((first, last),) = self.run(f"SELECT min({its}), max({its}) FROM {other}").rows  # noqa: S608
            if not isinstance(first, int) or not isinstance(last, int) or last - first >= _ARRAY:
                return False
            counted = self.run(
                f"SELECT (SELECT count(*) = count(DISTINCT {its}) FROM {other}) AND (SELECT count(*) FROM {one}) = "  # noqa: S608
                f"(SELECT count(*) FROM {one} AS one JOIN {other} AS other ON one.{own} = other.{its})"
            )
        except EngineError as error:
            if any(isinstance(problem, QueryCancelled) for problem in error.problems):
                raise
            return False
        return counted.rows == ((True,),)

    def columns(self) -> dict[str, tuple[str, ...]]:
        """Tables and views with their columns in order; those of other schemas than the main one as `schema.table`."""
        found: dict[str, tuple[str, ...]] = {}
        rows = self._cursor(self._connection).execute(
            "SELECT CASE WHEN table_schema = 'main' THEN '' ELSE table_schema || '.' END || table_name AS name, "
            "column_name FROM information_schema.columns WHERE table_catalog = current_database() "
            "AND table_schema NOT IN ('information_schema', 'pg_catalog') ORDER BY name, ordinal_position"
        )
        for table, column in rows.fetchall():
            found[table] = (*found.get(table, ()), column)
        return found

    def has_changed(self) -> bool:
        """As in `NoticesChanges`: whether the files are others than those that were opened."""
        return (state_of(self._path), state_of_rollups(self._path)) != (self._opened, self._rollups)

    def has_rollups(self) -> bool:
        """As in `KeepsRollups`: a file of ours lies beside the database."""
        return bool(self._rollups)

    def data_version(self) -> str:
        """As in `KeepsRollups`: the inodes, times and sizes of the files."""
        return str(self._opened) if state_of(self._path) == self._opened else ""

    def _cursor(self, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
        """A connection of a statement's own, in the catalog of the database."""
        cursor = connection.cursor()
        if self._is_database:
            cursor.execute(f"USE {identifier(catalog_of(self._path))}")
        return cursor

    @contextmanager
    def _borrowed(self, connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of a statement's own; one of the first instance that ended well serves another."""
        try:
            cursor = self._idle.pop() if connection is self._connection else self._cursor(connection)
        except IndexError:
            cursor = self._cursor(connection)
        yield cursor
        if connection is self._connection:
            self._idle.append(cursor)

    def cancel(self, caller: Caller | None = None) -> None:
        """Stop what runs for the caller, or everything, from any thread; nothing happens when nothing does."""
        self._running.cancel(caller)

    def close(self) -> None:
        self._idle.clear()
        self._connection.close()
        if "_without_statistics" in vars(self):
            self._without_statistics.close()

    def _interrupted(self, running: Statement[duckdb.DuckDBPyConnection]) -> EngineProblem:
        if running.is_late and not running.is_cancelled:
            return QueryTimeout(self._timeout_seconds)
        return QueryCancelled()


class DuckDBWriter:
    """A connection that may write, for making databases. Use as a context manager.

    Raises EngineError: `database_unreadable` on opening, `statement_failed` or `out_of_memory` after that.
    """

    def __init__(self, path: Path, *, memory_limit: str = "6GB", threads: int = 2) -> None:
        self._memory_limit = memory_limit
        try:
            self._connection = duckdb.connect(str(path), config={"memory_limit": memory_limit, "threads": threads})
        except duckdb.Error as error:
            raise EngineError(DatabaseUnreadable(str(path), _first_line(error))) from error

    def __enter__(self) -> DuckDBWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run one or more statements for their effect."""
        with self._failures():
            self._connection.execute(sql, list(parameters)) if parameters else self._connection.execute(sql)

    def append(self, table: str, frame: pd.DataFrame) -> None:
        """Add the rows of a pandas frame, columns matched by name."""
        columns = ", ".join(f'"{name}"' for name in frame.columns)
        with self._failures():
            self._connection.register("huitou_incoming", frame)
            self._connection.execute(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM huitou_incoming')  # noqa: S608
            self._connection.unregister("huitou_incoming")

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """The rows of a query."""
        with self._failures():
            return self._connection.execute(sql).fetchall()

    def frame(self, sql: str) -> pd.DataFrame:
        """The rows of a query as a pandas frame."""
        with self._failures():
            return self._connection.execute(sql).df()

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except duckdb.OutOfMemoryException as error:
            raise EngineError(OutOfMemory(self._memory_limit)) from error
        except duckdb.Error as error:
            raise EngineError(StatementFailed(_first_line(error))) from error


class DuckDBTables:
    """A database file to be read whole, table by table, for copying it elsewhere. Use as a context manager.

    Raises EngineError: `database_missing` or `database_unreadable` on opening, `statement_failed` after that.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise EngineError(DatabaseMissing(str(path)))
        try:
            self._connection = duckdb.connect(str(path), read_only=True)
        except duckdb.Error as error:
            raise EngineError(DatabaseUnreadable(str(path), _first_line(error))) from error

    def __enter__(self) -> DuckDBTables:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def definitions(self) -> dict[str, str]:
        """The tables of the main schema, each with its CREATE TABLE, in order of name."""
        rows = self._connection.execute(
            "SELECT table_name, sql FROM duckdb_tables() WHERE schema_name = 'main' ORDER BY table_name"
        ).fetchall()
        return {str(name): str(sql) for name, sql in rows}

    def batches(self, table: str) -> pa.RecordBatchReader:
        """A table's rows in Arrow, read as they are asked for."""
        return self._connection.sql(f"SELECT * FROM {identifier(table)}").to_arrow_reader()  # noqa: S608

    def write_parquet(self, table: str, path: Path) -> None:
        """A table's rows as one Parquet file; one that is there is replaced."""
        try:
            target = quoted(str(path))
            self._connection.execute(f"COPY {identifier(table)} TO {target} (FORMAT parquet, COMPRESSION zstd)")
        except duckdb.Error as error:
            raise EngineError(StatementFailed(_first_line(error))) from error


def _fetched(cursor: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    """The rows. Instants with a time zone are made plain ones in SQL: as Python values they need one more library."""
    cursor.execute(sql)
    zoned = [column[0] for column in cursor.description or [] if str(column[1]) == _WITH_ZONE]
    if zoned:
        plain = ", ".join(f"CAST({identifier(name)} AS TIMESTAMP) AS {identifier(name)}" for name in zoned)
        cursor.execute(f"SELECT * REPLACE ({plain}) FROM ({sql.rstrip().rstrip(';')})")  # noqa: S608
    return cursor.fetchall()


def _open(
    path: Path, memory_limit: str, threads: int, timezone: str, *, without: str = ""
) -> duckdb.DuckDBPyConnection:
    if not path.exists():
        raise EngineError(DatabaseMissing(str(path)))
    try:
        if path.is_dir() or path.suffix in FILE_READERS:
            connection = _files_as_tables(path)
        else:
            # attached to an instance of its own: a process has one instance of a path, which would go on showing what
            # was there before the file was replaced
            connection = duckdb.connect()
            connection.execute(f"ATTACH {quoted(str(path))} AS {identifier(catalog_of(path))} (READ_ONLY)")
        connection.execute(f"SET temp_directory = {quoted(spilled_to(path))}")
        if state_of_rollups(path):
            connection.execute(f"ATTACH {quoted(str(rollups_beside(path)))} AS {SCHEMA} (READ_ONLY)")
        connection.execute(f"SET memory_limit = '{memory_limit}'")
        connection.execute(f"SET threads = {int(threads)}")
        # the cursors that statements run on take over what is global, and nothing else
        connection.execute(f"SET GLOBAL TimeZone = {quoted(timezone)}")
        connection.execute(f"SET GLOBAL disabled_optimizers = {quoted(without)}")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    except duckdb.Error as error:
        raise EngineError(DatabaseUnreadable(str(path), _first_line(error))) from error
    return connection


def _files_as_tables(path: Path) -> duckdb.DuckDBPyConnection:
    files = sorted(p for p in path.iterdir() if p.suffix in FILE_READERS) if path.is_dir() else [path]
    if not files:
        raise EngineError(
            DatabaseUnreadable(
                str(path), Phrase("文件夹里没有 .parquet 或 .csv 文件", "the folder holds no .parquet or .csv file")
            )
        )
    connection = duckdb.connect()
    # once external access is off, only these files stay readable
    allowed = ", ".join(quoted(str(file.resolve())) for file in files)
    connection.execute(f"SET allowed_paths = [{allowed}]")
    for file in files:
        connection.execute(view_of(file))
    return connection


def _first_line(error: duckdb.Error) -> str:
    return str(error).strip().split("\n")[0]


def _column_type(name: str) -> ColumnType:
    if name in _INTEGERS:
        return "integer"
    if name.startswith(("DECIMAL", "DOUBLE", "FLOAT")):
        return "number"
    if name.startswith("TIMESTAMP"):
        return "timestamp"
    return {"BOOLEAN": "boolean", "DATE": "date"}.get(name, "text")  # type: ignore[return-value]


def _plain(value: object) -> Value:
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, bool | int | float | str | datetime | date):
        return value
    return str(value)
