"""Parts of a derived metric that differ from the metric they name: narrowed by a filter, or read at another time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlglot import exp

from semantic_layer.model.definitions import Among, InputDefinition
from semantic_layer.model.model import Metric, Model
from semantic_layer.resolve.branches import Clock, at_start_of, offset
from semantic_layer.resolve.leaves import Branch
from semantic_layer.resolve.mapped_days import mapped
from semantic_layer.sql.nodes import division
from semantic_layer.time.lengths import length


@dataclass(frozen=True, eq=False)
class Variant:
    """Conditions that a part adds to its metric, on rows and on their entities, and what to call the result apart from
    the metric itself."""

    name: str = ""
    conditions: tuple[exp.Expr, ...] = ()
    among: tuple[Among, ...] = ()


AS_DEFINED = Variant()


def narrow(variant: Variant, part: InputDefinition, model: Model) -> Variant:
    """The variant of one more part inside another."""
    name = variant.name
    if part.offset is not None:
        name += "__" + part.offset.replace(" ", "_") + "_before"
    if part.at_start_of is not None:
        name += f"__at_start_of_{part.at_start_of}"
    if part.on_day is not None:
        name += "__on_" + part.on_day.replace(".", "_")
    if part.filter is None and part.among is None:
        return replace(variant, name=name)
    conditions = (model.parsed(part.filter),) if part.filter is not None else ()
    among = (part.among,) if part.among is not None else ()
    return Variant(name + "__where", (*variant.conditions, *conditions), (*variant.among, *among))


def move(
    branches: tuple[Branch, ...], part: InputDefinition, clock: Clock, days: Callable[[str], Mapping[date, date]]
) -> tuple[Branch, ...]:
    """The branches that a part reads; `days` are those that a field of a calendar puts beside its own.

    Raises UnmappedDayError.
    """
    if part.on_day is not None:
        branches = mapped(branches, part.on_day, days(part.on_day), clock)
    if part.offset is not None:
        branches = offset(branches, length(part.offset, clock.calendars), clock)
    if part.at_start_of is not None:
        branches = at_start_of(branches, part.at_start_of, clock)
    return branches


def earlier(part: InputDefinition, clock: Clock) -> tuple[InputDefinition, ...]:
    """The parts of which an average is the mean: the same, each unit of time earlier by itself."""
    assert part.average_of is not None, "asked of averages"
    size = length(part.average_of, clock.calendars)
    return tuple(
        part.model_copy(update={"average_of": None, "offset": f"{back} {size.unit}"})
        for back in range(1, size.count + 1)
    )


def mean(values: Sequence[exp.Expr]) -> exp.Expr:
    """The mean of those values that there are; null of none."""
    above: exp.Expr | None = None
    below: exp.Expr | None = None
    for value in values:
        known = exp.Coalesce(this=value.copy(), expressions=[exp.Literal.number(0)])
        is_none = exp.Is(this=exp.Paren(this=value.copy()), expression=exp.Null())
        one = exp.Case(ifs=[exp.If(this=is_none, true=exp.Literal.number(0))], default=exp.Literal.number(1))
        above = known if above is None else exp.Add(this=above, expression=known)
        below = one if below is None else exp.Add(this=below, expression=one)
    assert above is not None and below is not None, "a mean of something"
    return division(exp.Paren(this=above), exp.Paren(this=below))


def runs(metric: Metric, model: Model) -> bool:
    """Whether the metric over everything since a period began is its running total: not if it looks at days of its
    own, by a window or at the start of a unit, or at other groups."""
    if (
        metric.definition.rank is not None
        or metric.definition.window is not None
        or any(
            each.at_start_of or each.average_of or each.on_day or each.over is not None
            for each in metric.definition.inputs.values()
        )
    ):
        return False
    return all(runs(model.metrics[name], model) for name in metric.inputs if metric.kind == "derived")


def reads_elsewhere(metric: Metric, model: Model) -> bool:
    """Whether a part of the metric reads another time than the one that it is shown at."""
    if any(
        each.offset or each.at_start_of or each.average_of or each.on_day for each in metric.definition.inputs.values()
    ):
        return True
    return any(reads_elsewhere(model.metrics[name], model) for name in metric.inputs if metric.kind == "derived")
