"""Windows before, at and after a bucket are the sums of their days, whatever the month's length."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semantic_layer.engines.duckdb import DuckDBEngine, DuckDBWriter
from semantic_layer.layer import Layer
from semantic_layer.loading.load import build_model
from semantic_layer.model.definitions import ModelDefinition
from semantic_layer.query.requests import MetricQuery
from semantic_layer.time.periods import Period
from tests.generated.calendar_days import Span, following, units

FIRST, LAST = date(2023, 12, 1), date(2025, 4, 30)
MONTHS = {"month": 1, "quarter": 3, "year": 12}
LENGTHS = tuple((count, unit) for count in (1, 2, 5, 12) for unit in ("day", "week", "month", "quarter", "year"))
WAYS = {
    "last": {},
    "before": {"current": False},
    "next": {},
    "after": {"current": False},
}
SHIFTS = ("1 month", "7 days", "1 year")


def value_of(day: date) -> int:
    """What happens on a day: another number each day."""
    return (day - FIRST).days % 97 + 1


def ended(start: date, count: int, unit: str) -> date:
    """The day so many units later."""
    return begun(start, -count, unit)


def begun(end: date, count: int, unit: str) -> date:
    """The same day of the month so many months before, or its last; or so many days before."""
    if unit not in MONTHS:
        return end - timedelta(days=count * (7 if unit == "week" else 1))
    year, month = divmod(end.year * 12 + end.month - 1 - count * MONTHS[unit], 12)
    return date(year, month + 1, min(end.day, calendar.monthrange(year, month + 1)[1]))


def added_up(start: date, end: date) -> int:
    """The days one by one."""
    return sum(
        value_of(FIRST + timedelta(days=n))
        for n in range((LAST - FIRST).days + 1)
        if start <= FIRST + timedelta(days=n) < end
    )


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layer]:
    path = tmp_path_factory.mktemp("windows") / "days.duckdb"
    days = ", ".join(f"(DATE '{FIRST + timedelta(days=n)}')" for n in range((LAST - FIRST).days + 1))
    with DuckDBWriter(path) as writer:
        writer.execute(
            f"CREATE TABLE happened AS SELECT day, CAST(day - DATE '{FIRST}' AS INTEGER) % 97 + 1 AS n "
            f"FROM (VALUES {days}) AS d(day)"
        )
    windows = [
        {"name": f"last_{n}_{unit}", "dataset": "happened", "expression": "sum(n)", "window": {"last": f"{n} {unit}"}}
        for n, unit in LENGTHS
    ]
    ways = [
        {
            "name": f"{way}_{n}_{unit}",
            "dataset": "happened",
            "expression": "sum(n)",
            "window": {"next" if way in ("next", "after") else "last": f"{n} {unit}", **more},
        }
        for way, more in WAYS.items()
        if way != "last"
        for n, unit in LENGTHS
    ]
    moved = [
        {
            "name": f"{each['name']}_{by.replace(' ', '_')}_ago",
            "expression": "before",
            "inputs": {"before": {"metric": each["name"], "offset": by}},
        }
        for each in windows
        for by in SHIFTS
    ]
    fields = [{"name": "day", "type": "date", "role": "time"}, {"name": "n", "type": "integer", "role": "fact"}]
    dataset = {"name": "happened", "table": "happened", "time": "day", "fields": fields}
    definition = ModelDefinition.model_validate({"datasets": [dataset], "metrics": [*windows, *ways, *moved]})
    engine = DuckDBEngine(path)
    yield Layer(build_model(definition), engine, LAST)
    engine.close()


@settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(sorted(WAYS)),
    st.sampled_from(LENGTHS),
    st.sampled_from(["day", "week", "month", "quarter"]),
    st.integers(0, 14),
    st.integers(1, 3),
)
def test_a_window_is_the_sum_of_its_days(
    layer: Layer, way: str, size: tuple[int, str], grain: str, first: int, count: int
) -> None:
    start = following(grain, date(2024, 1, 31) + timedelta(days=31 * first))  # type: ignore[arg-type]
    period = Period(start, following(grain, start) if count == 1 else start + timedelta(days=40))  # type: ignore[arg-type]
    name = f"{way}_{size[0]}_{size[1]}"
    table = layer.run(MetricQuery(metrics=(name,), group_by=(grain,), period=period))
    tomorrow = LAST + timedelta(days=1)
    until = min(period.end or LAST, tomorrow)
    wanted, not_over = [], set()
    for at in units(grain, Span(start, until)):  # type: ignore[arg-type]
        end = min(following(grain, at), until)  # type: ignore[arg-type]
        if way in ("last", "before"):
            last = end if way == "last" else max(at, start)
            wanted.append((at, added_up(begun(last, *size), last)))
            continue
        begin = max(at, start) if way == "next" else end
        wanted.append((at, added_up(begin, ended(begin, *size))))
        not_over |= {at} if ended(begin, *size) > tomorrow else set()
    assert list(table.rows) == wanted, table.sql
    assert not_over <= set(table.incomplete)
    assert ("window_not_over" in {each.code for each in table.cautions}) == bool(not_over)


@pytest.mark.parametrize("by", SHIFTS)
@pytest.mark.parametrize("size", LENGTHS)
def test_a_moved_window_is_that_of_the_month_it_is_moved_to(layer: Layer, size: tuple[int, str], by: str) -> None:
    name = f"last_{size[0]}_{size[1]}"
    query = MetricQuery(
        metrics=(f"{name}_{by.replace(' ', '_')}_ago",),
        group_by=("month",),
        period=Period(date(2025, 1, 1), date(2025, 4, 1)),
    )
    wanted = []
    for month in (date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)):
        end = following("month", month)
        if by == "7 days":
            end -= timedelta(days=7)
        else:
            end = begun(end, 1, by.split()[1])
        wanted.append((month, added_up(begun(end, *size), end)))
    table = layer.run(query)
    assert list(table.rows) == wanted, table.sql
