"""What the layer asks of a database, whichever it is: run one statement, say what tables there are, stop when told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from sqlglot import exp

from semantic_layer.errors import EngineProblem
from semantic_layer.result import ColumnType, Value

if TYPE_CHECKING:
    from semantic_layer.engines.callers import Caller


@dataclass(frozen=True)
class RawTable:
    """Column names and types, and rows of plain values (decimals as float, dates as date, instants without zone)."""

    names: tuple[str, ...]
    types: tuple[ColumnType, ...]
    rows: tuple[tuple[Value, ...], ...]


class Engine(Protocol):
    """A read-only connection. `dialect` is sqlglot's name of its SQL.

    `run` raises `EngineError`. `columns` maps each table or view to its column names. `cancel` stops, from another
    thread, what runs for a caller who has left, or everything; such statements raise `EngineError` with
    `QueryCancelled`. Instants with a time zone are those of UTC, in days and buckets and in results.
    """

    dialect: ClassVar[str]

    def run(self, statement: exp.Query | str) -> RawTable: ...

    def columns(self) -> dict[str, tuple[str, ...]]: ...

    def cancel(self, caller: Caller | None = None) -> None: ...

    def close(self) -> None: ...


@runtime_checkable
class KnowsReferences(Protocol):
    """An engine whose data stays as it is while it is open, so that what is true of it once is true of it then.

    `always_finds` tells whether every row of the table `source` finds a row of `target` by `column` = `key`. False may
    also mean that finding out would cost more than it saves. Raises EngineError (`query_cancelled`).
    """

    def always_finds(self, source: str, target: str, column: str, key: str) -> bool: ...


@dataclass(frozen=True)
class DatabaseMissing(EngineProblem):
    """There is no file or server where the database should be."""

    code: ClassVar[str] = "database_missing"
    path: str

    @property
    def message(self) -> str:
        return f"There is no database at '{self.path}'. Make the demo with `huitou demo`, or name yours with --db."


@dataclass(frozen=True)
class DatabaseUnreadable(EngineProblem):
    """The file is there but is not a database, is damaged, or is locked by a writer."""

    code: ClassVar[str] = "database_unreadable"
    path: str
    reason: str

    @property
    def message(self) -> str:
        return f"The database '{self.path}' cannot be read: {self.reason}"


@dataclass(frozen=True)
class QueryTimeout(EngineProblem):
    """The statement ran longer than allowed."""

    code: ClassVar[str] = "query_timeout"
    timeout_seconds: float

    @property
    def message(self) -> str:
        return (
            f"The query was stopped after {self.timeout_seconds:g} seconds. Ask for a shorter period or fewer groups."
        )


@dataclass(frozen=True)
class QueryCancelled(EngineProblem):
    """Somebody stopped the statement."""

    code: ClassVar[str] = "query_cancelled"

    @property
    def message(self) -> str:
        return "The query was cancelled."


@dataclass(frozen=True)
class OutOfMemory(EngineProblem):
    """The statement needed more memory than allowed."""

    code: ClassVar[str] = "out_of_memory"
    limit: str

    @property
    def message(self) -> str:
        return f"The query needs more memory than the limit of {self.limit}. Ask for a shorter period or fewer groups."


@dataclass(frozen=True)
class StatementFailed(EngineProblem):
    """The database refused the statement: a definition does not fit the tables."""

    code: ClassVar[str] = "statement_failed"
    reason: str

    @property
    def message(self) -> str:
        return (
            f"The database could not run the query: {self.reason}. `huitou validate --db` checks the model against it."
        )
