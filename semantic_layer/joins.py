"""Relationships to safe join paths: for each pair of datasets the one shortest to-one path, or the ways in doubt.

A many-to-one relationship is a hop from its source to its target; a one-to-one also the other way. A path of such hops
never multiplies rows. Pure graphs: knows no SQL and no problems.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from semantic_layer.definitions import RelationshipDefinition
from semantic_layer.model import JoinPath, Step

_MAX_WAYS = 4


@dataclass(frozen=True)
class JoinPaths:
    """`paths` and `ambiguous` as in `Model`; of the ways in doubt, the first few."""

    paths: Mapping[str, Mapping[str, JoinPath]]
    ambiguous: Mapping[tuple[str, str], tuple[JoinPath, ...]]


def join_steps(relationships: Iterable[RelationshipDefinition]) -> tuple[Step, ...]:
    """Every to-one hop, in order of definition, once each."""
    found: dict[Step, None] = {}
    for each in relationships:
        on = tuple(each.on.items())
        found[Step(each.source, each.target, on)] = None
        if each.type == "one_to_one":
            found[Step(each.target, each.source, tuple((right, left) for left, right in on))] = None
    return tuple(found)


def join_paths(datasets: Iterable[str], steps: Iterable[Step]) -> JoinPaths:
    """The shortest paths between all datasets that one can reach from another."""
    hops: dict[str, list[Step]] = {}
    for step in steps:
        if step.source != step.target:
            hops.setdefault(step.source, []).append(step)
    paths: dict[str, Mapping[str, JoinPath]] = {}
    ambiguous: dict[tuple[str, str], tuple[JoinPath, ...]] = {}
    for dataset in datasets:
        ways = _shortest_ways(dataset, hops)
        paths[dataset] = {target: found[0] for target, found in ways.items() if len(found) == 1}
        ambiguous.update({(dataset, target): tuple(found) for target, found in ways.items() if len(found) > 1})
    return JoinPaths(paths, ambiguous)


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


def written(path: JoinPath) -> str:
    """A path for people.

    >>> written((Step("items", "orders", (("order_id", "order_id"),)),))
    'items -(order_id)-> orders'
    """
    text = path[0].source
    for step in path:
        text += f" -({', '.join(left for left, _ in step.on)})-> {step.target}"
    return text


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
                    known.extend((*way, step) for way in ways[: _MAX_WAYS - len(known)])
        found.update(further)
        edge = further
    return found
