"""The first sentence of a cohort table and of a funnel, and what they are called when a request is said back."""

from __future__ import annotations

from itertools import pairwise

from chat_service.outcomes import Language
from chat_service.present.dates import bucket_name, grain_word, period_words
from chat_service.present.figures import figure
from chat_service.present.finding import Finding
from chat_service.present.journeys import Cohort, CohortTable, FunnelStep, cohort_table, funnel_steps
from chat_service.present.subject import conditions, en_head, of, zh_head
from semantic_layer import CohortQuery, FunnelQuery, Grain

_SPOKEN = (1, 2, 3, 6, 12)  # units since the first whose retention is said; the table has all
_UNITS: dict[Grain, str] = {"day": "天", "week": "周", "month": "个月", "quarter": "个季度", "year": "年"}


def distance_name(grain: Grain, since: int, language: Language) -> str:
    """So many calendar units after the first.

    >>> distance_name("month", 3, "zh"), distance_name("quarter", 1, "en")
    ('第 3 个月', 'quarter 1')
    """
    return f"第 {since} {_UNITS[grain]}" if language == "zh" else f"{grain} {since}"


def cohort_sentence(finding: Finding) -> str:
    """One cohort: its size and how many came back when. Several: how many, how large, on average, best and worst."""
    table = cohort_table(finding)
    if len(table.cohorts) == 1:
        return _one_cohort(finding, table, table.cohorts[0])
    return _cohorts(finding, table)


def funnel_sentence(finding: Finding) -> str:
    """Who enters, the share that gets to the end, and the step at which most are lost."""
    steps = funnel_steps(finding)
    first, last = steps[0], steps[-1]
    noun = _noun(finding, finding.names.model.funnels[_metric(finding)].entity, first.customers)
    if not first.customers:
        if finding.is_zh:
            return f"{zh_head(finding)}没有{noun}到过第一步“{first.label}”。"
        return f"{en_head(finding)}: no {noun} reached the first step, {first.label}."
    overall = figure(last.of_first, "percent", finding.language)
    if finding.is_zh:
        said = f"{zh_head(finding)}{first.customers:,} 位{noun}进入漏斗（{first.label}），{last.customers:,} 位走到"
        return f"{said}{last.label}，整体转化率 {overall}；{_losses(steps, zh=True)}。"
    said = f"{en_head(finding)}: {first.customers:,} {noun} entered the funnel ({first.label}) and {last.customers:,}"
    return f"{said} got to {last.label}, an overall conversion of {overall}; {_losses(steps, zh=False)}."


def partial_words(finding: Finding) -> str:
    """What is not over yet in a cohort table; empty where everything is."""
    if not finding.table.rows:
        return ""
    table = cohort_table(finding)
    partial = [(c, since) for c in table.cohorts for since in c.retention if table.is_partial(c, since)]
    if not partial or table.unfinished is None:
        return ""
    zh, bucket = finding.is_zh, bucket_name(table.grain, table.unfinished, finding.language)
    cohort, since = partial[0]
    if len(table.cohorts) > 1:
        if zh:
            return f"{bucket}尚未结束，各批客户在该{grain_word(table.grain, 'zh')}的留存还会变化，没有计入平均和高低。"
        return f"{bucket} is not over: retention in it may still rise, and is left out of averages, best and worst."
    if since == 0:
        return f"{bucket}尚未结束，人数还会增加。" if zh else f"{bucket} is not over: the cohort is still growing."
    when, share = distance_name(table.grain, since, finding.language), _percent(finding, cohort.retention[since])
    if zh:
        return f"{when}（{bucket}）尚未结束，目前为 {share}。"
    return f"{when.capitalize()} ({bucket}) is not over; it stands at {share}."


def _one_cohort(finding: Finding, table: CohortTable, cohort: Cohort) -> str:
    zh, label = finding.is_zh, finding.names.column(table.retention_column)
    assert finding.time is not None
    unit, dates = finding.names.column(finding.time), period_words(table.period, finding.today, finding.language)
    noun = _noun(finding, finding.names.model.cohorts[_metric(finding)].entity, cohort.size)
    whole = [since for since in table.distances if since and not table.is_partial(cohort, since)]
    spoken = _chosen(finding, whole)
    said = []
    for since in spoken:
        when, share = distance_name(table.grain, since, finding.language), _percent(finding, cohort.retention[since])
        if since == whole[-1] and len(whole) > 1:
            bucket = bucket_name(table.grain, table.bucket(cohort, since), finding.language)
            when += f"（{bucket}）" if zh else f" ({bucket})"
        said.append(f"{when}为 {share}" if zh else f"{share} in {when}")
    asked = conditions(finding)
    if zh:
        head = "、".join([f"{unit}为{dates}", *asked])
        tail = f"；{label}：{'，'.join(said)}" if said else f"，还没有之后完整的{grain_word(table.grain, 'zh')}"
        return f"{head}{of(head)}{noun}共 {cohort.size:,} 位{tail}。"
    head = f"{cohort.size:,} {noun} with {unit} {dates}" + "".join(f", {each}" for each in asked)
    tail = f"; {label}: {', '.join(said)}" if said else f"; no whole {table.grain} has passed since"
    return f"{head}{tail}."


