"""What a result about what follows events says: the share, who stands out, and whether that can be chance."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from chat_service.present.conditions import condition_words
from chat_service.present.dates import period_words
from chat_service.present.figures import change_figure, figure, lasting
from chat_service.present.finding import Finding
from chat_service.present.names import Names
from semantic_layer import Deed, FollowsQuery, Phrase, Value, label_of_deed

_FAR = date.max  # periods are told as they are
CERTAIN = 0.05  # what is less likely by chance is told as a difference
_NAMED = 3
DAYS = ("days_median", "days_quarter", "days_three_quarters", "days_mean")
_FOLLOWED = Phrase("{when}{event}之后，{deed}：{told}。", "Of those who {event}{when}, {deed}: {told}.")
_WHEN = Phrase("{period}", " in {period}")
_WITHIN = Phrase("{days}天内有{what}", "{what} within {days} days")
_NOT_WITHIN = Phrase("{days}天内没有{what}", "had not {what} within {days} days")
_BETWEEN = Phrase("{after}至{days}天有{what}", "{what} between {after} and {days} days")
_NOT_BETWEEN = Phrase("{after}至{days}天没有{what}", "had not {what} between {after} and {days} days")
_COUNTS = Phrase("{followed}/{events}", "{followed}/{events}")
_PEOPLE = Phrase("{people} {counter}{entity}", "{people} {entity}")
INTERVAL = Phrase("95%区间 {low}–{high}", "95% interval {low}–{high}")
_SPAN = Phrase("95%区间 {low} 至 {high}", "95% interval {low} to {high}")  # a dash would stand before a minus
_OTHERS, _NO_CHANCE = (
    Phrase("其余为 {rate}", "the others: {rate}"),
    Phrase("各组没有超出偶然的差异", "no group differs from the others beyond chance"),
)
_THESE = Phrase("{name}的为 {rate}", "{name}: {rate}")  # a condition may end with a figure of its own
_ABOVE, _BELOW = Phrase("比其余高 {by}", "{by} above the others"), Phrase("比其余低 {by}", "{by} below the others")
_CERTAIN, _CHANCE = (
    Phrase("差异显著（{p}）", "a significant difference ({p})"),
    Phrase("差异不显著（{p}），可能只是偶然", "not significant ({p}): it may be chance"),
)
_TOOK = Phrase("{when}{event}之后，{deed}的，{told}。", "Of those who {event}{when} and {deed}: {told}.")
_OF_GROUP = Phrase("{group}：{said}", "{group}: {said}")
_TIMES = Phrase(
    "一半在 {median}内（四分之一在 {quarter}内，四分之三在 {most}内，平均 {mean}）",
    "half did so in {median} (a quarter in {quarter}, three quarters in {most}, {mean} on average)",
)


@dataclass(frozen=True)
class Followed:
    """One group of events and what followed them; a number is None where nothing can be told."""

    name: str
    events: float
    followed: float
    value: float | None
    low: float | None
    high: float | None
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    p_value: float | None
    people: float | None
    # the median, the quartiles and the mean of the days until it was done, where they are asked for
    days: tuple[float | None, ...] = field(default=(), kw_only=True)


def followed_groups(finding: Finding) -> tuple[Followed, ...]:
    """The rows of such a result, in their order."""
    assert isinstance(finding.request, FollowsQuery), "called for what follows"
    of = "average" if finding.request.average else "share"
    found = []
    for index, row in enumerate(finding.table.rows):
        cells = {column.name: value for column, value in zip(finding.table.columns, row, strict=True)}
        name = group_words(finding, index) if finding.groups else ""
        events, followed = (number(cells[each]) or 0 for each in ("events", "followed"))
        parts = (of, f"{of}_low", f"{of}_high", "difference", "difference_low", "difference_high", "p_value", "people")
        days = tuple(number(cells[each]) for each in DAYS if each in cells)
        found.append(Followed(name, events, followed, *(number(cells.get(each)) for each in parts), days=days))
    return tuple(found)


def group_words(finding: Finding, row: int) -> str:
    """What a group is called: what those that are meant have or did, and all others."""
    request, key = finding.request, finding.groups[0]
    assert isinstance(request, FollowsQuery), "called for what follows"
    if key.name == "group" and finding.cell(row, key) == "those":
        return apart_words(request, finding.names)
    return finding.group_name(row)


def apart_words(request: FollowsQuery, names: Names) -> str:
    """What tells the events that are meant from the others."""
    if request.did is not None:
        return deed_words(request.did, names)
    if request.those:
        return names.listed(condition_words(each, names, _FAR) for each in request.those)
    return names.dimension(request.by) if request.by is not None else ""


def deed_words(deed: Deed, names: Names, *, negated: bool = False) -> str:
    """`90天内有下单`, `ordered within 90 days`, `had not ordered between 91 and 270 days`."""
    conditions = names.listed(condition_words(each, names, _FAR) for each in deed.filters)
    what = happening_words(deed.metric, names) + names.bracketed(conditions)
    if deed.after:
        return names.say(_NOT_BETWEEN if negated else _BETWEEN, after=deed.after, days=deed.within, what=what)
    return names.say(_NOT_WITHIN if negated else _WITHIN, days=deed.within, what=what)


def happening_words(metric: str, names: Names) -> str:
    """What happened, as the model's verb for it says; else the name of what counts it."""
    return label_of_deed(names.model, metric).in_language(names.language)


def when_words(finding: Finding) -> str:
    """The period that was asked for, as it stands in a sentence; nothing where none was."""
    if finding.request.period is None:
        return ""
    return finding.say(_WHEN, period=period_words(finding.table.period, finding.today, finding.language))


