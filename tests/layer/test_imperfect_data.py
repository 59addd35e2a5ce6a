"""What is wrong with one table or column spoils what needs it, by its name, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from semantic_layer.engines.duckdb import DuckDBEngine, DuckDBWriter
from semantic_layer.errors import QueryError
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model
from semantic_layer.query.cautions import RowsWithoutTime
from semantic_layer.query.reader import Reader
from semantic_layer.query.requests import AnyOf, FieldFilter, ListQuery, MetricQuery, NotOf

MODEL = """
datasets:
  - name: people
    table: people
    primary_key: id
    fields: [{name: id, type: integer, role: key}, {name: city}, {name: province}]
  - name: sales
    table: sales
    primary_key: sale
    time: sold_at
    fields:
      - {name: sale, type: integer, role: key}
      - {name: id, type: integer, role: key}
      - {name: sold_at, type: timestamp, role: time}
      - {name: amount, type: number, role: fact}
      - {name: state}
  - name: visits
    table: visits
    primary_key: visit
    time: visited_at
    fields: [{name: visit, type: integer, role: key}, {name: visited_at, type: timestamp, role: time}]
  - name: by_province
    sql: SELECT province, count(*) AS n FROM people GROUP BY province
    fields: [{name: n, type: integer, role: fact}]
relationships:
  - {from: sales, to: people, on: {id: id}}
entities:
  - {name: customer, dataset: people, key: id, label: {zh: 客户, en: customer}, list_columns: [city]}
metrics:
  - {name: revenue, dataset: sales, expression: sum(amount)}
  - {name: paid, dataset: sales, expression: sum(amount), filter: "state = 'paid'"}
  - {name: refunds, dataset: sales, expression: sum(amount), filter: "state = 'refunded'"}
  - {name: visits, dataset: visits, expression: count(*)}
  - {name: provinces, dataset: by_province, expression: sum(n)}
"""
# no province; the time of visits is a word; two sales happened nobody knows when
TABLES = """
CREATE TABLE people (id INTEGER, city VARCHAR);
INSERT INTO people VALUES (1, 'A'), (2, 'B');
CREATE TABLE sales (sale INTEGER, id INTEGER, sold_at TIMESTAMP, amount INTEGER, state VARCHAR);
INSERT INTO sales VALUES (1, 1, '2026-01-05', 10, 'paid'), (2, 2, '2026-02-05', 20, 'paid'), (3, 1, NULL, 40, 'paid'),
  (4, 1, NULL, 80, 'open');
CREATE TABLE visits (visit INTEGER, visited_at VARCHAR);
INSERT INTO visits VALUES (1, 'long ago');
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    path = tmp_path_factory.mktemp("imperfect") / "t.duckdb"
    with DuckDBWriter(path) as writer:
        writer.execute(TABLES)
    path.with_name("m.yaml").write_text(MODEL, encoding="utf-8")
    opened = DuckDBEngine(path)
    yield opened
    opened.close()


@pytest.fixture(params=[None, date(2026, 2, 28)])
def layer(request: pytest.FixtureRequest, engine: DuckDBEngine, tmp_path: Path) -> Layer:
    (tmp_path / "m.yaml").write_text(MODEL, encoding="utf-8")
    return Layer(load_model(tmp_path / "m.yaml"), engine, request.param)


def test_what_does_not_need_it_works(layer: Layer) -> None:
    assert layer.data_as_of == date(2026, 2, 5)
    by_city = layer.run(MetricQuery(metrics=("revenue",), group_by=("city", "month")))
    assert {row[:1] + row[2:] for row in by_city.rows if row[-1]} == {("A", 10), ("B", 20)}
    listed = layer.run(ListQuery(entity="customer", columns=("city",)))
    assert len(listed.rows) == 2
    assert layer.values("province").values == ()


@pytest.mark.parametrize(
    ("query", "column"),
    [
        (MetricQuery(metrics=("revenue",), group_by=("province",)), "people.province"),
        (MetricQuery(metrics=("revenue",), filters=(FieldFilter(field="province", values=("x",)),)), "people.province"),
        (MetricQuery(metrics=("provinces",)), "people.province"),
        (MetricQuery(group_by=("province",)), "people.province"),
        (ListQuery(entity="customer", columns=("province",)), "people.province"),
    ],
)
def test_what_needs_it_is_refused_by_its_name(query: MetricQuery | ListQuery, column: str, layer: Layer) -> None:
    with pytest.raises(QueryError) as found:
        layer.prepare(query)
    assert {each.code for each in found.value.problems} == {"missing_table"}
    assert column in str(found.value)


@pytest.mark.parametrize(("metric", "rows"), [("revenue", 2), ("paid", 1), ("refunds", 0)])
def test_rows_without_a_time_are_told(metric: str, rows: int, layer: Layer) -> None:
    told = layer.run(MetricQuery(metrics=(metric,))).cautions
    assert [each.rows for each in told if isinstance(each, RowsWithoutTime)] == ([rows] if rows else [])


def test_a_reader_of_some_rows_learns_nothing_of_others(layer: Layer) -> None:
    reader = Reader("some", (FieldFilter(field="city", values=("B",), origin="policy"),))
    assert layer.run(MetricQuery(metrics=("revenue",)), reader).cautions == ()


def test_an_empty_table_that_is_joined_leaves_the_rows_of_the_other(tmp_path: Path) -> None:
    path = tmp_path / "t.duckdb"
    with DuckDBWriter(path) as writer:
        writer.execute(TABLES + "DELETE FROM people")
    ranked = MODEL.replace("{name: province}", "{name: rank, expression: \"coalesce(city, 'none')\"}")
    (tmp_path / "m.yaml").write_text(ranked.replace("province", "city"), encoding="utf-8")
    with closing(DuckDBEngine(path)) as engine:
        layer = Layer(load_model(tmp_path / "m.yaml"), engine)
        known = FieldFilter(field="rank", values=("A",))
        paid = FieldFilter(field="state", values=("paid",))
        for condition, value in ((NotOf(negated=known), 30), (AnyOf(any=(known, paid)), 30), (known, 0)):
            asked = MetricQuery(metrics=("revenue",), filters=(condition,))
            assert layer.run(asked).rows == ((value,),), condition