def _cohorts(finding: Finding, table: CohortTable) -> str:
    zh, count = finding.is_zh, len(table.cohorts)
    assert finding.time is not None
    unit, sizes = finding.names.column(finding.time), [cohort.size for cohort in table.cohorts]
    noun = _noun(finding, finding.names.model.cohorts[_metric(finding)].entity, sum(sizes))
    known = [since for since in table.distances if since and table.whole(since)]
    averages = [
        (distance_name(table.grain, since, finding.language), _percent(finding, table.average(since)))
        for since in _chosen(finding, known, with_last=False)
    ]
    parts = _extremes(finding, table, known[0]) if known else []
    label = finding.names.column(table.retention_column)
    span = f"{min(sizes):,}" + ("" if min(sizes) == max(sizes) else f"–{max(sizes):,}")
    if zh:
        said = f"{zh_head(finding)}按{unit}共 {count:,} 批{noun}，每批 {span} 位，合计 {sum(sizes):,} 位"
        if averages:
            mean = "，".join(f"{when} {share}" for when, share in averages)
            parts.insert(0, f"{label}按人数平均：{mean}")
        return "；".join([said, *parts]) + "。"
    said = f"{en_head(finding)}: {count:,} cohorts by {unit}, {span} {noun} each, {sum(sizes):,} in all"
    if averages:
        mean = ", ".join(f"{share} in {when}" for when, share in averages)
        parts.insert(0, f"{label}, averaged over {noun}: {mean}")
    return "; ".join([said, *parts]) + "."


def _extremes(finding: Finding, table: CohortTable, since: int) -> list[str]:
    """The best and the worst cohort in that unit; nothing to say of one alone."""
    whole, when = table.whole(since), distance_name(table.grain, since, finding.language)
    if len(whole) < 2:
        return []
    best, worst = max(whole, key=lambda pair: pair[1]), min(whole, key=lambda pair: pair[1])
    named = [
        (bucket_name(table.grain, cohort.first, finding.language), _percent(finding, share))
        for cohort, share in (best, worst)
    ]
    if finding.is_zh:
        return [f"{when}最高的是{named[0][0]}这批 {named[0][1]}，最低的是{named[1][0]}这批 {named[1][1]}"]
    return [f"in {when} the best is {named[0][0]} at {named[0][1]}, the worst {named[1][0]} at {named[1][1]}"]


def _losses(steps: tuple[FunnelStep, ...], *, zh: bool) -> str:
    """The step that loses the most, and the one with the lowest conversion where that is another."""
    pairs = list(pairwise(steps))
    most = max(pairs, key=lambda pair: pair[0].customers - pair[1].customers)
    lost = most[0].customers - most[1].customers
    if lost <= 0:
        return "没有一步有流失" if zh else "no step loses anyone"
    kept = figure(most[1].of_before, "percent", "zh" if zh else "en")
    if zh:
        said = f"流失最多的一步是{most[0].label}→{most[1].label}，少了 {lost:,} 位，该步转化率 {kept}"
    else:
        said = f"most are lost from {most[0].label} to {most[1].label}: {lost:,} fewer, a step conversion of {kept}"
    known = [pair for pair in pairs if pair[1].of_before is not None]
    least = min(known, key=lambda pair: pair[1].of_before or 0.0, default=most)
    if least[1].of_before == most[1].of_before:
        return said
    share = figure(least[1].of_before, "percent", "zh" if zh else "en")
    if zh:
        return f"{said}；转化率最低的一步是{least[0].label}→{least[1].label}，{share}"
    return f"{said}; the lowest step conversion is {share}, from {least[0].label} to {least[1].label}"


def _chosen(finding: Finding, known: list[int], *, with_last: bool = True) -> list[int]:
    """The distances to speak of: those asked for, else a few and the last."""
    asked = finding.request.since if isinstance(finding.request, CohortQuery) else ()
    wanted = set(asked[: len(_SPOKEN) + 1]) if asked else {*_SPOKEN, *(known[-1:] if with_last else ())}
    if with_last and not asked:
        wanted.discard(2)
    return [since for since in known if since in wanted]


def _metric(finding: Finding) -> str:
    assert isinstance(finding.request, CohortQuery | FunnelQuery)
    return finding.request.metric


def _noun(finding: Finding, entity: str, count: int) -> str:
    found = finding.names.model.entities.get(entity)
    noun = entity if found is None else getattr(found.label, finding.language)
    return noun if finding.is_zh or count == 1 or noun.endswith("s") else f"{noun}s"


def _percent(finding: Finding, share: float | None) -> str:
    return figure(share, "percent", finding.language)
