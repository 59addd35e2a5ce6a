"""Aggregates over rows, by hand."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from semantic_layer.query.result import Value
from tests.generated.company import Row
from tests.generated.conditions import Ref
from tests.generated.metric_specs import Aggregate, Expression, Per

ValueOfRow = Callable[[Row, Ref], Value]
_NUMBERS: dict[str, Callable[[Sequence[float]], float]] = {
    "sum": sum,
    "avg": statistics.fmean,
    "min": min,
    "max": max,
    "median": statistics.median,
}


def aggregated(expression: Expression, rows: Sequence[Row], value_of: ValueOfRow) -> Value:
    """The expression over rows; parts that are counts and sums are 0 over none of them."""
    left = _aggregate(expression.left, rows, value_of)
    if expression.right is None:
        return left
    right = _aggregate(expression.right, rows, value_of)
    if expression.op in ("+", "-") and expression.is_zero_when_empty:
        left, right = left or 0, right or 0
    return combined(left, expression.op, right)


def combined(left: Value, op: str, right: Value) -> Value:
    """Two values put together: null with null, and a division by zero is null."""
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return None
    match op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            return left / right if right else None


def over_entities(per: Per, inner: Sequence[Value]) -> Value:
    """The outer value over the inner ones of all entities."""
    numbers = [value for value in inner if isinstance(value, int | float)]
    repeated = sum(1 for value in numbers if value >= 2)
    match per.outer:
        case "at_least_two":
            return repeated
        case "how_many":
            return len(inner)
        case "share":
            return repeated / len(inner) if inner else None
        case "total":
            return sum(numbers) if numbers else None
        case "average":
            return sum(numbers) / len(numbers) if numbers else None
        case _:
            return max(numbers) if numbers else None


def _aggregate(part: Aggregate, rows: Sequence[Row], value_of: ValueOfRow) -> Value:
    counted = [row for row in rows if _counts(part, row, value_of)]
    if part.function == "count_rows":
        return len(counted)
    ref = part.ref
    assert ref is not None
    values = [value for row in counted if (value := value_of(row, ref)) is not None]
    match part.function:
        case "count":
            return len(values)
        case "count_distinct":
            return len(set(values))
        case "count_if":
            return sum(1 for value in values if value)
    numbers = [value for value in values if isinstance(value, int | float)]
    return _NUMBERS[part.function](numbers) if numbers else None


def _counts(part: Aggregate, row: Row, value_of: ValueOfRow) -> bool:
    return part.only is None or part.only.truth(lambda ref: value_of(row, ref), {"$big": 2}) is True
