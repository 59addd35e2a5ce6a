"""What an explanation says: the change, and the groups that stand out in each dimension, in words and in order."""

from __future__ import annotations

from dataclasses import dataclass

from chat_service.present.dates import period_words
from chat_service.present.figures import change_figure, figure, threshold_figure
from chat_service.present.finding import Finding
from semantic_layer import ExplainQuery, Value

_NAMED = 3  # groups of a dimension that a sentence names


@dataclass(frozen=True)
class Contribution:
    """What one group of a dimension did: its size in the metric's unit, and its share of the whole change."""

    dimension: str
    name: str
    size: float
    share: float | None
    mix: float | None
    is_main: bool
    is_small: bool


@dataclass(frozen=True, eq=False)
class Explanation:
    """The change, None where one of the periods has no value, and contributions in order of the result."""

    now: Value
    before: Value
    change: float | None
    groups: tuple[Contribution, ...]

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions in the order in which they explain."""
        return tuple(dict.fromkeys(each.dimension for each in self.groups))

    def of(self, dimension: str) -> tuple[Contribution, ...]:
        """The groups of one dimension."""
        return tuple(each for each in self.groups if each.dimension == dimension)


def explanation(finding: Finding) -> Explanation:
    """The rows of an explanation, taken apart."""
    assert isinstance(finding.request, ExplainQuery), "called for explanations"
    rows = [
        dict(zip((column.name for column in finding.table.columns), row, strict=True)) for row in finding.table.rows
    ]
    metric = finding.request.metric
    whole = rows[0]
    groups = tuple(_contribution(row, finding) for row in rows[1:] if _number(row["contribution"]) is not None)
    return Explanation(whole[metric], whole[f"{metric}__previous"], _number(whole["contribution"]), groups)


def explain_sentence(finding: Finding) -> str:
    """`2026年3月流失率为17.2%，比2026年2月的16.0%上升 1.3 个百分点。按会员等级：普通会员 +1.7 个百分点。`"""
    found = explanation(finding)
    zh, language = finding.is_zh, finding.language
    metric = finding.metrics[0]
    name = finding.names.column(metric)
    now, before = (figure(value, metric.unit, language) for value in (found.now, found.before))
    period = period_words(finding.table.period, finding.today, language)
    previous = period_words(finding.table.previous_period, finding.today, language)
    if not found.change:
        if zh:
            return f"{period}{name}为{now}，{previous}为{before}。"
        return f"{name}: {now} in {period}, {before} in {previous}."
    moved = ("上升" if found.change > 0 else "下降") if zh else ("up" if found.change > 0 else "down")
    by = change_figure(found.change, metric.unit, language)
    said = (
        f"{period}{name}为{now}，比{previous}的{before}{moved} {by}。"
        if zh
        else f"{name} was {now} in {period}, {moved} {by} from {before} in {previous}."
    )
    parts = [part for dimension in found.dimensions if (part := _of_dimension(found, dimension, finding))]
    if not parts and found.groups:
        parts = [
            "没有哪一组的变化明显超出偶然，变化分散在各组。"
            if zh
            else "No group stands out beyond chance: the change is spread over the groups."
        ]
    return ("" if zh else " ").join((said, *parts))


def _of_dimension(found: Explanation, dimension: str, finding: Finding) -> str:
    main = sorted((each for each in found.of(dimension) if each.is_main), key=lambda each: -abs(each.size))[:_NAMED]
    if not main:
        return ""
    words = [_words(each, finding) for each in main]
    name = finding.names.dimension(dimension)
    return f"按{name}：{'、'.join(words)}。" if finding.is_zh else f"By {name}: {', '.join(words)}."


def _words(each: Contribution, finding: Finding) -> str:
    zh, unit = finding.is_zh, finding.metrics[0].unit
    sign = "+" if each.size >= 0 else "-"
    said = f"{each.name} {sign}{change_figure(each.size, unit, finding.language)}"
    notes = []
    if each.share is not None:
        share = threshold_figure(round(each.share, 2), "percent", finding.language)
        notes.append(f"占变化的 {share}" if zh else f"{share} of the change")
    if each.mix is not None and abs(each.mix) > abs(each.size - each.mix):
        notes.append("主要是占比变化" if zh else "mostly by its weight")
    if each.is_small:
        notes.append("样本少" if zh else "small")
    joined = ("，" if zh else ", ").join(notes)
    return said + (f"（{joined}）" if zh else f" ({joined})") if joined else said


def _contribution(row: dict[str, Value], finding: Finding) -> Contribution:
    size, dimension = _number(row["contribution"]), str(row["dimension"])
    assert size is not None, "asked before"
    return Contribution(
        dimension,
        group_name(row, finding),
        size,
        _number(row["share_of_change"]),
        _number(row.get("mix_effect")),
        bool(row["is_main"]),
        bool(row["is_small"]),
    )


def group_name(row: dict[str, Value], finding: Finding) -> str:
    """What the group of a row is called; of many small ones together, how many they are."""
    count, value, zh = row["groups"], row["value"], finding.is_zh
    if isinstance(count, int | float) and count > 1:
        return f"其余 {count:.0f} 组" if zh else f"{count:.0f} others"
    field = finding.names.field(str(row["dimension"]))
    if field is not None and isinstance(value, str) and value.isdecimal() and int(value) in field.definition.values:
        return finding.names.code(field, int(value))
    return finding.names.code(field, value)


def _number(value: Value) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
