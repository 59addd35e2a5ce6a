"""A number beside the same of others: 我们的NPS和行业比, our repurchase rate against competitors'.

The others' is the metric that stands in for ours where it is split by whose it is (`instead` in the model). Both are of
the same time: the one that is named, else the calendar month of today, as figures of others are published by month.
"""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots
from chat_service.translate.requests.timing import period_of
from chat_service.translate.senses import Names
from semantic_layer import GRAINS, MetricQuery, Request, unit

_COMPARED = ("comparison", "date.versus", "comparative", "connective.and")


def beside_others(slots: Slots, assembly: Assembly) -> MetricQuery | None:
    """Our metric and the others' in one row; None where nothing is compared with others. Raises StopError."""
    if len(slots.measures) != 1 or not slots.has(*_COMPARED) or slots.bounds or slots.clauses or slots.listed:
        return None
    item, names = slots.measures[0]
    for name in names:
        for instead in assembly.model.metrics[name].definition.instead if name in assembly.model.metrics else ():
            others = _naming(instead.dataset, slots, assembly)
            if others is not None and assembly.model.metrics[instead.metric].definition.shown_by:
                return _both(item, (name, instead.metric), others, slots, assembly)
    return None


def _naming(dataset: str, slots: Slots, assembly: Assembly) -> Edge | None:
    """The word for those others: a dimension of theirs that stands alone, whatever else the word can be."""
    own = {name for name, each in assembly.model.dimensions.items() if each.home.dataset == dataset}
    leaves = [leaf for leaf in slots.frame.lattice.leaves if leaf.category == "dimension"]
    for item, _ in (*slots.groups, *slots.values):
        named = [leaf.meaning.names for leaf in leaves if leaf.end == item.end and isinstance(leaf.meaning, Names)]
        if any(set(each) & own for each in named):
            return item
    return None


def _both(item: Edge, metrics: tuple[str, str], others: Edge, slots: Slots, assembly: Assembly) -> MetricQuery:
    assembly.use(item, "metric", metrics[0])
    assembly.use(others, "metric", metrics[1])
    period = unit("month", assembly.scope.today)
    for edge, when in slots.whens:
        found = period_of(when.date, (), assembly.scope.today, edge, assembly)
        period = found or period
        assembly.use(edge, "period", str(period))
    assembly.refuse_rest({*_COMPARED, "ask", "entity", "follow", "grouping", "connective"})
    if not slots.whens:
        assembly.assume("same_month_as_published")
    if slots.has("comparison", "comparative"):
        assembly.assume("difference_untold")
    return MetricQuery(metrics=metrics, period=period)


def told_by(request: Request, assembly: Assembly) -> Request:
    """Figures that are told by something (those of others, by whose they are and who says so) are told by it."""
    if not isinstance(request, MetricQuery) or any(name in GRAINS for name in request.group_by):
        return request
    read = [assembly.chooser((name,)).stand_in(name, request.group_by) or name for name in request.metrics]
    by = {assembly.model.metrics[name].definition.shown_by for name in read}
    dimensions = by.pop() if len(by) == 1 else ()
    if not dimensions or not set(request.group_by) <= set(dimensions) or request.limit is not None or request.shares:
        return request
    return request.model_copy(update={"group_by": dimensions})
