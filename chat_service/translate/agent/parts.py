"""A request -> its parts: all that was chosen in it, each with the path that a model names it by.

A part needs words of the question unless a convention fills it in or, in a follow-up, the request before had it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from chat_service.outcomes import SpanRole
from chat_service.translate.agent.reply import NOTHING
from semantic_layer import (
    GRAINS,
    AllOf,
    AnyOf,
    CausesQuery,
    CohortQuery,
    Deed,
    ExplainQuery,
    FieldFilter,
    Filter,
    FollowsQuery,
    FunnelQuery,
    LiftQuery,
    ListFilter,
    ListQuery,
    MetricFilter,
    MetricQuery,
    Model,
    NotOf,
    PathQuery,
    PlaybookQuery,
    ProfileQuery,
    Request,
)

_LIST_LIMIT = 20


@dataclass(frozen=True)
class Part:
    """`filters[0].period`, what it says (`2026-05-01/2026-06-01`), and whether words of the question must have made it.

    `content` is the part itself, to be found again in another request.
    """

    path: str
    role: SpanRole
    says: str
    content: object
    needs_words: bool = True

    def is_made_by(self, named: str) -> bool:
        """Whether a path that a model named stands for this part: the same, one around it, or one inside it.

        >>> Part("filters[0].period", "period", "", None).is_made_by("filters[0]")
        True
        """
        if named == NOTHING:
            return False
        return (
            named == self.path
            or self.path.startswith((f"{named}.", f"{named}["))
            or named.startswith((f"{self.path}.", f"{self.path}["))
        )


def parts_of(request: Request, model: Model) -> tuple[Part, ...]:
    """Every part of a request in the order of its fields. What the model itself says needs no words: the unit of its
    cohorts, what is shown with a metric."""
    match request:
        case MetricQuery():
            return tuple(_metrics(request))
        case ListQuery():
            return tuple(_list(request, model))
        case CohortQuery():
            return tuple(_cohort(request, model))
        case FunnelQuery():
            return tuple(_funnel(request))
        case ExplainQuery():
            return tuple(_explanation(request))
        case FollowsQuery():
            return tuple(_follows(request))
        case LiftQuery():
            return tuple(_lift(request))
        case PathQuery():
            return tuple(_paths(request))
        case CausesQuery() | ProfileQuery() | PlaybookQuery():
            return tuple(_loop(request))


def _metrics(request: MetricQuery) -> Iterator[Part]:
    for index, name in enumerate(request.metrics):
        yield Part(f"metrics[{index}]", "metric", name, name)
    several = {each.field for each in request.filters if isinstance(each, FieldFilter) and len(each.values) > 1}
    beside = several | {each.field for each in (*request.keep, *request.show)}
    for index, name in enumerate(request.group_by):
        # two named values of a dimension are shown beside each other, and the share of one value within all
        yield Part(f"group_by[{index}]", "grain" if name in GRAINS else "grouping", name, name, name not in beside)
    if request.period is not None:
        yield Part("period", "period", str(request.period), request.period)
    yield from _filters(request.filters, "filters")
    yield from _results(request)
    yield from _order(request)
    if request.limit is not None:
        yield Part("limit", "limit", str(request.limit), request.limit)
    for index, name in enumerate(request.limit_within):
        yield Part(f"limit_within[{index}]", "limit", name, name)


def _results(request: MetricQuery) -> Iterator[Part]:
    """What is asked of the groups' values: conditions, comparison, shares, running totals."""
    for index, having in enumerate(request.having):
        yield Part(f"having[{index}]", "operator", f"{having.column} {having.op} {_said(having.values)}", having)
    for index, kept in enumerate(request.keep):
        yield Part(f"keep[{index}]", "value", f"{kept.field} {kept.op} {_said(kept.values)}", kept)
    for index, shown in enumerate(request.show):
        yield Part(f"show[{index}]", "value", f"{shown.field} {_said(shown.values)}", shown, needs_words=False)
    if request.compare is not None:
        yield Part("compare", "comparison", str(request.compare.period or request.compare.to), request.compare)
        yield from _filters(request.compare.filters, "compare.filters")
    if request.subtotals:
        yield Part("subtotals", "grouping", "true", True)
    for index, name in enumerate(request.shares):
        yield Part(f"shares[{index}]", "share", name, name)
    # what those of the whole do, the part does too: only what it is told by besides has words of its own
    yield from _filters(tuple(each for each in request.among or () if each not in request.filters), "among")
    for index, name in enumerate(request.cumulative):
        yield Part(f"cumulative[{index}]", "cumulative", name, name)


