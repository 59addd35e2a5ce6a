"""One pass over the data for a set of measures that read the same rows in the same way, for one branch of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.binding import substitute
from semantic_layer.compiler.rows import Sources, spine_table, where
from semantic_layer.measures import adds_up
from semantic_layer.periods import Grain
from semantic_layer.resolved import Branch, Measure
from semantic_layer.sql import (
    aliased,
    all_of,
    any_of,
    as_date,
    day_literal,
    division,
    grouped,
    joined,
    select_from,
    subquery,
)

_SPINE = "buckets"


@dataclass(frozen=True, eq=False)
class Pass:
    """A SELECT that yields the group keys, the bucket (named by the grain) and the measures in `aliases`."""

    name: str
    select: exp.Select
    aliases: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Shape:
    """The group columns of the query that a pass serves."""

    keys: tuple[str, ...]
    grain: Grain | None

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.keys, self.grain) if self.grain is not None else self.keys


def passes(measures: Iterable[Measure], shape: Shape, sources: Sources) -> list[Pass]:
    """As few passes as there are different ways to read rows, in order of first use."""
    groups: list[tuple[Branch, list[Measure]]] = []
    for measure in measures:
        for branch in measure.branches:
            for known, group in groups:
                if known == branch and _same_pass(group[0], measure):
                    group.append(measure)
                    break
            else:
                groups.append((branch, [measure]))
    return _named_apart([_one_pass(group, branch, shape, sources) for branch, group in groups])


def _same_pass(one: Measure, other: Measure) -> bool:
    """Whether two measures read the same rows in the same way."""
    if "transition" in (one.kind, other.kind):
        return False
    same_rows = (
        one.kind == other.kind
        and one.rows.dataset == other.rows.dataset
        and one.rows.keys is other.rows.keys
        and one.rows.filters is other.rows.filters
        and _accumulates(one) == _accumulates(other)
    )
    return (
        same_rows
        and (one.time, one.since, one.until) == (other.time, other.since, other.until)
        and _same_per(one, other)
    )


def _same_per(one: Measure, other: Measure) -> bool:
    if one.per is None or other.per is None:
        return one.per is other.per
    return (one.per.key, one.per.values, one.condition) == (other.per.key, other.per.values, other.condition)


def _accumulates(measure: Measure) -> bool:
    """Whether per-bucket values may be summed up instead of reading the rows again for each bucket."""
    plain = measure.per is None and measure.until is None and measure.aggregate is not None
    if not plain or measure.kind not in ("stock", "running"):
        return False
    assert measure.aggregate is not None, "checked above"
    has_parameters = measure.aggregate.find(exp.Placeholder) is not None
    return adds_up(measure.aggregate) and measure.aggregate.find(exp.Distinct) is None and not has_parameters


def _one_pass(group: list[Measure], branch: Branch, shape: Shape, sources: Sources) -> Pass:
    first = group[0]
    aliases = tuple(measure.alias + branch.suffix for measure in group)
    name = f"{first.rows.dataset}_{first.kind}{branch.suffix}"
    if first.kind == "transition":
        return Pass(f"{first.alias}{branch.suffix}_flow", _transition(first, branch, shape, sources), aliases)
    if shape.grain is not None and first.kind in ("stock", "running"):
        build = _accumulated if _accumulates(first) else _by_bucket
        return Pass(name, build(group, branch, shape, sources), aliases)
    return Pass(name, _plain(group, branch, shape, sources), aliases)


# ---- flows, snapshots, and stocks at one instant ----


def _plain(group: list[Measure], branch: Branch, shape: Shape, sources: Sources) -> exp.Select:
    first = group[0]
    bucket = _bucket(first.time, shape.grain) if first.time is not None and shape.grain is not None else None
    parameters = _bucket_parameters(branch, bucket, shape.grain)
    limits = _time_limits(first, branch)
    label = _shifted(bucket, branch) if bucket is not None else None
    return _grouped(group, branch, shape, sources, label, limits, parameters)


def _time_limits(measure: Measure, branch: Branch) -> list[exp.Expression]:
    end = day_literal(branch.end)
    if measure.kind == "snapshot":
        return []
    if measure.kind == "stock":
        return _valid_at(measure, end)
    assert measure.time is not None, "flows have a time"
    found: list[exp.Expression] = []
    if branch.start is not None:
        found.append(exp.GTE(this=measure.time.copy(), expression=day_literal(branch.start)))
    found.append(exp.LT(this=measure.time.copy(), expression=end))
    return found


def _valid_at(measure: Measure, instant: exp.Expression) -> list[exp.Expression]:
    assert measure.since is not None, "stocks have a beginning"
    found: list[exp.Expression] = [exp.LT(this=measure.since.copy(), expression=instant.copy())]
    if measure.until is not None:
        open_end = exp.Is(this=measure.until.copy(), expression=exp.Null())
        later = exp.GTE(this=measure.until.copy(), expression=instant.copy())
        found.append(exp.Paren(this=exp.Or(this=open_end, expression=later)))
    return found


def _grouped(
    group: list[Measure], branch: Branch, shape: Shape, sources: Sources, label: exp.Expression | None,
    limits: list[exp.Expression], parameters: dict[str, exp.Expression], spine: bool = False,
) -> exp.Select:  # fmt: skip
    first = group[0]
    select = sources.joined(first.rows.dataset, (step for measure in group for step in measure.rows.steps))
    if spine:
        select = joined(select, spine_table(branch.spine, _SPINE), all_of(limits))
        limits = []
    outputs = _key_outputs(first, shape, label)
    conditions = [*sources.filters(first.rows), *limits]
    if first.per is not None:
        return _two_stages(group, branch, shape, select, outputs, [*conditions, first.condition], parameters)
    is_shared = all(measure.condition == first.condition for measure in group[1:])
    if is_shared:
        conditions.append(_with(first.condition, parameters))
    elif all(measure.condition is not None for measure in group):
        conditions.append(any_of(substitute(m.condition, parameters) for m in group if m.condition is not None))
    for measure in group:
        aggregate = _aggregate(measure, parameters)
        if not is_shared and measure.condition is not None:
            aggregate = _filtered(aggregate, substitute(measure.condition, parameters))
        outputs.append(aliased(aggregate, measure.alias + branch.suffix))
    select = where(select.select(*outputs, copy=False), conditions)
    return grouped(select, len(shape.names))


def _two_stages(
    group: list[Measure], branch: Branch, shape: Shape, select: exp.Select, outputs: list[exp.Expression],
    conditions: list[exp.Expression | None], parameters: dict[str, exp.Expression],
) -> exp.Select:  # fmt: skip
    per = group[0].per
    assert per is not None, "called for measures per entity"
    inner_outputs = [
        *outputs,
        aliased(per.key.copy(), "entity"),
        *(aliased(substitute(tree, parameters), name) for name, tree in per.values),
    ]
    bound = [substitute(each, parameters) if each is not None else None for each in conditions]
    inner = where(select.select(*inner_outputs, copy=False), bound)
    inner = grouped(inner, len(shape.names) + 1)
    outer = select_from(subquery(inner, "per_entity"))
    columns: list[exp.Expression] = [exp.column(name) for name in shape.names]
    columns += [aliased(_aggregate(m, parameters), m.alias + branch.suffix) for m in group]
    return grouped(outer.select(*columns, copy=False), len(shape.names))


def _key_outputs(measure: Measure, shape: Shape, label: exp.Expression | None) -> list[exp.Expression]:
    outputs: list[exp.Expression] = [
        aliased(tree.copy(), name) for name, tree in zip(shape.keys, measure.rows.keys, strict=True)
    ]
    if label is not None and shape.grain is not None:
        outputs.append(aliased(label, shape.grain))
    return outputs


# ---- stocks and running totals along a spine ----


def _by_bucket(group: list[Measure], branch: Branch, shape: Shape, sources: Sources) -> exp.Select:
    first = group[0]
    start, end = exp.column("bucket_start", table=_SPINE), exp.column("bucket_end", table=_SPINE)
    if first.kind == "stock":
        limits = _valid_at(first, end)
    else:
        assert first.time is not None and branch.start is not None, "running totals have a beginning"
        limits = [
            exp.GTE(this=first.time.copy(), expression=day_literal(branch.start)),
            exp.LT(this=first.time.copy(), expression=end.copy()),
        ]
    label = exp.column("bucket", table=_SPINE)
    parameters = {"bucket_start": start, "bucket_end": end}
    return _grouped(group, branch, shape, sources, label, limits, parameters, spine=True)


def _accumulated(group: list[Measure], branch: Branch, shape: Shape, sources: Sources) -> exp.Select:
    first = group[0]
    instant = first.since if first.kind == "stock" else first.time
    assert instant is not None and shape.grain is not None and branch.spine, "a spine needs a grain and an instant"
    earliest = day_literal(branch.spine[0].label)
    bucket = _shifted(_bucket(instant, shape.grain), branch)
    label = exp.Greatest(this=bucket, expressions=[earliest], ignore_nulls=False)
    limits: list[exp.Expression] = [exp.LT(this=instant.copy(), expression=day_literal(branch.end))]
    if first.kind == "running" and branch.start is not None:
        limits.append(exp.GTE(this=instant.copy(), expression=day_literal(branch.start)))
    per_bucket = _grouped(group, branch, shape, sources, label, limits, {})
    inner = subquery(per_bucket, "steps")
    on = exp.LTE(this=exp.column(shape.grain, table="steps"), expression=exp.column("bucket", table=_SPINE))
    select = select_from(inner)
    select = joined(select, spine_table(branch.spine, _SPINE), on)
    outputs: list[exp.Expression] = [exp.column(name, table="steps") for name in shape.keys]
    outputs.append(aliased(exp.column("bucket", table=_SPINE), shape.grain))
    for measure in group:
        alias = measure.alias + branch.suffix
        outputs.append(aliased(exp.Sum(this=exp.column(alias, table="steps")), alias))
    return grouped(select.select(*outputs, copy=False), len(shape.names))


# ---- transitions ----


def _transition(measure: Measure, branch: Branch, shape: Shape, sources: Sources) -> exp.Select:
    parts = measure.transition
    assert parts is not None, "called for transitions"
    base = _members(measure, branch, shape, sources)
    events = _events(measure, branch, shape, sources)
    joins = ["entity", *([shape.grain] if shape.grain is not None else [])]
    on = all_of(
        exp.EQ(this=exp.column(name, table="members"), expression=exp.column(name, table="events")) for name in joins
    )
    select = select_from(subquery(base, "members"))
    select = joined(select, subquery(events, "events"), on, "LEFT")
    met = exp.Count(this=exp.column("entity", table="events"), big_int=True)
    share = division(met, exp.Count(this=exp.Star(), big_int=True))
    outputs = [exp.column(name, table="members") for name in shape.names]
    select = select.select(*outputs, aliased(share, measure.alias + branch.suffix), copy=False)
    return grouped(select, len(shape.names))


def _members(measure: Measure, branch: Branch, shape: Shape, sources: Sources) -> exp.Select:
    """Who the stock holds at the start of each bucket."""
    parts = measure.transition
    assert parts is not None, "called for transitions"
    base = parts.base
    select = sources.joined(base.rows.dataset, base.rows.steps)
    label: exp.Expression | None = None
    limits: list[exp.Expression]
    if shape.grain is not None:
        start = exp.column("bucket_start", table=_SPINE)
        on = all_of(_valid_at(base, start))
        select = joined(select, spine_table(branch.spine, _SPINE), on)
        label, limits = exp.column("bucket", table=_SPINE), []
    else:
        # over all of history nobody was there at its start
        limits = _valid_at(base, day_literal(branch.start)) if branch.start is not None else [exp.false()]
    outputs = _key_outputs(base, shape, label)
    outputs.append(aliased(parts.base_key.copy(), "entity"))
    select = where(select.select(*outputs, copy=False), [*sources.filters(base.rows), base.condition, *limits])
    return select.distinct(copy=False)


def _events(measure: Measure, branch: Branch, shape: Shape, sources: Sources) -> exp.Select:
    parts = measure.transition
    assert parts is not None and parts.event.time is not None, "events happen at a time"
    event = parts.event
    assert event.time is not None, "events happen at a time"
    select = sources.joined(event.rows.dataset, event.rows.steps)
    outputs: list[exp.Expression] = [aliased(parts.event_key.copy(), "entity")]
    if shape.grain is not None:
        bucket = _shifted(_bucket(event.time, shape.grain), branch)
        outputs.append(aliased(bucket, shape.grain))
    select = where(select.select(*outputs, copy=False), [event.condition, *_time_limits(event, branch)])
    return select.distinct(copy=False)


# ---- pieces ----


def _bucket(time: exp.Expression, grain: Grain) -> exp.Expression:
    truncated = exp.TimestampTrunc(this=time.copy(), unit=exp.var(grain.upper()))
    return as_date(truncated)


def _shifted(bucket: exp.Expression, branch: Branch) -> exp.Expression:
    if branch.label_shift is None or branch.label_shift[0] == 0:
        return bucket.copy()
    count, unit = branch.label_shift
    interval = exp.Interval(this=exp.Literal.string(str(count)), unit=exp.var(unit.upper()))
    return as_date(exp.Add(this=bucket.copy(), expression=interval))


def _bucket_parameters(branch: Branch, bucket: exp.Expression | None, grain: Grain | None) -> dict[str, exp.Expression]:
    start = day_literal(branch.start) if branch.start is not None else as_date(exp.Literal.string("0001-01-01"))
    end = day_literal(branch.end)
    if bucket is None or grain is None:
        return {"bucket_start": start, "bucket_end": end}
    one = exp.Interval(this=exp.Literal.string("1"), unit=exp.var(grain.upper()))
    following = as_date(exp.Add(this=bucket.copy(), expression=one))
    return {
        "bucket_start": exp.Greatest(this=bucket.copy(), expressions=[start], ignore_nulls=False),
        "bucket_end": exp.Least(this=following, expressions=[end], ignore_nulls=False),
    }


def _aggregate(measure: Measure, parameters: dict[str, exp.Expression]) -> exp.Expression:
    assert measure.aggregate is not None, "only transitions have none"
    return safe_division(substitute(measure.aggregate, parameters))


def _with(condition: exp.Expression | None, parameters: dict[str, exp.Expression]) -> exp.Expression | None:
    return substitute(condition, parameters) if condition is not None else None


def _filtered(aggregate: exp.Expression, condition: exp.Expression) -> exp.Expression:
    """Every aggregate function in the expression, over only the rows that meet the condition."""

    def replace(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Filter):
            both = all_of([node.expression.this, condition.copy()])
            return exp.Filter(this=node.this, expression=exp.Where(this=both))
        if isinstance(node, exp.AggFunc) and not isinstance(node.parent, exp.Filter):
            return exp.Filter(this=node.copy(), expression=exp.Where(this=condition.copy()))
        return node

    return aggregate.transform(replace)


def safe_division(tree: exp.Expression) -> exp.Expression:
    """A copy in which division by zero gives null."""

    def replace(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Div) and not isinstance(node.expression, exp.Nullif | exp.Literal):
            return division(node.this.copy(), node.expression.copy())
        return node

    return tree.transform(replace)


def _named_apart(made: list[Pass]) -> list[Pass]:
    seen: dict[str, int] = {}
    found = []
    for each in made:
        seen[each.name] = seen.get(each.name, 0) + 1
        name = each.name if seen[each.name] == 1 else f"{each.name}_{seen[each.name]}"
        found.append(Pass(name, each.select, each.aliases))
    return found
