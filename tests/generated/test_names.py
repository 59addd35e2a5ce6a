"""What things are called changes no number: a company is named by the very words that its statements are made of."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlglot
from sqlglot import exp

from semantic_layer.layer import Layer
from semantic_layer.query.requests import Compare, FieldFilter, MetricFilter, MetricQuery
from semantic_layer.time.periods import GRAINS, Period
from tests.generated.company import Company, DatasetSpec, EntitySpec, FieldSpec, Link, Row, Table
from tests.generated.conditions import Ref
from tests.generated.metric_specs import (
    Aggregate,
    Conversion,
    Derived,
    Expression,
    Input,
    Latest,
    MetricSpec,
    Per,
    Simple,
    Transition,
    Window,
)
from tests.generated.running import opened

YEAR = Period(date(2024, 1, 1), date(2025, 1, 1))
DIMENSION, DATASET = "city", "visits"
COUNT = Expression(Aggregate("count_rows"))


def named(dimension: str = DIMENSION, dataset: str = DATASET) -> Company:
    """People and what they did, with a metric of every kind; `dimension` is the people's, `dataset` what they did."""
    key = Ref(dataset, "person_id")
    columns = (("person_id", "INTEGER"), (dimension, "VARCHAR"))
    people = Table("people", columns, ((1, "A"), (2, "B"), (3, None)))
    rows = tuple((n, n % 4 or None, date(2024, 1 + n % 6, 1 + n), n * 2) for n in range(1, 13))
    names = ("event_id", "person_id", "at", "size")
    types = ("INTEGER", "INTEGER", "DATE", "INTEGER")
    events = Table(dataset, tuple(zip(names, types, strict=True)), rows)
    at, size = Ref(dataset, "at"), Ref(dataset, "size")
    metrics: tuple[MetricSpec, ...] = (
        Simple("m1", dataset, COUNT),
        Simple("m2", dataset, Expression(Aggregate("sum", size)), since=at),
        Simple("m3", dataset, COUNT, since=at),
        Simple("m4", dataset, Expression(Aggregate("sum", size)), window=Window("30 days")),
        Simple("m5", dataset, Expression(Aggregate("sum", size)), latest=Latest(at, "last", (key,))),
        Simple("m6", dataset, COUNT, per=Per(key, Aggregate("count_rows"), "at_least_two")),
        Derived("m7", "-", Input("m1"), Input("m1", offset="1 month")),
        Transition("m8", "m3", "m1", "person_id"),
        Conversion("m9", "m1", "m1", "person_id", "person_id", "60 days"),
    )
    fields = (FieldSpec("person_id", "integer", "key"), FieldSpec(dimension, "text", "dimension"))
    others = (
        FieldSpec("event_id", "integer", "key"),
        FieldSpec("person_id", "integer", "key"),
        FieldSpec("at", "date", "time"),
        FieldSpec("size", "integer", "fact"),
    )
    datasets = (
        DatasetSpec("people", fields, ("person_id",), _rows(people), None, "people"),
        DatasetSpec(dataset, others, ("event_id",), _rows(events), at, dataset),
    )
    return Company(
        (people, events),
        datasets,
        (Link(dataset, "people", (("person_id", "person_id"),)),),
        (EntitySpec("customer", "people", "person_id"),),
        metrics,
        date(2024, 12, 31),
    )


def _rows(table: Table) -> tuple[Row, ...]:
    return tuple({name: value for (name, _), value in zip(table.columns, row, strict=True)} for row in table.rows)


def queries(dimension: str) -> tuple[MetricQuery, ...]:
    """Every metric by the dimension, along time, compared, shared, limited, and of a population."""
    every = tuple(f"m{place}" for place in range(1, 10))
    by = MetricQuery(metrics=every, group_by=(dimension,), period=YEAR)
    members = MetricFilter(metric="m1", op=">=", values=(2,), filters=(FieldFilter(field=dimension, values=("A",)),))
    return (
        by.model_copy(update={"group_by": (dimension, "month"), "cumulative": ("m1",)}),
        by.model_copy(update={"shares": ("m1", "m6"), "limit": 1, "limit_within": (dimension,)}),
        by.model_copy(update={"compare": Compare(to="previous"), "filters": (members,)}),
        MetricQuery(metrics=("m1", "m7"), group_by=("quarter", dimension), period=YEAR, compare=Compare(to="year")),
        MetricQuery(group_by=(dimension,)),
    )


def words() -> tuple[str, ...]:
    """Every name in the statements that is not the model's own."""
    with opened(named()) as layer:
        trees = [sqlglot.parse_one(layer.compile(query), dialect="duckdb") for query in queries(DIMENSION)]
    found = {node.name for tree in trees for node in tree.find_all(exp.Identifier)}
    own = {"people", DATASET, DIMENSION, "person_id", "event_id", "at", "size", *GRAINS}
    return tuple(sorted(name for name in found - own if name.isidentifier() and re.match(r"m\d", name) is None))


WORDS = words()


def answers(layer: Layer, dimension: str) -> list[object]:
    """The rows of every query."""
    return [layer.run(query).rows for query in queries(dimension)]


@pytest.fixture(scope="module")
def wanted() -> list[object]:
    with opened(named()) as layer:
        return answers(layer, DIMENSION)


@pytest.mark.parametrize("word", WORDS)
def test_a_dimension_and_a_dataset_may_have_any_name(word: str, wanted: list[object]) -> None:
    with opened(named(dimension=word, dataset=word)) as layer:
        assert answers(layer, word) == wanted
