"""What can be asked, said in a few lines: the answer to "what can you do"."""

from __future__ import annotations

from chat_service.present.names import Names

_METRICS = 24
_DIMENSIONS = 20


def catalogue_text(names: Names) -> str:
    """The model's metrics, dimensions and lists by their labels, cut to what can be read at a glance."""
    zh = names.language == "zh"
    joiner = "、" if zh else ", "
    metrics = [names.metric(each.name) for each in names.model.metrics.values() if not each.definition.hidden]
    dimensions = [
        names.dimension(each.name)
        for each in names.model.dimensions.values()
        if each.home.definition.role == "dimension" and not names.model.is_guarded(each.home)
    ]
    lists = [getattr(each.label, names.language) for each in names.model.lists.values()]
    lines = [
        (f"指标 {len(metrics)} 个：" if zh else f"{len(metrics)} metrics: ") + joiner.join(_few(metrics, _METRICS, zh)),
        (f"维度 {len(dimensions)} 个：" if zh else f"{len(dimensions)} dimensions: ")
        + joiner.join(_few(dimensions, _DIMENSIONS, zh)),
    ]
    if lists:
        lines.append(("客户名单：" if zh else "Lists of customers: ") + joiner.join(lists))
    lines.append(
        "可以加上时间段、筛选、对比、趋势、排名和占比来问。"
        if zh
        else "Ask them with a period, filters, a comparison, a trend, a ranking or a share."
    )
    return "\n".join(lines)


def greeting_text(names: Names) -> str:
    """One friendly line in answer to a greeting or to thanks; questions that can be asked come beside it."""
    if names.language == "zh":
        return "您好！想了解客户的哪些情况？"
    return "Hello! What would you like to know about your customers?"


def _few(found: list[str], most: int, zh: bool) -> list[str]:
    return found if len(found) <= most else [*found[:most], "……" if zh else "…"]
