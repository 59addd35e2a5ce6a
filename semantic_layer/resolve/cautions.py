"""What to say of a metric query that is answered: metrics over unlike days, shares of overlapping groups, sides cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from sqlglot import exp

from semantic_layer.errors import Phrase
from semantic_layer.model.date_parts import TimePartError
from semantic_layer.model.lookup import find_field
from semantic_layer.model.model import Metric, Model
from semantic_layer.model.names import parse_name
from semantic_layer.query.cautions import Caution, LikeForLike, NotWhole, OverlappingGroups, UnlikePeriods
from semantic_layer.query.requests import MetricQuery
from semantic_layer.resolve.branches import Clock, Times
from semantic_layer.resolve.sense import whole_unit
from semantic_layer.time.periods import Period
from semantic_layer.time.units import following, midnight


def cautions_of(query: MetricQuery, spans: Mapping[str, Times], clock: Clock, model: Model) -> Iterator[Caution]:
    """Everything that a reader should know. `spans` are the days that each metric is shown over."""
    if query.period is None:
        yield from _unlike_periods(spans, model)
    for name in query.shares if query.among is None else ():
        groups = tuple(each for each in query.group_by if _overlaps(model.metrics[name], each, model))
        if groups:
            yield OverlappingGroups("shares", name, groups)
    yield from _not_whole(query, model)
    yield from _like_for_like(query, spans, clock, model)


def _not_whole(query: MetricQuery, model: Model) -> Iterator[Caution]:
    """Two shares of the same people, some of whom are in both or in neither: churn and retention."""
    of: dict[str, list[str]] = {}
    for name in query.metrics:
        transition = model.metrics[name].definition.transition
        if transition is not None:
            of.setdefault(transition.of, []).append(name)
    for base, names in of.items():
        if len(names) > 1:
            yield NotWhole("metrics", tuple(names), base)


def _unlike_periods(spans: Mapping[str, Times], model: Model) -> Iterator[Caution]:
    has_own = [name for name in spans if model.metrics[name].definition.default_period is not None]
    if has_own and len({each.period for each in spans.values()}) > 1:
        days = [_days(each.period) for each in spans.values()]
        periods = Phrase("；".join(each.zh for each in days), "; ".join(each.en for each in days))
        yield UnlikePeriods("period", tuple(spans), periods)


def _days(period: Period) -> Phrase:
    if period.start is None:
        return Phrase("全部历史", "all history")
    return Phrase(f"{period.start} 至 {period.last_day}", f"{period.start} to {period.last_day}")


def _like_for_like(query: MetricQuery, spans: Mapping[str, Times], clock: Clock, model: Model) -> Iterator[Caution]:
    asked = whole_unit(query.period, clock.today) if query.period is not None else None
    if query.compare is None or query.compare.to in ("period", "filters") or asked is None or asked.grain is None:
        return
    if asked.end is None or asked.end <= clock.today + timedelta(days=1):
        return
    flows = (each for name, each in spans.items() if not model.metrics[name].is_stock)
    for each in flows:
        buckets = each.branches[0].spine
        is_last_whole = (
            clock.units is not None
            and bool(buckets)
            and midnight(buckets[-1].end) == midnight(following(clock.units, buckets[-1].label))
        )
        if each.previous is not None and not is_last_whole:
            yield LikeForLike("compare", str(each.previous))
            return


def _overlaps(metric: Metric, group: str, model: Model) -> bool:
    """Whether what a metric counts once in all may be in several groups: buyers by channel, but not by birth year."""
    return any(_counts_again(leaf, group, model) for leaf in model.leaves(metric.name))


def _counts_again(leaf: Metric, group: str, model: Model) -> bool:
    dataset = leaf.definition.dataset
    keys = _counted_once(leaf)
    if dataset is None or not keys:
        return False
    try:
        field = find_field(model.seen_by(leaf), group, dataset)
    except (TimePartError, KeyError):
        return False  # units of time: shares are taken within each
    if field is None or field.name in keys:
        return False
    owners = [each.name for each in model.datasets.values() if each.primary_key and set(each.primary_key) <= keys]
    return not any(_tells(owner, field.dataset, model) for owner in owners)


def _counted_once(leaf: Metric) -> set[str]:
    """The names of the fields by which a leaf counts each thing once; none where it counts rows."""
    if leaf.definition.per is not None:
        return set(_names(leaf.definition.per.key))
    distinct = leaf.expression.find_all(exp.Distinct) if leaf.expression is not None else ()
    return {column.name for each in distinct for column in each.find_all(exp.Column)}


def _names(texts: Iterable[str]) -> Iterator[str]:
    return (column.name for column in map(parse_name, texts) if column is not None)


def _tells(owner: str, dataset: str, model: Model) -> bool:
    """Whether one row of `owner` has one row of `dataset`, whenever one looks."""
    path = model.paths.get(owner, {}).get(dataset)
    return owner == dataset or (path is not None and all(step.validity is None for step in path))
