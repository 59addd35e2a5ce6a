"""Rollups built anew, and which of those that there are may be read: those that today's definitions would make, of the
data as they are now."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp

from semantic_layer.database.rollup_cells import EVERY_ROW, Cells
from semantic_layer.engines.dialects import printed
from semantic_layer.engines.protocol import Engine, KeepsRollups
from semantic_layer.engines.rollup_places import BUILT
from semantic_layer.engines.rollups import RollupWriter, built, rollup_writer
from semantic_layer.errors import EngineProblem, problem
from semantic_layer.sql.nodes import select_from

_INEXACT = ("DOUBLE", "FLOAT", "REAL", "DOUBLE PRECISION")


@problem(
    "rollup_inexact",
    zh="预聚合“{name}”没有建成：列“{column}”是浮点数，分组相加的和与逐行相加的和未必相等。请在指标里转换成 `DECIMAL`。",
    en="The rollup '{name}' was not built: its column '{column}' is a floating point number, whose sums depend on the "
    "order of addition. Cast it to DECIMAL in the metric.",
)
class RollupInexact(EngineProblem):
    """Sums that are not the same when they are added up in another order."""

    name: str
    column: str


@problem(
    "rollup_multiplied",
    zh="预聚合“{name}”没有建成：“{dataset}”有 {rows:,} 行，连接后成了 {joined:,} 行。某个关系的键不唯一。",
    en="The rollup '{name}' was not built: the {rows:,} rows of '{dataset}' are {joined:,} once joined. The key of a "
    "relationship is not unique.",
)
class RollupMultiplied(EngineProblem):
    """Joins that multiply rows, so that other requests would count fewer."""

    name: str
    dataset: str
    rows: int
    joined: int


@problem(
    "rollup_unavailable",
    zh="预聚合“{name}”没有建成：数据库里缺少它要读的表或列。",
    en="The rollup '{name}' was not built: the database lacks a table or column that it reads.",
)
class RollupUnavailable(EngineProblem):
    """A rollup of tables that are not there."""

    name: str


@problem(
    "data_unversioned",
    zh="预聚合没有建成：无法判断数据是否变化（有外部表，或数据库刚被替换）。",
    en="No rollups were built: whether the data change cannot be told (there are foreign tables, or the database was "
    "just replaced).",
)
class DataUnversioned(EngineProblem):
    """Data whose changes nobody would notice."""


@dataclass(frozen=True)
class Refreshed:
    """A rollup after a refresh: how many cells stand for how many rows, whether it was built just now, and why not."""

    name: str
    cells: int
    rows: int
    is_new: bool
    problem: EngineProblem | None = None


def fresh(cells: Iterable[Cells], engine: Engine) -> tuple[Cells, ...]:
    """Those whose tables hold what they would hold if they were built now, those with the fewest cells first. Raises
    EngineError."""
    there = built(engine)
    if not there or not isinstance(engine, KeepsRollups):
        return ()
    version = engine.data_version()
    found = [each for each in cells if there.get(each.name, ())[:2] == (each.made_by, version) and version]
    return tuple(sorted(found, key=lambda each: there[each.name][2]))


def refreshed(database: Path | str, timezone: str, cells: Collection[Cells], engine: Engine) -> tuple[Refreshed, ...]:
    """All rollups built anew, unless they are fresh. Data are read, never changed. Raises EngineError."""
    known = {each.name for each in fresh(cells, engine)}
    if known == {each.name for each in cells}:
        there = built(engine)
        return tuple(Refreshed(each.name, there[each.name][2], 0, is_new=False) for each in cells)
    # read before the rows are: what is written meanwhile makes another version
    version = engine.data_version() if isinstance(engine, KeepsRollups) else ""
    with rollup_writer(database, timezone) as (writer, schema):
        if not version:
            return tuple(Refreshed(each.name, 0, 0, is_new=False, problem=DataUnversioned()) for each in cells)
        return tuple(_built(each, version, schema, writer, engine.dialect) for each in cells)


def _built(cells: Cells, version: str, schema: str, writer: RollupWriter, dialect: str) -> Refreshed:
    table = f"{schema}.{cells.name}"
    writer.execute(f"CREATE TABLE {table} AS {printed(cells.select, dialect)}")
    every = select_from(cells.rows.copy()).select(exp.Count(this=exp.Star()), copy=False)
    rows = _number(writer, printed(every, dialect))
    joined = _number(writer, f"SELECT coalesce(sum({EVERY_ROW}), 0) FROM {table}")  # noqa: S608
    trouble = _inexact(cells, schema, writer)
    if rows != joined:
        trouble = RollupMultiplied(cells.name, cells.dataset, rows, joined)
    if trouble is not None:
        writer.execute(f"DROP TABLE {table}")
        return Refreshed(cells.name, 0, rows, is_new=False, problem=trouble)
    count = _number(writer, f"SELECT count(*) FROM {table}")  # noqa: S608
    told = ", ".join(f"'{each}'" for each in (cells.name, cells.made_by, version.replace("'", "''")))
    writer.execute(f"INSERT INTO {schema}.{BUILT} VALUES ({told}, {count})")  # noqa: S608
    return Refreshed(cells.name, count, rows, is_new=True)


def _inexact(cells: Cells, schema: str, writer: RollupWriter) -> EngineProblem | None:
    own = {column for counted in cells.counted for column in counted.values.values()}
    types = writer.rows(
        "SELECT column_name, data_type FROM information_schema.columns "  # noqa: S608
        f"WHERE '{schema}' IN (table_catalog, table_schema) AND table_name = '{cells.name}'"
    )
    found = [str(name) for name, kind in types if name in own and str(kind).upper() in _INEXACT]
    return RollupInexact(cells.name, found[0]) if found else None


def _number(writer: RollupWriter, sql: str) -> int:
    ((value,),) = writer.rows(sql)
    return int(str(value).partition(".")[0])
