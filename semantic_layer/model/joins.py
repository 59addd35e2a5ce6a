"""Relationships to safe join paths: for each pair of datasets the one shortest to-one path, or the ways in doubt.

A many-to-one relationship is a hop from its source to its target; a one-to-one also the other way. A path of such hops
never multiplies rows. No path goes along a relationship and straight back by it, which a role could: from a guest to
the profile of a user, and on to the user as such. Pure graphs: knows no SQL and no problems.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from semantic_layer.model.definitions import RelationshipDefinition
from semantic_layer.model.steps import JoinPath as JoinPath
from semantic_layer.model.steps import JoinPaths as JoinPaths
from semantic_layer.model.steps import Step, Validity

AS_OF_TODAY, AT_INSTANT = "$as_of", "$instant"
_MAX_WAYS = 4


def join_steps(
    relationships: Iterable[RelationshipDefinition], times: Mapping[str, str | None] | None = None
) -> tuple[Step, ...]:
    """Every to-one hop, in order of definition, once each.

    `times` gives each dataset's own time, which versions are found by where nothing else is said; relationships of
    datasets that it lacks are left out.
    """
    found: dict[Step, None] = {}
    for place, each in enumerate(relationships):
        if times is not None and not {each.source, each.target} <= times.keys():
            continue
        on = tuple(each.on.items())
        validity = _validity(each, (times or {}).get(each.source))
        found.setdefault(Step(each.source, each.target, on, validity, place))
        if each.type == "one_to_one":
            found.setdefault(Step(each.target, each.source, tuple((right, left) for left, right in on), None, place))
    return tuple(found)


def _validity(each: RelationshipDefinition, time: str | None) -> Validity | None:
    if each.valid is None:
        return None
    # without any time this is a problem of the definition; today stands in until it is told
    return Validity(each.at or time or AS_OF_TODAY, each.valid.since, each.valid.end, is_default=each.at is None)


def join_paths(datasets: Iterable[str], steps: Iterable[Step]) -> JoinPaths:
    """The shortest paths between all datasets that one can reach from another."""
    hops = _hops(step for step in steps if step.source != step.target)
    paths: dict[str, Mapping[str, JoinPath]] = {}
    ambiguous: dict[tuple[str, str], tuple[JoinPath, ...]] = {}
    for dataset in datasets:
        ways = _shortest_ways(dataset, hops)
        paths[dataset] = {target: found[0] for target, found in ways.items() if len(found) == 1}
        ambiguous.update({(dataset, target): tuple(found) for target, found in ways.items() if len(found) > 1})
    return JoinPaths(paths, ambiguous)


def paths_via(joins: JoinPaths, steps: Iterable[Step], dataset: str, name: str) -> JoinPaths | None:
    """The same paths, but rows of `dataset` reach whatever lies behind `name` by way of it, also where a shorter way is
    there. It is a column by which they, or with `dataset.column` rows that they lead to, go on, or else a dataset on
    the way. None where there is no such way."""
    steps, own = tuple(steps), joins.paths.get(dataset, {})
    source, _, column = name.rpartition(".")
    first = () if source in ("", dataset) else own.get(source)
    leaving = [each for each in steps if each.source == (source or dataset) and column in dict(each.on)]
    starts = [(*first, each) for each in leaving] if first is not None else []
    starts = [way for way in starts if way[-1].target not in (dataset, *(step.target for step in way[:-1]))]
    if not starts and name in own:
        starts = [own[name]]
    ways: dict[str, list[JoinPath]] = {}
    for start in starts:
        before = {dataset, *(step.target for step in start)}
        ways.setdefault(start[-1].target, []).append(start)
        onward = (step for step in steps if step.target not in before and step.place != start[-1].place)
        for target, found in _shortest_ways(start[-1].target, _hops(onward)).items():
            ways.setdefault(target, []).extend((*start, *way) for way in found)
    if not ways:
        return None
    sure = {target: found[0] for target, found in ways.items() if len(found) == 1}
    doubtful = {(dataset, target): tuple(found) for target, found in ways.items() if len(found) > 1}
    others = {pair: found for pair, found in joins.ambiguous.items() if pair[0] != dataset or pair[1] not in ways}
    kept = {target: path for target, path in own.items() if target not in ways}
    return JoinPaths(MappingProxyType({**joins.paths, dataset: {**kept, **sure}}), {**others, **doubtful})


def cycles(steps: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    """Circles of a directed graph, one for each edge that closes one in a depth-first walk.

    A circle begins and ends with the same name; the edge that closes it is its last.

    >>> cycles([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")])
    (('a', 'b', 'c', 'a'),)
    """
    edges: dict[str, list[str]] = {}
    for source, target in steps:
        edges.setdefault(source, []).append(target)
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for root in edges:
        if root in done:
            continue
        way: dict[str, None] = {root: None}
        todo = [iter(edges[root])]
        while todo:
            reached = next(todo[-1], None)
            if reached is None:
                todo.pop()
                done.add(way.popitem()[0])
            elif reached in way:
                names = list(way)
                found.append((*names[names.index(reached) :], reached))
            elif reached not in done:
                way[reached] = None
                todo.append(iter(edges.get(reached, ())))
    return tuple(found)


def through(first: JoinPath, second: JoinPath) -> JoinPath:
    """One path after another; what goes along a one-to-one relationship and straight back is the same row again.

    >>> there, back = Step("a", "b", (), place=0), Step("b", "a", (), place=0)
    >>> through((there,), (back,))
    ()
    """
    way = [*first]
    for step in second:
        if way and (way[-1].source, way[-1].target) == (step.target, step.source) and way[-1].place == step.place:
            way.pop()
        else:
            way.append(step)
    return tuple(way)


def ways_onward(joins: JoinPaths, dataset: str, source: str, target: str) -> tuple[JoinPath, ...]:
    """The ways from `dataset` to `target` where it is not reached as by way of `source`; none where all is well, or
    where nothing leads from one of them to the next."""
    paths = joins.paths
    onward = paths.get(source, {}).get(target)
    first = () if source == dataset else paths.get(dataset, {}).get(source)
    if source in (dataset, target) or onward is None or first is None:
        return ()
    there = through(first, onward)
    here = () if target == dataset else paths[dataset].get(target)
    if here is None:
        return joins.ambiguous.get((dataset, target), ())
    return () if here == there else (here, there)


def written(path: JoinPath) -> str:
    """A path for people.

    >>> written((Step("items", "orders", (("order_id", "order_id"),)),))
    'items -(order_id)-> orders'
    """
    text = path[0].source
    for step in path:
        text += f" -({', '.join(left for left, _ in step.on)})-> {step.target}"
    return text


def _hops(steps: Iterable[Step]) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = {}
    for step in steps:
        found.setdefault(step.source, []).append(step)
    return found


def _shortest_ways(start: str, hops: Mapping[str, list[Step]]) -> dict[str, list[JoinPath]]:
    """Breadth first: the shortest paths to each dataset within reach."""
    found: dict[str, list[JoinPath]] = {}
    edge: dict[str, list[JoinPath]] = {start: [()]}
    while edge:
        further: dict[str, list[JoinPath]] = {}
        for dataset, ways in edge.items():
            for step in hops.get(dataset, ()):
                if step.target != start and step.target not in found and step.target not in edge:
                    known = further.setdefault(step.target, [])
                    if len(known) < _MAX_WAYS:
                        onward = ways if ways[0] == () else _not_straight_back(ways, step)
                        known += [(*way, step) for way in onward[: _MAX_WAYS - len(known)]]
        further = {target: known for target, known in further.items() if known}
        found.update(further)
        edge = further
    return found


def _not_straight_back(ways: list[JoinPath], step: Step) -> list[JoinPath]:
    """The ways that do not come by the relationship that the step goes by: only what a role took over can."""
    if step.place is None or not any(way[-1].is_inherited for way in ways):
        return ways
    return [way for way in ways if way[-1].place != step.place]
