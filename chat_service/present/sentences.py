"""The first sentence of an answer, by the shape of the result."""

from __future__ import annotations

from chat_service.language.phrases import set_off
from chat_service.present.changes import change_words, difference_words, is_relative
from chat_service.present.conditions import having_words
from chat_service.present.dates import period_words
from chat_service.present.figures import Scale, figure, scale_of
from chat_service.present.finding import Finding
from chat_service.present.subject import head, whole
from semantic_layer import Column, MetricQuery, Phrase

_NAMED, _RANKED = 3, 5  # so many groups are named in a sentence, more where they were ranked; the table has all
_ENUMERATED = 10
_SENTENCE = Phrase("{head}，{said}。", "{head}: {said}.")
_VALUE = Phrase("{name}为 {value}", "{name} {value}")
_IN_ALL = Phrase("合计：{values}。", "In all: {values}.")
_SHARE, _TOTAL = Phrase("占{whole} {share}", "{share} of {whole}"), Phrase("累计 {total}", "{total} in all so far")
_AGAINST = Phrase("，比{when}的 {was} {change}", ", {change} from {was} in {when}")
_BESIDE = Phrase("，{side}为 {was}，{by}", " against {was} ({side}), {by}")
_MOST_ABOVE = Phrase("高出最多的是{group}（{change}）", "furthest above is {group} ({change})")
_LEAST_ABOVE = Phrase("高出最少的是{group}（{change}）", "least above is {group} ({change})")
_MOST_BELOW = Phrase("低得最多的是{group}（{change}）", "furthest below is {group} ({change})")
_AGAINST_NOTHING = Phrase("，对比期{when}为 {was}", " (against {was} in {when})")
_AGAIN = Phrase("对比期", "the same comparison")
_GROUPS = Phrase(
    "{head}，按{by}，{having}共 {count:,} 组：{said}。", "{head}, by {by}, {count:,} groups{having}: {said}."
)
_HAVING = Phrase("{having}{gap}的", " with {having}")
_HIGHEST = Phrase("{name}最高的是{groups}", "highest {name}: {groups}")
_LOWEST = Phrase("{name}最低的是{groups}", "lowest {name}: {groups}")
_FIRST = Phrase("{name}靠前的是{groups}", "first in {name}: {groups}")
_LAST = Phrase("最后的是{groups}", "last: {groups}")
_LOWEST_OF_ALL = Phrase("最低的是{groups}", "lowest: {groups}")
_NO_DATA = Phrase("{name}均无数据", "no data on {name}")
_WITHOUT = Phrase("没有{by}的为 {value}", "{value} without {by}")
_MOVED = Phrase("与{when}相比，{said}", "compared with {when}, {said}")
_MOST = Phrase("上升最多的是{group}（{change}）", "the largest rise is {group} ({change})")
_LEAST = Phrase("下降最多的是{group}（{change}）", "the largest fall is {group} ({change})")
_GREW_LEAST = Phrase("上升最少的是{group}（{change}）", "the smallest rise is {group} ({change})")
_FEW = Phrase("只有 {size:,} 个样本", "only {size:,} behind it")
_WITHIN_HIGHEST = Phrase("{head}，每个{each}{name}最高的是 {said}。", "{head}, highest {name} in each {each}: {said}.")
_WITHIN_LOWEST = Phrase("{head}，每个{each}{name}最低的是 {said}。", "{head}, lowest {name} in each {each}: {said}.")
_WITHIN_ONE = Phrase("{group}：{members}", "{group}: {members}")
_ONE = Phrase("{head}，{group}：{values}。", "{head}, {group}: {values}.")
_ONE_HIGHEST = Phrase("{head}，{name}最高的是{group}，为 {values}。", "{head}, highest {name}: {group}, {values}.")
_ONE_LOWEST = Phrase("{head}，{name}最低的是{group}，为 {values}。", "{head}, lowest {name}: {group}, {values}.")
_ENUMERATION = Phrase("{by}共 {count:,} 个：{names}。", "{count:,} of {by}: {names}.")
_MORE = Phrase("{names}等", "{names} and others")
_GROUP_VALUE = Phrase("{group} {value}", "{group} {value}")


def value_sentence(finding: Finding) -> str:
    """One row without groups: each metric with its value and its change."""
    values = [_valued(finding, column, 0, again=number > 0) for number, column in enumerate(finding.metrics)]
    named = [
        finding.say(_VALUE, name=finding.names.column(column), value=value)
        for column, value in zip(finding.metrics, values, strict=True)
    ]
    return finding.say(_SENTENCE, head=head(finding), said=finding.names.clauses(*named))


def groups_sentence(finding: Finding) -> str:
    """Rows by group: the leaders of each metric, what moved most, and how many groups there are."""
    if not finding.metrics:
        return _enumeration(finding)
    if len(finding.table.rows) == 1:
        return _only_group(finding)
    if isinstance(finding.request, MetricQuery) and finding.request.limit_within:
        return _within_sentence(finding, finding.request.limit_within)
    parts = [part for column in finding.metrics[:_NAMED] for part in _told(finding, shown_column(finding, column))]
    having = _having(finding)
    return finding.say(
        _GROUPS,
        head=head(finding),
        by=finding.names.listed(finding.names.column(column) for column in finding.groups),
        having=finding.say(_HAVING, having=having, gap=set_off(having, finding.language)) if having else "",
        count=finding.table.total_rows,
        said=finding.names.clauses(*parts),
    )


