"""`huitou query` on a dbt project: a query in dbt's own terms, printed as a table or as JSON."""

from __future__ import annotations

from pathlib import Path

import typer
from pydantic import BaseModel, ConfigDict

from chat_service.present.harmless import Terminal, harmless, harmless_json
from chat_service.present.listing import listing
from chat_service.settings import DEMO_DATABASE, Settings
from semantic_layer import DbtLayer, ResultTable, Value, load_dbt, open_engine, read_dbt_query

_ROWS = 100


class DbtAnswer(BaseModel):
    """What `--json` prints: the columns in order with their types, the rows, and the SQL that gave them."""

    model_config = ConfigDict(frozen=True)

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    sql: str
    dialect: str


def run_dbt_query(data: bytes, where: str, project: Path, settings: Settings, *, explain: bool, json: bool) -> None:
    """Answer the query in `data` and print it. Raises DefinitionsError, QueryError, EngineError."""
    query = read_dbt_query(data, where)
    loaded = load_dbt(project)
    engine = open_engine(
        settings.database or DEMO_DATABASE,
        memory_limit=settings.memory_limit,
        threads=settings.threads,
        timeout_seconds=settings.query_timeout_seconds,
    )
    try:
        layer = DbtLayer(loaded, engine)
        if explain:
            typer.echo(harmless(layer.compile(query)))
            return
        table = layer.run(query)
    finally:
        engine.close()
    if json:
        typer.echo(harmless_json(_answer(table).model_dump_json(indent=1)))
    else:
        _print(table)


def _answer(table: ResultTable) -> DbtAnswer:
    return DbtAnswer(
        columns=tuple(column.name for column in table.columns),
        types=tuple(column.type for column in table.columns),
        rows=table.rows,
        sql=table.sql,
        dialect=table.dialect,
    )


def _print(table: ResultTable) -> None:
    numbers = [column.name for column in table.columns if column.type in ("integer", "number")]
    rows = [tuple("" if value is None else str(value) for value in row) for row in table.rows[:_ROWS]]
    console = Terminal()
    console.print(listing([column.name for column in table.columns], rows, console.width, numbers))
    if len(table.rows) > _ROWS:
        console.print(f"{_ROWS} of {len(table.rows)} rows; --json prints all.")
