"""The sentences of a funnel: who gets through, where most are lost, how groups differ, how long each step takes."""

from __future__ import annotations

from itertools import pairwise

from chat_service.present.figures import figure, lasting
from chat_service.present.finding import Finding
from chat_service.present.journeys import FunnelGroup, FunnelStep, funnel_groups
from chat_service.present.subject import head
from semantic_layer import FunnelQuery, Phrase

_NOBODY = Phrase("{head}，没有{noun}到过第一步“{first}”。", "{head}: no {noun} reached the first step, {first}.")
_FUNNEL = Phrase(
    "{head}，{entered:,} {counter}{noun}进入漏斗（{first}），{left:,} {counter}走到{last}，"
    "整体转化率 {overall}；{losses}。",
    "{head}: {entered:,} {noun} entered the funnel ({first}) and {left:,} got to {last}, an overall conversion of "
    "{overall}; {losses}.",
)
_LOST_MOST = Phrase(
    "流失最多的一步是{first}→{second}，少了 {lost:,} {counter}，该步转化率 {share}",
    "most are lost from {first} to {second}: {lost:,} fewer, a step conversion of {share}",
)
_LEAST_KEPT = Phrase(
    "转化率最低的一步是{first}→{second}，{share}", "the lowest step conversion is {share}, from {first} to {second}"
)
_NO_LOSS = Phrase("没有一步有流失", "no step loses anyone")
_GROUPS = Phrase(
    "{head}，按{by}共 {count} 组：整体转化率最高的是{best}，{high}，最低的是{worst}，{low}；{step}。",
    "{head}, by {by}, {count} groups: overall conversion is highest for {best}, {high}, and lowest for {worst}, {low}; "
    "{step}.",
)
_ONE_GROUP = Phrase("{head}，{best}整体转化率 {high}。", "{head}: the overall conversion of {best} is {high}.")
_THROUGH = Phrase("{share}（{left:,}/{entered:,}）", "{share} ({left:,} of {entered:,})")
_DIFFER_MOST = Phrase(
    "各组差别最大的一步是{first}→{second}，从 {low}（{worst}）到 {high}（{best}）",
    "they differ most from {first} to {second}, from {low} ({worst}) to {high} ({best})",
)
_TOOK = Phrase("{first}→{second} {time}", "{first} to {second} {time}")
_TIMES = Phrase("每一步用时的中位数：{times}。", "Median time of each step: {times}.")
_WHOLE_TIMES = Phrase("从{first}到{last}全程用时的中位数：{times}。", "Median time from {first} to {last}: {times}.")
_IN_ALL = Phrase("从{first}到{last}全程 {time}", "{time} in all from {first} to {last}")
_TIME_OF = Phrase("{group} {time}", "{group} {time}")
_SPOKEN = 4  # groups whose times are said; the table has all


def funnel_sentence(finding: Finding) -> str:
    """Who enters, the share that gets to the end, the step at which most are lost; of groups, the best and worst."""
    groups = funnel_groups(finding)
    assert isinstance(finding.request, FunnelQuery), "called for funnels"
    said = _everybody(finding, groups[0].steps) if not finding.request.groups else _groups(finding, groups)
    return finding.names.sentences(said, _times(finding, groups)) if finding.request.times else said


def _everybody(finding: Finding, steps: tuple[FunnelStep, ...]) -> str:
    first, last = steps[0], steps[-1]
    entity = finding.names.model.funnels[_metric(finding)].entity
    noun, counter = finding.names.entity(entity, first.customers), finding.names.counter(entity)
    if not first.customers:
        return finding.say(_NOBODY, head=head(finding), noun=noun, first=first.label)
    return finding.say(
        _FUNNEL,
        head=head(finding),
        noun=noun,
        counter=counter,
        first=first.label,
        last=last.label,
        entered=first.customers,
        left=last.customers,
        overall=_percent(finding, last.of_first),
        losses=finding.names.clauses(*_losses(finding, steps, counter)),
    )


