"""Ossie documents of others: what they mean here, and the numbers that they give, added up by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml
from pydantic import TypeAdapter

from semantic_layer.engines.duckdb import DuckDBEngine, DuckDBWriter
from semantic_layer.engines.loading import copy_tables
from semantic_layer.engines.opening import open_engine
from semantic_layer.errors import DefinitionsError, QueryError
from semantic_layer.interop.ossie import Choices, Converted, convert, convert_all, load
from semantic_layer.interop.ossie.problems import TimeNotChosen
from semantic_layer.layer import Layer
from semantic_layer.loading.load import build_model, load_model
from semantic_layer.model.definitions import DatasetDefinition, FieldDefinition, MetricDefinition
from semantic_layer.model.model import Model
from semantic_layer.query.requests import MetricQuery, Request
from semantic_layer.query.result import Value
from tests.engines.servers import schema_on

FOLDER = Path(__file__).parent / "ossie"
CASES = yaml.safe_load((FOLDER / "cases.yaml").read_text(encoding="utf-8"))
REQUESTS: TypeAdapter[Request] = TypeAdapter(Request)
TODAY = date(2024, 3, 31)
TABLES = """
CREATE SCHEMA retail;
CREATE TABLE retail.orders (order_id INTEGER, customer_id INTEGER, store_id INTEGER, ordered_at TIMESTAMP,
  status VARCHAR, amount DECIMAL(10, 2), discount DECIMAL(10, 2));
INSERT INTO retail.orders VALUES (1, 1, 1, '2024-01-05 09:00', 'paid', 100, 10),
  (2, 1, 2, '2024-02-10 10:00', 'paid', 50, 0), (3, 2, 2, '2024-02-11 11:00', 'paid', 200, 20),
  (4, 3, 1, '2024-02-25 12:00', 'open', 70, 0), (5, 2, 1, '2024-03-02 13:00', 'paid', 30, 5);
CREATE TABLE retail.order_items (order_id INTEGER, line_no INTEGER, product_id VARCHAR, quantity INTEGER,
  price DECIMAL(10, 2), is_deleted BOOLEAN);
INSERT INTO retail.order_items VALUES (1, 1, 'p1', 2, 30, false), (1, 2, 'p2', 1, 40, false),
  (2, 1, 'p1', 1, 50, false), (3, 1, 'p2', 4, 50, false), (4, 1, 'p1', 7, 10, false), (5, 1, 'p2', 1, 30, false),
  (5, 2, 'p1', 99, 99, true);
CREATE TABLE retail.products (product_id VARCHAR, category VARCHAR);
INSERT INTO retail.products VALUES ('p1', 'a'), ('p2', 'b');
CREATE TABLE retail.customers (customer_id INTEGER, city VARCHAR, signed_up_on DATE, "e-mail" VARCHAR);
INSERT INTO retail.customers VALUES (1, 'Lyon', '2024-01-03', 'a@x'), (2, 'Paris', '2024-02-01', 'b@x'),
  (3, 'Lyon', '2024-02-20', 'c@x'), (4, NULL, '2024-03-01', NULL);
CREATE TABLE retail.stores (store_id INTEGER, city VARCHAR, employees INTEGER);
INSERT INTO retail.stores VALUES (1, 'Lyon', 5), (2, 'Paris', 10);
CREATE TABLE retail.returns (return_id INTEGER, order_id INTEGER, returned_on DATE, refund DECIMAL(10, 2));
INSERT INTO retail.returns VALUES (1, 1, '2024-01-20', 25), (2, 3, '2024-03-05', 60), (3, 3, '2024-03-06', 40);
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ossie") / "shop.duckdb"
    with DuckDBWriter(path) as writer:
        writer.execute(TABLES)
    return path


