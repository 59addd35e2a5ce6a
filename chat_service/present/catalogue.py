"""What can be asked, said in a few lines: the answer to "what can you do"."""

from __future__ import annotations

from chat_service.present.names import Names
from semantic_layer import Phrase

_METRICS_ARE = Phrase("指标 {count} 个：{named}", "{count} metrics: {named}")
_DIMENSIONS_ARE = Phrase("维度 {count} 个：{named}", "{count} dimensions: {named}")
_LISTS_ARE, _MORE = Phrase("客户名单：{named}", "Lists of customers: {named}"), Phrase("……", "…")
_HOW = Phrase(
    "可以加上时间段、筛选、对比、趋势、排名和占比来问。",
    "Ask them with a period, filters, a comparison, a trend, a ranking or a share.",
)
_GREETING = Phrase("您好！想了解客户的哪些情况？", "Hello! What would you like to know about your customers?")
_METRICS = 24
_DIMENSIONS = 20


def catalogue_text(names: Names) -> str:
    """The model's metrics, dimensions and lists by their labels, cut to what can be read at a glance."""
    metrics = [names.metric(each.name) for each in names.model.metrics.values() if not each.definition.hidden]
    dimensions = [
        names.dimension(each.name)
        for each in names.model.dimensions.values()
        if each.home.definition.role == "dimension" and not names.model.is_guarded(each.home)
    ]
    lists = [names.words(each.label) for each in names.model.lists.values()]
    lines = [
        names.say(_METRICS_ARE, count=len(metrics), named=_few(metrics, _METRICS, names)),
        names.say(_DIMENSIONS_ARE, count=len(dimensions), named=_few(dimensions, _DIMENSIONS, names)),
        names.say(_LISTS_ARE, named=names.listed(lists)) if lists else "",
        names.say(_HOW),
    ]
    return "\n".join(filter(None, lines))


def greeting_text(names: Names) -> str:
    """One friendly line in answer to a greeting or to thanks; questions that can be asked come beside it."""
    return names.say(_GREETING)


def _few(found: list[str], most: int, names: Names) -> str:
    return names.listed(found if len(found) <= most else [*found[:most], names.say(_MORE)])
