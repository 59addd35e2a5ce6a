"""A typed request said back in words, so that the asker can object.

`2026年5月会员等级为金卡的复购率，与2025年5月比较`, `repurchase rate, member tier gold, May 2026`.
"""

from __future__ import annotations

from datetime import date

from chat_service.present.conditions import condition_words, having_words
from chat_service.present.dates import day_before, grain_word, period_name
from chat_service.present.journey_sentences import distance_name
from chat_service.present.names import Names
from chat_service.present.populations import is_of, population
from chat_service.present.subject import of
from semantic_layer import (
    GRAINS,
    CohortQuery,
    ExplainQuery,
    FunnelQuery,
    ListQuery,
    MetricQuery,
    Order,
    Period,
    Request,
    unit,
)

_LY = {"month": "monthly", "quarter": "quarterly", "year": "yearly"}


def restate(
    request: Request, names: Names, today: date, *, period: Period | None = None, previous: Period | None = None
) -> str:
    """The request in the names' language. `period` and `previous` are those used, where a default filled them in."""
    asked = request.period
    used = asked if asked is not None or period is None or period.start is None else period
    head = _head(used, names, today)
    conditions = [condition_words(each, names, today) for each in request.filters]
    match request:
        case MetricQuery():
            return _metrics(request, names, head, conditions, previous)
        case ListQuery():
            return _list(request, names, today)
        case CohortQuery():
            return _cohort(request, names, head, conditions, used)
        case FunnelQuery():
            return _funnel(request, names, head, conditions)
        case ExplainQuery():
            return _explanation(request, names, head, conditions, previous)


def _metrics(request: MetricQuery, names: Names, head: str, conditions: list[str], previous: Period | None) -> str:
    zh = names.language == "zh"
    what = ("、" if zh else ", ").join(names.metric(metric) for metric in request.metrics)
    if request.shares:
        what = f"{what}占比" if zh else f"share of {what}"
    if request.cumulative:
        what = f"累计{what}" if zh else f"running total of {what}"
    by = [_group(group, names) for group in request.group_by]
    if not request.metrics:
        what = "、".join(by) if zh else ", ".join(by)
    elif by:
        what = f"按{'、'.join(by)}的{what}" if zh else f"{what} by {', '.join(by)}"
    tail = [having_words(each, names) for each in request.having]
    tail += [condition_words(each, names, date.max) for each in request.keep]
    if request.limit is not None:
        tail.append(_limit(request, names))
    if request.compare is not None:
        tail.append(_comparison(request.compare.to, previous or request.compare.period, names))
    said = _joined(head, conditions, what, names)
    return said + "".join(("，" if zh else ", ") + each for each in tail)


def _list(request: ListQuery, names: Names, today: date) -> str:
    zh = names.language == "zh"
    entity, listed = names.model.entities.get(request.entity), population(request, names.model)
    noun = request.entity if entity is None else getattr(entity.label, names.language)
    conditions = [
        condition_words(each, names, today) for each in request.filters if listed is None or not is_of(each, listed)
    ]
    if listed is not None:
        noun = getattr(listed.label, names.language)
    joined = ("，" if zh else ", ").join(conditions)
    if zh:
        return f"{joined}{of(joined)}{noun}名单" if joined else f"{noun}名单"
    noun = noun if noun.endswith("s") or listed is not None else f"{noun}s"
    return f"list of {noun}" + (f": {joined}" if joined else "")


def _cohort(request: CohortQuery, names: Names, head: str, conditions: list[str], period: Period | None) -> str:
    """`2026年1月这批客户的同期群留存率`, `cohort retention in month 1 of the monthly cohorts, 2025`."""
    zh, what = names.language == "zh", names.metric(request.metric)
    cohort = names.model.cohorts.get(request.metric)
    if cohort is None:
        return _joined(head, conditions, what, names)
    distances = [distance_name(cohort.grain, since, names.language) for since in request.since]
    alone = period is not None and period.start is not None and unit(cohort.grain, period.start).end == period.end
    entity = names.model.entities.get(cohort.entity)
    noun = cohort.entity if entity is None else getattr(entity.label, names.language)
    if zh:
        which = f"{'这' if alone else '各'}批{noun}"
        head = period_name(period, "zh") if alone and period is not None else head
        before = head + (f"{which}（{'、'.join(conditions)}）" if conditions else which)
        return f"{before}{'、'.join(distances)}的{what}" if distances else f"{before}的{what}"
    said = what + (f" in {', '.join(distances)}" if distances else "")
    if alone and period is not None:
        return ", ".join([f"{said} of the {period_name(period, 'en')} cohort", *conditions])
    return ", ".join(part for part in (f"{said} of the {_LY[cohort.grain]} cohorts", *conditions, head) if part)