@pytest.fixture(scope="module")
def engine(database: Path) -> Iterator[DuckDBEngine]:
    opened = DuckDBEngine(database)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def retail(engine: DuckDBEngine) -> Layer:
    return Layer(load(FOLDER / "retail.yaml"), engine, TODAY)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_numbers(case: dict[str, object], retail: Layer) -> None:
    table = retail.run(REQUESTS.validate_python({"kind": "metrics", **case["query"]}))  # type: ignore[dict-item]
    found = [tuple(_plain(value) for value in row) for row in table.rows]
    wanted = [tuple(_plain(value) for value in row) for row in case["rows"]]  # type: ignore[attr-defined]
    assert sorted(found, key=str) == sorted(wanted, key=str), table.sql


def test_numbers_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    path = tmp_path / "shop.duckdb"
    with DuckDBWriter(path) as writer:
        writer.execute(TABLES.replace("CREATE SCHEMA retail;", "").replace("retail.", ""))
    url = schema_on(postgres_url, "retail_of_ossie")
    copy_tables(path, url)
    engine = open_engine(url)
    layer = Layer(load(FOLDER / "retail.yaml", choices=Choices(schema="")), engine, TODAY)
    for case in CASES:
        table = layer.run(REQUESTS.validate_python({"kind": "metrics", **case["query"]}))
        found = [tuple(_plain(value) for value in row) for row in table.rows]
        wanted = [tuple(_plain(value) for value in row) for row in case["rows"]]
        assert sorted(found, key=str) == sorted(wanted, key=str), case["name"]
    engine.close()


def _plain(value: Value) -> Value:
    if isinstance(value, date):
        return value.isoformat()
    return round(float(value), 6) if isinstance(value, int | float) else value


@pytest.mark.parametrize(
    ("query", "code"),
    [
        # a line's product cannot tell an order's amount
        (MetricQuery(metrics=("revenue",), group_by=("category",)), "unreachable_dimension"),
        # how many customers there were at the end of January is nowhere written
        (MetricQuery(metrics=("spend_per_customer",), group_by=("month",)), "no_history"),
        (MetricQuery(metrics=("line_value",), group_by=("month",)), "no_history"),
    ],
)
def test_what_would_be_wrong_is_refused(query: MetricQuery, code: str, retail: Layer) -> None:
    with pytest.raises(QueryError) as raised:
        retail.run(query)
    assert [problem.code for problem in raised.value.problems] == [code]


def test_a_time_that_is_chosen_places_metrics(engine: DuckDBEngine) -> None:
    times = {"order_items": "orders.ordered_at"}
    layer = Layer(load(FOLDER / "retail.yaml", choices=Choices(times=times)), engine, TODAY)
    rows = layer.run(MetricQuery(metrics=("line_value",), group_by=("month",))).rows
    assert [(str(day), float(str(value))) for day, value in rows] == [
        ("2024-01-01", 100),
        ("2024-02-01", 320),
        ("2024-03-01", 30),
    ]


def test_what_is_remarked_and_nothing_is_lost() -> None:
    converted = convert(FOLDER / "retail.yaml")
    assert converted.problems == ()
    codes = [each.code for each in converted.remarks]
    assert sorted(codes) == [
        "ossie_left_behind",
        "ossie_left_behind",
        "ossie_left_behind",
        "ossie_left_behind",
        "ossie_renamed",
        "ossie_time_not_chosen",
    ]
    assert all(each.where.startswith("retail.yaml:") for each in converted.remarks)


def test_words_and_texts_are_kept() -> None:
    definition = convert(FOLDER / "retail.yaml").definition
    metrics = {each.name: each for each in definition.metrics}
    assert metrics["revenue"].synonyms.zh == ("销售额",) and metrics["revenue"].synonyms.en == ("turnover",)
    assert metrics["Refund_rate"].synonyms.en == ("Refund rate (%)",)
    assert metrics["revenue"].description is not None and metrics["revenue"].description.en == "Amount of all orders"
    category = _field(definition.datasets, "products", "category")
    assert category.label is not None and category.label.en == "Product category"
    assert category.synonyms.zh == ("品类",) and category.synonyms.en == ("category", "kind of product")


