"""A model against a database: what is missing, what does not run, what is not unique."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from semantic_layer.database.checks import check_against, missing_tables
from semantic_layer.engines.duckdb import DuckDBEngine, DuckDBWriter
from semantic_layer.errors import DefinitionProblem
from semantic_layer.loading.load import build_model, load_model, read_definition
from semantic_layer.model.definitions import ModelDefinition
from semantic_layer.model.model import Model

SHOP = Path(__file__).parent / "shop.yaml"
TABLES = """
    CREATE TABLE customers (customer_id BIGINT, registered_at TIMESTAMP, city VARCHAR, tier VARCHAR, birth_date DATE);
    CREATE TABLE orders (order_id BIGINT, customer_id BIGINT, ordered_at TIMESTAMP, channel VARCHAR, status VARCHAR,
                         net_amount DECIMAL(12,2));
    CREATE TABLE order_items (order_id BIGINT, line_no INTEGER, quantity INTEGER);
    INSERT INTO customers VALUES (1, '2026-01-01', '上海', 'gold', '1990-01-01');
    INSERT INTO customers VALUES (2, '2026-01-02', NULL, 'basic', NULL);
    INSERT INTO orders VALUES (10, 1, '2026-02-01', 'app', 'paid', 120), (11, 1, '2026-03-01', 'web', 'paid', 80);
    INSERT INTO order_items VALUES (10, 1, 2), (10, 2, 1), (11, 1, 1);
"""


@contextmanager
def database(folder: Path, *changes: str) -> Iterator[DuckDBEngine]:
    """The shop's database, with changes made to it."""
    path = folder / "shop.duckdb"
    with DuckDBWriter(path) as writer:
        writer.execute(TABLES + ";".join(changes))
    engine = DuckDBEngine(path, threads=1)
    try:
        yield engine
    finally:
        engine.close()


@pytest.fixture(scope="module")
def shop() -> Model:
    """The small sound model."""
    return load_model(SHOP)


def found(model: Model, engine: DuckDBEngine) -> list[tuple[str, str]]:
    """Where and what, in order."""
    return [(each.where, each.code) for each in check_against(model, engine)]


def test_a_model_that_fits(shop: Model, tmp_path: Path) -> None:
    with database(tmp_path) as engine:
        assert found(shop, engine) == []


CALENDAR = """
datasets:
  - name: days
    table: days
    fields: [{name: day, type: date, role: time}, {name: term, role: attribute}]
grains: [{name: term, day: days.day, unit: days.term}]
"""


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ("('2026-01-01', 'a'), ('2026-01-02', 'a'), ('2026-01-03', 'b')", []),
        ("('2026-01-01', 'a'), ('2026-01-03', 'b')", ["bad_calendar"]),
        ("('2026-01-01', 'a'), ('2026-01-01', 'b')", ["bad_calendar"]),
        ("('2026-01-01', 'a'), ('2026-01-02', 'b'), ('2026-01-03', 'a')", ["bad_calendar"]),
        ("('2026-01-01', 'a'), ('2026-01-02', NULL)", ["bad_calendar"]),
        ("(NULL, 'a')", ["bad_calendar"]),
    ],
)
def test_a_calendar_names_the_unit_of_every_day_once(rows: str, wrong: list[str], tmp_path: Path) -> None:
    model = build_model(ModelDefinition.model_validate(yaml.safe_load(CALENDAR)))
    with database(tmp_path, f"CREATE TABLE days (day DATE, term VARCHAR); INSERT INTO days VALUES {rows}") as engine:
        assert [code for _, code in found(model, engine)] == wrong


def test_what_needs_a_missing_table_is_told_and_the_rest_checked(shop: Model, tmp_path: Path) -> None:
    with database(tmp_path, "DROP TABLE orders", "ALTER TABLE customers DROP birth_date") as engine:
        assert found(shop, engine) == [
            ("datasets.orders", "dataset_unavailable"),
            ("datasets.first_orders", "dataset_unavailable"),
            ("datasets.customers.fields.age", "missing_column"),
        ]


def test_missing_tables_by_name(shop: Model) -> None:
    assert missing_tables(shop, ["Customers", "ORDERS", "order_items"]) == {}
    assert missing_tables(shop, ["customers", "order_items"]) == {"orders": ("orders",), "first_orders": ("orders",)}


def test_each_field_that_does_not_run_is_named(shop: Model, tmp_path: Path) -> None:
    with database(tmp_path, "ALTER TABLE orders RENAME channel TO door") as engine:
        assert found(shop, engine) == [("datasets.orders.fields.order_channel", "missing_column")]


