"""A query in dbt's own terms: what `mf query`, the Semantic Layer's API or a saved query would be given."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from semantic_layer.errors import QueryError
from semantic_layer.interop.dbt.problems import MalformedDbtQuery


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GroupBy(_Frozen):
    """Something to group by, with its grain or date part beside its name; `alias` names its column."""

    name: str
    grain: str | None = None
    date_part: str | None = None
    alias: str | None = None


class AskedMetric(_Frozen):
    """A metric whose column is named by an alias."""

    name: str
    alias: str | None = None


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_several)]
Metrics = Annotated[tuple[str | AskedMetric, ...], BeforeValidator(_several)]
Groups = Annotated[tuple[str | GroupBy, ...], BeforeValidator(_several)]


class DbtQuery(_Frozen):
    """Metrics over groups, or the distinct values of groups alone.

    `group_by` and `order_by` hold names (`listing__created_at__month`, `-bookings`) or dbt's calls
    (`TimeDimension('metric_time', 'month')`). `where` holds conditions in Jinja form, all of which must hold.
    `time_constraint` bounds metric_time, both ends included, widened to whole buckets of the finest grain asked for; an
    end that is null is open.
    With a saved query, the rest is added to what it says. `min_max_only` gives the least and greatest value of the
    one group; `is_distinct` false keeps the rows of a query of groups alone as they are.
    """

    metrics: Metrics = ()
    group_by: Groups = ()
    where: Texts = ()
    time_constraint: tuple[str | None, str | None] | None = None
    order_by: Texts = ()
    limit: int | None = Field(default=None, ge=1)
    saved_query: str | None = None
    min_max_only: bool = False
    is_distinct: bool = True

    @model_validator(mode="after")
    def _asks_something(self) -> DbtQuery:
        if not self.metrics and not self.group_by and self.saved_query is None:
            raise ValueError("a query names at least one metric, group or saved query")
        return self


def read_dbt_query(data: bytes, where: str) -> DbtQuery:
    """The query of a JSON text. Raises QueryError with every mistake; `where` names the text in them."""
    try:
        return DbtQuery.model_validate_json(data)
    except ValidationError as error:
        places = ((".".join(str(part) for part in each["loc"]), each["msg"]) for each in error.errors())
        found = [MalformedDbtQuery(f"{where}: {place}" if place else where, reason) for place, reason in places]
        raise QueryError(*found) from error
