"""Why a number changed: contributions add up to the change, on any data; what cannot be taken apart is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from semantic_layer.engines.duckdb import DuckDBEngine, DuckDBWriter
from semantic_layer.errors import QueryError
from semantic_layer.layer import Layer
from semantic_layer.loading.load import build_model
from semantic_layer.model.definitions import ModelDefinition
from semantic_layer.query.reader import Reader
from semantic_layer.query.requests import Compare, ExplainQuery, FieldFilter, MetricFilter, MetricQuery
from semantic_layer.query.result import ResultTable
from semantic_layer.time.periods import unit
from tests.scheduling import TIMES

FEB, MAR = date(2026, 2, 1), date(2026, 3, 1)
MARCH = unit("month", MAR)
MODEL = build_model(
    ModelDefinition.model_validate(
        {
            "datasets": [
                {
                    "name": "people",
                    "sql": "SELECT DISTINCT who FROM facts",
                    "primary_key": "who",
                    "fields": [{"name": "who", "type": "integer", "role": "key"}],
                },
                {
                    "name": "facts",
                    "table": "facts",
                    "primary_key": "id",
                    "time": "day",
                    "fields": [
                        {"name": "id", "type": "integer", "role": "key"},
                        {"name": "who", "type": "integer", "role": "key"},
                        {"name": "day", "type": "date", "role": "time"},
                        {"name": "place", "type": "text"},
                        {"name": "kind", "type": "text"},
                        {"name": "secret", "type": "text", "pii": "other"},
                        {"name": "amount", "type": "number", "role": "fact"},
                        {"name": "won", "type": "boolean", "role": "fact"},
                    ],
                },
            ],
            "relationships": [{"from": "facts", "to": "people", "on": {"who": "who"}}],
            "entities": [{"name": "person", "dataset": "people", "key": "who", "label": {"zh": "人", "en": "person"}}],
            "metrics": [
                {"name": "rows", "dataset": "facts", "expression": "count(*)"},
                {"name": "total", "dataset": "facts", "expression": "sum(amount)"},
                {"name": "people", "dataset": "facts", "expression": "count(DISTINCT who)"},
                {"name": "mean", "dataset": "facts", "expression": "avg(amount)"},
                {"name": "win_rate", "dataset": "facts", "expression": "count(*) FILTER (WHERE won) / count(*)"},
                {"name": "score", "expression": "100 * (won_total - lost_total) / rows + 1"},
                {"name": "won_total", "dataset": "facts", "expression": "sum(amount)", "filter": "won"},
                {"name": "lost_total", "dataset": "facts", "expression": "sum(amount)", "filter": "NOT won"},
                {"name": "middle", "dataset": "facts", "expression": "median(amount)"},
                {"name": "product", "expression": "mean * win_rate"},
                {"name": "unlike", "expression": "total / rows - total / people"},
                {
                    "name": "again",
                    "dataset": "facts",
                    "per": {"key": "who", "values": {"n": "count(*)"}},
                    "expression": "count(*) FILTER (WHERE n > 1) / count(*)",
                },
            ],
        }
    )
)
SUMS, RATIOS = ("rows", "total", "people"), ("mean", "win_rate", "score", "again")
Fact = tuple[int, date, str | None, str | None, str, int, bool]


@contextmanager
def company(facts: list[Fact]) -> Iterator[Layer]:
    """A layer over those rows."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "facts.duckdb"
        with DuckDBWriter(path) as writer:
            writer.execute(
                "CREATE TABLE facts (id INTEGER, who INTEGER, day DATE, place VARCHAR, kind VARCHAR, secret VARCHAR, "
                "amount DECIMAL(12,2), won BOOLEAN)"
            )
            for number, (who, day, place, kind, secret, cents, won) in enumerate(facts):
                values = ", ".join("NULL" if each is None else f"'{each}'" for each in (place, kind, secret))
                writer.execute(
                    f"INSERT INTO facts VALUES ({number}, {who}, DATE '{day}', {values}, {cents / 100}, {won})"
                )
        engine = DuckDBEngine(path)
        yield Layer(MODEL, engine, date(2026, 3, 31))
        engine.close()


