"""MetricFlow's side, run by a Python that has it: queries come as lines of JSON, rows or a refusal go out.

usage: python peer.py FOLDER_OF_THE_PROJECT DATABASE
"""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import Any

import duckdb
from metricflow.data_table.mf_table import MetricFlowDataTable
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantic_interfaces.parsing.dir_to_model import parse_directory_of_yaml_files_to_semantic_manifest
from metricflow_semantics.errors.error_classes import MetricFlowException
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup


class Client:
    """The database, as the engine wants it; the statements are run by ourselves."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()

    def query(self, *_: object, **__: object) -> MetricFlowDataTable:
        raise AssertionError("queries are explained only: their statements are run by ourselves")

    execute = dry_run = query

    def close(self) -> None:
        pass

    def render_bind_parameter_key(self, bind_parameter_key: str) -> str:
        return f"${bind_parameter_key}"


def plain(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()[:10]
    return float(value) if value is not None and not isinstance(value, bool | int | float | str) else value


def answer(engine: MetricFlowEngine, database: duckdb.DuckDBPyConnection, query: dict[str, Any]) -> dict[str, Any]:
    begin, end = query.get("period") or (None, None)
    request = MetricFlowQueryRequest.create(
        metric_names=query["metrics"],
        group_by_names=query["group_by"] or None,
        where_constraints=query["where"] or None,
        time_constraint_start=datetime.datetime.fromisoformat(begin) if begin else None,
        time_constraint_end=datetime.datetime.fromisoformat(end) if end else None,
    )
    try:
        sql = engine.explain(request).sql_statement.sql
    except MetricFlowException as error:
        return {"refused": f"{type(error).__name__}: {error}"[:400]}
    found = database.execute(sql)
    columns = [column[0] for column in found.description]
    return {"columns": columns, "rows": [[plain(value) for value in row] for row in found.fetchall()]}


def main() -> None:
    folder, path = sys.argv[1:]
    built = parse_directory_of_yaml_files_to_semantic_manifest(str(Path(folder)))
    engine = MetricFlowEngine(SemanticManifestLookup(built.semantic_manifest), Client())
    with duckdb.connect(path, read_only=True) as database:
        for line in sys.stdin:
            print(json.dumps(answer(engine, database, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