def test_hidden_parts_are_only_made_where_no_metric_is_the_same() -> None:
    metrics = {each.name: each for each in convert(FOLDER / "retail.yaml").definition.metrics}
    assert metrics["spend_per_customer"].expression == "revenue / spend_per_customer__1"
    assert metrics["spend_per_customer__1"].hidden and metrics["spend_per_customer__1"].dataset == "customers"
    assert metrics["average_order"].dataset == "orders"


def test_types_roles_and_times() -> None:
    datasets = convert(FOLDER / "retail.yaml").definition.datasets
    times = {each.name: each.time for each in datasets}
    assert times["orders"] == "ordered_at" and times["returns"] == "returned_on" and times["customers"] is None
    expected = {
        ("orders", "order_id"): ("integer", "key"),
        ("orders", "ordered_at"): ("timestamp", "time"),
        ("orders", "amount"): ("number", "fact"),
        ("orders", "weekday"): ("integer", "dimension"),
        ("orders", "store_id"): ("text", "key"),
        ("customers", "signed_up_on"): ("date", "dimension"),
        ("returns", "refund"): ("number", "fact"),
        ("stores", "employees"): ("number", "fact"),
        ("returns", "returned_on"): ("timestamp", "time"),
        ("customers", "year"): ("integer", "attribute"),
        ("customers", "customers_year"): ("integer", "dimension"),
        ("stores", "City"): ("text", "attribute"),
    }
    found = {key: _field(datasets, *key) for key in expected}
    assert {key: (each.type, each.role) for key, each in found.items()} == expected


def _field(datasets: tuple[DatasetDefinition, ...], dataset: str, name: str) -> FieldDefinition:
    return next(each for every in datasets if every.name == dataset for each in every.fields if each.name == name)


# ---- small documents ----

DATED = "{name: at, datatype: Date, expression: {dialects: [{dialect: ANSI_SQL, expression: at}]}}"


def small(datasets: str, metrics: str = "", relationships: str = "") -> str:
    text = "version: 0.2.0.dev0\nsemantic_model:\n  - name: small\n    datasets:\n" + datasets
    text += f"    relationships:\n{relationships}" if relationships else ""
    return text + (f"    metrics:\n{metrics}" if metrics else "")


def ansi(name: str, sql: str, more: str = "") -> str:
    return f"{{name: {name}, expression: {{dialects: [{{dialect: ANSI_SQL, expression: {json.dumps(sql)}}}]}}{more}}}\n"


def converted(text: str, tmp_path: Path, **choices: object) -> Converted:
    path = tmp_path / "d.yaml"
    path.write_text(text, encoding="utf-8")
    return convert(path, choices=Choices(**choices))  # type: ignore[arg-type]


def model_of(text: str, tmp_path: Path, **choices: object) -> Model:
    found = converted(text, tmp_path, **choices)
    assert found.problems == ()
    return build_model(found.definition)


def test_a_calendar_gives_the_time(tmp_path: Path) -> None:
    facts = "      - {name: facts, source: f, primary_key: [id]}\n"
    days = "      - name: days\n        source: d\n        primary_key: [day_id]\n        fields:\n"
    days += "          - " + ansi("day_id", "day_id").rstrip() + f"\n          - {DATED}\n"
    days += "          - " + ansi("d_year", "d_year", ", datatype: Integer, dimension: {is_time: true}")
    join = "      - {name: j, from: facts, to: days, from_columns: [day_id], to_columns: [day_id]}\n"
    metric = "      - " + ansi("total", "SUM(facts.x)")
    assert model_of(small(facts + days, metric, join), tmp_path).datasets["facts"].definition.time == "days.at"
    # one more field that is not of time, and it is no calendar: whose date is meant is for people to say
    named = days + "          - " + ansi("holiday", "holiday")
    found = converted(small(facts + named, metric, join), tmp_path)
    assert [each.code for each in found.remarks] == ["ossie_time_not_chosen"]