def _groups(finding: Finding, groups: tuple[FunnelGroup, ...]) -> str:
    ranked = sorted(groups, key=lambda group: -(group.steps[-1].of_first or 0.0))
    best, worst = ranked[0], ranked[-1]
    if len(groups) == 1:
        return finding.say(_ONE_GROUP, head=head(finding), best=best.label, high=_through(finding, best))
    return finding.say(
        _GROUPS,
        head=head(finding),
        by=finding.names.listed(finding.names.column(each) for each in finding.groups[:-1]),
        count=len(groups),
        best=best.label,
        worst=worst.label,
        high=_through(finding, best),
        low=_through(finding, worst),
        step=_differing(finding, groups),
    )


def _through(finding: Finding, group: FunnelGroup) -> str:
    first, last = group.steps[0], group.steps[-1]
    return finding.say(_THROUGH, share=_percent(finding, last.of_first), left=last.customers, entered=first.customers)


def _differing(finding: Finding, groups: tuple[FunnelGroup, ...]) -> str:
    """The step whose conversion differs most between groups."""

    def spread(place: int) -> float:
        shares = [group.steps[place].of_before or 0.0 for group in groups]
        return max(shares) - min(shares)

    place = max(range(1, len(groups[0].steps)), key=spread)
    ranked = sorted(groups, key=lambda group: group.steps[place].of_before or 0.0)
    low, high = ranked[0], ranked[-1]
    return finding.say(
        _DIFFER_MOST,
        first=low.steps[place - 1].label,
        second=low.steps[place].label,
        low=_percent(finding, low.steps[place].of_before),
        high=_percent(finding, high.steps[place].of_before),
        worst=low.label,
        best=high.label,
    )


def _times(finding: Finding, groups: tuple[FunnelGroup, ...]) -> str:
    """The time of each step and of all of them; of groups, of all of them only."""
    first, last = groups[0].steps[0].label, groups[0].steps[-1].label
    if finding.request.groups:  # type: ignore[union-attr]
        told = [
            finding.say(_TIME_OF, group=group.label, time=lasting(group.steps[-1].hours_in_all, finding.language))
            for group in groups[:_SPOKEN]
            if group.steps[-1].hours_in_all is not None
        ]
        return finding.say(_WHOLE_TIMES, first=first, last=last, times=finding.names.comma(*told)) if told else ""
    steps = groups[0].steps
    told = [
        finding.say(_TOOK, first=before.label, second=step.label, time=lasting(step.hours, finding.language))
        for before, step in pairwise(steps)
        if step.hours is not None
    ]
    if steps[-1].hours_in_all is not None and len(steps) > 2:
        told.append(
            finding.say(_IN_ALL, first=first, last=last, time=lasting(steps[-1].hours_in_all, finding.language))
        )
    return finding.say(_TIMES, times=finding.names.clauses(*told))


def _losses(finding: Finding, steps: tuple[FunnelStep, ...], counter: str) -> list[str]:
    """The step that loses the most, and the one with the lowest conversion where that is another."""
    pairs = list(pairwise(steps))
    most = max(pairs, key=lambda pair: pair[0].customers - pair[1].customers)
    lost = most[0].customers - most[1].customers
    if lost <= 0:
        return [finding.say(_NO_LOSS)]

    def told(form: Phrase, pair: tuple[FunnelStep, FunnelStep]) -> str:
        share = _percent(finding, pair[1].of_before)
        words = {"first": pair[0].label, "second": pair[1].label, "lost": lost, "counter": counter}
        return finding.say(form, **words, share=share)

    known = [pair for pair in pairs if pair[1].of_before is not None]
    least = min(known, key=lambda pair: pair[1].of_before or 0.0, default=most)
    found = [told(_LOST_MOST, most)]
    return found if least[1].of_before == most[1].of_before else [*found, told(_LEAST_KEPT, least)]


def _metric(finding: Finding) -> str:
    assert isinstance(finding.request, FunnelQuery)
    return finding.request.metric


def _percent(finding: Finding, share: float | None) -> str:
    return figure(share, "percent", finding.language)
