"""The typed requests: the only thing that chat and data share.

Names are names of the model, dates are absolute, nothing is left to guess. A request enters through HTTP, a file or a
translator, so these are frozen pydantic models; unknown keys are refused. Knows no SQL and no language.

Every request tells its `kind`, `filters`, `period`, `compare`, `order_by` and `limit`; a kind that has none of one says
so by a constant, which cannot be set. Every filter tells its `origin`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag, model_validator

from semantic_layer.time.periods import Grain, Period

Origin = Literal["asked", "default", "metric", "policy"]
# what no database can hold, half a character or NUL, is no text
Text = Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\x00]*$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
EntityName = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]  # empty: the model's first one
Scalar = bool | int | float | Text
Operator = Literal[
    "=",
    "!=",
    "in",
    "not in",
    "<",
    "<=",
    ">",
    ">=",
    "between",
    "contains",
    "not contains",
    "starts with",
    "ends with",
    "is null",
    "is not null",
]
NumberOperator = Literal["=", "!=", "<", "<=", ">", ">=", "between"]
EntityOperator = NumberOperator | Literal["top share"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FieldFilter(_Frozen):
    """A condition on a dimension or field of the rows that a metric counts, or of their customer.

    `field` is a dimension's name (`member_tier`), or `dataset.field` for any field (`orders.net_amount`).
    `!=` and `not in` keep rows whose value is null; `between` includes both ends.
    """

    field: Name
    op: Operator = "="
    values: tuple[Scalar, ...] = ()
    origin: Origin = "asked"

    @model_validator(mode="after")
    def _count_values(self) -> FieldFilter:
        wanted = {"between": 2, "is null": 0, "is not null": 0}
        takes_many = self.op in ("in", "not in")
        if (not self.values) if takes_many else (len(self.values) != wanted.get(self.op, 1)):
            raise ValueError(f"operator '{self.op}' does not take {len(self.values)} values")
        return self


def _check_count(op: EntityOperator, values: tuple[float, ...]) -> None:
    if len(values) != (2 if op == "between" else 1):
        raise ValueError(f"operator '{op}' does not take {len(values)} values")
    if op == "top share" and not 0 < values[0] < 1:
        raise ValueError("a share is above 0 and below 1: 0.2 for the highest fifth")


class MetricFilter(_Frozen):
    """A condition on behaviour: the entities (customers) whose own metric value compares so.

    `orders = 0 in June` keeps customers without an order in June: entities without any row have the value 0 for
    counts and sums, and no value (never kept) for ratios. `period` None is all history. `filters` narrow the metric.
    `top share` keeps, of those with any row, the share with the highest values (0.2: the highest fifth), rounded up.
    `per` names the entity; without it the model's first one is meant.
    """

    metric: Name
    per: EntityName = ""
    period: Period | None = None
    filters: tuple[Filter, ...] = ()
    op: EntityOperator
    values: tuple[float, ...] = Field(min_length=1, max_length=2)
    origin: Origin = "asked"

    @model_validator(mode="after")
    def _count_values(self) -> MetricFilter:
        _check_count(self.op, self.values)
        return self


class ListFilter(_Frozen):
    """Only entities that are on a named list of the model, such as a segment."""

    list: Name
    origin: Origin = "asked"


class AllOf(_Frozen):
    """Every one of the conditions holds."""

    origin: ClassVar[Origin] = "asked"
    all: tuple[Filter, ...] = Field(min_length=1)


class AnyOf(_Frozen):
    """At least one of the conditions holds."""

    origin: ClassVar[Origin] = "asked"
    any: tuple[Filter, ...] = Field(min_length=1)


class NotOf(_Frozen):
    """The condition does not hold, or is unknown."""

    origin: ClassVar[Origin] = "asked"
    negated: Filter = Field(alias="not", serialization_alias="not")
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)


def _shape(value: object) -> str:
    """Which filter is meant, by the key that only it has; of none of them, a condition on a field."""
    if isinstance(value, BaseModel):
        return f"({type(value).__name__})"
    keys = value if isinstance(value, Mapping) else ()
    return next((shape for key, shape in _SHAPES.items() if key in keys), "(FieldFilter)")


_SHAPES = {
    "field": "(FieldFilter)",
    "metric": "(MetricFilter)",
    "list": "(ListFilter)",
    "all": "(AllOf)",
    "any": "(AnyOf)",
    "not": "(NotOf)",
    "negated": "(NotOf)",
}
FILTER_SHAPES = frozenset(_SHAPES.values())
Filter = Annotated[
    Annotated[FieldFilter, Tag("(FieldFilter)")]
    | Annotated[MetricFilter, Tag("(MetricFilter)")]
    | Annotated[ListFilter, Tag("(ListFilter)")]
    | Annotated[AllOf, Tag("(AllOf)")]
    | Annotated[AnyOf, Tag("(AnyOf)")]
    | Annotated[NotOf, Tag("(NotOf)")],
    Discriminator(_shape),
]


class Having(_Frozen):
    """A condition on a column of the result (a metric, or `m__change_pct` and its kind), after grouping."""

    column: Name
    op: NumberOperator
    values: tuple[float, ...] = Field(min_length=1, max_length=2)

    @model_validator(mode="after")
    def _count_values(self) -> Having:
        _check_count(self.op, self.values)
        return self


class Order(_Frozen):
    """Sort by an output column. Nulls come last in both directions; ties are broken by the group columns."""

    column: Name
    descending: bool = False


class Compare(_Frozen):
    """The other side of a comparison: the period before, one year earlier, or one named; or other rows of the same
    period (`filters`: the app compared with the web).

    With a time grain in `group_by`, each bucket is compared with its own predecessor. `filters` are the other side's
    conditions, each in place of those of the request on the same field; columns are named as for periods.
    """

    to: Literal["previous", "year", "period", "filters"]
    period: Period | None = None
    filters: tuple[FieldFilter, ...] = ()

    @model_validator(mode="after")
    def _told_only_where_named(self) -> Compare:
        if (self.to == "period") != (self.period is not None):
            raise ValueError('\'period\' goes with "to": "period", and only with it')
        if (self.to == "filters") != bool(self.filters):
            raise ValueError('\'filters\' go with "to": "filters", and only with it')
        return self


class MetricQuery(_Frozen):
    """Metrics over groups: one row per group.

    `group_by` holds dimension names and time grains (`month`). `period` is half-open; None covers all history for
    flows and today for stocks, unless a metric has a default period. `keep` holds conditions on group columns that
    are applied after shares are taken ("the share of gold within all tiers"). `limit_within` names the group columns
    within each of which `limit` counts ("top 3 cities in each region"). `show` names group values that must appear
    even without rows.
    """

    kind: Literal["metrics"] = "metrics"
    metrics: tuple[Name, ...] = ()
    group_by: tuple[Name, ...] = ()
    period: Period | None = None
    filters: tuple[Filter, ...] = ()
    having: tuple[Having, ...] = ()
    keep: tuple[FieldFilter, ...] = ()
    show: tuple[FieldFilter, ...] = ()
    compare: Compare | None = None
    shares: tuple[Name, ...] = ()
    cumulative: tuple[Name, ...] = ()
    order_by: tuple[Order, ...] = ()
    limit: int | None = Field(default=None, ge=1)
    limit_within: tuple[Name, ...] = ()
    fill: bool = True

    @model_validator(mode="after")
    def _asks_something(self) -> MetricQuery:
        if not self.metrics and not self.group_by:
            raise ValueError("a query names at least one metric or one dimension")
        return self


class MeasuredColumn(_Frozen):
    """A column of a list: a metric of each entity, over its own period and filters."""

    name: Name
    metric: Name
    period: Period | None = None
    filters: tuple[Filter, ...] = ()


class ListQuery(_Frozen):
    """Entities (customers) by conditions: one row each, with attributes and measured values.

    `columns` are fields of the entity or reached from it to-one (`customer_name`, `churn_probability`).
    The whole count comes back as `total_rows` whatever the limit. Without `entity`, the model's first one is meant.
    """

    kind: Literal["list"] = "list"
    period: ClassVar[None] = None
    compare: ClassVar[None] = None
    entity: EntityName = ""
    columns: tuple[Name, ...] = ()
    measured: tuple[MeasuredColumn, ...] = ()
    filters: tuple[Filter, ...] = ()
    order_by: tuple[Order, ...] = ()
    limit: int | None = Field(default=20, ge=1)


class CohortQuery(_Frozen):
    """Cohort retention: one row per cohort (grain of the first event) and number of grains since.

    `period` bounds the cohorts; `since` keeps only those distances.
    """

    kind: Literal["cohort"] = "cohort"
    compare: ClassVar[None] = None
    limit: ClassVar[None] = None
    metric: Name = "cohort_retention"
    period: Period | None = None
    since: tuple[int, ...] = ()
    filters: tuple[Filter, ...] = ()
    order_by: tuple[Order, ...] = ()


class FunnelQuery(_Frozen):
    """An ordered funnel within a period: one row per step."""

    kind: Literal["funnel"] = "funnel"
    compare: ClassVar[None] = None
    order_by: ClassVar[tuple[Order, ...]] = ()
    limit: ClassVar[None] = None
    metric: Name = "funnel_conversion"
    period: Period | None = None
    filters: tuple[Filter, ...] = ()


class ExplainQuery(_Frozen):
    """Why a metric changed from one period to another: its change, taken apart exactly over dimensions and values.

    `dimensions` are those to look at; without any, all that the metric can be grouped by, but for what is known as of
    today only. `limit` is how many of the dimensions are shown, those that explain most first, each with all of its
    groups, whose contributions add up to the change.
    """

    kind: Literal["explain"] = "explain"
    order_by: ClassVar[tuple[Order, ...]] = ()
    metric: Name
    period: Period | None = None
    compare: Compare = Compare(to="previous")
    filters: tuple[Filter, ...] = ()
    dimensions: tuple[Name, ...] = ()
    limit: int = Field(default=3, ge=1)

    @model_validator(mode="after")
    def _explains_time(self) -> ExplainQuery:
        if self.compare.to == "filters":
            raise ValueError("a change is explained from one period to another")
        return self


class Deed(_Frozen):
    """What may be done after an event: rows that the flow `metric` counts, from `after` to `within` days later.

    Days are of 24 hours from the event's instant; where only the day of one of the two is known, calendar days after
    it. Without `after`, what happens at the very instant of the event does not follow it.
    """

    metric: Name
    filters: tuple[Filter, ...] = ()
    after: int = Field(default=0, ge=0, le=36_500)
    within: int = Field(ge=1, le=36_500)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Deed:
        if self.after >= self.within:
            raise ValueError(f"'after' ({self.after}) is not before 'within' ({self.within})")
        return self


class FollowsQuery(_Frozen):
    """What follows an event: of what `event` (a flow) counts in the period, the share after which `then` was done.

    Events are told apart by one of: `by`, a dimension or field of what the event counts, whose numbers are cut at
    `bands` (24: below 24, 24 and more); `those`, conditions that some meet and the others do not; `did`, another deed
    after the event. `negated`: the share after which `then` was not done; `average`: how often it was done instead.
    """

    kind: Literal["follows"] = "follows"
    compare: ClassVar[None] = None
    order_by: ClassVar[tuple[Order, ...]] = ()
    limit: ClassVar[None] = None
    event: Name
    then: Deed
    period: Period | None = None
    filters: tuple[Filter, ...] = ()
    by: Name | None = None
    bands: tuple[float, ...] = ()
    those: tuple[Filter, ...] = ()
    did: Deed | None = None
    negated: bool = False
    average: bool = False

    @model_validator(mode="after")
    def _is_told_apart_once(self) -> FollowsQuery:
        if (self.by is not None) + bool(self.those) + (self.did is not None) > 1:
            raise ValueError("events are told apart by one of 'by', 'those' and 'did'")
        if self.bands and (self.by is None or list(self.bands) != sorted(set(self.bands))):
            raise ValueError("'bands' are rising numbers, and go with 'by'")
        if self.negated and self.average:
            raise ValueError("how often something was not done is no number: 'negated' or 'average'")
        return self


class LiftQuery(_Frozen):
    """What a trial (a campaign with a control arm) did: the arms' shares of success and what they brought, compared.

    `trial` names one of the model, by default its first. `period` is when its rows happened; `filters` choose trials
    and people; `by` has a row for each group. `contrast`: treatment against control, or, within the treatment, those
    who took notice against those who did not, which is no experiment.
    """

    kind: Literal["lift"] = "lift"
    compare: ClassVar[None] = None
    order_by: ClassVar[tuple[Order, ...]] = ()
    limit: ClassVar[None] = None
    trial: EntityName = ""
    period: Period | None = None
    filters: tuple[Filter, ...] = ()
    by: Name | None = None
    contrast: Literal["control", "seen"] = "control"


class PathQuery(_Frozen):
    """What is done next after an event: of what `event` (a flow) counts in the period, the shares by what came first
    within so many days after it, with the time until then.

    `among` are the metrics whose rows may be the next step; without any, the steps of the model. `limit` is how many
    steps are shown, the commonest first, and then those that nothing followed.
    """

    kind: Literal["paths"] = "paths"
    compare: ClassVar[None] = None
    order_by: ClassVar[tuple[Order, ...]] = ()
    event: Name
    among: tuple[Name, ...] = ()
    within: int = Field(default=30, ge=1, le=36_500)
    period: Period | None = None
    filters: tuple[Filter, ...] = ()
    limit: int = Field(default=10, ge=1)


class CausesQuery(_Frozen):
    """What those who left had met before, against those who stayed, by the evidence that the model knows for causes.

    With `metric`, a transition such as the churn rate: of those counted at the start of the period, who left in it, by
    what had happened to them before it. With `list`, who is on it today, by what happened to them up to today.
    `families` keeps some kinds of causes only.
    """

    kind: Literal["causes"] = "causes"
    compare: ClassVar[None] = None
    order_by: ClassVar[tuple[Order, ...]] = ()
    limit: ClassVar[None] = None
    metric: EntityName = ""
    list: EntityName = ""
    period: Period | None = None
    filters: tuple[Filter, ...] = ()
    families: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _of_one_thing(self) -> CausesQuery:
        if bool(self.metric) == bool(self.list):
            raise ValueError("causes are asked of a 'metric', or of a 'list'")
        if self.list and self.period is not None:
            raise ValueError("a list is as of today: it takes no 'period'")
        return self


class ProfileQuery(_Frozen):
    """One entity, known by its key: the facts of its profile in one row, or its timeline, the latest first.

    `period`, `limit` and `offset` are the timeline's: so many events, after so many that are skipped.
    """

    kind: Literal["profile"] = "profile"
    compare: ClassVar[None] = None
    filters: ClassVar[tuple[Filter, ...]] = ()
    order_by: ClassVar[tuple[Order, ...]] = ()
    entity: EntityName = ""
    key: int | Text
    part: Literal["facts", "timeline"] = "facts"
    period: Period | None = None
    limit: int = Field(default=20, ge=1)
    offset: int = Field(default=0, ge=0)


class PlaybookQuery(_Frozen):
    """What to do for a group: the plays that the model has for a `list`, or for the values in `filters`, with how many
    the group are, what they are worth, and what came of such plays before. Without either, all playbooks."""

    kind: Literal["playbook"] = "playbook"
    period: ClassVar[None] = None
    compare: ClassVar[None] = None
    order_by: ClassVar[tuple[Order, ...]] = ()
    limit: ClassVar[None] = None
    list: EntityName = ""
    filters: tuple[Filter, ...] = ()


Request = Annotated[
    MetricQuery
    | ListQuery
    | CohortQuery
    | FunnelQuery
    | ExplainQuery
    | FollowsQuery
    | LiftQuery
    | PathQuery
    | CausesQuery
    | ProfileQuery
    | PlaybookQuery,
    Field(discriminator="kind"),
]
KINDS = (
    "metrics",
    "list",
    "cohort",
    "funnel",
    "explain",
    "follows",
    "lift",
    "paths",
    "causes",
    "profile",
    "playbook",
)

__all__ = [
    "AllOf",
    "AnyOf",
    "CausesQuery",
    "CohortQuery",
    "Compare",
    "Deed",
    "EntityOperator",
    "ExplainQuery",
    "FieldFilter",
    "Filter",
    "FollowsQuery",
    "FunnelQuery",
    "Grain",
    "Having",
    "LiftQuery",
    "ListFilter",
    "ListQuery",
    "MeasuredColumn",
    "MetricFilter",
    "MetricQuery",
    "NotOf",
    "NumberOperator",
    "Operator",
    "Order",
    "Origin",
    "PathQuery",
    "Period",
    "PlaybookQuery",
    "ProfileQuery",
    "Request",
    "Scalar",
]

for _model in (MetricFilter, AllOf, AnyOf, NotOf, MetricQuery, MeasuredColumn, ListQuery, CohortQuery, FunnelQuery):
    _model.model_rebuild()
ExplainQuery.model_rebuild()
Deed.model_rebuild()
FollowsQuery.model_rebuild()
LiftQuery.model_rebuild()
PathQuery.model_rebuild()
CausesQuery.model_rebuild()
PlaybookQuery.model_rebuild()
