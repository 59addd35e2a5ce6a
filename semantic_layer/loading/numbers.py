"""Metrics with a number that whoever asks chooses: with their usual one, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from semantic_layer.errors import DefinitionProblem, Phrase
from semantic_layer.loading.problems.definitions import MetricParts
from semantic_layer.loading.unchecked import Draft
from semantic_layer.model.definitions import MetricDefinition, ModelDefinition
from semantic_layer.model.numbered import NUMBER, SHARE, with_number

_OUTSIDE = Phrase(
    "`usual` 要在 `least` 和 `most` 之间，都不小于 0",
    "`usual` must lie between `least` and `most`, none of them below 0",
)
_UNUSED = Phrase(
    "`numbered` 的指标要在 `expression` 里写 `{number}` 或 `{share}`",
    "a metric that is `numbered` must say `{number}` or `{share}` in its `expression`",
)


def numbered(definition: ModelDefinition) -> Mapping[str, MetricDefinition]:
    """The definitions of metrics with a number, which stands open in them."""
    return {each.name: each for each in definition.metrics if each.numbered is not None}


def with_usual_numbers(definition: ModelDefinition) -> ModelDefinition:
    """The definitions whose metrics have the number that is meant unless another is asked for."""
    metrics = tuple(
        each if each.numbered is None else with_number(each, each.numbered.usual, each.name)
        for each in definition.metrics
    )
    return definition.model_copy(update={"metrics": metrics})


def check_numbers(draft: Draft, definition: ModelDefinition) -> Iterator[DefinitionProblem]:
    """What is wrong with the numbers of metrics: none that could be meant, or nothing that it changes."""
    for place, each in enumerate(definition.metrics):
        if each.numbered is None or not draft.is_read("metrics", place):
            continue
        if not 0 <= each.numbered.least <= each.numbered.usual <= each.numbered.most:
            yield MetricParts(draft.where("metrics", place, "numbered"), each.name, _OUTSIDE)
        if NUMBER not in (each.expression or "") and SHARE not in (each.expression or ""):
            yield MetricParts(draft.where("metrics", place, "expression"), each.name, _UNUSED)