def whole_sentence(finding: Finding) -> str:
    """`合计：销售额 210万元。`: the whole, where subtotals are told; nothing where they are not."""
    if not finding.table.subtotals:
        return ""
    row = dict(zip(finding.table.columns, finding.table.subtotals[0][0], strict=True))
    told = (
        finding.say(
            _VALUE, name=finding.names.column(each), value=figure(row[each], each.unit, finding.language, each.format)
        )
        for each in finding.metrics
    )
    return finding.say(_IN_ALL, values=finding.names.comma(*told))


def shown_column(finding: Finding, column: Column) -> Column:
    """What a group is judged by: what it is sorted by, else its share or its value."""
    metric = column.metric or column.name
    orders = finding.request.order_by if isinstance(finding.request, MetricQuery) else ()
    for order in orders:
        found = next((c for c in finding.table.columns if c.name == order.column and c.metric == metric), None)
        if found is not None:
            return found
    return finding.part(metric, "share") or column


def _valued(finding: Finding, column: Column, row: int, *, again: bool = False) -> str:
    """`31.2%，比2025年5月的 26.2% 上升 5.0 个百分点`; `again` where the other period was named before."""
    value = finding.numbers(column)[row]
    metric = column.metric or column.name
    share, total, previous = (finding.part(metric, part) for part in ("share", "cumulative", "previous"))
    pair = (value, None if previous is None else finding.cell(row, previous))
    scale = scale_of(pair, column.unit, finding.language, column.format)
    notes = []
    if share is not None:
        told = figure(finding.cell(row, share), "percent", finding.language)
        notes.append(finding.say(_SHARE, whole=whole(finding), share=told))
    if total is not None:
        told = figure(finding.cell(row, total), column.unit, finding.language, column.format)
        notes.append(finding.say(_TOTAL, total=told))
    notes.append(_few(finding, row, column))
    said = scale.figure(finding.cell(row, column)) + finding.names.bracketed(finding.names.comma(*notes))
    return said if previous is None else said + _against(finding, scale, (value, row), column, previous, again=again)


def _against(
    finding: Finding, scale: Scale, now: tuple[float | None, int], column: Column, previous: Column, *, again: bool
) -> str:
    before = finding.numbers(previous)[now[1]]
    if finding.compares_rows:
        by = difference_words(column.unit, before, now[0], finding.language, column.format)
        return finding.say(_BESIDE, side=finding.other_period, was=scale.figure(before), by=by)
    when = finding.say(_AGAIN) if again else _other_period(finding)
    change = change_words(column.unit, before, now[0], finding.language, column.format)
    form = _AGAINST if change else _AGAINST_NOTHING
    return finding.say(form, when=when, was=scale.figure(before), change=change)


def _other_period(finding: Finding) -> str:
    if finding.time is not None:
        return finding.other_period
    return period_words(finding.table.previous_period, finding.today, finding.language)


def _having(finding: Finding) -> str:
    if not isinstance(finding.request, MetricQuery):
        return ""
    return finding.names.comma(*(having_words(each, finding.names) for each in finding.request.having))


def _told(finding: Finding, column: Column) -> list[str]:
    """The leaders of a column, its last, what has no group, and what moved most."""
    known = [(row, value) for row, value in enumerate(finding.numbers(column)) if value is not None]
    name, direction = finding.names.column(column), _direction(finding, column)
    if not known:
        return [finding.say(_NO_DATA, name=name)]
    named = [pair for pair in known if all(finding.cell(pair[0], each) is not None for each in finding.groups)] or known
    is_place = direction is None and _is_place(finding, column)
    ranked = sorted(named, key=lambda pair: pair[1] if is_place else -pair[1]) if direction is None else named
    scale = finding.scale(column)
    said = [_group_value(finding, column, pair, scale) for pair in ranked[: _NAMED if direction is None else _RANKED]]
    form = _FIRST if is_place else _LOWEST if direction is False else _HIGHEST
    parts = [finding.names.comma(finding.say(form, name=name, groups=finding.names.listed(said)))]
    if direction is None and len(ranked) > _NAMED:
        last = _group_value(finding, column, ranked[-1], scale)
        parts = [finding.names.comma(parts[0], finding.say(_LAST if is_place else _LOWEST_OF_ALL, groups=last))]
    nameless = [pair for pair in known if pair not in named]
    if len(nameless) == 1 and len(finding.groups) == 1:
        by = finding.names.column(finding.groups[0])
        parts.append(finding.say(_WITHOUT, by=by, value=scale.figure(nameless[0][1])))
    return [*parts, *_moved(finding, column, named)]


def _is_place(finding: Finding, column: Column) -> bool:
    """Whether the column tells places, of which 1 is the first."""
    metric = finding.names.model.metrics.get(column.metric or "") if column.part == "value" else None
    return metric is not None and metric.definition.rank is not None