def test_two_times_are_a_choice(tmp_path: Path) -> None:
    both = DATED + ", " + DATED.replace("name: at", "name: done").replace("expression: at", "expression: done")
    fields = f"        fields: [{both}]\n"
    text = small("      - name: t\n        source: t\n" + fields, "      - " + ansi("n", "COUNT(*)"))
    found = converted(text, tmp_path)
    assert found.definition.datasets[0].time is None
    assert [each.code for each in found.remarks] == ["ossie_time_not_chosen"]
    assert model_of(text, tmp_path, times={"T": "at"}).datasets["t"].definition.time == "at"


@pytest.mark.parametrize(
    ("source", "schema", "table", "sql"),
    [
        ("db.public.t", None, "db.public.t", None),
        ("db.public.t", "main", "main.t", None),
        ("db.public.t", "", "t", None),
        ('"my-shop".t', None, None, 'SELECT * FROM "my-shop".t'),
        ("SELECT a FROM s.t", None, None, "SELECT\n  a\nFROM s.t"),
        (
            "WITH u AS (SELECT a FROM s.t) SELECT a FROM u",
            "main",
            None,
            "WITH u AS (\n  SELECT\n    a\n  FROM main.t\n)\nSELECT\n  a\nFROM u",
        ),
    ],
)
def test_sources(source: str, schema: str | None, table: str | None, sql: str | None, tmp_path: Path) -> None:
    text = small(f"      - name: t\n        source: {json.dumps(source)}\n", "      - " + ansi("n", "COUNT(*)"))
    dataset = converted(text, tmp_path, schema=schema).definition.datasets[0]
    assert (dataset.table, dataset.sql) == (table, sql)


@pytest.mark.parametrize(
    ("fields", "name", "expression"),
    [
        (["a=a", "b=a + 1"], "b", "a + 1"),  # a column
        (["a=x + 1", "b=a * 2"], "b", "t.a * 2"),  # the other field: the table shows no such column
        (["a=a + 1", "b=a * 2"], "b", "a * 2"),  # the column: the other field shows it
        (["a=x", "b=t.a"], "b", "t.a"),
        (["b=t.c"], "b", "c"),  # a table's name before its own column
        (["a=x", "A B=t.a || 'y'"], "A_B", "t.a || 'y'"),
        (["order=order"], "order", None),
    ],
)
def test_names_in_fields(fields: list[str], name: str, expression: str | None, tmp_path: Path) -> None:
    listed = "".join(f"          - {ansi(each.split('=')[0], each.split('=', 1)[1])}" for each in fields)
    model = model_of(small(f"      - name: t\n        source: t\n        fields:\n{listed}"), tmp_path)
    assert model.datasets["t"].fields[name].definition.expression == expression


def test_a_dataset_without_fields_has_those_that_metrics_read(tmp_path: Path) -> None:
    text = small(
        "      - {name: order, source: o}\n",
        "      - " + ansi("total", "SUM(order.amount) / COUNT(DISTINCT order.buyer)"),
    )
    fields = model_of(text, tmp_path).datasets["order"].fields
    assert {each.name: (each.type, each.definition.role) for each in fields.values()} == {
        "amount": ("number", "fact"),
        "buyer": ("text", "dimension"),
    }


def test_keys_of_several_columns_and_one_to_one(tmp_path: Path) -> None:
    text = small(
        "      - {name: a, source: a, primary_key: [x, y]}\n      - {name: b, source: b, primary_key: [x, y]}\n",
        relationships="      - {name: j, from: a, to: b, from_columns: [y, x], to_columns: [y, x]}\n",
    )
    joined = converted(text, tmp_path).definition.relationships[0]
    assert (joined.on, joined.type) == ({"y": "y", "x": "x"}, "one_to_one")


