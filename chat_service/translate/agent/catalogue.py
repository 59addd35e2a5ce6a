"""A model -> its compact catalogue: everything that a typed request may name, and what each name is.

What `GET /v1/catalogue` gives and what the agent is shown. No values of the data and no SQL are in it; `version` is the
model's hash. Knows no prompt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from semantic_layer import (
    GRAINS,
    Bilingual,
    CohortDefinition,
    Dimension,
    Field,
    FunnelDefinition,
    Label,
    Metric,
    Model,
    Synonyms,
)

Kind = Literal["flow", "stock", "ratio"]


@dataclass(frozen=True)
class MetricEntry:
    """A metric. `reach` names the set of dimensions that it goes with; `today_only` has no past; `default_period` is
    used where a request gives none. `instead_of` are the metrics that it stands for by product and the like, `beside`
    those that are shown with it where it is asked for without saying which."""

    name: str
    label: Label
    synonyms: tuple[str, ...]
    description: Label
    kind: Kind
    unit: str
    polarity: str
    reach: str
    default_period: str | None
    today_only: bool
    instead_of: tuple[str, ...]
    beside: tuple[str, ...]
    hidden: bool


@dataclass(frozen=True)
class DimensionEntry:
    """A dimension; `values` are the codes of a closed set with their labels, `is_open` that the data has others."""

    name: str
    label: Label
    synonyms: tuple[str, ...]
    type: str
    values: tuple[tuple[str | int, Label], ...]
    is_open: bool


@dataclass(frozen=True)
class FieldEntry:
    """A field that filters and lists may name as `dataset.field`; of an entity's list its bare name will do."""

    name: str
    label: Label
    type: str
    unit: str | None
    values: tuple[str | int, ...]


@dataclass(frozen=True)
class PopulationEntry:
    """A named population, by the filter that makes it, and what its list shows."""

    name: str
    label: Label
    synonyms: tuple[str, ...]
    filter: tuple[tuple[str, tuple[str, ...]], ...]
    columns: tuple[str, ...]
    order_by: str | None
    descending: bool
    counted_by: str | None


@dataclass(frozen=True)
class BehaviourEntry:
    """What is done, the metric that counts it and the one that adds its money up."""

    name: str
    label: Label
    synonyms: tuple[str, ...]
    metric: str
    amount: str | None


@dataclass(frozen=True)
class JourneyEntry:
    """A cohort table or a funnel."""

    name: str
    label: Label
    description: Label


@dataclass(frozen=True)
class Catalogue:
    """All that can be named. `reaches` maps a set's id to its dimensions; `list_columns` are by entity."""

    version: str
    metrics: tuple[MetricEntry, ...]
    dimensions: tuple[DimensionEntry, ...]
    reaches: Mapping[str, tuple[str, ...]]
    fields: tuple[FieldEntry, ...]
    list_columns: Mapping[str, tuple[str, ...]]
    grains: tuple[str, ...]
    populations: tuple[PopulationEntry, ...]
    behaviours: tuple[BehaviourEntry, ...]
    cohorts: tuple[JourneyEntry, ...]
    funnels: tuple[JourneyEntry, ...]


def catalogue_of(model: Model, missing: Iterable[str] = ()) -> Catalogue:
    """The catalogue of a model without what stands on datasets that are `missing`, and without personal fields beyond
    those that a list shows masked."""
    return _catalogue(model, frozenset(missing))


@lru_cache(maxsize=4)
def _catalogue(model: Model, missing: frozenset[str]) -> Catalogue:
    dimensions = tuple(
        d for d in model.dimensions.values() if _may_name(d.home, model) and d.home.dataset not in missing
    )
    reached: dict[tuple[str, ...], str] = {}
    rows = {name: model.grouped_rows(name) for name in model.metrics}
    near = {
        (seen, dataset): {each.name for each in dimensions if seen.field_on(each, dataset)}
        for seen, dataset in {each for found in rows.values() for each in found}
    }
    metrics = []
    for metric in model.metrics.values():
        if missing & metric.datasets:
            continue
        reaches = [near[each] for each in rows[metric.name]]
        within = tuple(each.name for each in dimensions if all(each.name in reach for reach in reaches))
        metrics.append(_metric(metric, model, reached.setdefault(within, f"D{len(reached) + 1}")))
    return Catalogue(
        version=model.hash,
        metrics=tuple(metrics),
        dimensions=tuple(_dimension(each) for each in dimensions),
        reaches={name: within for within, name in reached.items()},
        fields=tuple(_field(each) for each in _filterable(model) if each.dataset not in missing),
        list_columns={entity: _list_columns(entity, model) for entity in model.entities},
        grains=(*GRAINS, *model.grains),
        populations=tuple(_populations(model)),
        behaviours=tuple(
            BehaviourEntry(each.name, _label(each.label), _words(each.synonyms), each.metric, each.amount)
            for each in model.behaviours.values()
        ),
        cohorts=tuple(_journeys(model.cohorts)),
        funnels=tuple(_journeys(model.funnels)),
    )


