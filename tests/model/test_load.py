"""From files, or from definitions in memory, to a model."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlglot import exp

from semantic_layer.errors import DefinitionProblem, DefinitionsError
from semantic_layer.loading.load import build_model, load_model, read_definition, shipped_model_path
from semantic_layer.model.definitions import ModelDefinition
from semantic_layer.model.model import Model
from semantic_layer.query.result import Label

SHOP = Path(__file__).parent / "shop.yaml"


@pytest.fixture(scope="module")
def shop() -> Model:
    """The small sound model."""
    return load_model(SHOP)


def codes_of(path: Path) -> list[str]:
    """The codes of a model's problems."""
    with pytest.raises(DefinitionsError) as caught:
        load_model(path)
    return [each.code for each in caught.value.problems]


def test_the_shipped_model_is_sound() -> None:
    model = load_model(shipped_model_path())
    assert model.metrics
    assert model.dimensions
    assert {"customers", "orders"} <= model.datasets.keys()


def test_everything_is_indexed_by_name(shop: Model) -> None:
    assert shop.name == "shop"
    assert shop.parameters == {"window_days": 90}
    assert list(shop.datasets) == ["customers", "orders", "order_items", "first_orders"]
    assert list(shop.dimensions) == ["city", "tier", "order_channel", "status"]
    assert shop.entities["customer"].key == "customer_id"
    assert shop.behaviours["bought"].amount == "revenue"
    assert shop.lists["gold_members"].filter == {"tier": ("gold",)}


def test_a_label_falls_back_to_the_name(shop: Model) -> None:
    assert shop.metrics["repeat_buyers"].label == Label("repeat buyers", "repeat buyers")
    assert shop.dimensions["city"].label == Label("城市", "city")


def test_field_expressions(shop: Model) -> None:
    fields = shop.datasets["orders"].fields
    assert fields["net_amount"].expression == exp.column("net_amount")
    assert fields["order_channel"].expression == exp.column("channel")
    assert fields["is_vip"].expression.find(exp.Column) == exp.column("tier", table="customers")


def test_a_dataset_stands_on_another(shop: Model) -> None:
    first = shop.datasets["first_orders"]
    assert first.requires == {"orders"}
    assert first.source is not None
    assert first.source.sql("duckdb") == (
        "WITH paid AS (SELECT * FROM orders AS orders WHERE status = 'paid') "
        "SELECT customer_id, MIN(ordered_at) AS first_at FROM paid GROUP BY customer_id"
    )


def test_a_query_is_put_into_a_query() -> None:
    model = build_model(
        ModelDefinition.model_validate(
            {
                "datasets": [
                    {"name": "late", "sql": "SELECT o.id FROM {paid} AS o JOIN {raw} USING (id)"},
                    {"name": "paid", "sql": "SELECT id FROM {raw} WHERE state = 'paid'"},
                    {"name": "raw", "table": "shop.orders_v2"},
                ]
            }
        )
    )
    late = model.datasets["late"]
    assert late.requires == {"shop.orders_v2"}
    assert late.source is not None
    assert late.source.sql("duckdb") == (
        "SELECT o.id FROM (SELECT id FROM shop.orders_v2 AS raw WHERE state = 'paid') AS o "
        "JOIN shop.orders_v2 AS raw USING (id)"
    )


def test_metric_kinds(shop: Model) -> None:
    kinds = {name: (each.kind, each.is_stock, each.is_additive) for name, each in shop.metrics.items()}
    assert kinds == {
        "order_count": ("simple", False, True),
        "revenue": ("simple", False, True),
        "aov": ("derived", False, False),
        "buyers": ("simple", False, False),
        "doubled": ("derived", False, True),
        "units": ("simple", False, True),
        "repeat_buyers": ("simple", False, False),
        "active": ("simple", True, False),
        "active_twice": ("derived", True, False),
        "retention": ("transition", False, False),
    }


def test_what_a_metric_stands_on(shop: Model) -> None:
    assert shop.metrics["aov"].inputs == ("revenue", "order_count")
    assert shop.metrics["retention"].inputs == ("active", "buyers")
    assert shop.metrics["revenue"].inputs == ()
    # by its filter a field of orders, which itself looks at the customer
    assert shop.metrics["units"].datasets == {"order_items", "orders", "customers"}
    assert shop.metrics["aov"].datasets == {"orders"}


