"""Questions that can be asked next, each checked by reading it with the translator before it is offered.

Comes in: the request just answered (or a metric just explained), the model, and a check. Goes out: up to three
questions in the asker's language: the same number split another way, along time, or against the year before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache

from chat_service.present.dates import is_unit, period_name
from chat_service.present.names import Names
from chat_service.translate.meaning.populations import population
from semantic_layer import (
    GRAINS,
    CausesQuery,
    CohortQuery,
    Dimension,
    ExplainQuery,
    FieldFilter,
    FollowsQuery,
    FunnelQuery,
    LiftQuery,
    ListQuery,
    MetricQuery,
    Model,
    PathQuery,
    Period,
    Phrase,
    PlaybookQuery,
    ProfileQuery,
    Request,
    unit,
)

# whether a question is read as the request that was meant
IsAnswerable = Callable[[str, MetricQuery], bool]
_WANTED = 3
_TRIED = 12
_QUESTION = Phrase(
    "{period}{values}{every}{each}{of}{metric}{compared}", "{metric}{each}{every}{among}{during}{compared}"
)
_EVERY: dict[str, Phrase] = {
    "day": Phrase("每天", " by day"),
    "week": Phrase("每周", " by week"),
    "month": Phrase("每月", " by month"),
    "quarter": Phrase("每季度", " by quarter"),
    "year": Phrase("每年", " by year"),
}
_EACH, _OF, _AND = Phrase("各{name}", " by {name}"), Phrase("的", ""), Phrase("{one}、{other}", "{one} and {other}")
_FOR, _IN, _FROM = (
    Phrase("{values}", " for {values}"),
    Phrase("{period}", " in {period}"),
    Phrase("{period}", " from {period}"),
)
_COMPARED = Phrase("同比", " year over year")
_FEW, _MANY = 2, 12  # a split worth offering first has so many groups


def suggest(request: Request, names: Names, today: date, is_answerable: IsAnswerable) -> tuple[str, ...]:
    """Up to three answerable questions that follow from a request."""
    start = _as_metric_query(request, names.model)
    if start is None:
        return ()
    return _checked(_next_requests(start, names.model, today), names, is_answerable)


def suggest_for_metrics(
    metrics: tuple[str, ...], names: Names, today: date, is_answerable: IsAnswerable
) -> tuple[str, ...]:
    """Up to three answerable questions about metrics."""
    last_month = unit("month", today, -1)
    starts: list[MetricQuery] = []
    for metric in metrics[:_WANTED]:
        is_stock = metric in names.model.metrics and names.model.metrics[metric].is_stock
        starts.append(MetricQuery(metrics=(metric,), period=None if is_stock else last_month))
    found = [*starts, *(each for start in starts for each in _next_requests(start, names.model, today))]
    return _checked(iter(found), names, is_answerable)


def leading_metrics(model: Model) -> tuple[str, ...]:
    """The metrics that most others stand on: what a model is about."""
    used: dict[str, int] = {}
    for metric in model.metrics.values():
        for name in metric.inputs:
            used[name] = used.get(name, 0) + 1
    shown = [name for name, metric in model.metrics.items() if not metric.definition.hidden]
    return tuple(sorted(shown, key=lambda name: -used.get(name, 0))[:_WANTED])


def write_question(request: MetricQuery, names: Names) -> str:
    """A request as a person would ask it.

    `2026年5月金卡各城市的复购率`, `repurchase rate by city for gold in May 2026`. Says values without their
    dimension, so only plain equalities are written.
    """
    plain = [each for each in request.filters if isinstance(each, FieldFilter)]
    values = [names.code(names.field(each.field), value) for each in plain for value in each.values]
    grain = next((group for group in request.group_by if group in GRAINS), "")
    by = [names.dimension(group) for group in request.group_by if group not in GRAINS]
    period = request.period
    when = "" if period is None else period_name(period, names.language)
    question = names.say(
        _QUESTION,
        period=when,
        values=names.listed(values),
        each="".join(names.say(_EACH, name=name) for name in by),
        every=names.say(_EVERY[grain]) if grain else "",
        of=names.say(_OF) if when or values or by or grain else "",
        metric=names.metric(request.metrics[0]),
        among=names.say(_FOR, values=_and(values, names)) if values else "",
        during=names.say(_IN if period is not None and is_unit(period) else _FROM, period=when) if when else "",
        compared=names.say(_COMPARED) if request.compare is not None else "",
    )
    return question[:1].upper() + question[1:]


def _and(values: list[str], names: Names) -> str:
    said = values[0]
    for each in values[1:]:
        said = names.say(_AND, one=said, other=each)
    return said


def _checked(candidates: Iterator[MetricQuery], names: Names, is_answerable: IsAnswerable) -> tuple[str, ...]:
    found: list[str] = []
    for tried, meant in enumerate(candidates):
        if len(found) == _WANTED or tried == _TRIED:
            break
        question = write_question(meant, names)
        if question not in found and is_answerable(question, meant):
            found.append(question)
    return tuple(found)


def _next_requests(start: MetricQuery, model: Model, today: date) -> Iterator[MetricQuery]:
    base = MetricQuery(metrics=start.metrics[:1], period=start.period, filters=start.filters)
    filtered = {each.field for each in start.filters if isinstance(each, FieldFilter)}
    splits = _splits(base, model, used={*start.group_by, *filtered})
    if splits:
        yield base.model_copy(update={"group_by": (splits[0],)})
    if not any(group in GRAINS for group in start.group_by):
        year = Period(unit("month", today, -11).start, unit("month", today).end)
        yield base.model_copy(update={"group_by": ("month",), "period": year})
    if start.compare is None and start.period is not None and start.period.grain is not None:
        compared = {"compare": {"to": "year"}}
        yield MetricQuery.model_validate({**base.model_dump(by_alias=True), **compared})
    for split in splits[1:4]:
        yield base.model_copy(update={"group_by": (split,)})


def _splits(base: MetricQuery, model: Model, used: set[str]) -> list[str]:
    """Dimensions that the metric can be split by and is not yet, the nearest to what it counts first."""
    return [name for name in _all_splits(model, base.metrics[0]) if name not in used]


@lru_cache(maxsize=1024)
def _all_splits(model: Model, metric: str) -> tuple[str, ...]:
    """Dimensions that a metric can be split by, the nearest to what it counts first.

    First those that its dataset prefers, then those of its dataset and of the customer, then the rest; among equals,
    closed sets of a readable size first.
    """
    found = [
        dimension
        for dimension in model.dimensions.values()
        if dimension.type in ("text", "boolean")
        and not model.is_guarded(dimension.home)
        and dimension.home.definition.role == "dimension"
        and model.can_group(metric, dimension.name)
    ]
    counted = model.grouping_datasets(metric)
    preferred = {name for dataset in counted for name in model.datasets[dataset].definition.prefers}
    near = {*counted, *(entity.dataset for entity in model.entities.values())}

    def rank(dimension: Dimension) -> tuple[bool, bool, bool]:
        readable = _FEW <= len(dimension.home.definition.values) <= _MANY
        return not readable, dimension.name not in preferred, dimension.home.dataset not in near

    return tuple(dimension.name for dimension in sorted(found, key=rank))


def _as_metric_query(request: Request, model: Model) -> MetricQuery | None:
    if isinstance(request, MetricQuery):
        if not request.metrics or request.metrics[0] not in model.metrics:
            return None
        plain = tuple(f for f in request.filters if isinstance(f, FieldFilter) and f.op in ("=", "in"))
        whole = request.period if request.period is None or period_name(request.period, "en") else None
        return request.model_copy(update={"filters": plain if len(plain) <= 2 else (), "period": whole})
    if isinstance(request, ListQuery):
        counted = _list_metric(request, model)
        return None if counted is None else MetricQuery(metrics=(counted,))
    if isinstance(request, CausesQuery | ProfileQuery | PlaybookQuery):
        return _about_group(request, model)
    beside: str | None
    if isinstance(request, FollowsQuery):
        beside = request.then.metric
    elif isinstance(request, PathQuery):
        beside = request.event
    elif isinstance(request, LiftQuery):
        trials = [trial for name, trial in model.trials.items() if request.trial in ("", name)]
        beside = next((name for trial in trials for name in trial.effects), None)
    else:
        beside = request.metric if isinstance(request, ExplainQuery) else _metric_beside(request, model)
    if beside is None:
        return None
    return _as_metric_query(MetricQuery(metrics=(beside,), period=request.period, filters=request.filters), model)


def _about_group(request: CausesQuery | ProfileQuery | PlaybookQuery, model: Model) -> MetricQuery | None:
    """The number to go on with: that of who left, of who is on the list, of the entity."""
    if isinstance(request, CausesQuery) and request.metric in model.metrics:
        return MetricQuery(metrics=(request.metric,), period=request.period)
    named = "" if isinstance(request, ProfileQuery) else request.list
    listed = model.lists.get(named)
    counted = listed.metric if listed is not None else next(iter(model.entities.values())).counted_by
    return None if counted is None else MetricQuery(metrics=(counted,))


def _metric_beside(request: CohortQuery | FunnelQuery, model: Model) -> str | None:
    """The metric to go on with from a journey: a cohort's retention of all, else what its last step counts."""
    funnel, cohort = model.funnels.get(request.metric), model.cohorts.get(request.metric)
    if isinstance(request, FunnelQuery):
        return None if funnel is None else funnel.steps[-1].metric
    if cohort is None:
        return None
    key = model.entities[cohort.entity].key
    for name, metric in model.metrics.items():
        moved = metric.definition.transition
        if moved is not None and moved.key == key and metric.polarity == "higher_is_better":
            return name
    return cohort.metric


def _list_metric(request: ListQuery, model: Model) -> str | None:
    """The metric that counts the list's population, else the one that counts the entity."""
    listed = population(request, model)
    if listed is not None and listed.metric is not None:
        return listed.metric
    entity = model.entities.get(request.entity)
    return None if entity is None else entity.counted_by
