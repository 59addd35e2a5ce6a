"""Which dimension or metric a word means, where it can be several: by what is reachable, near and preferred.

Nothing is guessed: where two readings stay equally good, the caller asks.
"""

from __future__ import annotations

from chat_service.translate.meaning.relations import Structure

_FAR = 99


class Chooser:
    """Choices for the metrics that a question asks for."""

    def __init__(self, structure: Structure, metrics: tuple[str, ...]) -> None:
        self._structure = structure
        self._metrics = metrics
        model = structure.model
        self._prefers = tuple(
            name
            for metric in metrics
            for dataset in sorted(model.grouping_datasets(metric))
            for name in model.datasets[dataset].definition.prefers
        )

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that are chosen for."""
        return self._metrics

    def dimension(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The best of the dimensions, several where they tie."""
        if len(names) < 2:
            return names
        ranked = sorted((self._distance(name), index, name) for index, name in enumerate(names))
        best = ranked[0][0]
        return tuple(name for distance, _, name in ranked if distance == best)

    def reaches(self, dimension: str) -> bool:
        """Whether every metric can be grouped by the dimension, itself or by the metric that stands in for it."""
        return all(self.stand_in(metric, (dimension,)) is not None for metric in self._metrics)

    def stand_in(self, metric: str, dimensions: tuple[str, ...]) -> str | None:
        """The metric itself where it reaches all dimensions, else the one that its definition names instead."""
        model = self._structure.model
        if all(model.can_group(metric, dimension) for dimension in dimensions):
            return metric
        for instead in model.metrics[metric].definition.instead:
            if instead.metric in model.metrics and all(model.can_group(instead.metric, d) for d in dimensions):
                return instead.metric
        return None

    def _distance(self, dimension: str) -> tuple[int, int, int, int]:
        if not self.reaches(dimension):
            return (1, 1, 1, _FAR)
        if dimension in self._structure.model.grains:
            return (0, 0, 0, 0)
        preferred = 0 if dimension in self._prefers else 1
        distances = [self._structure.distance(metric, dimension) for metric in self._metrics]
        far = max((d if d is not None else _FAR) for d in distances) if distances else _FAR
        own = 0 if far == 0 else 1
        of_entity = 0 if self._structure.entity_dimension(dimension) else 1
        return (0, preferred, own, of_entity * 10 + min(far, 9))
