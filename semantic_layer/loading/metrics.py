"""Metric definitions to metrics: what follows from a metric's inputs, and whether those fit.

Kinds, stocks and flows, additivity, circles, the two parts of a transition. A metric's own text is `metric_text.py`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from semantic_layer.errors import DefinitionProblem, Phrase, nearest
from semantic_layer.loading.metric_text import MetricReader
from semantic_layer.loading.parsed_metric import MetricText, metric_owner
from semantic_layer.loading.problems.definitions import BadPart, MetricCycle, MetricParts, MetricRefersToItself
from semantic_layer.loading.problems.metrics import (
    A_STOCK,
    INSTEAD_OF_ITSELF,
    NEVER_EQUAL,
    NO_BUCKET,
    NO_FIELD,
    NO_KEY,
    NO_STOCK,
    NOT_COUNTING,
    NOT_OF_ROWS,
    NOT_ROW_BY_ROW,
)
from semantic_layer.loading.problems.names import UnknownDataset
from semantic_layer.loading.references import BUCKET_END, BUCKET_START, declared_kind
from semantic_layer.loading.unchecked import Draft
from semantic_layer.loading.value_kinds import group
from semantic_layer.loading.ways import Ways
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.definitions import MetricDefinition
from semantic_layer.model.joins import JoinPaths, cycles
from semantic_layer.model.labels import label_of
from semantic_layer.model.model import Dataset, Field, Metric, MetricKind
from semantic_layer.model.names import parse_name
from semantic_layer.sql.counted_rows import rows_counted
from semantic_layer.sql.parsing import is_adding_aggregate, is_linear

BUCKET_PARAMETERS = frozenset({BUCKET_START, BUCKET_END})


def build_metrics(
    draft: Draft,
    datasets: Mapping[str, Dataset],
    joins: JoinPaths,
    ways: Ways,
    dimensions: Collection[str],
    found: list[DefinitionProblem],
) -> dict[str, Metric]:
    """Every metric by name, in order of definition; problems are added to `found`."""
    filterable = {*dimensions, *(each.key for each in draft.definition.entities)}
    places: dict[str, int] = {}
    for place, definition in enumerate(draft.definition.metrics):
        places.setdefault(definition.name, place)
    entities = {each.name: each.dataset for each in draft.definition.entities}
    reader = MetricReader(draft, datasets, joins, ways, places, filterable, entities, found)
    texts = {
        name: reader.read(draft.definition.metrics[place], ("metrics", place))
        if draft.is_read("metrics", place)
        else MetricText()
        for name, place in places.items()
    }
    built = _in_order(draft, places, texts, found)
    for name, place in places.items():
        if draft.is_read("metrics", place):
            _check_uses(reader, built, places, built[name].definition, ("metrics", place))
    return {name: built[name] for name in places}


def _in_order(
    draft: Draft, places: Mapping[str, int], texts: Mapping[str, MetricText], found: list[DefinitionProblem]
) -> dict[str, Metric]:
    """The metrics, each built after its inputs; circles are reported and cut."""
    stands_on = {name: tuple(dict.fromkeys((*each.inputs, *each.conditions))) for name, each in texts.items()}
    edges = [(name, each) for name, found_on in stands_on.items() for each in found_on if each in places]
    for chain in cycles(edges):
        last = draft.definition.metrics[places[chain[-2]]]
        key = next(
            (key for key in ("transition", "conversion", "rank") if getattr(last, key) is not None), "expression"
        )
        kind = MetricRefersToItself if len(chain) == 2 else MetricCycle
        found.append(kind(draft.where("metrics", places[chain[-2]], key), chain))
    built: dict[str, Metric] = {}
    seen: set[str] = set()
    for root in places:
        todo = [root]
        while todo:
            name = todo[-1]
            inputs = [each for each in stands_on[name] if each in places]
            waiting = [each for each in inputs if each not in built and each not in seen] if name not in seen else []
            seen.add(name)
            if waiting:
                todo += waiting
                continue
            todo.pop()
            if name not in built:
                parts = [built[each] for each in texts[name].inputs if each in built]
                conditions = [built[each] for each in texts[name].conditions if each in built]
                built[name] = _metric(draft.definition.metrics[places[name]], texts[name], parts, conditions)
    return built


def _metric(definition: MetricDefinition, text: MetricText, inputs: list[Metric], conditions: list[Metric]) -> Metric:
    kind: MetricKind = "simple"
    is_stock, is_additive = definition.valid is not None, False
    if definition.transition is not None:
        kind = "transition"
    elif definition.conversion is not None:
        kind, is_additive = "conversion", True
    elif definition.dataset is None:
        kind = "derived"
        if definition.rank is not None and not definition.shown_by:
            # a place is one among groups, whatever else is asked
            definition = definition.model_copy(update={"shown_by": (*definition.rank.within, definition.rank.of)})
        is_stock = bool(inputs) and all(each.is_stock for each in inputs)
        additive = _additive_names(definition, {each.name for each in inputs if each.is_additive})
        is_additive = (
            definition.rank is None
            and text.expression is not None
            and is_linear(text.expression, lambda node: isinstance(node, exp.Column) and node.name in additive)
        )
    elif not is_stock and not _is_selective(definition) and not _reads_bucket(text) and text.expression is not None:
        is_additive = is_linear(text.expression, is_adding_aggregate)
    return Metric(
        definition=definition,
        kind=kind,
        label=label_of(definition.name, definition.label),
        expression=text.expression,
        filter=text.filter,
        inputs=text.inputs,
        datasets=text.datasets.union(*(each.datasets for each in (*inputs, *conditions))),
        is_stock=is_stock,
        is_additive=is_additive,
    )


def _additive_names(definition: MetricDefinition, additive: set[str]) -> set[str]:
    """The names in a formula that stand for additive values: metrics, and inputs in their own period and groups."""
    own = {
        name
        for name, each in definition.inputs.items()
        if each.metric in additive
        and not (each.offset or each.at_start_of or each.average_of or each.on_day or each.over)
    }
    return (additive - definition.inputs.keys()) | own


def _reads_bucket(text: MetricText) -> bool:
    """Whether which rows count depends on the bucket's ends, so that periods do not add up."""
    trees = [each for each in (text.expression, text.filter) if each is not None]
    return any(node.name in BUCKET_PARAMETERS for tree in trees for node in tree.find_all(exp.Placeholder))