def _group_value(finding: Finding, column: Column, pair: tuple[int, float], scale: Scale) -> str:
    """`华东 88.53万元`; a group that is a bare number is set apart from its figure."""
    row, value = pair
    name, notes = finding.group_name(row), _few(finding, row, column)
    said = f"-{scale.figure(value)}" if value < 0 and column.part == "change" else scale.figure(value)
    if name[-1:].isdigit() and len(finding.groups) == 1:
        return name + finding.names.bracketed(finding.names.comma(said, notes))
    return finding.say(_GROUP_VALUE, group=name, value=said) + finding.names.bracketed(notes)


def _few(finding: Finding, row: int, column: Column) -> str:
    if not finding.is_small(row, column):
        return ""
    return finding.say(_FEW, size=finding.sizes[column.metric or column.name][row])


def _moved(finding: Finding, column: Column, named: list[tuple[int, float]]) -> list[str]:
    """Of a comparison by groups: which rose and which fell most, with the period that they are compared with."""
    metric = column.metric or column.name
    moves = finding.part(metric, "change_pct" if is_relative(column.unit) else "change")
    if moves is None or column.part not in ("value", "share"):
        return []
    rows = {row for row, _ in named}
    known = [(row, value) for row, value in enumerate(finding.numbers(moves)) if value is not None and row in rows]
    if not known:
        return []
    most, least = max(known, key=lambda pair: pair[1]), min(known, key=lambda pair: pair[1])
    most_form, least_form, below = _MOST, _GREW_LEAST, _LEAST
    if finding.compares_rows:
        most_form, least_form, below = _MOST_ABOVE, _LEAST_ABOVE, _MOST_BELOW
    said = [_move(finding, moves, most, most_form)] if most[1] > 0 else []
    if least[0] != most[0]:
        said.append(_move(finding, moves, least, below if least[1] < 0 else least_form))
    return [finding.say(_MOVED, when=finding.other_period, said=finding.names.comma(*said))] if said else []


def _move(finding: Finding, moves: Column, pair: tuple[int, float], form: Phrase) -> str:
    scale = finding.scale(moves)
    change = scale.bare(pair[1], signed=True) if moves.part == "change_pct" else scale.figure(pair[1])
    return finding.say(form, group=finding.group_name(pair[0]), change=change)


def _within_sentence(finding: Finding, within: tuple[str, ...]) -> str:
    """The leaders of each outer group: `每个大区销售额最高的：华东 上海 …、杭州 …；华南 …`."""
    outer = tuple(column for column in finding.groups if column.name in within)
    inner = tuple(column for column in finding.groups if column.name not in within)
    column = shown_column(finding, finding.metrics[0])
    scale, found = finding.scale(column), dict[str, list[str]]()
    for row, value in enumerate(finding.numbers(column)):
        said = finding.say(_GROUP_VALUE, group=finding.group_name(row, inner), value=scale.figure(value))
        found.setdefault(finding.group_name(row, outer), []).append(said)
    parts = [
        finding.say(_WITHIN_ONE, group=group, members=finding.names.listed(members)) for group, members in found.items()
    ]
    return finding.say(
        _WITHIN_LOWEST if _direction(finding, column) is False else _WITHIN_HIGHEST,
        head=head(finding),
        each=finding.names.listed(finding.names.column(group) for group in outer),
        name=finding.names.column(column),
        said=finding.names.clauses(*parts[:_RANKED]),
    )


def _direction(finding: Finding, column: Column) -> bool | None:
    """Whether the rows are sorted by that column, from high to low (True) or low to high (False)."""
    if not isinstance(finding.request, MetricQuery) or not finding.request.order_by:
        return None
    first = finding.request.order_by[0]
    return first.descending if first.column == column.name else None


def _only_group(finding: Finding) -> str:
    """One group: the answer to "which city has the highest …", or all that passed the conditions."""
    request, group = finding.request, finding.group_name(0)
    column = None
    if isinstance(request, MetricQuery) and request.limit == 1 and request.order_by:
        order = request.order_by[0]
        column = next((c for c in finding.table.columns if c.name == order.column), None)
    if column is not None and len(finding.metrics) == 1:
        form, value = _ONE_HIGHEST if order.descending else _ONE_LOWEST, _valued(finding, finding.metrics[0], 0)
        return finding.say(form, head=head(finding), name=finding.names.column(column), group=group, values=value)
    values = [
        finding.say(_GROUP_VALUE, group=finding.names.column(c), value=_valued(finding, c, 0)) for c in finding.metrics
    ]
    return finding.say(_ONE, head=head(finding), group=group, values=finding.names.clauses(*values))


def _enumeration(finding: Finding) -> str:
    count = finding.table.total_rows
    names = finding.names.listed(finding.group_name(row) for row in range(min(len(finding.table.rows), _ENUMERATED)))
    return finding.say(
        _ENUMERATION,
        by=finding.names.listed(finding.names.column(column) for column in finding.groups),
        count=count,
        names=finding.say(_MORE, names=names) if count > _ENUMERATED else names,
    )
