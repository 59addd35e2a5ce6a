"""A typed request said back in words, so that the asker can object.

`2026年5月会员等级为金卡的复购率，与2025年5月比较`, `repurchase rate, member tier gold, May 2026`.
"""

from __future__ import annotations

from datetime import date

from chat_service.present.conditions import condition_words, having_words, in_period
from chat_service.present.dates import grain_word, period_head, period_name
from chat_service.present.followed import apart_words, deed_words, happening_words
from chat_service.present.journey_sentences import distance_name
from chat_service.present.lifts import trial_words
from chat_service.present.names import Names
from chat_service.present.restate_loop import restate_loop
from chat_service.present.subject import of
from chat_service.translate.meaning.populations import is_of, population
from semantic_layer import (
    GRAINS,
    CausesQuery,
    CohortQuery,
    ExplainQuery,
    FollowsQuery,
    FunnelQuery,
    LiftQuery,
    ListQuery,
    MetricFilter,
    MetricQuery,
    PathQuery,
    Period,
    Phrase,
    PlaybookQuery,
    ProfileQuery,
    Request,
    unit,
)

_EVERY = {"week": "weekly", "month": "monthly", "quarter": "quarterly", "year": "yearly"}
# Chinese says first what the number is of, English last
_ABOUT = Phrase("{before}{what}", "{what}{after}")
_THEN = Phrase("{before}，", "{before}")
_AMONG, _ALL = Phrase("在“{what}”中", "among those with “{what}”"), Phrase("在全部中", "among all")
_SHARE, _TOTAL = Phrase("{what}占比", "share of {what}"), Phrase("累计{what}", "running total of {what}")
_BY = Phrase("按{by}的{what}", "{what} by {by}")
_WITH_SUBTOTALS = Phrase("含小计", "with subtotals")
_LIST = Phrase("{of}{noun}名单", "list of {noun}{conditions}")
_HIGH_FIRST = Phrase("按{what}从高到低", "highest {what} first")
_LOW_FIRST = Phrase("按{what}从低到高", "lowest {what} first")
_OF_ONE = Phrase("{head}这批{noun}{in_brackets}{distances}的{what}", "{what}{distances} of the {head} cohort{after}")
_OF_ALL = Phrase("{head}各批{noun}{in_brackets}{distances}的{what}", "{what}{distances} of the {every} cohorts{after}")
_AT = Phrase("{distances}", " in {distances}")
_SO_FAR = Phrase("每{counter}{noun}累计{what}", "{what} per {noun} so far")
_EACH_UNIT = Phrase("首次之后每个{unit}的{what}", "{what} in each {unit} since the first,")
_IN_UNITS = Phrase("首次之后{units}的{what}", "{what} in {units} since the first")
_TIMED = Phrase("{what}与每步用时", "{what} and time of each step")
_STEPS = Phrase("{what}（{steps}）", "{what} ({steps})")
_WHY, _WHY_BY = Phrase("{what}变化的原因", "why {what} changed"), Phrase("按{by}", "by {by}")
_FOLLOWS = Phrase("{event}之后{deed}的占比", "share that {deed} of those who {event}")
_HOW_LONG = Phrase("{event}之后{deed}的天数", "days until those who {event} {deed}")
_OFTEN = Phrase("{event}之后{deed}的平均次数", "mean number of times that those who {event} {deed}")
_WORST_FIRST = Phrase("从差到好", "worst first")
_WORST, _BEST = Phrase("最差的 {limit} 个", "worst {limit}"), Phrase("最好的 {limit} 个", "best {limit}")
_AGAINST = Phrase("{these}与其余相比", "{these} against the others")
_ARMS, _SEEN, _BEFORE = (
    Phrase("处理组与对照组相比", "treatment against control"),
    Phrase("看到的与没看到的相比", "noticed against not noticed"),
    Phrase("之后与之前相比", "after against before"),
)
_PATHS = Phrase("{event}之后{days}天内的下一步", "next step within {days} days of those who {event}")
_FIRST, _HIGHEST, _LOWEST = (
    Phrase("前 {limit} 个", "first {limit}"),
    Phrase("最高的 {limit} 个", "highest {limit}"),
    Phrase("最低的 {limit} 个", "lowest {limit}"),
)
_WITHIN = Phrase("每个{within}{rank}", "{rank} in each {within}")
_COMPARED, _WITH_YEAR, _WITH_PREVIOUS = (
    Phrase("与{name}比较", "compared with {name}"),
    Phrase("与上年同期比较", "compared with a year earlier"),
    Phrase("与上一期比较", "compared with the period before"),
)


