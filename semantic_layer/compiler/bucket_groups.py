"""Groups that are told of buckets, put beside the finished buckets: a calendar is read once, and multiplies no row."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from semantic_layer.compiler.flows import Shape
from semantic_layer.compiler.rows import Sources
from semantic_layer.compiler.stack import Named
from semantic_layer.resolve.binding import substitute
from semantic_layer.resolve.leaves import OfBucket
from semantic_layer.resolve.resolved import ResolvedMetrics
from semantic_layer.sql.nodes import aliased, as_date, joined, select_from, table

_DAY = "calendar_day"


def with_bucket_groups(
    source: str, query: ResolvedMetrics, shape: Shape, aliases: Sequence[str], sources: Sources
) -> tuple[list[Named], Named]:
    """CTEs that read the calendars, to come first, as a table may be called like any other part; and the buckets with
    their groups."""
    assert shape.grain is not None, "groups of buckets go with a grain"
    label = exp.column(shape.grain, table="b")
    select = select_from(table(source, "b"))
    values: dict[str, exp.Expr] = {}
    calendars: list[Named] = []
    for each in query.of_buckets:
        if each.dataset is None:
            values[each.name] = substitute(each.value, {"bucket": label})
            continue
        name = f"{each.dataset}_{each.name}_days"
        calendars.append((name, _calendar(each, sources)))
        same = exp.EQ(this=exp.column(_DAY, table=name), expression=as_date(label.copy()))
        select = joined(select, table(name), same, "LEFT")
        values[each.name] = exp.column(each.name, table=name)
    outputs: list[exp.Expr] = [exp.column(name, table="b") for name in shape.names]
    outputs += [aliased(tree, name) for name, tree in values.items()]
    outputs += [exp.column(alias, table="b") for alias in aliases]
    return calendars, ("named_buckets", select.select(*outputs, copy=False))


def _calendar(each: OfBucket, sources: Sources) -> exp.Select:
    """The value of each day, one row each."""
    assert each.dataset is not None and each.day is not None, "asked of calendars"
    select = sources.joined(each.dataset, each.steps)
    outputs = [aliased(as_date(each.day.copy()), _DAY), aliased(each.value.copy(), each.name)]
    return select.select(*outputs, copy=False).distinct(copy=False)