def many(count: int, day: date, place: str, kind: str, wins: int) -> list[Fact]:
    """So many rows of a group, the first of them won."""
    return [(index, day, place, kind, "s", 100, index < wins) for index in range(count)]


FACTS = st.lists(
    st.tuples(
        st.integers(1, 5),
        st.dates(date(2026, 2, 1), date(2026, 3, 31)),
        st.sampled_from(["a", "b", "c", None]),
        st.sampled_from([*"abcdefghijklmnopqrst", None]),
        st.just("s"),
        st.integers(-5000, 9000),
        st.booleans(),
    ),
    max_size=60,
)
FILTERS = st.sampled_from(
    (
        (),
        (FieldFilter(field="place", op="!=", values=("a",)),),
        (FieldFilter(field="facts.amount", op=">", values=(3,)),),
        (MetricFilter(metric="rows", per="person", op=">=", values=(2,)),),
    )
)


@settings(max_examples=20 * TIMES, deadline=None)
@given(FACTS, st.sampled_from((*SUMS, *RATIOS)), FILTERS)
def test_contributions_add_up_to_the_change(
    facts: list[Fact], metric: str, filters: tuple[FieldFilter | MetricFilter, ...]
) -> None:
    with company(facts) as layer:
        table = layer.run(ExplainQuery(metric=metric, period=MARCH, filters=filters, dimensions=("place", "kind")))
        plain = layer.run(
            MetricQuery(metrics=(metric,), period=MARCH, filters=filters, compare=Compare(to="previous"))
        ).rows[0]
    whole = rows_of(table)[0]
    for name, value in zip((metric, f"{metric}__previous"), plain, strict=False):
        # a metric of nothing is nothing, its sums are 0
        assert whole[name] == (pytest.approx(value) if value is not None else whole[name])
    left_out = {name for each in table.cautions for name in getattr(each, "dimensions", ())}
    for dimension, group in groupby(rows_of(table)[1:], key=lambda row: row["dimension"]):
        found = list(group)
        assert dimension not in left_out
        assert sum(row["contribution"] for row in found) == pytest.approx(whole["contribution"], rel=1e-9, abs=1e-9)
        assert len(found) <= 13
        if metric in RATIOS:
            for row in found:
                assert row["rate_effect"] + row["mix_effect"] == pytest.approx(row["contribution"], abs=1e-9)
        else:
            assert all(row[metric] - row[f"{metric}__previous"] == pytest.approx(row["contribution"]) for row in found)


def rows_of(table: ResultTable) -> list[dict[str, Any]]:
    """The rows by their columns' names."""
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows]


def test_every_group_moved_against_the_whole() -> None:
    """Easy cases of `a` were won more often, hard ones of `b` too; but most of March's are hard."""
    february = [*many(90, FEB, "a", "x", 81), *many(10, FEB, "b", "x", 1)]
    march = [*many(10, MAR, "a", "x", 10), *many(90, MAR, "b", "x", 18)]
    with company([*february, *march]) as layer:
        table = layer.run(ExplainQuery(metric="win_rate", period=MARCH))
    # 82 of 100 before, 28 of 100 now; mean weights of 0.5 and a mean rate of 0.55
    whole, *groups = rows_of(table)
    found = {row["value"]: row for row in groups if row["dimension"] == "place"}
    assert whole["contribution"] == pytest.approx(-0.54)
    assert found["a"]["rate_effect"] == pytest.approx(0.5 * 0.1)
    assert found["a"]["mix_effect"] == pytest.approx(-0.8 * (0.95 - 0.55))
    assert found["b"]["rate_effect"] == pytest.approx(0.5 * 0.1)
    assert found["b"]["mix_effect"] == pytest.approx(0.8 * (0.15 - 0.55))
    assert all(row["is_reversed"] and row["is_small"] for row in found.values())
    assert [each.code for each in table.cautions] == ["reversed_in_groups", "small_groups"]


def test_the_dimension_that_explains_comes_first() -> None:
    """All of the growth is in `c`, spread evenly over the kinds."""
    before = [row for place in "abc" for kind in "xyz" for row in many(40, FEB, place, kind, 0)]
    now = [row for place in "abc" for kind in "xyz" for row in many(40 + 80 * (place == "c"), MAR, place, kind, 0)]
    with company([*before, *now]) as layer:
        _, *groups = rows_of(layer.run(ExplainQuery(metric="rows", period=MARCH, limit=1)))
    assert [(row["dimension"], row["value"], row["contribution"], row["is_main"]) for row in groups] == [
        ("place", "c", 240, True),
        ("place", "a", 0, False),
        ("place", "b", 0, False),
    ]