def restate(
    request: Request, names: Names, today: date, *, period: Period | None = None, previous: Period | None = None
) -> str:
    """The request in the names' language. `period` and `previous` are those used, where a default filled them in."""
    asked = request.period
    used = asked if asked is not None or period is None or period.start is None else period
    head = period_head(used, today, names.language)
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
        case FollowsQuery():
            return _follows(request, names, head, conditions)
        case LiftQuery():
            return _lift(request, names, head, conditions)
        case PathQuery():
            what = names.say(_PATHS, event=happening_words(request.event, names), days=request.within)
            return _about(head, conditions, what, names)
        case CausesQuery() | ProfileQuery() | PlaybookQuery():
            return restate_loop(request, names, head, conditions)


def _metrics(request: MetricQuery, names: Names, head: str, conditions: list[str], previous: Period | None) -> str:
    what = names.listed(names.metric(metric) for metric in request.metrics)
    what = names.say(_SHARE, what=what) if request.shares else what
    what = names.say(_TOTAL, what=what) if request.cumulative else what
    by = names.listed(_group(group, names) for group in request.group_by)
    is_grouped = bool(by and request.metrics)
    what = names.say(_BY, by=by, what=what) if is_grouped else what or by
    tail = [having_words(each, names) for each in request.having]
    tail += [condition_words(each, names, date.max) for each in request.keep]
    if request.among is not None:
        among = names.comma(*(condition_words(each, names, date.max) for each in request.among))
        tail.append(names.say(_AMONG, what=among) if among else names.say(_ALL))
    if request.limit is not None:
        tail.append(_limit(request, names))
    if request.subtotals:
        tail.append(names.say(_WITH_SUBTOTALS))
    if request.compare is not None and request.compare.filters:
        side = names.comma(*(condition_words(each, names, date.max) for each in request.compare.filters))
        tail.append(names.say(_COMPARED, name=side))
    elif request.compare is not None:
        tail.append(_comparison(request.compare.to, previous or request.compare.period, names))
    return names.comma(_about(head, conditions, what, names, is_grouped=is_grouped), *tail)


def _list(request: ListQuery, names: Names, today: date) -> str:
    listed = population(request, names.model)
    asked = [
        condition_words(each, names, today) for each in request.filters if listed is None or not is_of(each, listed)
    ]
    noun = names.entity(request.entity, 2) if listed is None else names.words(listed.label)
    joined = names.comma(*asked)
    said = names.say(_LIST, of=of(joined, names.language), noun=noun, conditions=f": {joined}" if joined else "")
    return names.comma(said, *_sorted(request, names, today))


def _sorted(request: ListQuery, names: Names, today: date) -> list[str]:
    """By which measure a list is sorted, where no condition names it; and how many were asked for."""
    measured = {each.name: each for each in request.measured}
    by = measured.get(request.order_by[0].column) if request.order_by else None
    if by is None or any(isinstance(each, MetricFilter) and each.metric == by.metric for each in request.filters):
        return []
    what = in_period(names.metric(by.metric), by.period, names, today)
    return [names.say(_HIGH_FIRST if request.order_by[0].descending else _LOW_FIRST, what=what)]


def _cohort(request: CohortQuery, names: Names, head: str, conditions: list[str], period: Period | None) -> str:
    """`2026年1月这批客户的同期群留存率`, `cohort retention in month 1 of the monthly cohorts, 2025`."""
    what, cohort = names.metric(request.measured or request.metric), names.model.cohorts.get(request.metric)
    if cohort is None:
        return _about(head, conditions, what, names)
    if request.measured is not None:
        noun, counter = names.entity(cohort.entity, 1), names.counter(cohort.entity)
        what = names.say(_SO_FAR, what=what, noun=noun, counter=counter)
    grain = request.grain or cohort.grain
    distances = names.listed(distance_name(grain, since, names.language) for since in request.since)
    if request.by is not None:
        form = _IN_UNITS if distances else _EACH_UNIT
        what = names.say(form, what=what, unit=grain_word(grain, names.language), units=distances)
        return _about(
            head, conditions, names.say(_BY, by=names.dimension(request.by), what=what), names, is_grouped=True
        )
    is_one = period is not None and period.start is not None and unit(grain, period.start).end == period.end
    head = period_name(period, names.language) if is_one and period is not None else head
    after = [*conditions, *([] if is_one or not head else [head])]
    return names.say(
        _OF_ONE if is_one else _OF_ALL,
        head=head,
        noun=names.entity(cohort.entity),
        in_brackets=names.bracketed(names.listed(conditions)),
        distances=names.say(_AT, distances=distances) if distances else "",
        what=what,
        every=_EVERY[grain],
        after="".join(f", {each}" for each in after),
    )