def _list(request: ListQuery, model: Model) -> Iterator[Part]:
    yield Part("kind", "list", "list", "list", needs_words=False)
    yield Part("entity", "entity", request.entity, request.entity, needs_words=False)
    for index, name in enumerate(request.columns):
        yield Part(f"columns[{index}]", "dimension", name, name, needs_words=False)
    conditions = [each for each in request.filters if isinstance(each, MetricFilter)]
    for index, each in enumerate(request.measured):
        like = [other for other in conditions if each.metric in _shown_with(other.metric, model)]
        yield Part(f"measured[{index}]", "metric", each.metric, each, not like)
        if each.period is not None:
            is_new = all(other.period != each.period for other in like)
            yield Part(f"measured[{index}].period", "period", str(each.period), each.period, is_new)
        for part in _filters(each.filters, f"measured[{index}].filters"):
            is_new = all(part.content not in other.filters for other in like)
            yield replace(part, needs_words=is_new)
    yield from _filters(request.filters, "filters")
    yield from _order(request)
    if request.limit != _LIST_LIMIT:
        yield Part("limit", "limit", str(request.limit or "all"), request.limit)


def _shown_with(name: str, model: Model) -> tuple[str, ...]:
    """A metric and what the model shows beside it."""
    return (name, *model.metrics[name].definition.beside) if name in model.metrics else (name,)


def _cohort(request: CohortQuery, model: Model) -> Iterator[Part]:
    yield _journey(request)
    if request.period is not None:
        yield Part("period", "period", str(request.period), request.period)
    if request.since:
        yield Part("since", "number", _said(request.since), request.since)
    if request.grain is not None:
        own = model.cohorts[request.metric].grain if request.metric in model.cohorts else None
        yield Part("grain", "grain", request.grain, request.grain, request.grain != own)
    if request.by is not None:
        yield Part("by", "grouping", request.by, request.by)
    if request.measured is not None:
        yield Part("measured", "metric", request.measured, request.measured)
    yield from _filters(request.filters, "filters")
    yield from _order(request)


def _journey(request: CohortQuery | FunnelQuery) -> Part:
    """What is measured: the kind's own unless another is named."""
    own: object = type(request).model_fields["metric"].default
    return Part("metric", "metric", request.metric, request.metric, needs_words=request.metric != own)


def _funnel(request: FunnelQuery) -> Iterator[Part]:
    yield _journey(request)
    if request.period is not None:
        yield Part("period", "period", str(request.period), request.period)
    for place, name in enumerate(request.groups):
        yield Part(f"by[{place}]" if place else "by", "grouping", name, name)
    if request.times:
        yield Part("times", "operator", "times", request.times)
    yield from _filters(request.filters, "filters")


def _explanation(request: ExplainQuery) -> Iterator[Part]:
    yield Part("kind", "operator", "explain", "explain", needs_words=False)
    yield Part("metric", "metric", request.metric, request.metric)
    if request.period is not None:
        yield Part("period", "period", str(request.period), request.period)
    to = request.compare
    # what a change is measured from is a convention where it is not said
    yield Part("compare", "comparison", str(to.period or to.to), to, needs_words=to.to != "previous")
    yield from _filters(request.filters, "filters")
    for index, name in enumerate(request.dimensions):
        yield Part(f"dimensions[{index}]", "grouping", name, name)


def _follows(request: FollowsQuery) -> Iterator[Part]:
    yield Part("kind", "operator", "follows", "follows", needs_words=False)
    yield Part("event", "behaviour", request.event, request.event)
    yield from _deed(request.then, "then")
    if request.period is not None:
        yield Part("period", "period", str(request.period), request.period)
    yield from _filters(request.filters, "filters")
    if request.by is not None:
        yield Part("by", "grouping", request.by, request.by)
    if request.bands:
        yield Part("bands", "number", _said(request.bands), request.bands)
    yield from _filters(request.those, "those")
    if request.did is not None:
        yield from _deed(request.did, "did")
    for name, says in (("negated", request.negated), ("average", request.average), ("times", request.times)):
        if says:
            yield Part(name, "operator", name, says)


