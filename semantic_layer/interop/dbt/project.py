"""A dbt project's semantic definitions, whatever form they were written in: what the readers make and all else reads.

Names are as written. Expressions are SQL text of the project's warehouse; filters are Jinja templates. Every object
knows the file and line it came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

EntityKind = Literal["primary", "unique", "natural", "foreign"]
DimensionKind = Literal["categorical", "time"]
MetricKind = Literal["simple", "ratio", "derived", "cumulative", "conversion"]
Aggregation = Literal["sum", "min", "max", "average", "count", "count_distinct", "median", "percentile", "sum_boolean"]
PeriodAggregation = Literal["first", "last", "average"]
Validity = Literal["start", "end"]

# finest first; every custom grain of a project is built from one of these
GRAINS: tuple[str, ...] = (
    "nanosecond",
    "microsecond",
    "millisecond",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
)
DATE_PARTS: tuple[str, ...] = ("year", "quarter", "month", "day", "dow", "doy")
METRIC_TIME = "metric_time"


@dataclass(frozen=True)
class Span:
    """A length of time, such as 7 days; `grain` may be a custom one."""

    count: int
    grain: str


@dataclass(frozen=True)
class Filter:
    """A condition in dbt's Jinja form, and where it stands."""

    template: str
    where: str


@dataclass(frozen=True)
class Entity:
    """A key of a semantic model's rows."""

    name: str
    kind: EntityKind
    expr: str
    where: str
    description: str = ""
    label: str = ""


@dataclass(frozen=True)
class Dimension:
    """An attribute of a semantic model's rows. `grain` is set for times, `validity` for the ends of an interval."""

    name: str
    kind: DimensionKind
    expr: str
    where: str
    grain: str | None = None
    is_partition: bool = False
    validity: Validity | None = None
    description: str = ""
    label: str = ""


@dataclass(frozen=True)
class NonAdditive:
    """Only rows at the first or last `name` within each of `groupings` (entities) count."""

    name: str
    is_last: bool
    groupings: tuple[str, ...]


@dataclass(frozen=True)
class Measure:
    """An aggregate over the rows of a semantic model, placed in time by the dimension `time`."""

    name: str
    model: str
    agg: Aggregation
    expr: str
    time: str | None
    where: str
    percentile: float | None = None
    is_discrete: bool = False
    is_approximate: bool = False
    non_additive: NonAdditive | None = None
    makes_metric: bool = False
    description: str = ""
    label: str = ""


@dataclass(frozen=True)
class SemanticModel:
    """A table with entities, dimensions and measures. `table` is its name in the warehouse, schema included."""

    name: str
    table: str
    entities: tuple[Entity, ...]
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    primary_entity: str | None
    where: str
    description: str = ""
    label: str = ""

    @cached_property
    def entity(self) -> Mapping[str, Entity]:
        """Entities by name."""
        return {each.name: each for each in self.entities}

    @cached_property
    def dimension(self) -> Mapping[str, Dimension]:
        """Dimensions by name."""
        return {each.name: each for each in self.dimensions}

    @cached_property
    def own_entities(self) -> tuple[str, ...]:
        """Entities that a row stands for: the prefixes under which its dimensions are named."""
        own = [each.name for each in self.entities if each.kind != "foreign"]
        first = (self.primary_entity,) if self.primary_entity is not None else ()
        return tuple(dict.fromkeys((*first, *own)))

    @cached_property
    def partitions(self) -> tuple[Dimension, ...]:
        """The dimensions by which the table is cut into partitions."""
        return tuple(each for each in self.dimensions if each.is_partition)

    @cached_property
    def key(self) -> Entity | None:
        """The entity that tells rows apart; None where rows are valid for a time only."""
        kinds = ("primary", "unique", "natural") if self.validity("start") is None else ()
        return next((each for kind in kinds for each in self.entities if each.kind == kind), None)

    @cached_property
    def told_apart_by(self) -> tuple[str, ...]:
        """What puts rows of the same moment in order: their key, else all that they can be grouped by."""
        if self.key is not None:
            return (self.key.name, *(each.name for each in self.partitions))
        return (*self.entity, *self.dimension)

    def validity(self, end: Validity) -> Dimension | None:
        """The dimension that opens or closes the interval in which a row is valid; None where rows always are."""
        return next((each for each in self.dimensions if each.validity == end), None)


