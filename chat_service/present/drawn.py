"""Which column of a metric a drawing shows: what was asked for, be it growth, a share, a running total or the value."""

from __future__ import annotations

from chat_service.outcomes import Reading
from chat_service.present.changes import is_relative
from chat_service.present.finding import Finding
from chat_service.present.followed import DAYS
from semantic_layer import CausesQuery, Column, FollowsQuery, LiftQuery, MetricQuery

_MOVES = ("change", "change_pct")
_OF_KINDS: dict[type, str] = {LiftQuery: "difference", CausesQuery: "relative_risk"}


def main_column(finding: Finding) -> Column:
    """The column that a result of one is about: what a trial changed, how much more likely a cause makes it, or the
    first metric."""
    request = finding.request
    name = DAYS[0] if isinstance(request, FollowsQuery) and request.times else _OF_KINDS.get(type(request))
    return next((each for each in finding.table.columns if each.name == name), None) or finding.metrics[0]


def drawn_column(finding: Finding, metric: Column, reading: Reading) -> Column:
    """The column of a metric that is drawn."""
    name = metric.metric or metric.name
    if asks_growth(finding, reading):
        moves = finding.part(name, "change_pct" if is_relative(metric.unit) else "change")
        if moves is not None:
            return moves
    return finding.part(name, "cumulative") or finding.part(name, "share") or metric


def asks_growth(finding: Finding, reading: Reading) -> bool:
    """Whether the change is what is asked for: by its words, or because the result is sorted or chosen by it."""
    request = finding.request
    if not isinstance(request, MetricQuery) or request.compare is None or not finding.groups:
        return False
    named = [*(each.column for each in request.order_by), *(each.column for each in request.having)]
    return reading.growth or any(column.rpartition("__")[2] in _MOVES for column in named)