def follows_sentence(finding: Finding) -> str:
    """`2025年首次下单之后，90天内有下单：60.8%（95%区间 60.0%–61.5%，10,284/16,920）。`"""
    request, names = finding.request, finding.names
    assert isinstance(request, FollowsQuery), "called for what follows"
    deed = deed_words(request.then, names, negated=request.negated)
    event = happening_words(request.event, names)
    said = {"when": when_words(finding), "event": event, "deed": deed}
    took = [_took(each, finding) for each in followed_groups(finding) if any(each.days)]
    times = [finding.say(_TOOK, **said, told=names.clauses(*took))] if took else []
    return names.sentences(*times, finding.say(_FOLLOWED, **said, told=_told(finding)))


def _took(each: Followed, finding: Finding) -> str:
    """`一半在 7.80 天内（四分之一在 2.81 天内，四分之三在 20.5 天内，平均 15.1 天）`"""
    median, quarter, most, mean = (lasting(day and day * 24, finding.language) for day in each.days)
    said = finding.say(_TIMES, median=median, quarter=quarter, most=most, mean=mean)
    return finding.say(_OF_GROUP, group=each.name, said=said) if each.name else said


def _told(finding: Finding) -> str:
    groups, names = followed_groups(finding), finding.names
    if not finding.groups:
        return _rate(groups[0], finding)
    known = [each for each in groups if each.difference is not None]
    lead = known[:1] if finding.groups[0].name == "group" else _standing_out(known)
    if not lead:
        rates = [f"{each.name} {_rate(each, finding)}" for each in groups[:_NAMED] if each.value is not None]
        return names.clauses(names.listed(rates), finding.say(_NO_CHANCE))
    return names.clauses(*(_against(each, groups, finding) for each in lead))


def _standing_out(groups: list[Followed]) -> list[Followed]:
    """The groups that differ from the others beyond chance, most first."""
    apart = [each for each in groups if each.p_value is not None and each.p_value < CERTAIN]
    return sorted(apart, key=lambda each: -abs(each.difference or 0))[:_NAMED]


def _rate(each: Followed, finding: Finding) -> str:
    unit, names = _unit(finding), finding.names
    value = figure(each.value, unit, finding.language)
    if each.value is None:
        return value
    counts = finding.say(_COUNTS, followed=f"{each.followed:,.0f}", events=f"{each.events:,.0f}")
    notes = [interval_words(each.low, each.high, unit, finding), counts]
    if each.people is not None and each.people != each.followed and unit == "percent":
        name = _entity(finding)
        words = {"counter": names.counter(name), "entity": names.entity(name, int(each.people))}
        notes.append(finding.say(_PEOPLE, people=f"{each.people:,.0f}", **words))
    return value + names.bracketed(names.comma(*notes))


def _entity(finding: Finding) -> str:
    """The first entity that all that is asked about knows: whose events they are."""
    request, model = finding.request, finding.names.model
    assert isinstance(request, FollowsQuery), "called for what follows"
    deeds = (request.event, request.then.metric, *((request.did.metric,) if request.did is not None else ()))
    datasets = [model.metrics[name].definition.dataset or "" for name in deeds]
    known = (e for e in model.entities.values() if all(e.dataset in (d, *model.paths.get(d, {})) for d in datasets))
    return next(known).name


def interval_words(low: float | None, high: float | None, unit: str | None, finding: Finding) -> str:
    """`95%区间 60.0%–61.5%`; nothing where there is none."""
    if low is None or high is None:
        return ""
    ends = {"low": figure(low, unit, finding.language), "high": figure(high, unit, finding.language)}
    return finding.say(_SPAN if low < 0 else INTERVAL, **ends)


def _against(each: Followed, groups: tuple[Followed, ...], finding: Finding) -> str:
    """One group beside all others, and whether that can be chance."""
    rate, is_pair = _rate(each, finding), finding.groups[0].name == "group"
    parts = [finding.say(_THESE, name=each.name, rate=rate) if is_pair else f"{each.name} {rate}"]
    others = [one for one in groups if one is not each and one.value is not None and one.difference is not None]
    if is_pair and others:
        parts.append(finding.say(_OTHERS, rate=_rate(others[0], finding)))
    if each.difference is not None:
        by = change_figure(abs(each.difference), _unit(finding), finding.language)
        said = finding.say(_ABOVE if each.difference >= 0 else _BELOW, by=by)
        ends = (each.difference_low, each.difference_high)
        parts += [said + finding.names.bracketed(span_words(*ends, _unit(finding), finding))]
        parts.append(chance_words(each.p_value, finding))
    return finding.names.comma(*parts)


def span_words(low: float | None, high: float | None, unit: str | None, finding: Finding) -> str:
    """The interval of a difference, with signs: `95%区间 -12.1 至 -7.4`."""
    if low is None or high is None:
        return ""
    scale, form = (100, "+.1f") if unit == "percent" else (1, "+.2f")
    return finding.say(_SPAN, low=format(low * scale, form), high=format(high * scale, form))


def chance_words(p_value: float | None, finding: Finding) -> str:
    """Whether a difference can be chance."""
    if p_value is None:
        return ""
    p = "p<0.001" if p_value < 0.001 else f"p={p_value:.3f}"
    return finding.say(_CERTAIN if p_value < CERTAIN else _CHANCE, p=p)


def _unit(finding: Finding) -> str | None:
    assert isinstance(finding.request, FollowsQuery), "called for what follows"
    return None if finding.request.average else "percent"


def number(value: Value) -> float | None:
    """The value if it is a number."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
