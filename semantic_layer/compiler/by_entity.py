"""Measures per entity, and counts of different entities, grouped by what is known of the entity alone: the rows are
brought down to one for each entity before its neighbours are joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from semantic_layer.compiler.aggregates import aggregate
from semantic_layer.compiler.flows import Shape, time_limits
from semantic_layer.compiler.rows import Sources, where
from semantic_layer.model.model import Step
from semantic_layer.resolve.leaves import Branch, Measure, PerStage
from semantic_layer.sql.nodes import aliased, grouped, select_from, subquery, truncated

_ENTITIES = "per_entity"
_ENTITY = "entity"


@dataclass(frozen=True, eq=False)
class _Key:
    """A group column, and whether it is only known once the entity's neighbours are joined."""

    name: str
    tree: exp.Expr
    is_late: bool


def by_entity(group: list[Measure], branch: Branch, shape: Shape, sources: Sources) -> exp.Select | None:
    """The measures by the shape's groups; None where no join can wait for the entities."""
    first, per = group[0], _stage(group)
    if per is None or len(per.keys) != 1 or branch.is_moved or branch.is_ranged or not _is_plain(group):
        return None
    if per.above or {_ENTITY, *dict(per.values)} & set(shape.names):
        return None  # places within a group are only known where the group is
    entity = per.keys[0]
    label = truncated(first.time, shape.grain) if first.time is not None and shape.grain is not None else None
    limits: list[exp.Expr] = [*sources.filters(first.rows), *time_limits(first, branch)]
    # rows of nobody are no entity of their own
    limits += [exp.Not(this=exp.Is(this=entity.copy(), expression=exp.Null()))] if first.per is not None else []
    needed = [entity, *(tree for _, tree in per.values), *limits]
    needed += [tree for tree in (label, first.condition) if tree is not None]
    steps = tuple(dict.fromkeys(step for measure in group for step in measure.rows.steps))
    late = _late(steps, first.rows.dataset, entity, needed)
    keys = _keys(shape, first, late)
    if keys is None:
        return None
    outputs = [aliased(key.tree.copy(), key.name) for key in keys if not key.is_late]
    outputs += [aliased(label, shape.grain)] if label is not None and shape.grain is not None else []
    outputs.append(aliased(entity.copy(), _ENTITY))
    values = [aliased(tree.copy(), name) for name, tree in per.values]
    select = sources.joined(first.rows.dataset, (step for step in steps if step not in late))
    entities = where(select.select(*outputs, *values, copy=False), [*limits, first.condition])
    outer = select_from(subquery(grouped(entities, len(outputs)), _ENTITIES))
    outer = sources.with_steps(outer, [_from_entity(step, first.rows.dataset) for step in late])
    columns: list[exp.Expr] = [
        aliased(key.tree.copy() if key.is_late else exp.column(key.name, table=_ENTITIES), key.name) for key in keys
    ]
    columns += [exp.column(shape.grain, table=_ENTITIES)] if shape.grain is not None else []
    columns += [aliased(_over_entities(measure), measure.alias + branch.suffix) for measure in group]
    return grouped(outer.select(*columns, copy=False), len(shape.names))


def _stage(group: list[Measure]) -> PerStage | None:
    """The stage of measures per entity; one without values for those that count the same different entities."""
    first = group[0]
    if first.per is not None:
        return first.per
    counted = first.aggregate
    is_same = all((each.aggregate, each.condition) == (counted, first.condition) for each in group[1:])
    if not is_same or not isinstance(counted, exp.Count) or not isinstance(counted.this, exp.Distinct):
        return None
    values = counted.this.expressions
    return PerStage((values[0],), ()) if len(values) == 1 else None


def _is_plain(group: list[Measure]) -> bool:
    first = group[0]
    if first.kind not in ("flow", "snapshot") or first.latest is not None or first.rows.origin is not None:
        return False
    trees = [tree for measure in group for tree in (measure.aggregate, measure.condition) if tree is not None]
    trees += [tree for _, tree in first.per.values] if first.per is not None else []
    return all(tree.find(exp.Placeholder) is None for tree in trees)


def _late(steps: Sequence[Step], dataset: str, key: exp.Expr, needed: Sequence[exp.Expr]) -> tuple[Step, ...]:
    """The joins that only the groups stand on, and that hang on the entity's key."""
    tables = {column.table for tree in needed for column in tree.find_all(exp.Column)}
    for step in reversed(steps):
        tables |= {step.source} if step.target in tables else set()
    late: dict[str, Step] = {}
    for step in steps:
        own = ((step.source, step.on[0][0]),) if len(step.on) == 1 else ()
        is_own = isinstance(key, exp.Column) and own == ((key.table, key.name),) and key.table == dataset
        if step.target not in tables and step.validity is None and (is_own or step.source in late):
            late[step.target] = step
    return tuple(late.values())


def _keys(shape: Shape, first: Measure, late: Sequence[Step]) -> tuple[_Key, ...] | None:
    """The group columns; None if none waits for a join, or one needs neighbours of both kinds."""
    targets = {step.target for step in late}
    found = []
    for name, tree in zip(shape.keys, first.rows.keys, strict=True):
        tables = {column.table for column in tree.find_all(exp.Column)}
        if tables & targets and not tables <= targets:
            return None
        found.append(_Key(name, tree, bool(tables & targets)))
    return tuple(found) if any(key.is_late for key in found) else None


def _from_entity(step: Step, dataset: str) -> Step:
    if step.source != dataset:
        return step
    return replace(step, source=_ENTITIES, on=((_ENTITY, step.on[0][1]),))


def _over_entities(measure: Measure) -> exp.Expr:
    if measure.per is not None:
        return aggregate(measure, {})
    return exp.Count(this=exp.column(_ENTITY, table=_ENTITIES), big_int=True)