def test_a_type_that_is_declared_wrongly(shop: Model, tmp_path: Path) -> None:
    with database(tmp_path, "ALTER TABLE order_items ALTER quantity TYPE VARCHAR") as engine:
        assert ("datasets.order_items.fields.quantity", "wrong_field_type") in found(shop, engine)


def test_a_key_that_is_not_unique(shop: Model, tmp_path: Path) -> None:
    with database(tmp_path, "INSERT INTO customers (customer_id) VALUES (1), (NULL), (NULL)") as engine:
        problems = check_against(shop, engine)
    assert [(each.where, each.code) for each in problems] == [("datasets.customers.primary_key", "not_unique")]
    assert "'1'" in problems[0].message


def test_a_join_target_that_is_not_unique(tmp_path: Path) -> None:
    key = {"name": "id", "type": "integer", "role": "key"}
    definition = {
        "datasets": [
            {"name": "a", "table": "a", "primary_key": "id", "fields": [key, {"name": "mail", "role": "attribute"}]},
            {"name": "b", "table": "b", "primary_key": "id", "fields": [key, {"name": "mail", "role": "attribute"}]},
        ],
        "relationships": [{"from": "a", "to": "b", "on": {"mail": "mail"}}],
    }
    made = ("CREATE TABLE a (id INTEGER, mail VARCHAR)", "CREATE TABLE b (id INTEGER, mail VARCHAR)")
    model = build_model(ModelDefinition.model_validate(definition))
    with database(tmp_path, *made, "INSERT INTO b VALUES (1, 'x'), (2, 'x'), (3, NULL), (4, NULL)") as engine:
        assert found(model, engine) == [("relationships.0.on", "not_unique")]


def test_metrics_that_do_not_run(tmp_path: Path) -> None:
    field = {"name": "city"}
    definition = {
        "datasets": [{"name": "customers", "table": "customers", "fields": [field]}],
        "metrics": [
            {"name": "added", "dataset": "customers", "expression": "sum(no_such_function(city))"},
            {"name": "filtered", "dataset": "customers", "expression": "count(*)", "filter": "no_such_function(city)"},
            {
                "name": "inner",
                "dataset": "customers",
                "expression": "avg(n)",
                "per": {"key": "city", "values": {"n": "sum(no_such_function(city))"}},
            },
            {
                "name": "outer",
                "dataset": "customers",
                "expression": "max(no_such_function(n))",
                "per": {"key": "city", "values": {"n": "count(*)"}},
            },
            {"name": "formula", "expression": "no_such_function(people)"},
            {"name": "people", "dataset": "customers", "expression": "count(*)"},
        ],
    }
    model = build_model(ModelDefinition.model_validate(definition))
    with database(tmp_path) as engine:
        refused = [where for where, code in found(model, engine) if code == "does_not_run"]
    assert refused == [f"metrics.{name}.expression" for name in ("added", "filtered", "inner", "outer", "formula")]


def test_places_in_files(tmp_path: Path) -> None:
    draft, _ = read_definition(SHOP)
    model = load_model(SHOP)
    with database(tmp_path, "ALTER TABLE orders RENAME channel TO door") as engine:
        problems = check_against(model, engine, draft.where)
    assert [each.where for each in problems if isinstance(each, DefinitionProblem)] == ["shop.yaml:27"]


@pytest.mark.parametrize(
    ("change", "where", "code", "told"),
    [
        ("ALTER TABLE order_items RENAME TO order_item", "datasets.order_items", "dataset_unavailable", "'order_item'"),
        (
            "ALTER TABLE orders RENAME channel TO chanel",
            "datasets.orders.fields.order_channel",
            "missing_column",
            "'chanel'",
        ),
        (
            "UPDATE orders SET customer_id = customer_id + 100",
            "relationships.0.on",
            "joins_nothing",
            "customer_id",
        ),
        ("UPDATE customers SET tier = 'Gold'", "datasets.customers.fields.tier.values", "code_not_in_data", "'Gold'"),
    ],
)
def test_what_is_there_is_told(change: str, where: str, code: str, told: str, shop: Model, tmp_path: Path) -> None:
    with database(tmp_path, change) as engine:
        problems = [each for each in check_against(shop, engine) if each.code == code]
    assert where in [each.where for each in problems], [str(each) for each in problems]
    assert told in " ".join(each.message for each in problems)