def _funnel(request: FunnelQuery, names: Names, head: str, conditions: list[str]) -> str:
    """`2025年的漏斗转化率（浏览商品→加购→结算→下单）`."""
    what, funnel = names.metric(request.metric), names.model.funnels.get(request.metric)
    if funnel is None:
        return _joined(head, conditions, what, names)
    if names.language == "zh":
        return _joined(head, conditions, f"{what}（{'→'.join(step.label.zh for step in funnel.steps)}）", names)
    return _joined(head, conditions, f"{what} ({' → '.join(step.label.en for step in funnel.steps)})", names)


def _explanation(request: ExplainQuery, names: Names, head: str, conditions: list[str], previous: Period | None) -> str:
    """`2026年3月流失率变化的原因，与2026年2月比较`."""
    zh, metric = names.language == "zh", names.metric(request.metric)
    said = _joined(head, conditions, f"{metric}变化的原因" if zh else f"why {metric} changed", names)
    by = [names.dimension(name) for name in request.dimensions]
    if by:
        said += f"，按{'、'.join(by)}" if zh else f", by {', '.join(by)}"
    compared = _comparison(request.compare.to, previous or request.compare.period, names)
    return said + ("，" if zh else ", ") + compared


def _head(period: Period | None, names: Names, today: date) -> str:
    zh = names.language == "zh"
    if period is None or (period.start is None and period.end is None):
        return ""
    if period.start is not None and period.end is not None and period.start <= today < day_before(period.end):
        # what was used: `2026年1月至6月` where 2026 is not over
        whole, period = period_name(period, names.language), period.cut_after(today)
        if whole:
            return period_name(period, names.language) or (f"{whole}至今" if zh else f"{whole} so far")
    name = period_name(period, names.language)
    if name:
        return name
    if period.start is None:
        return f"截至{period.last_day}" if zh else f"up to {period.last_day}"
    last = period.last_day or today
    if last == period.start:
        return str(last)
    return f"{period.start}至{last}" if zh else f"{period.start} to {last}"


def _joined(head: str, conditions: list[str], what: str, names: Names) -> str:
    if names.language == "zh":
        # a head that ends in a figure would run into what follows
        before = (head + "，" if head and conditions and head[-1].isdigit() else head) + "、".join(conditions)
        if what.startswith("按"):
            return f"{before}，{what}" if conditions else f"{before}{what}"
        return f"{before}{of(before)}{what}" if before else what
    return ", ".join(part for part in (what, *conditions, head) if part)


def _group(group: str, names: Names) -> str:
    for grain in GRAINS:
        if group == grain:
            return grain_word(grain, names.language)
    return names.dimension(group)


def _limit(request: MetricQuery, names: Names) -> str:
    order = request.order_by[0] if request.order_by else Order(column="")
    within = "、".join(_group(each, names) for each in request.limit_within)
    if names.language == "zh":
        rank = "前" if not order.column else "最高的" if order.descending else "最低的"
        said = f"{rank} {request.limit} 个"
        return f"每个{within}{said}" if within else said
    rank = "first" if not order.column else "highest" if order.descending else "lowest"
    said = f"{rank} {request.limit}"
    return f"{said} in each {within}" if within else said


def _comparison(to: str, previous: Period | None, names: Names) -> str:
    zh = names.language == "zh"
    if previous is not None:
        name = _head(previous, names, date.max)
        return f"与{name}比较" if zh else f"compared with {name}"
    if to == "year":
        return "与上年同期比较" if zh else "compared with a year earlier"
    return "与上一期比较" if zh else "compared with the period before"
