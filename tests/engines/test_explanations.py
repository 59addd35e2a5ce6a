"""Why a number changed, on every engine: of random rows, some in no group, what groups made adds up to the change, and
is the same everywhere."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

import pytest

from semantic_layer.engines.duckdb import DuckDBEngine, DuckDBWriter
from semantic_layer.engines.opening import open_engine
from semantic_layer.layer import Layer
from semantic_layer.query.requests import ExplainQuery, FieldFilter, MetricFilter
from tests.engines.conftest import ENGINES
from tests.layer.test_explanations import FEB, MARCH, MODEL, RATIOS, SUMS, rows_of

ROWS, SECRETS = 240, ("s", "t")
COUNTED_ONCE = ("people", "again")
# each kind of metric of other rows: all of them, those of a condition, those of people by what they did
FILTERS = (
    (),
    (FieldFilter(field="place", op="!=", values=("a",)),),
    (FieldFilter(field="facts.amount", op=">", values=(3,)),),
    (MetricFilter(metric="rows", per="person", op=">=", values=(2,)),),
)
CASES = [(metric, FILTERS[number % len(FILTERS)]) for number, metric in enumerate((*SUMS, *RATIOS))]


@pytest.fixture(scope="module")
def facts_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made, path = random.Random(8), tmp_path_factory.mktemp("facts") / "facts.duckdb"  # noqa: S311 — no secret
    rows = []
    for number in range(ROWS):
        day = FEB + timedelta(days=made.randrange(59))
        words = (made.choice(["a", "b", "c", None]), made.choice([*"defghijklmnopqrst", None]), made.choice(SECRETS))
        values = ", ".join("NULL" if each is None else f"'{each}'" for each in words)
        cents, won = made.randint(-5000, 9000), made.choice(["TRUE", "FALSE"])
        rows.append(f"({number}, {made.randint(1, 90)}, DATE '{day}', {values}, {cents / 100}, {won})")
    with DuckDBWriter(path) as writer:
        writer.execute(
            "CREATE TABLE facts (id INTEGER, who INTEGER, day DATE, place VARCHAR, kind VARCHAR, secret VARCHAR, "
            "amount DECIMAL(12,2), won BOOLEAN)"
        )
        writer.execute(f"INSERT INTO facts VALUES {', '.join(rows)}")
    return path


@pytest.fixture(scope="module", params=ENGINES)
def layer(request: pytest.FixtureRequest, placed: Callable[[str, str, Path], str], facts_file: Path) -> Iterator[Layer]:
    engine = open_engine(placed(request.param, "facts", facts_file), timeout_seconds=120)
    yield Layer(MODEL, engine, date(2026, 3, 31))
    engine.close()


@pytest.fixture(scope="module")
def here(facts_file: Path) -> Iterator[Layer]:
    """The same rows where they were made: what others are held against."""
    engine = DuckDBEngine(facts_file)
    yield Layer(MODEL, engine, date(2026, 3, 31))
    engine.close()


@pytest.mark.parametrize(("metric", "filters"), CASES, ids=[name for name, _ in CASES])
def test_contributions_add_up_to_the_change_and_are_the_same_everywhere(
    metric: str, filters: tuple[FieldFilter | MetricFilter, ...], layer: Layer, here: Layer
) -> None:
    query = ExplainQuery(metric=metric, period=MARCH, filters=filters, dimensions=("place",))
    whole, *groups = rows_of(layer.run(query))
    told = {name: list(rows) for name, rows in groupby(groups, key=lambda row: row["dimension"])}
    assert whole["contribution"]
    assert bool(told) is (metric not in COUNTED_ONCE)  # one who is in two groups would be counted twice
    for rows in told.values():
        assert sum(row["contribution"] for row in rows) == pytest.approx(whole["contribution"], rel=1e-9, abs=1e-9)
        for row in rows if metric in RATIOS else ():
            assert row["rate_effect"] + row["mix_effect"] == pytest.approx(row["contribution"], abs=1e-9)
    for row, same in zip((whole, *groups), rows_of(here.run(query)), strict=True):
        assert {name: value for name, value in row.items() if not isinstance(value, float)} == {
            name: value for name, value in same.items() if not isinstance(value, float)
        }
        numbers = {name: value for name, value in row.items() if isinstance(value, float)}
        assert numbers == pytest.approx({name: same[name] for name in numbers}, rel=1e-9, abs=1e-9)