def _lift(request: LiftQuery) -> Iterator[Part]:
    yield Part("kind", "operator", "lift", "lift", needs_words=False)
    if request.period is not None:
        yield Part("period", "period", str(request.period), request.period)
    yield from _filters(request.filters, "filters")
    if request.by is not None:
        yield Part("by", "grouping", request.by, request.by)
    if request.contrast != "control":
        yield Part("contrast", "comparison", request.contrast, request.contrast)
    if request.worst_first:
        yield Part("worst_first", "order", "worst_first", content=True)
    if request.limit is not None:
        yield Part("limit", "limit", str(request.limit), request.limit)


def _paths(request: PathQuery) -> Iterator[Part]:
    yield Part("kind", "operator", "paths", "paths", needs_words=False)
    yield Part("event", "behaviour", request.event, request.event)
    for index, name in enumerate(request.among):
        yield Part(f"among[{index}]", "behaviour", name, name)
    # how long is looked on is a convention where it is not said
    yield Part("within", "number", str(request.within), request.within, needs_words=False)
    if request.period is not None:
        yield Part("period", "period", str(request.period), request.period)
    yield from _filters(request.filters, "filters")


def _deed(deed: Deed, path: str) -> Iterator[Part]:
    yield Part(f"{path}.metric", "behaviour", deed.metric, deed.metric)
    if deed.after:
        yield Part(f"{path}.after", "number", str(deed.after), deed.after)
    yield Part(f"{path}.within", "number", str(deed.within), deed.within)
    yield from _filters(deed.filters, f"{path}.filters")


def _loop(request: CausesQuery | ProfileQuery | PlaybookQuery) -> Iterator[Part]:
    match request:
        case CausesQuery():
            return _causes(request)
        case ProfileQuery():
            return _profile(request)
        case PlaybookQuery():
            return _playbook(request)


def _causes(request: CausesQuery) -> Iterator[Part]:
    yield Part("kind", "operator", "causes", "causes", needs_words=False)
    if request.metric:
        yield Part("metric", "metric", request.metric, request.metric)
    if request.list:
        yield Part("list", "list", request.list, request.list)
    if request.period is not None:
        yield Part("period", "period", str(request.period), request.period)
    yield from _filters(request.filters, "filters")
    for index, name in enumerate(request.families):
        yield Part(f"families[{index}]", "value", name, name)


def _profile(request: ProfileQuery) -> Iterator[Part]:
    yield Part("kind", "list", "profile", "profile", needs_words=False)
    yield Part("entity", "entity", request.entity, request.entity, needs_words=False)
    yield Part("key", "value", str(request.key), request.key)
    if request.period is not None:
        yield Part("period", "period", str(request.period), request.period)


def _playbook(request: PlaybookQuery) -> Iterator[Part]:
    yield Part("kind", "list", "playbook", "playbook", needs_words=False)
    if request.list:
        yield Part("list", "list", request.list, request.list)
    yield from _filters(request.filters, "filters")


def _order(request: MetricQuery | ListQuery | CohortQuery) -> Iterator[Part]:
    for index, order in enumerate(request.order_by):
        says = f"{order.column} {'descending' if order.descending else 'ascending'}"
        yield Part(f"order_by[{index}]", "order", says, order, needs_words=False)


def _filters(filters: tuple[Filter, ...], path: str) -> Iterator[Part]:
    for index, each in enumerate(filters):
        yield from _filter(each, f"{path}[{index}]")


def _filter(condition: Filter, path: str) -> Iterator[Part]:
    match condition:
        case FieldFilter():
            yield Part(path, "value", f"{condition.field} {condition.op} {_said(condition.values)}".strip(), condition)
        case MetricFilter():
            yield Part(path, "behaviour", f"{condition.metric} {condition.op} {_said(condition.values)}", condition)
            if condition.period is not None:
                yield Part(f"{path}.period", "period", str(condition.period), condition.period)
            yield from _filters(condition.filters, f"{path}.filters")
        case ListFilter():
            yield Part(path, "list", condition.list, condition)
        case AllOf():
            yield from _filters(condition.all, f"{path}.all")
        case AnyOf():
            yield from _filters(condition.any, f"{path}.any")
        case NotOf():
            yield from _filter(condition.negated, f"{path}.not")


def _said(values: tuple[object, ...]) -> str:
    return ",".join(str(each) for each in values)