def _metric(metric: Metric, model: Model, reach: str) -> MetricEntry:
    definition = metric.definition
    return MetricEntry(
        name=metric.name,
        label=metric.label,
        synonyms=_words(definition.synonyms),
        description=_label(definition.description),
        kind="stock" if metric.is_stock else "flow" if metric.is_additive else "ratio",
        unit=metric.unit,
        polarity=metric.polarity,
        reach=reach,
        default_period=definition.default_period,
        today_only=any(_is_snapshot(leaf, model) for leaf in model.leaves(metric.name)),
        instead_of=tuple(
            other.name
            for other in model.metrics.values()
            if any(each.metric == metric.name for each in other.definition.instead)
        ),
        beside=tuple(definition.beside),
        hidden=definition.hidden,
    )


def _is_snapshot(leaf: Metric, model: Model) -> bool:
    """Whether a metric over rows has no time to be placed at, so that only its value of today is known."""
    definition = leaf.definition
    if leaf.kind != "simple" or definition.valid is not None or definition.dataset is None:
        return False
    return definition.time is None and model.datasets[definition.dataset].definition.time is None


def _dimension(dimension: Dimension) -> DimensionEntry:
    home = dimension.home.definition
    values = tuple((code, Label(words.zh[0], words.en[0])) for code, words in home.values.items())
    synonyms = _words(dimension.synonyms)
    return DimensionEntry(
        dimension.name, dimension.label, synonyms, dimension.type, values, home.open or not home.values
    )


def _filterable(model: Model) -> Iterator[Field]:
    """Fields beside the dimensions: amounts, times, attributes. Keys say nothing to people."""
    homes = {field.qualified for each in model.dimensions.values() for field in each.fields}
    for field in model.fields.values():
        if field.qualified not in homes and field.definition.role != "key" and _may_name(field, model):
            yield field


def _field(field: Field) -> FieldEntry:
    definition = field.definition
    return FieldEntry(field.qualified, field.label, field.type, definition.unit, tuple(definition.values))


def _may_name(field: Field, model: Model) -> bool:
    return not model.is_guarded(field)


def _list_columns(entity: str, model: Model) -> tuple[str, ...]:
    """What a list of the entity may show under its bare name: what is nearest to one of them, masked or not."""
    dataset = model.entities[entity].dataset
    reached = {dataset, *model.paths.get(dataset, {})}
    inside = (each for each in model.datasets.values() if each.name in reached)
    found = [field for each in inside for field in each.fields.values() if field.definition.role != "key"]
    names = dict.fromkeys(field.name for field in found)
    return tuple(name for name in names if len(model.nearest_fields(name, dataset)) == 1)


def _populations(model: Model) -> Iterator[PopulationEntry]:
    for each in model.lists.values():
        yield PopulationEntry(
            each.name,
            _label(each.label),
            _words(each.synonyms),
            tuple(each.filter.items()),
            tuple(each.columns),
            each.order_by,
            each.descending,
            each.metric,
        )


def _journeys(journeys: Mapping[str, CohortDefinition] | Mapping[str, FunnelDefinition]) -> Iterator[JourneyEntry]:
    for name, each in journeys.items():
        yield JourneyEntry(name, _label(each.label), _label(each.description))


def _label(words: Bilingual | None) -> Label:
    return Label("", "") if words is None else Label(words.zh, words.en)


def _words(synonyms: Synonyms) -> tuple[str, ...]:
    """Synonyms as they are said; one with a gap is a pattern, not a name."""
    return tuple(word for word in (*synonyms.zh, *synonyms.en) if "…" not in word)
