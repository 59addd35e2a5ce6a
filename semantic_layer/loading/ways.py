"""The ways that metrics name: the paths of the rows of each that goes `via` something."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from semantic_layer.errors import DefinitionProblem, nearest
from semantic_layer.loading.problems.definitions import MetricParts
from semantic_layer.loading.problems.metrics import NO_WAY
from semantic_layer.loading.unchecked import Draft
from semantic_layer.model.joins import paths_via
from semantic_layer.model.model import Dataset, Step
from semantic_layer.model.steps import JoinPaths

Ways = Mapping[tuple[str, tuple[str, ...]], JoinPaths]


def ways_of(
    draft: Draft,
    datasets: Mapping[str, Dataset],
    joins: JoinPaths,
    steps: Collection[Step],
    found: list[DefinitionProblem],
) -> Ways:
    """As `Model.ways`; a name that is on no way is a problem."""
    ways: dict[tuple[str, tuple[str, ...]], JoinPaths] = {}
    for place, metric in enumerate(draft.definition.metrics):
        dataset, known = metric.dataset or "", joins
        if dataset not in datasets or not metric.via:
            continue
        for name in metric.via:
            by_way = paths_via(known, steps, dataset, name)
            if by_way is None and "relationships" not in draft.gaps and not draft.unread:
                columns = [column for each in steps if each.source == dataset for column, _ in each.on]
                near = nearest(name, (*columns, *known.paths[dataset]))
                reason = NO_WAY.of(name=name, near=", ".join(near or dict.fromkeys(columns)))
                found.append(MetricParts(draft.where("metrics", place, "via"), metric.name, reason))
            known = by_way or known
        ways[dataset, metric.via] = known
    return ways
