"""The query cases of MetricFlow's public integration suite that stand in `../shared/peers/metricflow`.

Its README says what equal means: columns by name whatever their case, times with or without their grain, rows as a
multiset unless the order is checked, numbers to a relative 1e-6, dates as midnight, null only equals null.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

import pytest

from semantic_layer.engines.duckdb import DuckDBEngine, DuckDBWriter
from semantic_layer.interop.dbt import DbtLayer, DbtQuery, GroupBy, load_dbt
from semantic_layer.interop.dbt.convert import convert
from semantic_layer.layer import Layer
from semantic_layer.loading.load import build_model
from semantic_layer.query.requests import MetricQuery
from semantic_layer.query.result import Value
from semantic_layer.time.periods import Period
from tests.structure.sources import REPOSITORY

FOLDER = REPOSITORY.parent / "shared" / "peers" / "metricflow"
_TEXT = (FOLDER / "cases.jsonl").read_text(encoding="utf-8") if FOLDER.is_dir() else ""
CASES = [json.loads(line) for line in _TEXT.splitlines()]
# cases that do not pass yet, with the reason; a case that passes must leave
GAPS: dict[str, str] = {}
pytestmark = pytest.mark.skipif(not CASES, reason="there is no '../shared/peers/metricflow' beside the repository")

Row = tuple[Value, ...]


@dataclass(frozen=True)
class Database:
    """The suite's tables, loaded once."""

    engine: DuckDBEngine

    @cache  # noqa: B019 - lives as long as the session's fixture
    def layer(self, model: str, form: str) -> DbtLayer:
        path = FOLDER / "manifests" / model
        if form == "manifest":
            path = FOLDER / "manifests_json" / f"{model}.semantic_manifest.json"
        return DbtLayer(load_dbt(path), self.engine)


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("metricflow") / "metricflow.duckdb"
    with DuckDBWriter(path) as writer:
        writer.execute((FOLDER / "tables" / "schema.sql").read_text(encoding="utf-8"))
        for file in sorted((FOLDER / "tables").glob("*.csv")):
            writer.execute(f"COPY demo.{file.stem} FROM '{file}' (HEADER, NULLSTR '\\N')")
    engine = DuckDBEngine(path)
    yield Database(engine)
    engine.close()


def cases() -> Iterator[object]:
    for case in CASES:
        for form in ("yaml", "manifest"):
            reason = GAPS.get(case["id"])
            marks = [pytest.mark.xfail(strict=True, reason=reason)] if reason is not None else []
            yield pytest.param(case, form, id=f"{case['id']}-{form}", marks=marks)


@pytest.mark.parametrize(("case", "form"), list(cases()))
def test_gives_the_rows_of_metricflow(case: dict[str, object], form: str, database: Database) -> None:
    table = database.layer(str(case["model"]), form).run(query_of(case))
    expected = case["expected"]
    assert isinstance(expected, dict)
    places = [place_of(name, tuple(column.name for column in table.columns)) for name in expected["columns"]]
    assert len(table.columns) == len(places)
    found = [tuple(plain(row[place]) for place in places) for row in table.rows]
    wanted = [tuple(map(plain, map(read, row, expected["kinds"]))) for row in expected["rows"]]
    if not case.get("check_order"):
        found, wanted = sorted(found, key=order), sorted(wanted, key=order)
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        assert all(map(equal, one, other)), f"{one} is not {other}"


@pytest.mark.parametrize("model", ["SIMPLE_MODEL", "SIMPLE_MODEL_NON_DS", "EXTENDED_DATE_MODEL", "SCD_MODEL"])
def test_converted_models_give_the_same_numbers(model: str, database: Database) -> None:
    """By month, but for what accumulates: of that, ours shows the value at a bucket's end."""
    dbt = database.layer(model, "yaml")
    converted = convert(dbt.project).definition
    ours = Layer(build_model(converted), database.engine, date(2022, 12, 31))
    period = Period(date(2018, 1, 1), date(2023, 1, 1))
    names = [each.name for each in converted.metrics if not each.hidden and not accumulates(each.name, dbt)]
    for name in names:
        found = ours.run(MetricQuery(metrics=(name,), group_by=("month",), period=period)).rows
        wanted = dbt.run(DbtQuery(metrics=(name,), group_by=("metric_time__month",))).rows
        assert by_month(found) == pytest.approx(by_month(wanted), abs=1e-9), name


def accumulates(name: str, layer: DbtLayer) -> bool:
    metric = layer.project.metrics[name]
    return metric.kind == "cumulative" or any(accumulates(each.metric, layer) for each in metric.inputs)


def by_month(rows: tuple[Row, ...]) -> dict[str, Value]:
    """The period's values other than nothing and zero, which ours shows for buckets without rows."""
    return {
        str(month)[:7]: value
        for month, value in rows
        if "2018" <= str(month)[:4] < "2023" and not (value is None or (is_number(value) and abs(float(value)) < 1e-9))  # type: ignore[arg-type]
    }


def query_of(case: dict[str, object]) -> DbtQuery:
    groups = [*listed(case, "group_bys"), *(GroupBy.model_validate(each) for each in listed(case, "group_by_objs"))]
    where = case.get("where_filter")
    return DbtQuery.model_validate(
        {
            "metrics": case.get("metrics") or (),
            "group_by": groups,
            "where": [where] if where else (),
            "time_constraint": case.get("time_constraint"),
            "order_by": case.get("order_bys") or (),
            "limit": case.get("limit"),
            "saved_query": case.get("saved_query_name"),
            "min_max_only": bool(case.get("min_max_only")),
            "is_distinct": case.get("apply_group_by", True),
        }
    )


def listed(case: dict[str, object], key: str) -> list[object]:
    found = case.get(key) or []
    assert isinstance(found, list)
    return found


def place_of(name: str, names: tuple[str, ...]) -> int:
    """Where a column stands; a time's may end in its grain or not."""
    known = [each.lower() for each in names]
    wanted = name.lower()
    if wanted in known:
        return known.index(wanted)
    return next(
        index
        for index, each in enumerate(known)
        if each.rpartition("__")[0] == wanted or wanted.rpartition("__")[0] == each
    )


def read(value: Value, kind: str) -> Value:
    return datetime.fromisoformat(str(value)) if kind == "timestamp" and value is not None else value


def plain(value: Value) -> Value:
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the data has no zones
    return value


def order(row: Row) -> tuple[tuple[bool, str, float], ...]:
    return tuple(
        (value is None, "" if is_number(value) else str(value), round(float(value), 6) if is_number(value) else 0.0)  # type: ignore[arg-type]
        for value in row
    )


def is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def equal(one: Value, other: Value) -> bool:
    if one is None or other is None:
        return one is other
    if is_number(one) and is_number(other):
        return math.isclose(float(one), float(other), rel_tol=1e-6, abs_tol=1e-12)  # type: ignore[arg-type]
    return one == other
