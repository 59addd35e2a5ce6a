"""What the layer asks of a database, whichever it is: run one statement, say what tables there are, stop when told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

from sqlglot import exp

from semantic_layer.engines.callers import Caller
from semantic_layer.query.result import ColumnType, Value


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
class NoticesChanges(Protocol):
    """An engine that notices when its database is another than the one it was opened on, or has been written to.

    `has_changed` compares with the time of opening. Raises EngineError where there is no database any more.
    """

    def has_changed(self) -> bool: ...


@runtime_checkable
class KeepsRollups(Protocol):
    """An engine beside whose data tables of ours may stand, in the schema `huitou_rollups` of its statements.

    `has_rollups` tells whether they do. `data_version` is a text that changes whenever the data do, without the tables
    of ours; empty where that cannot be told, or where the data are no longer those that were opened. Both raise
    EngineError.
    """

    def has_rollups(self) -> bool: ...

    def data_version(self) -> str: ...


@runtime_checkable
class KnowsReferences(Protocol):
    """An engine whose data stays as it is while it is open, so that what is true of it once is true of it then.

    `always_finds` tells whether every row of the table `source` finds a row of `target` by `column` = `key`. False may
    also mean that finding out would cost more than it saves. Raises EngineError (`query_cancelled`).
    """

    def always_finds(self, source: str, target: str, column: str, key: str) -> bool: ...
