"""The first sentence of an answer, by the shape of the result."""

from __future__ import annotations

from chat_service.present.changes import change_words
from chat_service.present.conditions import having_words
from chat_service.present.dates import period_words
from chat_service.present.figures import figure
from chat_service.present.finding import Finding
from chat_service.present.names import part_unit
from chat_service.present.populations import population
from chat_service.present.subject import conditions, en_head, of, zh_head
from semantic_layer import Column, ListQuery, MetricQuery

_NAMED, _RANKED = 3, 5  # so many groups are named in a sentence, more where they were ranked; the table has all


def value_sentence(finding: Finding) -> str:
    """One row without groups: each metric with its value and its change."""
    said = [_valued(finding, column, 0, again=number > 0) for number, column in enumerate(finding.metrics)]
    names = [finding.names.column(column) for column in finding.metrics]
    if finding.is_zh:
        valued = "；".join(f"{name}为 {value}" for name, value in zip(names, said, strict=True))
        return f"{zh_head(finding)}{valued}。"
    values = "; ".join(f"{name} {value}" for name, value in zip(names, said, strict=True))
    return f"{en_head(finding)}: {values}."


def groups_sentence(finding: Finding) -> str:
    """Rows by group: the leaders of each metric, and how many groups there are."""
    by = [finding.names.column(column) for column in finding.groups]
    if not finding.metrics:
        return _enumeration(finding)
    if len(finding.table.rows) == 1:
        return _only_group(finding)
    if isinstance(finding.request, MetricQuery) and finding.request.limit_within:
        return _within_sentence(finding, finding.request.limit_within)
    leaders = [_leaders(finding, _shown_column(finding, column)) for column in finding.metrics[:_NAMED]]
    having = _having(finding)
    count = finding.table.total_rows
    if finding.is_zh:
        with_condition = f"，{having}的" if having else "，"
        return f"{zh_head(finding)}按{'、'.join(by)}{with_condition}共 {count:,} 组：{'；'.join(leaders)}。"
    with_condition = f" with {having}" if having else ""
    return f"{en_head(finding)}, by {', '.join(by)}, {count:,} groups{with_condition}: {'; '.join(leaders)}."


def list_sentence(finding: Finding) -> str:
    """A list of entities: how many there are, how many are shown, and in which order."""
    request, table = finding.request, finding.table
    assert isinstance(request, ListQuery)
    entity = finding.names.model.entities.get(request.entity)
    noun = request.entity if entity is None else getattr(entity.label, finding.language)
    asked, listed = conditions(finding), population(request, finding.names.model)
    shown, total = len(table.rows), table.total_rows
    order = _order_words(finding)
    if finding.is_zh:
        joined = "，".join(asked)
        head = f"{joined}{of(joined)}{noun}" if joined else noun
        if listed is not None:
            head = f"{listed.label.zh}（{joined}）"
        cut = f"，显示前 {shown:,} 位" if shown < total else ""
        return f"{head}共 {total:,} 位{cut}{order}。"
    plural = noun if total == 1 or noun.endswith("s") else f"{noun}s"
    plural = plural if listed is None else listed.label.en
    head = f"{total:,} {plural}" + (f" ({', '.join(asked)})" if asked else "")
    cut = f"; the first {shown:,} are shown" if shown < total else ""
    return f"{head}{cut}{order}."


def _valued(finding: Finding, column: Column, row: int, *, again: bool = False) -> str:
    """`31.2%，比2025年5月的 26.2% 上升 5.0 个百分点`; `again` where the other period was named before."""
    value = finding.numbers(column)[row]
    said = figure(value, column.unit, finding.language)
    metric = column.metric or column.name
    share, total = finding.part(metric, "share"), finding.part(metric, "cumulative")
    if share is not None:
        part = figure(finding.numbers(share)[row], "percent", finding.language)
        said += f"，占 {part}" if finding.is_zh else f" ({part} of the total)"
    if total is not None:
        sum_so_far = figure(finding.numbers(total)[row], column.unit, finding.language)
        said += f"，累计 {sum_so_far}" if finding.is_zh else f" (running total {sum_so_far})"
    return said + _against(finding, column, row, again=again)


def _against(finding: Finding, column: Column, row: int, *, again: bool) -> str:
    previous = finding.part(column.metric or column.name, "previous")
    if previous is None:
        return ""
    before, now = finding.numbers(previous)[row], finding.numbers(column)[row]
    when = _previous_words(finding, again=again)
    was = figure(before, column.unit, finding.language)
    change = change_words(column.unit, before, now, finding.language)
    if before is None or now is None or change == "":
        return f"，对比期{when}为 {was}" if finding.is_zh else f" (against {was} in {when})"
    return f"，比{when}的 {was} {change}" if finding.is_zh else f", {change} from {was} in {when}"


def _previous_words(finding: Finding, *, again: bool) -> str:
    if finding.time is not None or again:
        return "对比期" if finding.is_zh else "the same comparison"
    return period_words(finding.table.previous_period, finding.today, finding.language)


def _having(finding: Finding) -> str:
    if not isinstance(finding.request, MetricQuery):
        return ""
    joiner = "、" if finding.is_zh else " and "
    return joiner.join(having_words(each, finding.names) for each in finding.request.having)


def _shown_column(finding: Finding, column: Column) -> Column:
    """What a group is judged by: what it is sorted by, else its share, running total or change, else its value."""
    metric = column.metric or column.name
    orders = finding.request.order_by if isinstance(finding.request, MetricQuery) else ()
    for order in orders:
        found = next((c for c in finding.table.columns if c.name == order.column and c.metric == metric), None)
        if found is not None:
            return found
    return finding.part(metric, "share") or column


