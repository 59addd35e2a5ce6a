"""The typed requests: the only thing that chat and data share.

Names are names of the model, dates are absolute, nothing is left to guess. A request enters through HTTP, a file or a
translator, so these are frozen pydantic models; unknown keys are refused. Knows no SQL and no language.

Every request tells its `kind`, `filters`, `period`, `compare`, `order_by` and `limit`; a kind that has none of one says
so by a constant, which cannot be set. Every filter tells its `origin`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from semantic_layer.query.journeys import CohortQuery, Deed, FollowsQuery, FunnelQuery, PathQuery
from semantic_layer.query.loop_requests import CausesQuery, LiftQuery, PlaybookQuery, ProfileQuery
from semantic_layer.query.parts import (
    AllOf,
    AnyOf,
    Compare,
    EntityName,
    EntityOperator,
    FieldFilter,
    Filter,
    Frozen,
    Having,
    ListFilter,
    MetricFilter,
    Name,
    NotOf,
    NumberOperator,
    Operator,
    Order,
    Origin,
    Scalar,
)
from semantic_layer.time.periods import Grain, Period


class MetricQuery(Frozen):
    """Metrics over groups: one row per group.

    `group_by` holds dimension names and time grains (`month`). `period` is half-open; None covers all history for
    flows and today for stocks, unless a metric has a default period. `keep` holds conditions on group columns that
    are applied after shares are taken ("the share of gold within all tiers"). `limit_within` names the group columns
    within each of which `limit` counts ("top 3 cities in each region"). `show` names group values that must appear
    even without rows. Shares are of all groups together; with `among` they are, within each group, of what meets these
    conditions in place of `filters` ("of those who registered in May, the share who ordered since"; without any
    condition, of everybody). With `subtotals` each of the outer groups that is shown has a row of its own beside, and
    so has the whole: by region and city, each region's and one of all. They are computed as by themselves, over all
    groups.
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
    among: tuple[Filter, ...] | None = None
    cumulative: tuple[Name, ...] = ()
    order_by: tuple[Order, ...] = ()
    limit: int | None = Field(default=None, ge=1)
    limit_within: tuple[Name, ...] = ()
    subtotals: bool = False
    fill: bool = True

    @model_validator(mode="after")
    def _asks_something(self) -> MetricQuery:
        if not self.metrics and not self.group_by:
            raise ValueError("a query names at least one metric or one dimension")
        if self.among is not None and not self.shares:
            raise ValueError("'among' goes with 'shares', and only with them")
        for name in ("metrics", "group_by"):
            if len(set(getattr(self, name))) < len(getattr(self, name)):
                raise ValueError(f"'{name}' names one twice")
        return self


class MeasuredColumn(Frozen):
    """A column of a list: a metric of each entity, over its own period and filters."""

    name: Name
    metric: Name
    period: Period | None = None
    filters: tuple[Filter, ...] = ()


class ListQuery(Frozen):
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


class ExplainQuery(Frozen):
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
        if len(set(self.dimensions)) < len(self.dimensions):
            raise ValueError("'dimensions' names one twice")
        return self


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