@dataclass(frozen=True)
class MeasureUse:
    """How a metric takes a measure. `is_metric` until a name of a simple metric has become that metric's measure."""

    measure: str
    filters: tuple[Filter, ...] = ()
    join_to_timespine: bool = False
    fill_nulls_with: float | None = None
    is_metric: bool = False


@dataclass(frozen=True)
class MetricUse:
    """How a metric takes another: under which name, narrowed how, from which time."""

    metric: str
    alias: str
    where: str
    filters: tuple[Filter, ...] = ()
    offset_window: Span | None = None
    offset_to_grain: str | None = None


@dataclass(frozen=True)
class Conversion:
    """Base events and the events that follow them for the same entity. `same` pairs properties that must agree."""

    base: MeasureUse
    event: MeasureUse
    entity: str
    is_rate: bool
    window: Span | None
    same: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Metric:
    """A metric. Simple and cumulative ones have `measure`; ratios have two `inputs`, derived ones `expr` over them."""

    name: str
    kind: MetricKind
    where: str
    measure: MeasureUse | None = None
    inputs: tuple[MetricUse, ...] = ()
    expr: str | None = None
    window: Span | None = None
    grain_to_date: str | None = None
    period_agg: PeriodAggregation = "first"
    conversion: Conversion | None = None
    filters: tuple[Filter, ...] = ()
    grain: str | None = None
    description: str = ""
    label: str = ""


@dataclass(frozen=True)
class SavedQuery:
    """A query kept under a name; its parts are texts as dbt writes them."""

    name: str
    metrics: tuple[str, ...]
    group_by: tuple[str, ...]
    filters: tuple[Filter, ...]
    order_by: tuple[str, ...]
    limit: int | None
    where: str


@dataclass(frozen=True)
class TimeSpine:
    """A table with one row for every unit of `grain`. `customs` are names of custom grains and their columns."""

    table: str
    column: str
    grain: str
    customs: Mapping[str, str]
    where: str


@dataclass(frozen=True, eq=False)
class DbtProject:
    """All semantic definitions of a project, checked, by name."""

    models: Mapping[str, SemanticModel]
    measures: Mapping[str, Measure]
    metrics: Mapping[str, Metric]
    saved_queries: Mapping[str, SavedQuery]
    time_spines: tuple[TimeSpine, ...]
    customs: Mapping[str, TimeSpine] = field(default_factory=dict)

    def grain_rank(self, grain: str) -> int:
        """Where a grain stands from fine to coarse; a custom one just above what it is built from."""
        spine = self.customs.get(grain)
        return GRAINS.index(spine.grain if spine is not None else grain)

    def common_unit(self, grains: Iterable[str]) -> str:
        """The coarsest standard unit that units of all these grains are made of; a day where there are none.

        Months are made of days and not of weeks.
        """
        every = {self.customs[each].grain if each in self.customs else each for each in grains}
        finest = min(every, key=GRAINS.index, default="day")
        return "day" if finest == "week" and len(every) > 1 else finest

    def is_grain(self, name: str) -> bool:
        """Whether it is a standard grain or a custom one of this project."""
        return name in GRAINS or name in self.customs

    def spine_for(self, grain: str) -> TimeSpine | None:
        """The coarsest time spine whose rows are not coarser than `grain`."""
        if grain in self.customs:
            return self.customs[grain]
        fit = [each for each in self.time_spines if GRAINS.index(each.grain) <= GRAINS.index(grain)]
        return max(fit, key=lambda each: GRAINS.index(each.grain), default=None)
