"""The first sentence of a cohort table, and what its units are called when a request is said back."""

from __future__ import annotations

from chat_service.language.phrases import said
from chat_service.outcomes import Language
from chat_service.present.dates import bucket_name, grain_word, period_words
from chat_service.present.figures import figure
from chat_service.present.finding import Finding
from chat_service.present.journeys import Cohort, CohortTable, cohort_table
from chat_service.present.subject import conditions, head, of
from semantic_layer import SMALL, CohortQuery, Grain, Phrase

_SPOKEN = (1, 2, 3, 6, 12)  # units since the first whose retention is said; the table has all
_DISTANCES: dict[Grain, Phrase] = {
    "day": Phrase("第 {since} 天", "day {since}"),
    "week": Phrase("第 {since} 周", "week {since}"),
    "month": Phrase("第 {since} 个月", "month {since}"),
    "quarter": Phrase("第 {since} 个季度", "quarter {since}"),
    "year": Phrase("第 {since} 年", "year {since}"),
}
_COHORTS_UNFINISHED = Phrase(
    "{bucket}尚未结束，各批{noun}在该{unit}的留存还会变化，没有计入平均和高低。",
    "{bucket} is not over: retention in it may still rise, and is left out of averages, best and worst.",
)
_STILL_GROWING = Phrase("{bucket}尚未结束，人数还会增加。", "{bucket} is not over: the cohort is still growing.")
_STANDS_AT = Phrase(
    "{when}（{bucket}）尚未结束，目前为 {share}。", "{when} ({bucket}) is not over; it stands at {share}."
)
_IN = Phrase("{when}为 {share}", "{share} in {when}")
_ONE_HEAD = Phrase("{dates}{first}", "whose {first} was in {dates}")
_FIRST_OF = Phrase("首次有{metric}", "first of {metric}")
_ONE_COHORT = Phrase("{chosen}{noun}共 {size:,} {counter}{tail}。", "{size:,} {noun} {chosen}{tail}.")
_RETAINED = Phrase("；{label}：{said}", "; {label}: {said}")
_NO_WHOLE_UNIT = Phrase("，还没有之后完整的{unit}", "; no whole {unit} has passed since")
_COHORTS = Phrase(
    "{head}，按{unit}共 {count:,} 批{noun}，每批 {span} {counter}，合计 {total:,} {counter}",
    "{head}: {count:,} cohorts by {unit}, {span} {noun} each, {total:,} in all",
)
_GROUPS = Phrase(
    "{head}，按{unit}共 {count:,} 组{noun}，每组 {span} {counter}，合计 {total:,} {counter}，只计已满的{grain}",
    "{head}: {count:,} groups by {unit}, {span} {noun} each, {total:,} in all; only whole {grain}s count",
)
_AVERAGES = Phrase("{label}按人数平均：{mean}", "{label}, averaged over {noun}: {mean}")
_AVERAGE = Phrase("{when} {share}", "{share} in {when}")
_EXTREMES = Phrase(
    "{when}最高的是{best} {high}，最低的是{worst} {low}",
    "in {when} the best is {best} at {high}, the worst {worst} at {low}",
)
_END = Phrase("{text}。", "{text}.")


def distance_name(grain: Grain, since: int, language: Language) -> str:
    """So many calendar units after the first.

    >>> distance_name("month", 3, "zh"), distance_name("quarter", 1, "en")
    ('第 3 个月', 'quarter 1')
    """
    return said(_DISTANCES[grain], language, since=since)


def cohort_sentence(finding: Finding) -> str:
    """One cohort: its size and how many came back when. Several: how many, how large, on average, best and worst."""
    table = cohort_table(finding)
    if len(table.cohorts) == 1 and not table.is_of_groups:
        return _one_cohort(finding, table, table.cohorts[0])
    return _cohorts(finding, table)


def partial_words(finding: Finding) -> str:
    """What is not over yet in a cohort table; empty where everything is."""
    if not finding.table.rows:
        return ""
    table = cohort_table(finding)
    if table.is_of_groups:
        return ""
    partial = [(c, since) for c in table.cohorts for since in c.retention if table.is_partial(c, since)]
    if not partial or table.unfinished is None:
        return ""
    bucket = bucket_name(table.grain, table.unfinished, finding.language)
    cohort, since = partial[0]
    if len(table.cohorts) > 1:
        noun = finding.names.entity(finding.names.model.cohorts[_metric(finding)].entity)
        unit = grain_word(table.grain, finding.language)
        return finding.say(_COHORTS_UNFINISHED, bucket=bucket[:1].upper() + bucket[1:], noun=noun, unit=unit)
    if since == 0:
        return finding.say(_STILL_GROWING, bucket=bucket)
    when, share = distance_name(table.grain, since, finding.language), _told(finding, table, cohort.retention[since])
    return finding.say(_STANDS_AT, when=when[:1].upper() + when[1:], bucket=bucket, share=share)


