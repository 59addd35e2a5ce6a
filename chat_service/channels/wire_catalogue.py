"""The bodies of the catalogue: what can be asked for, as `/v1/metrics`, `/v1/dimensions`, `/v1/catalogue` tell it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from chat_service.channels.wire import Body, Cell


class MetricBody(Body):
    """A metric of the catalogue. `dimensions` are those that it can be split and filtered by. A `snapshot` is known as
    of today only: it has no periods and no trend."""

    name: str
    label: dict[str, str]
    description: dict[str, str]
    synonyms: dict[str, tuple[str, ...]]
    formula: str
    unit: str
    polarity: str
    kind: Literal["flow", "stock", "ratio", "snapshot"]
    dimensions: tuple[str, ...]
    available: bool
    missing_tables: tuple[str, ...] = ()


class MetricsBody(Body):
    """Every metric that can be asked for."""

    metrics: tuple[MetricBody, ...]
    model_hash: str


class DimensionBody(Body):
    """A dimension of the catalogue. `values` are the labels of a closed set's codes."""

    name: str
    label: dict[str, str]
    description: dict[str, str]
    synonyms: dict[str, tuple[str, ...]]
    type: str
    values: dict[str, dict[str, str]]
    available: bool


class NamedBody(Body):
    """Something that a query may name, with what it is called."""

    name: str
    label: dict[str, str]


class DimensionsBody(Body):
    """Every dimension; beside them the model's lists, and the families of causes for which people leave."""

    dimensions: tuple[DimensionBody, ...]
    lists: tuple[NamedBody, ...]
    causes: tuple[NamedBody, ...]
    model_hash: str


class CatalogueMetric(Body):
    """A metric in the catalogue. `dimensions` names its set; `today_only` has no past, periods or trend."""

    name: str
    label: dict[str, str]
    kind: Literal["flow", "stock", "ratio"]
    unit: str
    polarity: str
    dimensions: str
    default_period: str | None
    today_only: bool
    stands_in_for: tuple[str, ...]


class CataloguePopulation(Body):
    """A named population: the filter that makes it, and what its list shows."""

    name: str
    label: dict[str, str]
    filter: dict[str, tuple[str, ...]]
    columns: tuple[str, ...]
    order_by: str | None
    counted_by: str | None


class CatalogueBody(Body):
    """Everything that a typed query may name, in brief, and `text`, which is how a language model is told it.

    `model_hash` is its version. `dimension_sets` are what metrics go with; `fields` may be filtered by; `list_columns`
    are what lists of an entity may show.
    """

    model_hash: str
    metrics: tuple[CatalogueMetric, ...]
    dimension_sets: dict[str, tuple[str, ...]]
    dimensions: dict[str, tuple[Cell, ...]]
    fields: tuple[str, ...]
    list_columns: dict[str, tuple[str, ...]]
    grains: tuple[str, ...]
    populations: tuple[CataloguePopulation, ...]
    behaviours: dict[str, str]
    cohorts: tuple[str, ...]
    funnels: tuple[str, ...]
    text: str


class ValueBody(Body):
    """A value as it stands in the data, with its labels."""

    value: Cell
    label: dict[str, str]


class ValuesBody(Body):
    """Values of a dimension; `is_complete` says that none was left out."""

    dimension: str
    values: tuple[ValueBody, ...]
    is_complete: bool


class FoundValueBody(Body):
    """A value, and the dimension that has it."""

    dimension: str
    value: Cell
    label: dict[str, str]


class FoundValuesBody(Body):
    """Values of whatever dimension; `is_complete` says that none was left out."""

    values: tuple[FoundValueBody, ...]
    is_complete: bool


class OpeningBody(Body):
    """A greeting, questions to begin with, and the last day that there is data of."""

    text: str
    suggestions: tuple[str, ...]
    data_as_of: date
