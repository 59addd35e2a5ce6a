"""Filters of a request in words: `会员等级为金卡`, `member tier not gold`, `近期订单数 ≥ 3`, `2026年2月注册`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from chat_service.language.phrases import set_off
from chat_service.present.dates import is_unit, period_head
from chat_service.present.figures import threshold_figure, unit_name
from chat_service.present.names import Names
from semantic_layer import (
    AllOf,
    AnyOf,
    AppliedFilter,
    Behaviour,
    FieldFilter,
    Filter,
    Having,
    ListFilter,
    MetricFilter,
    NotOf,
    Period,
    Phrase,
    Scalar,
)

_OPERATORS: dict[str, Phrase] = {
    "=": Phrase("{head}为{values}", "{head} {values}"),
    "!=": Phrase("{head}不是{values}", "{head} not {values}"),
    "in": Phrase("{head}为{values}", "{head} {values}"),
    "not in": Phrase("{head}不是{values}", "{head} not {values}"),
    "<": Phrase("{head}低于 {values}", "{head} below {values}"),
    "<=": Phrase("{head}不超过 {values}", "{head} at most {values}"),
    ">": Phrase("{head}超过 {values}", "{head} over {values}"),
    ">=": Phrase("{head}不低于 {values}", "{head} at least {values}"),
    "top share": Phrase("{head}居前 {values}", "{head} in the top {values}"),
    "between": Phrase("{head}介于 {values} 之间", "{head} between {values}"),
    "contains": Phrase("{head}包含“{values}”", "{head} containing “{values}”"),
    "not contains": Phrase("{head}不包含“{values}”", "{head} not containing “{values}”"),
    "starts with": Phrase("{head}以“{values}”开头", "{head} starting with “{values}”"),
    "ends with": Phrase("{head}以“{values}”结尾", "{head} ending with “{values}”"),
    "is null": Phrase("{head}为空", "{head} missing"),
    "is not null": Phrase("{head}不为空", "{head} present"),
}
_COUNTED: dict[str, Phrase] = {
    "=": Phrase("{head}为 {values}", "{head} exactly {values}"),
    "none": Phrase("{head}为 0", "no {head}"),
}
_EITHER, _ENDS = Phrase("{one}、{other}", "{one} or {other}"), Phrase("{one} 到 {other}", "{one} and {other}")
_AND_MORE = Phrase("{shown} 等 {all} 个", "{shown} and {more} more")
_MOST_NAMED, _FEW_NAMED = 6, 3  # of more values than the first, so many are named
_AND, _OR = Phrase("{one} 且 {other}", "{one} and {other}"), Phrase("{one} 或 {other}", "{one} or {other}")
_NOT = Phrase("非（{words}）", "not ({words})")
# of an amount, and of a deed: on a day, in a month, from a day to another
_OF_TIME = (
    Phrase("{period} 的{words}", "{words} on {period}"),
    Phrase("{period}{gap}的{words}", "{words} in {period}"),
    Phrase("{period}{gap}的{words}", "{words} from {period}"),
)
_DONE_THEN = (
    Phrase("{period} {words}", "{words} on {period}"),
    Phrase("{period}{gap}{words}", "{words} in {period}"),
    Phrase("{period}{gap}{words}", "{words} from {period}"),
)
_PARTS: dict[str, Phrase] = {
    "previous": Phrase("{metric}（对比期）", "{metric} (previous)"),
    "change": Phrase("{metric}的变化", "{metric} (change)"),
    "change_pct": Phrase("{metric}的变化率", "{metric} (change %)"),
    "share": Phrase("{metric}的占比", "{metric} (share)"),
    "cumulative": Phrase("{metric}（累计）", "{metric} (cumulative)"),
}


def condition_words(condition: Filter, names: Names, today: date) -> str:
    """One condition of a request, with everything inside it."""
    match condition:
        case FieldFilter():
            return field_words(condition.field, condition.op, condition.values, names)
        case MetricFilter():
            return _metric_words(condition, names, today)
        case ListFilter():
            return names.known(condition.list) or condition.list
        case AllOf():
            return _joined([_inner(each, names, today) for each in condition.all], _AND, names)
        case AnyOf():
            return _joined([_inner(each, names, today) for each in condition.any], _OR, names)
        case NotOf():
            return names.say(_NOT, words=condition_words(condition.negated, names, today))


def field_words(field: str, op: str, values: Sequence[Scalar], names: Names) -> str:
    """A comparison of a dimension or field with values, by their labels."""
    found = names.field(field)
    unit = None if found is None else found.definition.unit
    words = [names.code(found, value) for value in values] if unit is None else _figures(op, values, unit, names)
    return _compared(names.dimension(field), op, words, names)


def _figures(op: str, values: Sequence[Scalar], unit: str | None, names: Names) -> list[str]:
    """The values as people say them: of two ends with a unit behind, the last one names it."""
    said = [threshold_figure(value, unit, names.language) for value in values]
    behind = f" {unit_name(unit, names.language)}"
    if op == "between" and len(behind) > 1:
        said[:-1] = [each.removesuffix(behind) for each in said[:-1]]
    return said


def applied_words(applied: AppliedFilter, names: Names) -> str:
    """A filter as it was applied, wherever it came from; its own text where it has no simple form."""
    if applied.op == "list":
        return names.known(applied.field) or applied.field
    return applied.text or field_words(applied.field, applied.op, applied.values, names)


def having_words(having: Having, names: Names) -> str:
    """A condition on a column of the result: `复购率低于 20.0%`."""
    metric, _, part = having.column.partition("__")
    found = names.model.metrics.get(metric)
    unit = "percent" if part in ("share", "change_pct") else None if found is None else found.unit
    head = names.metric(metric)
    head = names.say(_PARTS[part], metric=head) if part in _PARTS else head
    return _compared(head, having.op, _figures(having.op, having.values, unit, names), names)


def did(condition: Filter, names: Names) -> Behaviour | None:
    """The behaviour that a condition asks for at all, as `orders >= 1` asks who ordered; None for any other."""
    if not isinstance(condition, MetricFilter) or (condition.op, condition.values) not in ((">=", (1,)), (">", (0,))):
        return None
    return next((each for each in names.model.behaviours.values() if each.metric == condition.metric), None)


def _metric_words(condition: MetricFilter, names: Names, today: date) -> str:
    behaviour = did(condition, names)
    metric = names.model.metrics.get(condition.metric)
    head = names.metric(condition.metric) if behaviour is None else names.words(behaviour.label)
    head += names.bracketed(names.comma(*(condition_words(each, names, today) for each in condition.filters)))
    if behaviour is not None:
        words = head
    else:
        unit = None if metric is None else "percent" if condition.op == "top share" else metric.unit
        values = _figures(condition.op, condition.values, unit, names)
        words = _counted(head, condition, values, names)
    return in_period(words, condition.period, names, today, _OF_TIME if behaviour is None else _DONE_THEN)


def in_period(words: str, period: Period | None, names: Names, today: date, forms: Sequence[Phrase] = _OF_TIME) -> str:
    """What is said, of a time: `2026年5月的销售额`, `revenue in May 2026`; as it stands where there is none."""
    if period is None:
        return words
    when = period_head(period, today, names.language)
    form = forms[0 if period.days == 1 else 1 if is_unit(period) else 2]
    return names.say(form, period=when, words=words, gap=set_off(when, names.language))


def _counted(head: str, condition: MetricFilter, values: Sequence[str], names: Names) -> str:
    if condition.op == "=":
        return names.say(_COUNTED["none" if condition.values == (0,) else "="], head=head, values=values[0])
    return _compared(head, condition.op, values, names)


def _compared(head: str, op: str, words: Sequence[str], names: Names) -> str:
    return names.say(_OPERATORS[op], head=head, values=_joined(words, _ENDS if op == "between" else _EITHER, names))


def _joined(words: Sequence[str], how: Phrase, names: Names) -> str:
    if len(words) > _MOST_NAMED and how is _EITHER:
        shown = names.listed(words[:_FEW_NAMED])
        return names.say(_AND_MORE, shown=shown, more=len(words) - _FEW_NAMED, all=len(words))
    said = words[0] if words else ""
    for each in words[1:]:
        said = names.say(how, one=said, other=each)
    return said


def _inner(condition: Filter, names: Names, today: date) -> str:
    words = condition_words(condition, names, today)
    return names.bracketed(words).strip() if isinstance(condition, AllOf | AnyOf) else words
