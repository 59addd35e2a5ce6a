"""The semantic model as everything above it sees it: checked, indexed, immutable.

Built by `load.py` from definitions that `checks.py` found right, so names here always resolve and expressions are
parsed SQL trees (sqlglot, never changed in place: copy before use). Knows no database and no language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Literal

import sqlglot
from sqlglot import exp

from semantic_layer.model.definitions import (
    Behaviour,
    CauseFamily,
    CauseStrata,
    CohortDefinition,
    DatasetDefinition,
    EntityDefinition,
    FieldDefinition,
    FieldRule,
    FieldType,
    FunnelDefinition,
    GrainDefinition,
    ListDefinition,
    MetricDefinition,
    Numbered,
    PlaybookDefinition,
    Polarity,
    PolicyDefinition,
    ProfileDefinition,
    RollupDefinition,
    Synonyms,
    TrialDefinition,
)
from semantic_layer.model.made_names import MadeNames
from semantic_layer.model.steps import JoinPath as JoinPath
from semantic_layer.model.steps import JoinPaths
from semantic_layer.model.steps import Step as Step
from semantic_layer.model.steps import Validity as Validity
from semantic_layer.query.result import Label

MetricKind = Literal["simple", "derived", "transition", "conversion"]


@dataclass(frozen=True, eq=False)
class Field:
    """A field of a dataset. `expression` speaks of the dataset's own columns unqualified, of neighbours' fields as
    `dataset.field`."""

    definition: FieldDefinition
    dataset: str
    expression: exp.Expr
    label: Label

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def qualified(self) -> str:
        """`dataset.field`, unique in the model."""
        return f"{self.dataset}.{self.definition.name}"

    @property
    def type(self) -> FieldType:
        return self.definition.type


@dataclass(frozen=True, eq=False)
class Dataset:
    """A table or query with its fields. `source` is a parsed SELECT for `sql`, None for a plain `table`.

    `requires` names the physical tables that must exist for it to be available.
    """

    definition: DatasetDefinition
    source: exp.Query | None
    fields: Mapping[str, Field]
    requires: frozenset[str]
    label: Label

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def primary_key(self) -> tuple[str, ...]:
        return self.definition.primary_key

    @property
    def role_of(self) -> str | None:
        """The dataset that this is a role of."""
        return self.definition.role_of


@dataclass(frozen=True, eq=False)
class Dimension:
    """Something to group and filter by, under one name whichever dataset it is reached from.

    `fields` are the fields that carry it (the first is the home; others are `same_as` it).
    """

    name: str
    label: Label
    fields: tuple[Field, ...]

    @property
    def home(self) -> Field:
        return self.fields[0]

    @property
    def type(self) -> FieldType:
        return self.home.definition.type

    @property
    def synonyms(self) -> Synonyms:
        return self.home.definition.synonyms


@dataclass(frozen=True, eq=False)
class Metric:
    """A metric. `expression` is an aggregate over its dataset (simple) or a formula over metric names (derived);
    None for a transition or conversion. `inputs` are the metrics that it stands on, `datasets` all that it reads,
    also to tell which entities it is among."""

    definition: MetricDefinition
    kind: MetricKind
    label: Label
    expression: exp.Expr | None
    filter: exp.Expr | None
    inputs: tuple[str, ...]
    datasets: frozenset[str]
    is_stock: bool
    is_additive: bool

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def unit(self) -> str:
        return self.definition.unit

    @property
    def polarity(self) -> Polarity:
        return self.definition.polarity


@dataclass(frozen=True, eq=False)
class Model:
    """All definitions by name. `hash` changes whenever any definition does.

    `paths[a][b]` is the one shortest to-one path from dataset `a` to dataset `b`; pairs joined by two different
    shortest paths are in `ambiguous` instead.
    """

    name: str
    hash: str
    currency: str | None
    parameters: Mapping[str, int | float | str]
    datasets: Mapping[str, Dataset]
    dimensions: Mapping[str, Dimension]
    metrics: Mapping[str, Metric]
    entities: Mapping[str, EntityDefinition]
    lists: Mapping[str, ListDefinition]
    behaviours: Mapping[str, Behaviour]
    steps: tuple[Step, ...]
    paths: Mapping[str, Mapping[str, JoinPath]]
    ambiguous: Mapping[tuple[str, str], tuple[JoinPath, ...]]
    cohorts: Mapping[str, CohortDefinition] = field(default_factory=lambda: MappingProxyType({}))
    funnels: Mapping[str, FunnelDefinition] = field(default_factory=lambda: MappingProxyType({}))
    grains: Mapping[str, GrainDefinition] = field(default_factory=lambda: MappingProxyType({}))
    causes: Mapping[str, CauseFamily] = field(default_factory=lambda: MappingProxyType({}))
    strata: CauseStrata | None = None
    profiles: Mapping[str, ProfileDefinition] = field(default_factory=lambda: MappingProxyType({}))
    playbooks: Mapping[str, PlaybookDefinition] = field(default_factory=lambda: MappingProxyType({}))
    timezone: str = "UTC"
    policies: Mapping[str, PolicyDefinition] = field(default_factory=lambda: MappingProxyType({}))
    # by qualified name, the rules of the fields that have some
    field_rules: Mapping[str, tuple[FieldRule, ...]] = field(default_factory=lambda: MappingProxyType({}))
    trials: Mapping[str, TrialDefinition] = field(default_factory=lambda: MappingProxyType({}))
    rollups: Mapping[str, RollupDefinition] = field(default_factory=lambda: MappingProxyType({}))
    # by the names of metrics, the numbers that they may have
    numbers: Mapping[str, Numbered] = field(default_factory=lambda: MappingProxyType({}))
    # by a dataset and what a metric over its rows goes `via`, the paths of those rows
    ways: Mapping[tuple[str, tuple[str, ...]], JoinPaths] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def _views(self) -> Mapping[tuple[str, tuple[str, ...]], Model]:
        # in a view, every metric over rows is seen so: nothing else is asked of it
        return {key: replace(self, paths=way.paths, ambiguous=way.ambiguous, ways={}) for key, way in self.ways.items()}

    def seen_by(self, metric: Metric) -> Model:
        """The model as rows of a metric see it that is no formula: itself, unless the metric names its way."""
        return self._views.get((metric.definition.dataset or "", metric.definition.via), self)

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Every field by its qualified name."""
        return MappingProxyType({f.qualified: f for d in self.datasets.values() for f in d.fields.values()})

    @cached_property
    def keys(self) -> Mapping[str, tuple[Field, ...]]:
        """The keys that can be grouped by under their own name, each with the fields that may stand for it.

        That is one field where the key tells the rows of a dataset apart: an entity's, else the one dataset's, else
        that of the dataset which others point at that are one to one with it. Otherwise all that have the name. A
        role's key is called after it, as its dimensions are. What two datasets might mean is left out.
        """
        named: dict[str, list[Field]] = {}
        for dataset in self.datasets.values():
            for each in dataset.fields.values():
                if each.definition.role == "key":
                    name = each.name if dataset.role_of is None else f"{dataset.name}_{each.name}"
                    named.setdefault(name, []).append(each)
        entities = reversed(tuple(self.entities.values()))
        found: dict[str, tuple[Field, ...]] = {e.key: (self.datasets[e.dataset].fields[e.key],) for e in entities}
        for name, fields in named.items():
            if name not in found and name not in self.dimensions:
                whole = [each for each in fields if self.datasets[each.dataset].primary_key == (each.name,)]
                chosen = self._pointed_at(whole) if whole else fields
                if len(chosen) == 1 or not whole:
                    found[name] = tuple(chosen)
        return MappingProxyType(found)

    def _pointed_at(self, fields: list[Field]) -> list[Field]:
        """Of the keys of several datasets, those of datasets that point by theirs at no other's."""
        owners = {each.dataset for each in fields}
        pointing = {
            step.source
            for step in self._defined_steps
            if {step.source, step.target} <= owners and all(one == other == fields[0].name for one, other in step.on)
        }
        return [each for each in fields if each.dataset not in pointing]

    @cached_property
    def _defined_steps(self) -> tuple[Step, ...]:
        """One step for each relationship, in the direction in which it was defined."""
        found: dict[int | None, Step] = {}
        for step in self.steps:
            found.setdefault(step.place, step)
        return tuple(found.values())

    @cached_property
    def distances(self) -> Mapping[str, Mapping[str, int]]:
        """For each dataset those whose rows lead to it, and over how many relationships: 0 for itself, more than there
        can be where ways are in doubt."""
        found: dict[str, dict[str, int]] = {name: {name: 0} for name in self.datasets}
        for source, paths in self.paths.items():
            for target, path in paths.items():
                found[target][source] = len(path)
        for source, target in self.ambiguous:
            found[target][source] = len(self.datasets)
        return MappingProxyType(found)

    def nearest_fields(self, name: str, dataset: str) -> tuple[Field, ...]:
        """The fields of that name that rows of `dataset` have nearest: their own, or those of to-one neighbours.

        A role's field is never meant by its bare name, which is that of its base.
        """
        own = self.datasets[dataset].fields.get(name)
        if own is not None:
            return (own,)
        plain = (each for each in self.datasets.values() if each.role_of is None and name in each.fields)
        return self.nearest_of((each.fields[name] for each in plain), dataset)

    def nearest_of(self, fields: Iterable[Field], dataset: str) -> tuple[Field, ...]:
        """Those of the fields that are nearest to rows of `dataset`: none out of reach, several in doubt."""
        paths = self.paths.get(dataset, {})
        far = {
            each: 0 if each.dataset == dataset else len(paths[each.dataset])
            for each in fields
            if each.dataset == dataset or each.dataset in paths
        }
        return tuple(each for each, length in far.items() if length == min(far.values()))

    def field_on(self, dimension: Dimension, dataset: str) -> Field | None:
        """The field that carries the dimension for rows of `dataset`: the nearest to-one, or None if out of reach or
        in doubt."""
        found = self.nearest_of(dimension.fields, dataset)
        return found[0] if len(found) == 1 else None

    def in_roles(self, name: str) -> tuple[str, ...]:
        """What a dimension or key is called in the roles of its dataset: the guest's home state, the host's."""
        fields = self.dimensions[name].fields if name in self.dimensions else self.keys.get(name, ())
        meant = {(each.dataset, each.name) for each in fields}
        homes = {other: each.home for other, each in self.dimensions.items()}
        homes |= {other: each[0] for other, each in self.keys.items()}
        return tuple(
            other for other, field in homes.items() if (self.datasets[field.dataset].role_of, field.name) in meant
        )

    def rules_of(self, field: Field) -> tuple[FieldRule, ...]:
        """The field rules about a field, or about the time that it is a part of."""
        if not self.field_rules:
            return ()
        whole = (
            field.qualified
            if field.name in self.datasets[field.dataset].fields
            else field.qualified.rpartition("__")[0]
        )
        return self.field_rules.get(whole, ())

    def is_guarded(self, field: Field) -> bool:
        """Whether some readers do not see the field: what is offered to everybody leaves it out."""
        return field.definition.pii is not None or bool(self.rules_of(field))

    def parsed(self, text: str) -> exp.Expr:
        """An expression of a definition as a tree; checked to parse when the model was loaded. Copy before use."""
        return parse_expression(text)

    def leaves(self, metric: str) -> tuple[Metric, ...]:
        """The metrics under a metric that are not derived, itself if it is none, in order and once each."""
        return self._leaves[metric]

    @cached_property
    def _leaves(self) -> Mapping[str, tuple[Metric, ...]]:
        return MadeNames({}, self._leaves_under)

    def _leaves_under(self, metric: str) -> tuple[Metric, ...]:
        found: dict[str, Metric] = {}

        def walk(name: str) -> None:
            node = self.metrics[name]
            if node.kind == "derived":
                for each in node.inputs:
                    walk(each)
            else:
                found[name] = node

        walk(metric)
        return tuple(found.values())

    def group_label(self, name: str) -> Label:
        """What a dimension, a list, or a unit of time of the model's own, is called."""
        if name in self.dimensions:
            return self.dimensions[name].label
        label = self.lists[name].label if name in self.lists else self.grains[name].label
        words = name.replace("_", " ")
        return Label(words, words) if label is None else Label(label.zh, label.en)

    def placed_leaves(self, leaf: Metric) -> tuple[Metric, ...]:
        """The metrics over rows that a leaf is placed in time by: itself, or those that it is made of."""
        return (leaf,) if leaf.kind == "simple" else tuple(self.metrics[name] for name in leaf.inputs)

    def grouped_rows(self, metric: str) -> tuple[tuple[Model, str], ...]:
        """The datasets whose rows a group must reach, one for each simple part of the metric, each with the model as
        these rows see it."""
        return self._grouped_rows[metric]

    @cached_property
    def _grouped_rows(self) -> Mapping[str, tuple[tuple[Model, str], ...]]:
        return MadeNames({}, self._rows_behind)

    def _rows_behind(self, metric: str) -> tuple[tuple[Model, str], ...]:
        found: dict[tuple[Model, str], None] = {}
        for leaf in self.leaves(metric):
            parts = leaf.definition.transition or leaf.definition.conversion
            rows = leaf if parts is None else self.metrics[parts.of]
            if rows.definition.dataset is not None:
                found[self.seen_by(rows), rows.definition.dataset] = None
        return tuple(found)

    def grouping_datasets(self, metric: str) -> tuple[str, ...]:
        """Those datasets, once each."""
        return tuple(dict.fromkeys(dataset for _, dataset in self.grouped_rows(metric)))

    def can_group(self, metric: str, dimension: str) -> bool:
        """Whether every part of the metric reaches the dimension without multiplying rows. A unit of time of the
        model's own is within everybody's reach."""
        if dimension in self.grains:
            return True
        rows = self.grouped_rows(metric)
        if dimension not in self.dimensions and dimension in self.lists:
            home = self.entities[self.lists[dimension].entity].dataset
            return all(home == each or home in model.paths.get(each, {}) for model, each in rows)
        target = self.dimensions[dimension]
        return all(model.field_on(target, dataset) is not None for model, dataset in rows)


@lru_cache(maxsize=8192)
def parse_expression(text: str) -> exp.Expr:
    """SQL of a definition as a tree. Raises sqlglot.errors.ParseError (or TokenError)."""
    return sqlglot.parse_one(text, dialect="duckdb")