def test_rows_told_apart_by_less_than_the_primary_key(tmp_path: Path) -> None:
    text = small(
        "      - {name: a, source: a}\n      - {name: b, source: b, primary_key: [x, y], unique_keys: [[x]]}\n",
        relationships="      - {name: j, from: a, to: b, from_columns: [bx], to_columns: [x]}\n",
    )
    model = model_of(text, tmp_path)
    assert model.datasets["b"].primary_key == ("x",) and model.paths["a"]["b"]


def test_one_to_one_rows_are_those_whose_values_are_taken(tmp_path: Path) -> None:
    text = small(
        "      - {name: p, source: p, primary_key: [id]}\n      - {name: q, source: q, primary_key: [id]}\n",
        "      - " + ansi("n", "COUNT(CASE WHEN q.x > 1 THEN p.id END)"),
        "      - {name: j, from: q, to: p, from_columns: [id], to_columns: [id]}\n",
    )
    assert converted(text, tmp_path).definition.metrics[0].dataset == "p"


def test_several_ways_to_a_dataset_are_roles(tmp_path: Path) -> None:
    days = "      - name: days\n        source: days\n        primary_key: [day_id]\n        fields:\n"
    days += f"          - {DATED}\n          - " + ansi("season", "season", ", datatype: String, dimension: {}")
    staff = "      - {name: staff, source: staff, primary_key: [staff_id]}\n"
    joins = "      - {name: ordered, from: sales, to: days, from_columns: [o], to_columns: [day_id]}\n"
    joins += "      - {name: shipped, from: sales, to: days, from_columns: [s], to_columns: [day_id]}\n"
    joins += "      - {name: boss, from: staff, to: staff, from_columns: [boss_id], to_columns: [staff_id]}\n"
    metrics = "      - " + ansi("total", "SUM(sales.x)")
    text = small("      - {name: sales, source: sales, primary_key: [id]}\n" + days + staff, metrics, joins)
    found = converted(text, tmp_path, times={"sales": "Shipped.at"})
    assert found.problems == () and [each.code for each in found.remarks] == ["ossie_role_made"] * 3
    model = build_model(found.definition)
    assert {"ordered_season", "shipped_season"} <= set(model.dimensions)
    assert model.datasets["sales"].definition.time == "shipped.at" and model.paths["staff"]["boss"]
    candidates = [each for each in converted(text, tmp_path).remarks if isinstance(each, TimeNotChosen)]
    assert [each.candidates for each in candidates] == [("ordered.at", "shipped.at")]


def test_several_models_of_a_document_and_of_a_folder(tmp_path: Path) -> None:
    one = small("      - {name: t, source: t}\n", "      - " + ansi("n", "COUNT(*)"))
    other = one.replace("name: small", "name: other")
    (tmp_path / "a.yaml").write_text(one + other[other.index("  - name: other") :], encoding="utf-8")
    assert [each.definition.name for each in convert_all(tmp_path / "a.yaml")] == ["small", "other"]
    assert load(tmp_path / "a.yaml", "other").name == "other"
    (tmp_path / "b.json").write_text(json.dumps(yaml.safe_load(one.replace("small", "third")), indent="\t"))
    assert [each.definition.name for each in convert_all(tmp_path)] == ["small", "other", "third"]


def test_the_definitions_are_those_that_are_written(tmp_path: Path, retail: Layer) -> None:
    text = (FOLDER / "retail.yaml").read_text(encoding="utf-8")
    (tmp_path / "r.json").write_text(json.dumps(yaml.safe_load(text)), encoding="utf-8")
    assert load(tmp_path / "r.json").hash == retail.model.hash
    with pytest.raises(DefinitionsError):
        load_model(FOLDER / "retail.yaml")


def test_a_metric_definition_is_plain(tmp_path: Path) -> None:
    text = small("      - {name: t, source: t, primary_key: [id]}\n", "      - " + ansi("n", "COUNT(t.id)"))
    assert converted(text, tmp_path).definition.metrics == (
        MetricDefinition(name="n", dataset="t", expression="COUNT(id)"),
    )
