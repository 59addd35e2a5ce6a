"""Rows as an engine gives them, made those of a result: cut at a limit, typed, and computed on where SQL leaves off."""

from __future__ import annotations

from datetime import date, datetime, time

from semantic_layer.compiler.finish import TOTAL_ROWS
from semantic_layer.engines.protocol import RawTable
from semantic_layer.query.cautions import Caution
from semantic_layer.query.explained import explained
from semantic_layer.query.followed import Asked, followed, next_steps
from semantic_layer.query.lifted import EXTRA, Trial, lifted
from semantic_layer.query.result import Column, ResultTable, Value
from semantic_layer.resolve.resolved import Resolved, ResolvedExplanation, ResolvedLift, ResolvedMetrics
from semantic_layer.resolve.resolved_events import ResolvedFollows, ResolvedPaths


def cut(raw: RawTable, resolved: Resolved, limit: int) -> tuple[int, tuple[tuple[Value, ...], ...], bool]:
    """Rows within the limit, how many there were before it, and whether one beyond it equals the last."""
    assert raw.names[-1] == TOTAL_ROWS, "limited statements count their rows"
    counted = raw.rows[0][-1] if raw.rows else 0
    total = int(counted) if isinstance(counted, int | float) else 0
    rows = tuple(row[:-1] for row in raw.rows)
    if not isinstance(resolved, ResolvedMetrics) or resolved.limit_within:
        return total, rows, False
    keys = {key.name for key in resolved.keys}
    compared = [raw.names.index(sort.column) for sort in resolved.sorts if sort.column not in keys]
    tied = len(rows) > limit and bool(compared) and all(rows[limit][i] == rows[limit - 1][i] for i in compared)
    return total, rows[:limit], tied


def finished(
    rows: tuple[tuple[Value, ...], ...], resolved: Resolved
) -> tuple[tuple[tuple[Value, ...], ...], tuple[Caution, ...]]:
    """The rows as the table shows them, and what they make one say."""
    match resolved:
        case ResolvedExplanation() as found:
            return explained(typed(rows, resolved.columns), resolved.columns, found.metric, found.small)
        case ResolvedFollows() as found:
            asked = Asked(found.events.name, found.bands, found.is_negated, found.is_average, found.days, found.small)
            rows, told = followed(rows, asked, resolved.columns)
            return typed(rows, resolved.columns), told
        case ResolvedLift() as found:
            has_key, has_cost = found.key is not None, found.cost is not None
            is_paired = found.others_success is not None
            is_experiment = any(column.name == EXTRA for column in found.columns)
            rank = (found.worst_first, found.shown)
            trial = Trial(found.trial, found.returns, has_key, has_cost, is_experiment, is_paired, *rank)
            rows, told = lifted(rows, trial)
            return typed(rows, resolved.columns), told
        case ResolvedPaths() as found:
            rows, told = next_steps(rows, found.events.name, found.within, found.shown)
            return typed(rows, resolved.columns), told
    return typed(rows, resolved.columns), ()


def typed(rows: tuple[tuple[Value, ...], ...], columns: tuple[Column, ...]) -> tuple[tuple[Value, ...], ...]:
    """Timestamps at midnight of date columns as dates and the reverse, whole floats of integer columns as integers."""
    return tuple(tuple(_typed_value(value, column) for value, column in zip(row, columns, strict=True)) for row in rows)


def _typed_value(value: Value, column: Column) -> Value:
    if column.type == "date" and isinstance(value, datetime):
        return value.date()
    if column.type == "timestamp" and isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    if column.type == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def whole(value: Value) -> int | None:
    """A count as an integer, whatever number an engine makes of it."""
    return int(value) if isinstance(value, int | float) else None


def behind(table: ResultTable, sizes: ResultTable | None) -> dict[str, tuple[int | None, ...]]:
    """How many are behind each row of a table, by metric, where another tells it of each of its groups."""
    if sizes is None:
        return {}
    keys = [each.name for each in sizes.columns if each.role != "metric"]
    groups = zip(*(table.column(name) for name in keys), strict=True) if keys else [()] * len(table.rows)
    found = {row[: len(keys)]: row[len(keys) :] for row in sizes.rows}
    told = [found.get(group, ()) for group in groups]
    names = [each.name for each in sizes.columns[len(keys) :]]
    return {name: tuple(whole(row[at]) if row else None for row in told) for at, name in enumerate(names)}
