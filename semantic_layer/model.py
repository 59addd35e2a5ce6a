"""The semantic model as everything above it sees it: checked, indexed, immutable.

Built by `load.py` from definitions that `checks.py` found right, so names here always resolve and expressions are
parsed SQL trees (sqlglot, never changed in place: copy before use). Knows no database and no language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Literal

import sqlglot
from sqlglot import exp

from semantic_layer.definitions import (
    Behaviour,
    CohortDefinition,
    DatasetDefinition,
    EntityDefinition,
    FieldDefinition,
    FieldType,
    FunnelDefinition,
    ListDefinition,
    MetricDefinition,
    Polarity,
    Synonyms,
)
from semantic_layer.result import Label

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


@dataclass(frozen=True)
class Step:
    """One to-one hop of a join path: rows of `source` find at most one row of `target` by `on` (column pairs)."""

    source: str
    target: str
    on: tuple[tuple[str, str], ...]


JoinPath = tuple[Step, ...]


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
    None for a transition or conversion. `inputs` are the metrics that it stands on, `datasets` all that it reads."""

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

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Every field by its qualified name."""
        return MappingProxyType({f.qualified: f for d in self.datasets.values() for f in d.fields.values()})

    def nearest_field(self, name: str, dataset: str) -> Field | None:
        """The field of that name that rows of `dataset` have: their own, or the nearest to-one neighbour's."""
        paths = self.paths.get(dataset, {})
        near = (dataset, *sorted(paths, key=lambda each: (len(paths[each]), each)))
        return next((self.datasets[each].fields[name] for each in near if name in self.datasets[each].fields), None)

    def field_on(self, dimension: Dimension, dataset: str) -> Field | None:
        """The field that carries the dimension for rows of `dataset`: the nearest to-one, or None if out of reach."""
        paths = self.paths.get(dataset, {})
        near = [each for each in dimension.fields if each.dataset == dataset or each.dataset in paths]
        return min(near, key=lambda f: 0 if f.dataset == dataset else len(paths[f.dataset]), default=None)

    def parsed(self, text: str) -> exp.Expr:
        """An expression of a definition as a tree; checked to parse when the model was loaded. Copy before use."""
        return parse_expression(text)

    def leaves(self, metric: str) -> tuple[Metric, ...]:
        """The metrics under a metric that are not derived, itself if it is none, in order and once each."""
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

    def grouping_datasets(self, metric: str) -> tuple[str, ...]:
        """The datasets whose rows a group must reach, one for each simple part of the metric."""
        found: dict[str, None] = {}
        for leaf in self.leaves(metric):
            definition = leaf.definition
            if definition.transition is not None:
                definition = self.metrics[definition.transition.of].definition
            elif definition.conversion is not None:
                definition = self.metrics[definition.conversion.of].definition
            if definition.dataset is not None:
                found[definition.dataset] = None
        return tuple(found)

    def can_group(self, metric: str, dimension: str) -> bool:
        """Whether every part of the metric reaches the dimension without multiplying rows."""
        target = self.dimensions[dimension]
        return all(self.field_on(target, dataset) is not None for dataset in self.grouping_datasets(metric))


@lru_cache(maxsize=8192)
def parse_expression(text: str) -> exp.Expr:
    """SQL of a definition as a tree. Raises sqlglot.errors.ParseError (or TokenError)."""
    return sqlglot.parse_one(text, dialect="duckdb")
