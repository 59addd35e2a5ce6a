"""Requests about what entities do in the course of time: cohorts, funnels, what follows an event, what comes next."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from semantic_layer.query.parts import (
    Filter,
    Frozen,
    Name,
    Order,
)
from semantic_layer.time.periods import Period


class CohortQuery(Frozen):
    """Cohorts: one row per cohort (the unit of time of the first event) and number of units since, with the share of
    it that had an event in that unit.

    `period` bounds the cohorts; `since` keeps only those distances; `grain` is their unit, the model's own unless said.
    With `by`, a cohort is all of one value of a dimension whenever they came, and only units that are over count. With
    `measured`, what is told of each unit is that metric: its sum, for each of the cohort, and so far.
    """

    kind: Literal["cohort"] = "cohort"
    compare: ClassVar[None] = None
    limit: ClassVar[None] = None
    metric: Name = "cohort_retention"
    period: Period | None = None
    since: tuple[Annotated[int, Field(ge=0, le=36_500)], ...] = ()
    filters: tuple[Filter, ...] = ()
    order_by: tuple[Order, ...] = ()
    grain: Literal["week", "month", "quarter", "year"] | None = None
    by: Name | None = None
    measured: Name | None = None


class FunnelQuery(Frozen):
    """An ordered funnel within a period: one row per step. With `by`, a name or several, one per step of each group of
    entities; with `times`, each step has the median hours since the step before, and since the first one."""

    kind: Literal["funnel"] = "funnel"
    compare: ClassVar[None] = None
    order_by: ClassVar[tuple[Order, ...]] = ()
    limit: ClassVar[None] = None
    metric: Name = "funnel_conversion"
    period: Period | None = None
    filters: tuple[Filter, ...] = ()
    by: Name | tuple[Name, ...] | None = None
    times: bool = False

    @property
    def groups(self) -> tuple[str, ...]:
        """What entities are told apart by."""
        return self.by if isinstance(self.by, tuple) else (self.by,) if self.by is not None else ()

    @model_validator(mode="after")
    def _is_told_apart_by_different_things(self) -> FunnelQuery:
        if len(set(self.groups)) < len(self.groups):
            raise ValueError("'by' names a group twice")
        return self


class Deed(Frozen):
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


class FollowsQuery(Frozen):
    """What follows an event: of what `event` (a flow) counts in the period, the share after which `then` was done.

    Events are told apart by one of: `by`, a dimension or field of what the event counts, whose numbers are cut at
    `bands` (24: below 24, 24 and more), or the unit of the calendar in which it happened; `those`, conditions that some
    meet and the others do not; `did`, another deed after the event. `negated`: the share after which `then` was not
    done; `average`: how often it was done instead; `times`: beside the share, the days until it was first done.
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
    times: bool = False

    @model_validator(mode="after")
    def _is_told_apart_once(self) -> FollowsQuery:
        if (self.by is not None) + bool(self.those) + (self.did is not None) > 1:
            raise ValueError("events are told apart by one of 'by', 'those' and 'did'")
        if self.bands and (self.by is None or list(self.bands) != sorted(set(self.bands))):
            raise ValueError("'bands' are rising numbers, and go with 'by'")
        if self.negated and self.average:
            raise ValueError("how often something was not done is no number: 'negated' or 'average'")
        if self.times and (self.negated or self.average):
            raise ValueError("'times' are of what was done, beside its share: not with 'negated' or 'average'")
        return self


class PathQuery(Frozen):
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