def _is_selective(definition: MetricDefinition) -> bool:
    """Whether a row may count in several groups or buckets, or in none, so that values do not add up."""
    return definition.per is not None or definition.window is not None or definition.latest is not None


def _check_uses(
    reader: MetricReader,
    built: Mapping[str, Metric],
    places: Mapping[str, int],
    metric: MetricDefinition,
    part: Part,
) -> None:
    """The metrics and datasets that a metric names beside its expression."""
    draft = reader.draft
    for index, instead in enumerate(metric.instead):
        inner = (*part, "instead", index)
        if instead.dataset not in reader.datasets and "datasets" not in draft.gaps:
            near = nearest(instead.dataset, reader.datasets)
            where = draft.where(*inner, "dataset")
            reader.found.append(UnknownDataset(where, metric_owner(metric), instead.dataset, near))
        if instead.metric == metric.name:
            reader.found.append(MetricParts(draft.where(*inner, "metric"), metric.name, INSTEAD_OF_ITSELF))
        if instead.metric not in built:
            reader.unknown_metric((*inner, "metric"), metric_owner(metric), instead.metric)
    for role in _roles(metric):
        inner = (*part, role.kind, role.key)
        if role.metric not in built:
            reader.unknown_metric(inner, metric_owner(metric), role.metric)
        elif draft.is_read("metrics", places[role.metric]):
            unfit = _unfit(reader, role, built[role.metric])
            if unfit is not None:
                reader.found.append(BadPart(draft.where(*inner), metric.name, role.key, role.metric, unfit))
    _check_pairs(reader, built, metric, part)


