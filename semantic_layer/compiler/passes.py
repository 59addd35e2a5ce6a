"""One pass over the data for a set of measures that read the same rows in the same way, for one branch of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlglot import exp

from semantic_layer.compiler.aggregates import accumulates
from semantic_layer.compiler.by_entity import by_entity
from semantic_layer.compiler.flows import Pass, Shape, flow
from semantic_layer.compiler.gathered import ends_whole, gathered, gathers
from semantic_layer.compiler.matched import conversion, transition
from semantic_layer.compiler.rows import Sources
from semantic_layer.compiler.spines import accumulated, by_bucket
from semantic_layer.resolve.leaves import Branch, Measure

__all__ = ["Pass", "Shape", "passes"]


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
    if one.kind in ("transition", "conversion") or one.latest is not None or other.latest is not None:
        return False
    same_rows = (
        one.kind == other.kind
        and one.rows.dataset == other.rows.dataset
        and one.rows.via == other.rows.via
        and one.rows.keys is other.rows.keys
        and one.rows.filters is other.rows.filters
        and accumulates(one) == accumulates(other)
    )
    same_time = (one.time, one.since, one.until) == (other.time, other.since, other.until)
    return same_rows and same_time and _same_per(one, other)


def _same_per(one: Measure, other: Measure) -> bool:
    if one.per is None or other.per is None:
        return one.per is other.per
    mine = (one.per.keys, one.per.values, one.per.above, one.condition)
    return mine == (other.per.keys, other.per.values, other.per.above, other.condition)


def _one_pass(group: list[Measure], branch: Branch, shape: Shape, sources: Sources) -> Pass:
    first = group[0]
    aliases = tuple(measure.alias + branch.suffix for measure in group)
    name = f"{first.rows.dataset}_{first.kind}{branch.suffix}"
    match first.kind:
        case "transition":
            return Pass(f"{first.alias}{branch.suffix}_members", transition(first, branch, shape, sources), aliases)
        case "conversion":
            return Pass(f"{first.alias}{branch.suffix}_events", conversion(first, branch, shape, sources), aliases)
        case "stock" | "running" if shape.grain is not None:
            return Pass(name, _along_time(group, branch, shape)(group, branch, shape, sources), aliases)
        case "flow" if shape.grain is not None and branch.is_ranged:
            return Pass(name, by_bucket(group, branch, shape, sources), aliases)
        case _:
            select = by_entity(group, branch, shape, sources) or flow(group, branch, shape, sources)
            return Pass(name, select, aliases)


def _along_time(
    group: list[Measure], branch: Branch, shape: Shape
) -> Callable[[list[Measure], Branch, Shape, Sources], exp.Select]:
    """The way to read rows that count in several buckets: the fewest rows first."""
    if accumulates(group[0]) and branch.spine and not branch.is_ranged and ends_whole(branch, shape.grain or ""):
        return accumulated
    return gathered if gathers(group, branch, shape) else by_bucket


def _named_apart(made: list[Pass]) -> list[Pass]:
    seen: dict[str, int] = {}
    found = []
    for each in made:
        seen[each.name] = seen.get(each.name, 0) + 1
        name = each.name if seen[each.name] == 1 else f"{each.name}_{seen[each.name]}"
        found.append(Pass(name, each.select, each.aliases))
    return found