@pytest.mark.parametrize(
    ("keys", "is_additive"),
    [
        ({"expression": "sum(x) - count(*) / 2"}, True),
        ({"expression": "coalesce(sum(x), 0) * 0.5"}, True),
        ({"expression": "sum(x) FILTER (WHERE x > 1)"}, True),
        ({"expression": "count_if(x > 1)"}, True),
        ({"expression": "sum(x) + 1"}, False),
        ({"expression": "sum(x) / sum(y)"}, False),
        ({"expression": "sum(DISTINCT x)"}, False),
        ({"expression": "avg(x)"}, False),
        ({"expression": "sum(x)", "window": {"last": "7 days"}}, False),
        ({"expression": "sum(x)", "latest": {"by": "at"}}, False),
        ({"expression": "sum(x)", "valid": {"from": "at"}}, False),
    ],
)
def test_additive(keys: dict[str, object], is_additive: bool) -> None:
    fields = [{"name": "x", "type": "number"}, {"name": "y", "type": "number"}, {"name": "at", "type": "date"}]
    definition = {
        "datasets": [{"name": "t", "table": "t", "fields": fields}],
        "metrics": [{"name": "m", "dataset": "t", **keys}],
    }
    model = build_model(ModelDefinition.model_validate(definition))
    assert model.metrics["m"].is_additive is is_additive


def test_inputs_under_names_of_their_own() -> None:
    definition = {
        "datasets": [{"name": "t", "table": "t", "fields": [{"name": "kind"}]}],
        "metrics": [
            {"name": "rows", "dataset": "t", "expression": "count(*)"},
            {
                "name": "change",
                "expression": "rows - before",
                "inputs": {"before": {"metric": "rows", "offset": "1 month"}},
            },
            {
                "name": "part",
                "expression": "a - b",
                "inputs": {
                    "a": {"metric": "rows", "filter": "kind = 'a'"},
                    "b": {"metric": "rows", "filter": "t.kind = 'b'"},
                },
            },
        ],
    }
    model = build_model(ModelDefinition.model_validate(definition))
    assert model.metrics["change"].inputs == ("rows",)
    assert not model.metrics["change"].is_additive
    assert model.metrics["part"].is_additive


def test_the_hash_follows_what_is_said_not_how(shop: Model, tmp_path: Path) -> None:
    text = SHOP.read_text(encoding="utf-8")
    head, _, metrics = text.partition("metrics:\n")
    (tmp_path / "a.yaml").write_text("# the same in two files\n" + head, encoding="utf-8")
    (tmp_path / "b.yaml").write_text("metrics:\n" + metrics, encoding="utf-8")
    assert load_model(tmp_path).hash == shop.hash
    (tmp_path / "b.yaml").write_text("metrics:\n" + metrics.replace("n >= 2", "n >= 3"), encoding="utf-8")
    assert load_model(tmp_path).hash != shop.hash


def test_positions_over_several_files(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "a.yaml").write_text("name: x\ndatasets:\n  - {name: t, table: t}\n", encoding="utf-8")
    (folder / "b.yml").write_text("parameters:\n  days: 3\ndatasets:\n  - name: u\n    table: u\n", encoding="utf-8")
    draft, problems = read_definition(folder)
    assert problems == ()
    assert draft.where("datasets", 0) == "mine/a.yaml:3"
    assert draft.where("datasets", 1, "table") == "mine/b.yml:5"
    assert draft.where("datasets", "u", "table") == "mine/b.yml:5"
    assert draft.where("parameters", "days") == "mine/b.yml:2"
    assert draft.where("datasets", "u", "fields", "none") == "mine/b.yml:4"


def test_definitions_in_memory_name_their_parts() -> None:
    definition = ModelDefinition.model_validate({"metrics": [{"name": "m", "expression": "n"}]})
    with pytest.raises(DefinitionsError) as caught:
        build_model(definition)
    problem = caught.value.problems[0]
    assert isinstance(problem, DefinitionProblem)
    assert (problem.code, problem.where) == ("unknown_metric", "metrics.m.expression")


def test_nothing_to_read(tmp_path: Path) -> None:
    assert codes_of(tmp_path / "none") == ["model_missing"]
    assert codes_of(tmp_path) == ["no_model_files"]
    (tmp_path / "folder.yaml").mkdir()
    assert codes_of(tmp_path) == ["file_unreadable"]


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes("name: 商店\n".encode("gb18030"))
    (tmp_path / "b.yaml").write_bytes(b"metrics: []\n# \xff\n")
    (tmp_path / "c.yaml").write_bytes(b"#" * 8_000_001)
    (tmp_path / "d.yaml").write_bytes(b"\xef\xbb\xbf# a mark of byte order\nmetrics: []\n")
    with pytest.raises(DefinitionsError) as caught:
        load_model(tmp_path)
    found = [(each.code, str(each).partition("/")[2].partition(": ")[0]) for each in caught.value.problems]
    assert found == [("not_utf8", "a.yaml:1"), ("not_utf8", "b.yaml:2"), ("file_too_large", "c.yaml")]


def test_an_empty_mapping_is_a_model_without_anything(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("{}\n", encoding="utf-8")
    assert load_model(tmp_path).metrics == {}


def test_a_copy_elsewhere_is_the_same_model(shop: Model, tmp_path: Path) -> None:
    shutil.copy(SHOP, tmp_path / "other.yml")
    assert load_model(tmp_path).hash == shop.hash
