"""What a result about a trial says: both arms, their difference and whether it can be chance, what it was worth."""

from __future__ import annotations

from dataclasses import dataclass

from chat_service.language.phrases import ended
from chat_service.present.dates import period_words
from chat_service.present.figures import change_figure, figure
from chat_service.present.finding import Finding
from chat_service.present.followed import CERTAIN, chance_words, interval_words, number, span_words
from chat_service.present.names import Names
from chat_service.present.subject import conditions
from semantic_layer import LiftQuery, Phrase, Value

_NAMED = 6
_HEAD = Phrase("{name}{of}：{told}", "{name}{of}: {told}")
_HEAD_WHEN = Phrase("{when}{name}{of}：{told}", "{name}{of}, {when}: {told}")
_ARM = Phrase("{rate} {share}（{size} 人）", "{rate} {share} ({size})")
_HIGHER, _LOWER = Phrase("高 {by}", "{by} above"), Phrase("低 {by}", "{by} below")
_POWER = Phrase("这样的人数要相差约 {by} 才测得出", "arms of this size show a difference of {by}")
_WORTH, _ROI = Phrase("{name} {value}", "{name} {value}"), Phrase("增量ROI {roi}", "incremental ROI {roi}")


@dataclass(frozen=True, eq=False)
class Lift:
    """One group of a trial: its name and every number by the name of its column."""

    name: str
    cells: dict[str, Value]

    def of(self, name: str) -> float | None:
        """The number in a column, if the table has it."""
        return number(self.cells.get(name))

    @property
    def is_certain(self) -> bool:
        """Whether the difference is hardly chance."""
        p_value = self.of("p_value")
        return p_value is not None and p_value < CERTAIN


def lifts(finding: Finding) -> tuple[Lift, ...]:
    """The rows of such a result, in their order."""
    names = [column.name for column in finding.table.columns]
    return tuple(
        Lift(finding.group_name(index) if finding.groups else "", dict(zip(names, row, strict=True)))
        for index, row in enumerate(finding.table.rows)
    )


def trial_words(request: LiftQuery, names: Names) -> str:
    """What the trial that is asked about is called, by default the model's first; its id where there is none."""
    name = request.trial or next(iter(names.model.trials), "")
    trial = names.model.trials.get(name)
    return name if trial is None else names.words(trial.label)


def lift_sentence(finding: Finding) -> str:
    """`活动效果：处理组转化率 31.0%（27,758 人），对照组转化率 23.8%（9,217 人），高 7.2 个百分点……`"""
    assert isinstance(finding.request, LiftQuery), "called for trials"
    found, names = lifts(finding), finding.names
    told = names.clauses(*(_short(each, finding) for each in found[:_NAMED]))
    if not finding.groups:
        told = _whole(found[0], finding)
    said = {
        "name": trial_words(finding.request, names),
        "of": names.bracketed(names.comma(*conditions(finding))),
        "told": told,
    }
    if finding.request.period is None:
        return ended(finding.say(_HEAD, **said), finding.language)
    when = period_words(finding.table.period, finding.today, finding.language)
    return ended(finding.say(_HEAD_WHEN, when=when, **said), finding.language)


def _whole(each: Lift, finding: Finding) -> str:
    """Both arms, their difference, what could have been seen where it is not certain, and what it was worth."""
    columns = {column.name: column for column in finding.table.columns}
    parts = []
    for rate, count in (("treated_rate", "treated"), ("control_rate", "controls")):
        share, size = figure(each.of(rate), "percent", finding.language), f"{each.of(count) or 0:,.0f}"
        parts.append(finding.say(_ARM, rate=finding.names.column(columns[rate]), share=share, size=size))
    parts.append(_difference(each, finding))
    least = each.of("detectable")
    if not each.is_certain and least is not None:
        parts.append(finding.say(_POWER, by=change_figure(least, "percent", finding.language)))
    return finding.names.clauses(finding.names.comma(*parts), _worth(each, finding))


def _difference(each: Lift, finding: Finding) -> str:
    change = each.of("difference") or 0.0
    said = finding.say(_HIGHER if change >= 0 else _LOWER, by=change_figure(abs(change), "percent", finding.language))
    span = span_words(each.of("difference_low"), each.of("difference_high"), "percent", finding)
    return finding.names.comma(said + finding.names.bracketed(span), chance_words(each.of("p_value"), finding))


def _worth(each: Lift, finding: Finding) -> str:
    """What the treated brought more, what it cost, and what that returned."""
    told = []
    for column in finding.table.columns:
        name = column.name
        is_gain = name.startswith("extra_") and not name.endswith(("_low", "_high"))
        if is_gain or name in ("cost", "roi"):
            value = figure(each.of(name), column.unit, finding.language)
            ends = (each.of(f"{name}_low"), each.of(f"{name}_high"))
            value += finding.names.bracketed(interval_words(*ends, column.unit, finding))
            told.append(finding.say(_WORTH, name=finding.names.column(column), value=value))
    return finding.names.comma(*told)


def _short(each: Lift, finding: Finding) -> str:
    """One of several groups: its difference, and its return where it has one."""
    roi = each.of("roi")
    shown = "" if roi is None else finding.say(_ROI, roi=figure(roi, "percent", finding.language))
    return finding.names.comma(f"{each.name} {_difference(each, finding)}", shown)