def test_many_groups_are_shown_as_twelve_and_the_others() -> None:
    facts = [row for number in range(20) for row in many(number + 1, MAR, f"p{number:02}", "x", 0)]
    with company([*facts, *many(1, FEB, "p00", "x", 0)]) as layer:
        _, *groups = rows_of(layer.run(ExplainQuery(metric="rows", period=MARCH, dimensions=("place",))))
    assert len(groups) == 13 and groups[-1]["value"] is None
    assert (groups[-1]["groups"], groups[-1]["contribution"]) == (8, sum(range(1, 9)) - 1)


def test_nothing_to_explain_is_said() -> None:
    same = [*many(3, FEB, "a", "x", 1), *many(3, MAR, "a", "x", 1)]
    with company(same) as layer:
        assert [each.code for each in layer.run(ExplainQuery(metric="rows", period=MARCH)).cautions] == ["no_change"]
    with company(many(3, MAR, "a", "x", 1)) as layer:
        table = layer.run(ExplainQuery(metric="win_rate", period=MARCH, dimensions=("place",)))
        assert [each.code for each in table.cautions] == ["nothing_to_compare"] and len(table.rows) == 1
        grown = layer.run(ExplainQuery(metric="rows", period=MARCH))
        assert [each.code for each in grown.cautions] == ["nothing_partitions"] and len(grown.rows) == 1


@pytest.mark.parametrize(
    ("query", "code", "part"),
    [
        ({"metric": "middle", "period": MARCH}, "not_decomposable", "metric"),
        ({"metric": "product", "period": MARCH}, "not_decomposable", "metric"),
        ({"metric": "unlike", "period": MARCH}, "not_decomposable", "metric"),
        ({"metric": "rowz", "period": MARCH}, "unknown_name", "metric"),
        ({"metric": "rows", "period": MARCH, "dimensions": ("placed",)}, "unknown_name", "dimensions[0]"),
        ({"metric": "rows", "period": MARCH, "dimensions": ("month",)}, "unknown_name", "dimensions[0]"),
        ({"metric": "rows", "period": MARCH, "dimensions": ("secret",)}, "withheld", "dimensions[0]"),
        ({"metric": "rows"}, "needs_period", "compare"),
    ],
)
def test_what_cannot_be_explained(query: dict[str, object], code: str, part: str) -> None:
    with company(many(1, MAR, "a", "x", 0)) as layer, pytest.raises(QueryError) as raised:
        layer.run(ExplainQuery.model_validate(query))
    assert [(each.code, getattr(each, "part", "")) for each in raised.value.problems] == [(code, part)]


def test_rows_that_a_reader_may_not_see_explain_nothing() -> None:
    facts = [*many(4, MAR, "a", "x", 0), *many(9, MAR, "b", "x", 0), *many(2, MAR, "a", "y", 0)]
    reader = Reader("k", policies=(FieldFilter(field="place", values=("a",), origin="policy"),))
    with company(facts) as layer:
        table = layer.run(
            ExplainQuery(
                metric="rows",
                period=MARCH,
                dimensions=(
                    "place",
                    "kind",
                ),
            ),
            reader,
        )
    assert {(row["dimension"], row["value"], row["contribution"]) for row in rows_of(table)} == {
        (None, None, 6),
        ("place", "a", 6),
        ("kind", "x", 4),
        ("kind", "y", 2),
    }
    assert "secret" not in {row["dimension"] for row in rows_of(table)}


@pytest.mark.parametrize("metric", ["rows", "mean", "score"])
def test_rows_are_read_once_for_all_dimensions(metric: str) -> None:
    with company([(1, MAR, "a", "x", "s", 100, True)]) as layer:
        statement = layer.prepare(ExplainQuery(metric=metric, period=MARCH, dimensions=("place", "kind"))).statement
    assert [table.name for table in statement.find_all(exp.Table) if table.name == "facts"] == ["facts"]
