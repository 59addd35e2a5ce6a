"""Requests of the loop that loyalty is kept in: who leaves and why, one customer, what to do, and what it did."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from semantic_layer.query.parts import (
    EntityName,
    Filter,
    Frozen,
    Name,
    Order,
    Text,
)
from semantic_layer.time.periods import Period


class LiftQuery(Frozen):
    """What a trial (a campaign with a control arm) did: the arms' shares of success and what they brought, compared.

    `trial` names one of the model, by default its first. `period` is when its rows happened; `filters` choose trials
    and people; `by` has a row for each group. `contrast`: treatment against control; or, within the treatment and
    therefore no experiment, those who took notice against those who did not, or the time after against the time before.
    The groups of the largest difference come first, with `worst_first` those of the smallest, `limit` of them at most;
    behind all others those too small to tell.
    """

    kind: Literal["lift"] = "lift"
    compare: ClassVar[None] = None
    order_by: ClassVar[tuple[Order, ...]] = ()
    trial: EntityName = ""
    period: Period | None = None
    filters: tuple[Filter, ...] = ()
    by: Name | None = None
    contrast: Literal["control", "seen", "before"] = "control"
    worst_first: bool = False
    limit: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _ranks_groups(self) -> LiftQuery:
        if self.by is None and (self.worst_first or self.limit is not None):
            raise ValueError("'worst_first' and 'limit' are of groups: 'by' names them")
        return self


class CausesQuery(Frozen):
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


class ProfileQuery(Frozen):
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


class PlaybookQuery(Frozen):
    """What to do for a group: the plays that the model has for a `list`, or for the values in `filters`, with how many
    the group are, what they are worth, and what came of such plays before. Without either, all playbooks."""

    kind: Literal["playbook"] = "playbook"
    period: ClassVar[None] = None
    compare: ClassVar[None] = None
    order_by: ClassVar[tuple[Order, ...]] = ()
    limit: ClassVar[None] = None
    list: EntityName = ""
    filters: tuple[Filter, ...] = ()
