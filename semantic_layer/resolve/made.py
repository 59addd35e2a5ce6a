"""The measures that a request needs, each once, under aliases that tell them apart."""

from __future__ import annotations

from dataclasses import dataclass, replace

from semantic_layer.resolve.leaves import Measure, Total
from semantic_layer.resolve.measures import renamed


@dataclass(frozen=True, eq=False)
class Made:
    """The measures made so far, by alias: by the groups of the query, or with `whole` by these of them alone."""

    measures: dict[str, Measure]
    totals: dict[str, Total]
    suffix: str = ""
    whole: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.whole is not None:
            object.__setattr__(self, "suffix", "__".join(("", "total", *self.whole)))

    def over(self, names: tuple[str, ...]) -> Made:
        """The same, of a level that is at least so coarse."""
        return replace(self, whole=names if self.whole is None else tuple(each for each in names if each in self.whole))

    def remember(self, made: Measure) -> str:
        """The alias under which a measure is computed: its own, unless another reading of the metric has taken it."""
        alias, number = made.alias, 1
        while (known := self._known(alias)) is not None and not _is_same(known, made):
            number += 1
            alias = f"{made.alias}__{number}"
        if self.whole is None:
            self.measures[alias] = renamed(made, alias)
        else:
            self.totals[alias] = Total(renamed(made, alias), self.whole)
        return alias

    def _known(self, alias: str) -> Measure | None:
        if alias in self.measures:
            return self.measures[alias]
        return self.totals[alias].measure if alias in self.totals else None


def _is_same(one: Measure, other: Measure) -> bool:
    return one.branches == other.branches and one.condition == other.condition
