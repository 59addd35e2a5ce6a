"""A small dbt project made for this comparison, and what its documents and data are made with.

Each is written as MetricFlow's YAML, one `semantic_model` or `metric` a document. Data are made by hashing row numbers,
so that everybody has the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Document = dict[str, Any]
SCHEMA = "toys"
_SPINE = {
    "project_configuration": {
        "time_spines": [
            {
                "node_relation": {"alias": "days", "schema_name": SCHEMA},
                "primary_column": {"name": "day", "time_granularity": "day"},
            }
        ]
    }
}
DAYS = f"""
CREATE TABLE {SCHEMA}.days AS
  SELECT unnest(generate_series(TIMESTAMP '2024-01-01', TIMESTAMP '2024-12-31', INTERVAL 1 DAY)) AS day;
"""


@dataclass(frozen=True)
class Project:
    """A dbt project: its documents, the SQL that makes its data, and what may be asked of it.

    `groups` are dimensions and entities that all of its `metrics` reach; `texts` gives of some of them values to filter
    by, `flags` are true or false. `alone` are metrics that only some groups fit: both refuse the others, or neither.
    """

    name: str
    documents: tuple[Document, ...]
    data: str
    metrics: tuple[str, ...]
    groups: tuple[str, ...]
    texts: Mapping[str, tuple[str, ...]]
    flags: tuple[str, ...]
    alone: tuple[str, ...] = ()

    def write(self, folder: Path) -> None:
        """The project's YAML in a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        text = yaml.safe_dump_all((_SPINE, *self.documents), sort_keys=False)
        (folder / "project.yaml").write_text(text, encoding="utf-8")


def model(
    name: str,
    entities: Mapping[str, str | tuple[str, str]],
    dimensions: Mapping[str, str | None],
    measures: Mapping[str, str | Mapping[str, Any]] | None = None,
    time: str | None = None,
) -> Document:
    """A semantic model. `entities` give their kind, or kind and column; `dimensions` an expression (None: their name);
    `measures` an aggregation of the column of that name, or all keys."""
    pairs = {key: (kind, key) if isinstance(kind, str) else kind for key, kind in entities.items()}
    found: list[Document] = [{"name": time, "type": "time", "type_params": {"time_granularity": "day"}}] if time else []
    found += [
        {"name": key, "type": "categorical", **({"expr": expr} if expr else {})} for key, expr in dimensions.items()
    ]
    made = {key: {"agg": how} if isinstance(how, str) else how for key, how in (measures or {}).items()}
    document: Document = {
        "name": name,
        "node_relation": {"schema_name": SCHEMA, "alias": name},
        "entities": [{"name": key, "type": kind, "expr": column} for key, (kind, column) in pairs.items()],
        "dimensions": found,
        "measures": [{"name": key, **how} for key, how in made.items()],
    }
    if time:
        document["defaults"] = {"agg_time_dimension": time}
    return {"semantic_model": document}


def metric(name: str, kind: str, params: Document, **more: Any) -> Document:  # noqa: ANN401 - YAML
    """A metric of a kind, from its type parameters."""
    if "metrics" in params:
        named = [each if isinstance(each, dict) else {"name": each} for each in params["metrics"]]
        params = {**params, "metrics": named}
    for key in ("numerator", "denominator", "measure", "base_measure", "conversion_measure"):
        if isinstance(params.get(key), str):
            params = {**params, key: {"name": params[key]}}
    return {"metric": {"name": name, "description": name, "type": kind, "type_params": params, **more}}


def simple(name: str, measure: str | None = None, where: str | None = None, **measured: Any) -> Document:  # noqa: ANN401
    """A metric that is a measure, perhaps of rows that meet a condition."""
    params = {"measure": {"name": measure or name, **measured} if measured else measure or name}
    return metric(name, "simple", params, **({"filter": where} if where else {}))


def each_simple(names: Iterable[str]) -> tuple[Document, ...]:
    """A metric of the same name for each measure."""
    return tuple(simple(name) for name in names)


def draw(count: int, salt: int) -> str:
    """A number from 0 to count - 1 for the row `i`."""
    return f"(hash(i * 7919 + {salt}) % {count})::INTEGER"


def day(salt: int) -> str:
    """A day of the 300 from 2024 on for the row `i`."""
    return f"TIMESTAMP '2024-01-01' + to_days({draw(300, salt)})"


def pick(values: Iterable[str | None], salt: int) -> str:
    """One of the values for the row `i`; None is null."""
    texts = [*values]
    cases = " ".join(f"WHEN {place} THEN '{text}'" for place, text in enumerate(texts) if text is not None)
    return f"CASE {draw(len(texts), salt)} {cases} END"


def table(name: str, rows: int, columns: Mapping[str, str]) -> str:
    """The statement that makes a table of so many rows, from an expression over the row `i` for each column."""
    made = ", ".join(f"{expr} AS {key}" for key, expr in columns.items())
    return f"CREATE TABLE {SCHEMA}.{name} AS SELECT {made} FROM range({rows}) AS rows(i);\n"
