"""A request under way: what a question asks for on top of nothing, or on top of the question before.

One way to build a request: a follow-up starts from the draft of the request before, a new question from an empty one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from semantic_layer import (
    Compare,
    FieldFilter,
    Filter,
    Having,
    MetricQuery,
    Order,
    Period,
)


@dataclass
class Draft:
    """The fields of a MetricQuery while they are being decided. `goes_on`: it began as the question before."""

    metrics: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    period: Period | None = None
    filters: tuple[Filter, ...] = ()
    having: tuple[Having, ...] = ()
    keep: tuple[FieldFilter, ...] = ()
    show: tuple[FieldFilter, ...] = ()
    compare: Compare | None = None
    shares: tuple[str, ...] = ()
    among: tuple[Filter, ...] | None = None
    cumulative: tuple[str, ...] = ()
    order_by: tuple[Order, ...] = ()
    limit: int | None = None
    limit_within: tuple[str, ...] = ()
    subtotals: bool = False
    goes_on: bool = False

    def query(self) -> MetricQuery:
        """The request."""
        made = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "goes_on"}
        made["among"] = self.among if self.shares else None
        made["subtotals"] = self.subtotals and bool(self.metrics and self.group_by)
        return MetricQuery(**made)

    def filtered(self, dimension: str) -> FieldFilter | None:
        """The filter on values of a dimension, if there is one."""
        return next((f for f in self.filters if isinstance(f, FieldFilter) and f.field == dimension), None)


def draft_of(request: MetricQuery) -> Draft:
    """The draft that a request was made of."""
    values = {each.name: getattr(request, each.name) for each in fields(Draft) if each.name != "goes_on"}
    return Draft(**values, goes_on=True)