def _leaders(finding: Finding, column: Column) -> str:
    unit, language = part_unit(column), finding.language
    known = [(row, value) for row, value in enumerate(finding.numbers(column)) if value is not None]
    name = finding.names.column(column)
    if not known:
        return f"{name}均无数据" if finding.is_zh else f"no data on {name}"
    descending = _direction(finding, column)
    ranked = sorted(known, key=lambda pair: -pair[1]) if descending is None else known
    spoken = [
        f"{finding.group_name(row)} {figure(value, unit, language)}{_change_in_brackets(finding, column, row)}"
        for row, value in ranked[: _NAMED if descending is None else _RANKED]
    ]
    named = [pair for pair in ranked if all(finding.cell(pair[0], each) is not None for each in finding.groups)]
    rest = (named or ranked)[-1]
    if finding.is_zh:
        said = f"{name}{'最低' if descending is False else '最高'}的是{'、'.join(spoken)}"
        if descending is None and len(ranked) > _NAMED:
            said += f"，最低的是{finding.group_name(rest[0])} {figure(rest[1], unit, language)}"
        return said
    said = f"{'lowest' if descending is False else 'highest'} {name}: {', '.join(spoken)}"
    if descending is None and len(ranked) > _NAMED:
        said += f"; lowest: {finding.group_name(rest[0])} {figure(rest[1], unit, language)}"
    return said


def _within_sentence(finding: Finding, within: tuple[str, ...]) -> str:
    """The leaders of each outer group: `每个大区销售额最高的：华东 上海 …、杭州 …；华南 …`."""
    outer = tuple(column for column in finding.groups if column.name in within)
    inner = tuple(column for column in finding.groups if column.name not in within)
    column = _shown_column(finding, finding.metrics[0])
    found: dict[str, list[str]] = {}
    for row, value in enumerate(finding.numbers(column)):
        said = f"{finding.group_name(row, inner)} {figure(value, part_unit(column), finding.language)}"
        found.setdefault(finding.group_name(row, outer), []).append(said)
    lowest = _direction(finding, column) is False
    name, each = finding.names.column(column), "、".join(finding.names.column(group) for group in outer)
    if finding.is_zh:
        parts = [f"{group}：{'、'.join(members)}" for group, members in found.items()]
        return f"{zh_head(finding)}每个{each}{name}{'最低' if lowest else '最高'}的是 {'；'.join(parts[:_RANKED])}。"
    parts = [f"{group}: {', '.join(members)}" for group, members in found.items()]
    extreme = f"{'lowest' if lowest else 'highest'} {name} in each {each}"
    return f"{en_head(finding)}, {extreme}: {'; '.join(parts[:_RANKED])}."


def _change_in_brackets(finding: Finding, column: Column, row: int) -> str:
    previous = finding.part(column.metric or column.name, "previous")
    if previous is None or column.part != "value":
        return ""
    words = change_words(column.unit, finding.numbers(previous)[row], finding.numbers(column)[row], finding.language)
    words = words.replace("（", "，").replace("）", "").replace(" (", ", ").replace(")", "")
    if not words:
        return ""
    return f"（{words}）" if finding.is_zh else f" ({words})"


def _direction(finding: Finding, column: Column) -> bool | None:
    """Whether the rows are sorted by that column, from high to low (True) or low to high (False)."""
    if not isinstance(finding.request, MetricQuery) or not finding.request.order_by:
        return None
    first = finding.request.order_by[0]
    return first.descending if first.column == column.name else None


def _only_group(finding: Finding) -> str:
    """One group: the answer to "which city has the highest …", or all that passed the conditions."""
    group = finding.group_name(0)
    values = [f"{finding.names.column(c)} {_valued(finding, c, 0)}" for c in finding.metrics]
    request = finding.request
    superlative = ""
    if isinstance(request, MetricQuery) and request.limit == 1 and request.order_by:
        order = request.order_by[0]
        column = next((c for c in finding.table.columns if c.name == order.column), None)
        if column is not None:
            name = finding.names.column(column)
            superlative = name + ("最高的是" if order.descending else "最低的是")
            if not finding.is_zh:
                superlative = ("highest " if order.descending else "lowest ") + name + ": "
    if finding.is_zh:
        return f"{zh_head(finding)}{superlative}{group}：{'；'.join(values)}。"
    return f"{en_head(finding)}, {superlative}{group}, {'; '.join(values)}."


def _enumeration(finding: Finding) -> str:
    count = finding.table.total_rows
    names = [finding.group_name(row) for row in range(min(len(finding.table.rows), 10))]
    by = [finding.names.column(column) for column in finding.groups]
    more = count > len(names)
    if finding.is_zh:
        return f"{'、'.join(by)}共 {count:,} 个：{'、'.join(names)}{'等' if more else ''}。"
    return f"{count:,} of {', '.join(by)}: {', '.join(names)}{' and others' if more else ''}."


def _order_words(finding: Finding) -> str:
    if not isinstance(finding.request, ListQuery) or not finding.request.order_by:
        return ""
    order = finding.request.order_by[0]
    column = next((c for c in finding.table.columns if c.name == order.column), None)
    name = finding.names.dimension(order.column) if column is None else finding.names.column(column)
    if finding.is_zh:
        return f"，按{name}{'从高到低' if order.descending else '从低到高'}"
    return f", {'highest' if order.descending else 'lowest'} {name} first"
