"""Trials: their dataset, their conditions over its rows and the metrics that speak of them exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from semantic_layer.errors import DefinitionProblem, nearest, thing
from semantic_layer.loading.problems.definitions import BadExpression
from semantic_layer.loading.problems.names import UnknownDataset, UnknownField, UnknownMetric
from semantic_layer.loading.references import Scope
from semantic_layer.loading.unchecked import Draft
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.definitions import TrialDefinition
from semantic_layer.model.joins import JoinPaths
from semantic_layer.model.model import Dataset, Metric
from semantic_layer.sql.parsing import Unparsable, parse_expression


def check_trials(
    draft: Draft, datasets: Mapping[str, Dataset], joins: JoinPaths, metrics: Mapping[str, Metric]
) -> Iterator[DefinitionProblem]:
    """What is wrong with the trials of a draft."""
    for place, trial in enumerate(draft.definition.trials):
        part: Part = ("trials", place)
        if not draft.is_read(*part):
            continue
        owner = thing("trial", trial.name)
        for name in trial.effects:
            if name not in metrics and "metrics" not in draft.gaps:
                yield UnknownMetric(draft.where(*part, "effects"), owner, name, nearest(name, metrics))
        amounts = [each.name for each in trial.amounts]
        if trial.returns is not None and trial.returns not in amounts:
            yield UnknownField(
                draft.where(*part, "returns"), owner, trial.returns, trial.dataset, nearest(trial.returns, amounts)
            )
        if trial.dataset in datasets:
            yield from _expressions(trial, part, Scope(draft, datasets, joins, trial.dataset))
        elif "datasets" not in draft.gaps:
            yield UnknownDataset(draft.where(*part, "dataset"), owner, trial.dataset, nearest(trial.dataset, datasets))


def _expressions(trial: TrialDefinition, part: Part, scope: Scope) -> Iterator[DefinitionProblem]:
    owner = thing("trial", trial.name)
    texts: list[tuple[Part, str]] = [
        ((*part, name), text)
        for name in ("within", "treatment", "control", "success", "seen", "before", "cost")
        if (text := getattr(trial, name)) is not None
    ]
    texts += [((*part, "amounts", place, "expression"), each.expression) for place, each in enumerate(trial.amounts)]
    for where, text in texts:
        found = parse_expression(text)
        if isinstance(found, Unparsable):
            yield BadExpression(scope.draft.where(*where), owner, text, found.reason)
        else:
            yield from scope.check(found.columns, where, owner)
            yield from scope.check_values(found, where, owner)