def _check_pairs(reader: MetricReader, built: Mapping[str, Metric], metric: MetricDefinition, part: Part) -> None:
    """What must be equal in both metrics of a transition or conversion is of one kind in both."""
    roles = _roles(metric)
    if len(roles) != 2 or reader.draft.unread or any(each.metric not in built for each in roles):
        return
    one, other = (_field_of(reader, built[each.metric]) for each in roles)
    for mine, its in zip(roles[0].fields, roles[1].fields, strict=True):
        left, right = one(mine), other(its)
        if left is None or right is None:
            continue
        kinds = [group(declared_kind(each)) for each in (left, right)]
        if None not in kinds and kinds[0] != kinds[1]:
            names = {"left": left.qualified, "left_type": left.type, "right": right.qualified, "right_type": right.type}
            reader.found.append(
                MetricParts(reader.draft.where(*part, roles[0].kind), metric.name, NEVER_EQUAL.of(**names))
            )


def _field_of(reader: MetricReader, used: Metric) -> Callable[[str], Field | None]:
    def field(name: str) -> Field | None:
        column = parse_name(name)
        dataset = used.definition.dataset
        if column is None or dataset is None or dataset not in reader.datasets:
            return None
        return reader.scope(used.definition, dataset).find(column.table, column.name)

    return field


@dataclass(frozen=True)
class _Role:
    """What a transition or conversion asks of one of the metrics that it is made of."""

    kind: Literal["transition", "conversion"]
    key: str
    metric: str
    is_stock: bool
    needs_rows_told_apart: bool
    fields: tuple[str, ...]
    # what its filter cannot look at: the stock is that before the bucket, and what follows may be in any bucket
    no_parameters: frozenset[str] = frozenset()


def _roles(metric: MetricDefinition) -> tuple[_Role, ...]:
    if metric.transition is not None:
        change = metric.transition
        return (
            _Role("transition", "of", change.of, True, False, (change.key,), frozenset({BUCKET_START})),
            _Role("transition", "who", change.who, False, False, (change.key,)),
        )
    if metric.conversion is not None:
        step = metric.conversion
        return (
            _Role("conversion", "of", step.of, False, False, (step.key, *step.same)),
            _Role("conversion", "to", step.to, False, True, (step.key, *step.same.values()), BUCKET_PARAMETERS),
        )
    return ()


def uncounted(used: Metric) -> Phrase | None:
    """Why the rows that a metric over rows counts cannot be followed one by one; None if they can."""
    definition = used.definition
    for key in ("per", "latest", "window"):
        if getattr(definition, key) is not None:
            return NOT_ROW_BY_ROW.of(key=key)
    if used.expression is not None and rows_counted(used.expression) is None:
        return NOT_COUNTING
    return None


def parameters(used: Metric) -> set[str]:
    """The `$names` in a metric's own text."""
    trees = [each for each in (used.expression, used.filter) if each is not None]
    return {node.name for tree in trees for node in tree.find_all(exp.Placeholder)}


def _unfit(reader: MetricReader, role: _Role, used: Metric) -> Phrase | None:
    """Why a metric cannot play its role; None if it can."""
    dataset = used.definition.dataset
    if used.kind != "simple":
        return NOT_OF_ROWS
    if used.is_stock != role.is_stock:
        return NO_STOCK if role.is_stock else A_STOCK
    reason = uncounted(used)
    if reason is not None:
        return reason
    names = parameters(used)
    if role.no_parameters & names:
        return NO_BUCKET.of(name=min(role.no_parameters & names))
    if dataset is None or dataset not in reader.datasets:
        return None
    if role.needs_rows_told_apart and not reader.datasets[dataset].primary_key:
        return NO_KEY.of(dataset=dataset)
    scope = reader.scope(used.definition, dataset)
    for name in role.fields:
        column = parse_name(name)
        if column is None or scope.find(column.table, column.name) is None:
            return NO_FIELD.of(dataset=dataset, name=name)
    return None
