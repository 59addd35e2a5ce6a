"""Reads `oracle.yaml`: the hand-written SQL of each metric, with its group key and period put in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.query.result import Value
from semantic_layer.time.periods import Period

Number = float | None
_FILE = Path(__file__).with_name("oracle.yaml")
_BEGINNING = date(1900, 1, 1)


@dataclass(frozen=True)
class Reference:
    """One metric's SQL, with `{key}` to group by, and the key of each dimension that it is checked by."""

    metric: str
    sql: str
    by: Mapping[str, str]
    is_snapshot: bool


def references(section: str) -> tuple[Reference, ...]:
    """The references of a section of the file, fragments put in."""
    text = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    fragments: dict[str, str] = text["fragments"]
    return tuple(
        Reference(
            name,
            _filled(each["sql"], fragments),
            {dimension: _filled(key, fragments) for dimension, key in each["by"].items()},
            each.get("snapshot", False),
        )
        for name, each in text[section].items()
    )


def groups(engine: DuckDBEngine, reference: Reference, key: str, period: Period, today: date) -> dict[Value, Number]:
    """The reference's value for each value of the key."""
    raw = engine.run(with_dates(reference.sql.replace("{key}", key), period, today))
    found = {row[0]: number(row[1]) for row in raw.rows}
    assert len(found) == len(raw.rows), f"the reference of {reference.metric} gives a group twice"
    return found


def total(engine: DuckDBEngine, reference: Reference, period: Period, today: date) -> Number:
    """The reference's value for the whole company; None where it has no row."""
    return groups(engine, reference, "'all'", period, today).get("all")


def with_dates(sql: str, period: Period, today: date) -> str:
    """The SQL with its period's dates as literals."""
    assert period.end is not None, "a reference has an end"
    dates = {"$start": period.start or _BEGINNING, "$end": period.end, "$today": today, "$as_of": today}
    for name, day in dates.items():
        sql = sql.replace(name, f"DATE '{day}'")
    return sql


def number(value: Value) -> Number:
    """A figure as a float; None for null and for what division by zero gives."""
    if value is None:
        return None
    assert isinstance(value, int | float), f"{value!r} is no number"
    return float(value) if math.isfinite(value) else None


def agree(got: Number, wanted: Number) -> bool:
    """Whether two figures are the same, null and 0 being the same where nothing happened."""
    return math.isclose(got or 0.0, wanted or 0.0, rel_tol=1e-9, abs_tol=1e-9)


def _filled(sql: str, fragments: Mapping[str, str]) -> str:
    for name, fragment in fragments.items():
        sql = sql.replace("{" + name + "}", fragment)
    return sql
