"""A form of chart that the asker named: whether the result can be drawn so, and what to say where it cannot."""

from __future__ import annotations

from math import isclose

from chat_service.outcomes import Chart
from chat_service.present.finding import Finding
from semantic_layer import CohortQuery, Column, Metric, MetricQuery, Phrase

_PARTS = 6  # a pie of more parts cannot be read
_NO_PICTURE = Phrase("这个结果没有可画的图。", "There is nothing to draw in this result.")
_OWN_FORM = Phrase(
    "这类结果有自己的图，没有画成{form}。", "This kind of result has a drawing of its own, not a {form}."
)
_LINE_NEEDS_TIME = Phrase(
    "线图要沿时间画，这里按组画成柱状图。", "A line needs time along it, so the groups are drawn as bars."
)
_PIE_OF_TIME = Phrase(
    "饼图看不出随时间的变化，这里沿时间画。", "A pie shows no course of time, so it is drawn along time."
)
_PIE_OF_MANY = Phrase(
    "饼图最多 {most} 个部分才看得清，这里有 {count} 个，画成柱状图。",
    "A pie can be read with {most} parts at most; these are {count}, so they are drawn as bars.",
)
_NO_WHOLE = Phrase(
    "{name}的各组加起来不是一个整体，不能画成{form}。",
    "The groups of {name} do not add up to a whole, so it is no {form}.",
)
_NOTHING_TO_STACK = Phrase(
    "堆叠图要再按一个维度分组，这里没有。", "A stack needs one more grouping to stack, and there is none here."
)
_FORMS: dict[Chart, Phrase] = {
    "pie": Phrase("饼图", "pie"),
    "stacked": Phrase("堆叠图", "stack"),
    "line": Phrase("线图", "line"),
    "bar": Phrase("柱状图", "bar chart"),
    "table": Phrase("表格", "table"),
}


def unmet(finding: Finding, asked: Chart | None) -> str:
    """Why the form that was asked for is not drawn; empty where it is, and where none was named."""
    if asked is None or asked == "table":
        return ""
    if finding.is_list or not finding.metrics or not finding.groups or len(finding.table.rows) < 2:
        return finding.say(_NO_PICTURE)
    if not isinstance(finding.request, MetricQuery):
        is_met = isinstance(finding.request, CohortQuery) and asked in ("line", "bar")
        return "" if is_met else finding.say(_OWN_FORM, form=finding.say(_FORMS[asked]))
    if asked == "line":
        return "" if finding.time is not None else finding.say(_LINE_NEEDS_TIME)
    return "" if asked == "bar" else _no_whole(finding, asked)


def _no_whole(finding: Finding, asked: Chart) -> str:
    """Why the groups cannot be drawn as parts of one whole."""
    groups = len(finding.categories) + (finding.time is not None)
    if asked == "stacked" and groups < 2:
        return finding.say(_NOTHING_TO_STACK)
    if asked == "pie" and finding.time is not None:
        return finding.say(_PIE_OF_TIME)
    if asked == "pie" and (len(finding.table.rows) > _PARTS or groups > 1):
        return finding.say(_PIE_OF_MANY, most=_PARTS, count=len(finding.table.rows))
    column = finding.metrics[0]
    if adds_up(finding, column):
        return ""
    return finding.say(_NO_WHOLE, name=finding.names.column(column), form=finding.say(_FORMS[asked]))


def adds_up(finding: Finding, column: Column) -> bool:
    """Whether the groups are parts of one whole: all of them are there, none below zero, and nothing is in two."""
    numbers = finding.numbers(column)
    if finding.table.total_rows != len(numbers) or any(number is not None and number < 0 for number in numbers):
        return False
    share = finding.part(column.metric or column.name, "share")
    if share is not None and finding.time is None:
        return isclose(sum(number or 0.0 for number in finding.numbers(share)), 1.0, abs_tol=0.005)
    metric = finding.names.model.metrics.get(column.metric or column.name)
    return metric is not None and (metric.is_additive or _counts_once(metric))


def _counts_once(metric: Metric) -> bool:
    """Whether a stock counts each of its rows, and so each in one group: no ratio, and nothing that may repeat."""
    counted = (metric.definition.expression or "").lower()
    return metric.is_stock and metric.kind == "simple" and "/" not in counted and "distinct" not in counted