def _funnel(request: FunnelQuery, names: Names, head: str, conditions: list[str]) -> str:
    """`2025年的漏斗转化率（浏览商品→加购→结算→下单）`."""
    what, funnel = names.metric(request.metric), names.model.funnels.get(request.metric)
    if funnel is not None:
        what = names.say(_STEPS, what=what, steps=" → ".join(names.words(step.label) for step in funnel.steps))
    what = names.say(_TIMED, what=what) if request.times else what
    if request.groups:
        by = names.listed(map(names.dimension, request.groups))
        return _about(head, conditions, names.say(_BY, by=by, what=what), names, is_grouped=True)
    return _about(head, conditions, what, names)


def _explanation(request: ExplainQuery, names: Names, head: str, conditions: list[str], previous: Period | None) -> str:
    """`2026年3月流失率变化的原因，与2026年2月比较`."""
    said = _about(head, conditions, names.say(_WHY, what=names.metric(request.metric)), names)
    by = names.listed(names.dimension(name) for name in request.dimensions)
    compared = _comparison(request.compare.to, previous or request.compare.period, names)
    return names.comma(said, names.say(_WHY_BY, by=by) if by else "", compared)


def _follows(request: FollowsQuery, names: Names, head: str, conditions: list[str]) -> str:
    """`2025年首次下单之后90天内有下单的占比，按获客渠道`, `share that ordered within 90 days of those who …`."""
    deed = deed_words(request.then, names, negated=request.negated)
    what = names.say(
        _OFTEN if request.average else _HOW_LONG if request.times else _FOLLOWS,
        event=happening_words(request.event, names),
        deed=deed,
    )
    said, by = _about(head, conditions, what, names), apart_words(request, names)
    if request.by is not None:
        return names.comma(said, names.say(_WHY_BY, by=_group(request.by, names)))
    return names.comma(said, names.say(_AGAINST, these=by) if by else "")


def _lift(request: LiftQuery, names: Names, head: str, conditions: list[str]) -> str:
    """`2025年活动类型为优惠券的活动效果（处理组与对照组相比）`."""
    contrast = {"seen": _SEEN, "before": _BEFORE}.get(request.contrast, _ARMS)
    what = trial_words(request, names) + names.bracketed(names.say(contrast))
    said = _about(head, conditions, what, names)
    by = names.say(_WHY_BY, by=names.dimension(request.by)) if request.by is not None else ""
    ends = {"limit": request.limit} if request.limit is not None else {}
    rank = (_WORST if ends else _WORST_FIRST) if request.worst_first else _BEST if ends else None
    return names.comma(said, by, names.say(rank, **ends) if rank is not None else "")


def _about(head: str, conditions: list[str], what: str, names: Names, *, is_grouped: bool = False) -> str:
    """What is asked, of what and when; a head that ends in a figure is kept from running into what follows."""
    asked = names.listed(conditions)
    # figures of one would run into those of the other
    before = names.comma(head, asked) if head[-1:].isdigit() or asked[:1].isdigit() else head + asked
    if not is_grouped:
        before = of(before, names.language)
    elif conditions:
        before = names.say(_THEN, before=before)
    after = "".join(f", {each}" for each in (*conditions, head) if each)
    return names.say(_ABOUT, before=before, what=what, after=after)


def _group(group: str, names: Names) -> str:
    for grain in GRAINS:
        if group == grain:
            return grain_word(grain, names.language)
    return names.dimension(group)


def _limit(request: MetricQuery, names: Names) -> str:
    order = next(iter(request.order_by), None)
    first = _FIRST if order is None else _HIGHEST if order.descending else _LOWEST
    rank = names.say(first, limit=request.limit)
    within = names.listed(_group(each, names) for each in request.limit_within)
    return names.say(_WITHIN, within=within, rank=rank) if within else rank


def _comparison(to: str, previous: Period | None, names: Names) -> str:
    if previous is not None:
        return names.say(_COMPARED, name=period_head(previous, date.max, names.language))
    return names.say(_WITH_YEAR if to == "year" else _WITH_PREVIOUS)
