"""Named populations and causes: their conditions on behaviour can be read, and no list is on itself or of everybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from semantic_layer.errors import DefinitionProblem, Phrase, nearest, thing
from semantic_layer.loading.lengths import is_period
from semantic_layer.loading.problems.definitions import BadAmongPeriod, BadExpression, EmptyList, ListCycle
from semantic_layer.loading.problems.names import UnknownList, UnknownMetric
from semantic_layer.loading.unchecked import Draft
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.definitions import Among, ListDefinition
from semantic_layer.model.entity_conditions import ALL, BadConditionError, condition_of, metrics_of
from semantic_layer.model.joins import cycles
from semantic_layer.model.model import Metric


def check_populations(draft: Draft, metrics: Mapping[str, Metric]) -> Iterator[DefinitionProblem]:
    """Lists and the evidence of causes: what they are made of exists."""
    known = {each.name: each for each in draft.definition.lists}
    for place, listed in enumerate(draft.definition.lists):
        part: Part = ("lists", place)
        if draft.is_read(*part):
            yield from _list(listed, part, known, draft, metrics)
    for chain in cycles([(each.name, inner) for each in known.values() for inner in each.within]):
        yield ListCycle(draft.where("lists", chain[-2], "within"), chain)
    strata = draft.definition.cause_strata
    if strata is not None:
        condition = Among(having=f"{strata.metric} >= 0", period=f"last {strata.within}")
        owner = thing("cause", "cause_strata")
        yield from _among(condition, ("cause_strata",), owner, draft, metrics, ("within",), ("metric",))
    for place, family in enumerate(draft.definition.causes):
        for index, evidence in enumerate(family.evidence):
            part = ("causes", place, "evidence", index)
            if draft.is_read(*part):
                owner = thing("cause", evidence.name)
                yield from _among(evidence.condition, part, owner, draft, metrics, ("within",))


def _list(
    listed: ListDefinition,
    part: Part,
    known: Mapping[str, ListDefinition],
    draft: Draft,
    metrics: Mapping[str, Metric],
) -> Iterator[DefinitionProblem]:
    owner = thing("list", listed.name)
    if not (listed.among or listed.within) and "filter" not in listed.model_fields_set:
        yield EmptyList(draft.where(*part), listed.name)
    for name in listed.within:
        if name not in known and "lists" not in draft.gaps:
            yield UnknownList(draft.where(*part, "within"), owner, name, nearest(name, known))
    told: list[tuple[str, str | None]] = [
        *(("summary", each) for each in listed.summary),
        ("share_of", listed.share_of),
    ]
    for key, metric in told:
        if metric is not None and metric not in metrics and "metrics" not in draft.gaps:
            yield UnknownMetric(draft.where(*part, key), owner, metric, nearest(metric, metrics))
    for index, among in enumerate(listed.among):
        yield from _among(among, (*part, "among", index), owner, draft, metrics)


def _among(
    among: Among,
    part: Part,
    owner: Phrase,
    draft: Draft,
    metrics: Mapping[str, Metric],
    period: Part = ("period",),
    having: Part = ("having",),
) -> Iterator[DefinitionProblem]:
    for name in metrics_of(among):
        if name not in metrics and "metrics" not in draft.gaps:
            yield UnknownMetric(draft.where(*part, *having), owner, name, nearest(name, metrics))
    if among.period != ALL and not is_period(among.period, tuple(each.name for each in draft.definition.grains)):
        yield BadAmongPeriod(draft.where(*part, *period), owner, among.period)
    try:
        condition_of(among.model_copy(update={"period": ALL}), draft.definition.parameters, date(2000, 1, 1))
    except BadConditionError as error:
        yield BadExpression(draft.where(*part, *having), owner, error.text, error.reason)
