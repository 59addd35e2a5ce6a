"""The request for reasons: a number and its period become the question why it changed.

Comes in: the request that the rest of a question (or the question before) makes. Goes out: why that number changed from
the period before, or from the one that it is compared with.
"""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.requests.slots import Slots
from semantic_layer import GRAINS, Compare, ExplainQuery, MetricQuery, Request


def underlying(query: ExplainQuery) -> MetricQuery:
    """The number that is explained, as a request of its own: what a follow-up changes."""
    return MetricQuery(
        metrics=(query.metric,),
        group_by=query.dimensions,
        period=query.period,
        filters=query.filters,
        compare=query.compare,
    )


def compared(request: Request) -> Request:
    """A number in a period, beside the period before unless another is named: what a change is read from."""
    if not isinstance(request, MetricQuery) or request.period is None or request.compare is not None:
        return request
    return request.model_copy(update={"compare": Compare(to="previous")})


def explained(request: Request) -> ExplainQuery | None:
    """Why the one metric of a request changed; None for what is no change of one number.

    Groups become the dimensions to look at. A course of time, a ranking, a share or a condition on groups is more than
    one change. A period is needed, which whoever asks must have said.
    """
    if isinstance(request, ExplainQuery):
        return request
    if not isinstance(request, MetricQuery) or len(request.metrics) != 1 or request.period is None:
        return None
    more = (request.having, request.keep, request.show, request.shares, request.cumulative, request.limit_within)
    if any(more) or request.limit is not None or any(name in GRAINS for name in request.group_by):
        return None
    return ExplainQuery(
        metric=request.metrics[0],
        period=request.period,
        compare=request.compare or Compare(to="previous"),
        filters=request.filters,
        dimensions=request.group_by,
    )


def asks_what(why: Edge, slots: Slots) -> bool:
    """上季度续费率为何: right behind what is measured, at the end, the word asks what it is; with a change, why."""
    frame = slots.frame
    closes = frame.items[-1] is why and frame.folded(why) in word_set("what_or_why")
    before = frame.before(why)
    return closes and before is not None and before.category in ("measure", "group") and not slots.has("change")
