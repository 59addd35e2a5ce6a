"""A DuckDB database copied to where another engine reads it: a PostgreSQL database, or a folder of Parquet files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlglot
from sqlglot import exp

from semantic_layer.engines.duckdb import DuckDBTables
from semantic_layer.engines.opening import server_module
from semantic_layer.engines.urls import scheme_of, without_secrets
from semantic_layer.errors import EngineError, EngineProblem, problem

# tables that bear this comment are ours to replace; all others are somebody's data
MARK = "Made by huitou."
Progress = Callable[[str, float], None]


@problem(
    "table_in_the_way",
    zh="“{database}”里已有不是 huitou 建的表“{table}”，不会动它。请指定一个空的数据库或 schema。",
    en="'{database}' has a table '{table}' that huitou did not make, and leaves it alone. "
    "Name an empty database or schema.",
)
class TableInTheWay(EngineProblem):
    """A table that we did not make has the name of one to be copied."""

    table: str
    database: str


@problem(
    "unknown_target",
    zh="不能把表复制到“{target}”。请指定存放 Parquet 文件的文件夹，或 postgresql://…",
    en="Tables cannot be copied to '{target}'. Name a folder for Parquet files, or postgresql://…",
)
class UnknownTarget(EngineProblem):
    """Tables cannot be copied to a place of that kind."""

    target: str


def copy_tables(database: Path, to: str, progress: Progress | None = None) -> None:
    """Copy every table of a DuckDB file to a PostgreSQL URL, or as `<table>.parquet` into a folder.

    PostgreSQL gets all tables or none; tables that an earlier copy made are replaced. `progress` is told a table and
    how much of everything is done (0..1). Raises EngineError.
    """
    report = progress or (lambda stage, done: None)
    match scheme_of(to):
        case None:
            _copy_to_folder(database, Path(to), report)
        case "postgresql" | "postgres":
            _copy_to_postgres(database, to, report)
        case _:
            raise EngineError(UnknownTarget(without_secrets(to)))


def _copy_to_folder(database: Path, folder: Path, report: Progress) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with DuckDBTables(database) as source:
        names = tuple(source.definitions())
        for index, name in enumerate(names):
            report(name, index / len(names))
            source.write_parquet(name, folder / f"{name}.parquet")


def _copy_to_postgres(database: Path, url: str, report: Progress) -> None:
    postgres = server_module(url)
    with DuckDBTables(database) as source, postgres.PostgresWriter(url) as target:
        definitions = source.definitions()
        known = {str(name): comment for name, comment in target.rows(_EXISTING)}
        strangers = [name for name in definitions if name in known and known[name] != MARK]
        if strangers:
            raise EngineError(*(TableInTheWay(name, without_secrets(url)) for name in strangers))
        for index, (name, definition) in enumerate(definitions.items()):
            report(name, index / len(definitions))
            table = exp.to_identifier(name, quoted=True).sql("postgres")
            target.execute(f"DROP TABLE IF EXISTS {table}")
            target.execute(sqlglot.transpile(definition, read="duckdb", write="postgres")[0])
            target.execute(f"COMMENT ON TABLE {table} IS '{MARK}'")
            target.append(name, source.batches(name))
            target.execute(f"ANALYZE {table}")


_EXISTING = """
SELECT c.relname, pg_catalog.obj_description(c.oid, 'pg_class')
FROM pg_catalog.pg_class AS c
WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND c.relnamespace = pg_catalog.current_schema()::regnamespace
"""
