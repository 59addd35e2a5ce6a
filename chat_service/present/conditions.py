"""Filters of a request in words: `会员等级为金卡`, `member tier not gold`, `近期订单数 ≥ 3`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from chat_service.present.dates import period_words
from chat_service.present.figures import threshold_figure
from chat_service.present.names import Names
from semantic_layer import AllOf, AnyOf, AppliedFilter, FieldFilter, Filter, Having, MetricFilter, NotOf, Scalar

# op: (zh, en); {} stands for the values
_OPERATORS: dict[str, tuple[str, str]] = {
    "=": ("为{}", " {}"),
    "!=": ("不是{}", " not {}"),
    "in": ("为{}", " {}"),
    "not in": ("不是{}", " not {}"),
    "<": ("低于 {}", " below {}"),
    "<=": ("不超过 {}", " at most {}"),
    ">": ("超过 {}", " over {}"),
    ">=": ("不低于 {}", " at least {}"),
    "between": ("介于 {} 之间", " between {}"),
    "contains": ("包含“{}”", " containing “{}”"),
    "not contains": ("不包含“{}”", " not containing “{}”"),
    "starts with": ("以“{}”开头", " starting with “{}”"),
    "ends with": ("以“{}”结尾", " ending with “{}”"),
    "is null": ("为空", " missing"),
    "is not null": ("不为空", " present"),
}


def condition_words(condition: Filter, names: Names, today: date) -> str:
    """One condition of a request, with everything inside it."""
    zh = names.language == "zh"
    match condition:
        case FieldFilter():
            return field_words(condition.field, condition.op, condition.values, names)
        case MetricFilter():
            return _metric_words(condition, names, today)
        case AllOf():
            return (" 且 " if zh else " and ").join(_inner(each, names, today) for each in condition.all)
        case AnyOf():
            return (" 或 " if zh else " or ").join(_inner(each, names, today) for each in condition.any)
        case NotOf():
            words = condition_words(condition.negated, names, today)
            return f"非（{words}）" if zh else f"not ({words})"


def field_words(field: str, op: str, values: Sequence[Scalar], names: Names) -> str:
    """A comparison of a dimension or field with values, by their labels."""
    found = names.field(field)
    unit = None if found is None else found.definition.unit
    if unit is None:
        words = [names.code(found, value) for value in values]
    else:
        words = [threshold_figure(value, unit, names.language) for value in values]
    return names.dimension(field) + _compared(op, words, names)


def applied_words(applied: AppliedFilter, names: Names) -> str:
    """A filter as it was applied, wherever it came from; its own text where it has no simple form."""
    return applied.text or field_words(applied.field, applied.op, applied.values, names)


def having_words(having: Having, names: Names) -> str:
    """A condition on a column of the result: `复购率低于 20.0%`."""
    metric, _, part = having.column.partition("__")
    found = names.model.metrics.get(metric)
    unit = "percent" if part in ("share", "change_pct") else None if found is None else found.unit
    head = names.metric(metric)
    if part:
        head += {
            "previous": ("（对比期）", " (previous)"),
            "change": ("的变化", " (change)"),
            "change_pct": ("的变化率", " (change %)"),
            "share": ("的占比", " (share)"),
            "cumulative": ("（累计）", " (cumulative)"),
        }.get(part, ("", ""))[0 if names.language == "zh" else 1]
    values = [threshold_figure(value, unit, names.language) for value in having.values]
    return head + _compared(having.op, values, names)


def _metric_words(condition: MetricFilter, names: Names, today: date) -> str:
    zh = names.language == "zh"
    metric = names.model.metrics.get(condition.metric)
    unit = None if metric is None else metric.unit
    head = names.metric(condition.metric)
    inner = [condition_words(each, names, today) for each in condition.filters]
    if inner:
        head += f"（{'，'.join(inner)}）" if zh else f" ({', '.join(inner)})"
    values = [threshold_figure(value, unit, names.language) for value in condition.values]
    if not zh and condition.op == "=":
        words = f"no {head}" if condition.values == (0,) else f"{head} exactly {values[0]}"
    else:
        words = head + _compared(condition.op, values, names)
    if condition.period is None:
        return words
    period = period_words(condition.period, today, names.language)
    if zh:
        return f"{period} 的{words}" if period[-1].isdigit() else f"{period}的{words}"
    return f"{words} on {period}" if condition.period.days == 1 else f"{words} during {period}"


def _compared(op: str, words: Sequence[str], names: Names) -> str:
    zh = names.language == "zh"
    joiner = " 到 " if op == "between" and zh else " and " if op == "between" else "、" if zh else " or "
    return _OPERATORS[op][0 if zh else 1].format(joiner.join(words))


def _inner(condition: Filter, names: Names, today: date) -> str:
    words = condition_words(condition, names, today)
    if isinstance(condition, AllOf | AnyOf):
        return f"（{words}）" if names.language == "zh" else f"({words})"
    return words
