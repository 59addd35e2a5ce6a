"""Rollups in the database: written beside those that are read, which they replace in one step; told with the version of
the data that they were built from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from semantic_layer.engines.duckdb import DuckDBWriter
from semantic_layer.engines.duckdb_files import opening_beside
from semantic_layer.engines.opening import server_module
from semantic_layer.engines.protocol import Engine, KeepsRollups
from semantic_layer.engines.replacing import written_beside
from semantic_layer.engines.rollup_places import BUILT, SCHEMA, rollups_beside
from semantic_layer.engines.urls import scheme_of
from semantic_layer.errors import EngineError, EngineProblem, problem

_COMING = f"{SCHEMA}_coming"
_TABLE = "CREATE TABLE {schema}.{built} (name VARCHAR(200), made_by VARCHAR(200), data_version TEXT, every_cell BIGINT)"


@problem(
    "rollups_unsupported",
    zh="“{scheme}://”的数据库不能放预聚合。可以的有：PostgreSQL，以及 DuckDB 的文件。",
    en="No rollups can be kept with a database of '{scheme}://'. They can with PostgreSQL, and with DuckDB's files.",
)
class RollupsUnsupported(EngineProblem):
    """An engine that keeps no tables of ours."""

    scheme: str


@problem(
    "schema_not_ours",
    zh="数据库里已有模式“{schema}”，但不是预聚合的，所以什么都没有写。请改名。",
    en="The database has a schema '{schema}' that holds no rollups, so nothing was written. Give it another name.",
)
class SchemaNotOurs(EngineProblem):
    """A schema of the name of ours, with something else in it."""

    schema: str


class RollupWriter(Protocol):
    """Writes rollups, and reads all."""

    def execute(self, sql: str) -> None: ...

    def rows(self, sql: str) -> Sequence[tuple[object, ...]]: ...


def built(engine: Engine) -> dict[str, tuple[str, str, int]]:
    """The rollups there are by name: what made each, of which version of the data, and its number of cells. Raises
    EngineError."""
    if not isinstance(engine, KeepsRollups) or not engine.has_rollups():
        return {}
    found = engine.run(f"SELECT name, made_by, data_version, every_cell FROM {SCHEMA}.{BUILT}").rows  # noqa: S608
    return {str(row[0]): (str(row[1]), str(row[2]), int(str(row[3]))) for row in found}


@contextmanager
def rollup_writer(database: Path | str, timezone: str) -> Iterator[tuple[RollupWriter, str]]:
    """A writer of rollups to the schema that is named with it; they take the place of those before when the block ends
    well. Raises EngineError."""
    scheme = scheme_of(database)
    if scheme is None:
        path = Path(database)
        with written_beside(rollups_beside(path)) as partial, DuckDBWriter(Path(":memory:")) as writer:
            for statement in (*opening_beside(path, partial, timezone), _TABLE.format(schema=SCHEMA, built=BUILT)):
                writer.execute(statement)
            yield writer, SCHEMA
            writer.execute(f"CHECKPOINT {SCHEMA}")
            writer.execute(f"DETACH {SCHEMA}")
        return
    if scheme not in ("postgresql", "postgres"):
        raise EngineError(RollupsUnsupported(scheme))
    with server_module(str(database)).PostgresWriter(str(database)) as writer:
        schemas = f"SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname = '{SCHEMA}'"  # noqa: S608
        tables = f"SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = '{SCHEMA}' AND tablename = '{BUILT}'"  # noqa: S608
        if writer.rows(schemas) and not writer.rows(tables):
            raise EngineError(SchemaNotOurs(SCHEMA))
        writer.execute(f"SET LOCAL timezone = '{timezone}'")
        writer.execute(f"CREATE SCHEMA {_COMING}")
        writer.execute(_TABLE.format(schema=_COMING, built=BUILT))
        yield writer, _COMING
        writer.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        writer.execute(f"ALTER SCHEMA {_COMING} RENAME TO {SCHEMA}")