def _one_cohort(finding: Finding, table: CohortTable, cohort: Cohort) -> str:
    names, label = finding.names, finding.names.column(table.retention_column)
    dates = period_words(table.period, finding.today, finding.language)
    whole = [since for since in table.distances if since and not table.is_partial(cohort, since)]
    told = []
    for since in _chosen(finding, whole):
        when, share = (
            distance_name(table.grain, since, finding.language),
            _told(finding, table, cohort.retention[since]),
        )
        if since == whole[-1] and len(whole) > 1:
            when += names.bracketed(bucket_name(table.grain, table.bucket(cohort, since), finding.language))
        told.append(finding.say(_IN, when=when, share=share))
    definition = names.model.cohorts[_metric(finding)]
    first = names.words(definition.first) or finding.say(_FIRST_OF, metric=names.metric(definition.metric))
    chosen = names.comma(*conditions(finding), finding.say(_ONE_HEAD, first=first, dates=dates))
    unit = grain_word(table.grain, finding.language)
    retained = finding.say(_RETAINED, label=label, said=names.comma(*told)) if told else ""
    return finding.say(
        _ONE_COHORT,
        chosen=of(chosen, finding.language),
        noun=names.entity(definition.entity, cohort.size),
        counter=names.counter(definition.entity),
        size=cohort.size,
        tail=retained or finding.say(_NO_WHOLE_UNIT, unit=unit),
    )


def _cohorts(finding: Finding, table: CohortTable) -> str:
    names, sizes = finding.names, [cohort.size for cohort in table.cohorts]
    noun = names.entity(names.model.cohorts[_metric(finding)].entity, sum(sizes))
    known = [since for since in table.distances if since and table.whole(since)]
    means = [
        finding.say(
            _AVERAGE,
            when=distance_name(table.grain, since, finding.language),
            share=_told(finding, table, table.average(since)),
        )
        for since in _chosen(finding, known, with_last=False)
    ]
    parts = [
        finding.say(
            _GROUPS if table.is_of_groups else _COHORTS,
            head=head(finding),
            unit=names.column(table.cohort_column),
            grain=grain_word(table.grain, finding.language),
            count=len(table.cohorts),
            noun=noun,
            counter=names.counter(names.model.cohorts[_metric(finding)].entity),
            span=f"{min(sizes):,}" + ("" if min(sizes) == max(sizes) else f"–{max(sizes):,}"),
            total=sum(sizes),
        )
    ]
    if means:
        label = names.column(table.retention_column)
        parts.append(finding.say(_AVERAGES, label=label, noun=noun, mean=names.comma(*means)))
    parts += _extremes(finding, table, known[0]) if known else []
    return finding.say(_END, text=names.clauses(*parts))


def _extremes(finding: Finding, table: CohortTable, since: int) -> list[str]:
    """The best and the worst cohort in that unit, of those that are no handful; nothing to say of one alone."""
    told = table.whole(since)
    large = tuple(each for each in told if each[0].sizes[since] >= SMALL)
    whole, when = large if len(large) > 1 else told, distance_name(table.grain, since, finding.language)
    if len(whole) < 2:
        return []
    best, worst = max(whole, key=lambda pair: pair[1]), min(whole, key=lambda pair: pair[1])
    return [
        finding.say(
            _EXTREMES,
            when=when,
            best=best[0].label,
            high=_told(finding, table, best[1]),
            worst=worst[0].label,
            low=_told(finding, table, worst[1]),
        )
    ]


def _chosen(finding: Finding, known: list[int], *, with_last: bool = True) -> list[int]:
    """The distances to speak of: those asked for, else a few and the last."""
    asked = finding.request.since if isinstance(finding.request, CohortQuery) else ()
    wanted = set(asked[: len(_SPOKEN) + 1]) if asked else {*_SPOKEN, *(known[-1:] if with_last else ())}
    if with_last and not asked:
        wanted.discard(2)
    return [since for since in known if since in wanted]


def _metric(finding: Finding) -> str:
    assert isinstance(finding.request, CohortQuery)
    return finding.request.metric


def _told(finding: Finding, table: CohortTable, value: float | None) -> str:
    return figure(value, table.retention_column.unit, finding.language, table.retention_column.format)
