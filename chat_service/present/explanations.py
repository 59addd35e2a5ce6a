"""What an explanation says: the change, and the groups that stand out in each dimension, in words and in order."""

from __future__ import annotations

from dataclasses import dataclass

from chat_service.language.phrases import comma
from chat_service.outcomes import Moved
from chat_service.present.changes import change_words
from chat_service.present.dates import period_words
from chat_service.present.figures import Scale, scale_of, threshold_figure
from chat_service.present.finding import Finding
from chat_service.present.subject import conditions
from semantic_layer import ExplainQuery, Phrase, Value

_NAMED = 3  # groups of a dimension that a sentence names
_WHOLE = 2.0  # parts that are so many times the change cancel out: their shares of it say nothing
_MOVED = Phrase(
    "{period}{of}{name}为 {now}，比{previous}的 {before} {change}。",
    "{name} in {period}{of}: {now}, {change} from {before} in {previous}.",
)
_STILL = Phrase(
    "{period}{of}{name}为 {now}，{previous}为 {before}。", "{name}{of}: {now} in {period}, {before} in {previous}."
)
_OF = Phrase("，{conditions}，", ", {conditions}")
_DID_NOT: dict[Moved, Phrase] = {
    "up": Phrase("{name}并没有上升，而是{really}。", "There was no rise in {name}, but {really}."),
    "down": Phrase("{name}并没有下降，而是{really}。", "There was no fall in {name}, but {really}."),
    "better": Phrase("{name}并没有变好，而是{really}。", "There was no change for the better in {name}, but {really}."),
    "worse": Phrase("{name}并没有变差，而是{really}。", "There was no change for the worse in {name}, but {really}."),
}
_REALLY = {True: Phrase("上升了", "a rise"), False: Phrase("下降了", "a fall")}
_REALLY_STILL = Phrase("持平", "no change at all")
_SPREAD = Phrase(
    "没有哪一组的变化明显超出偶然，变化分散在各组。按{name}，贡献最大的是{largest}。",
    "No group stands out beyond chance: the change is spread out. By {name}, the largest contribution is {largest}.",
)
_BY = Phrase("按{name}，主要贡献：{groups}。", "By {name}, the main contributors: {groups}.")
_OF_CHANGE, _BY_WEIGHT = (
    Phrase("占变化的 {share}", "{share} of the change"),
    Phrase("主要是占比变化", "mostly by its weight"),
)
_SMALL = Phrase("样本少", "few behind it")
_OTHERS, _NAMELESS = Phrase("其余 {count:.0f} 组", "{count:.0f} others"), Phrase("没有{name}", "no {name}")


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
    is_nameless: bool = False


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

    @property
    def has_shares(self) -> bool:
        """Whether shares of the change mean something: a group stands out from chance, and the change is no remainder
        of parts that are far greater than itself."""
        is_remainder = any(abs(each.share or 0.0) > _WHOLE for each in self.groups)
        return any(each.is_main for each in self.groups) and not is_remainder

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
    """`2026年3月流失率为 17.2%，比2026年2月的 16.0% 上升 1.3 个百分点。按会员等级：普通会员 +1.7 个百分点。`"""
    found, language, names = explanation(finding), finding.language, finding.names
    metric = finding.metrics[0]
    scale = scale_of((found.now, found.before), metric.unit, language, metric.format)
    period, previous = (
        period_words(each, finding.today, language) for each in (finding.table.period, finding.table.previous_period)
    )
    change = change_words(metric.unit, _number(found.before), _number(found.now), language, metric.format)
    asked = comma(conditions(finding), language)
    said = finding.say(
        _MOVED if found.change else _STILL,
        period=period,
        of=finding.say(_OF, conditions=asked) if asked else "",
        name=names.column(metric),
        now=scale.figure(found.now),
        previous=previous,
        before=scale.figure(found.before),
        change=change,
    )
    if not found.change:
        return said
    parts = [part for dimension in found.dimensions if (part := _of_dimension(found, dimension, finding))]
    if not parts and found.groups:
        rose = found.change > 0
        largest = max(found.groups, key=lambda each: each.size if rose else -each.size)
        sizes = scale_of((largest.size,), metric.unit, language, metric.format, is_change=True)
        said_so = _words(largest, finding, sizes, shares=False)
        parts = [finding.say(_SPREAD, name=names.dimension(largest.dimension), largest=said_so)]
    return names.sentences(said, *parts)


def false_premise(finding: Finding, moved: Moved | None) -> str:
    """`净推荐值并没有下降，而是上升了。`, where it is asked why it moved a way that it did not; else nothing."""
    found, column = explanation(finding), finding.metrics[0]
    if moved is None or found.change is None:
        return ""
    said_up = moved == "up"
    if moved in ("better", "worse"):
        polarity = finding.names.model.metrics[column.metric or column.name].polarity
        if polarity == "neutral":
            return ""
        said_up = (moved == "better") == (polarity == "higher_is_better")
    if found.change and (found.change > 0) == said_up:
        return ""
    really = finding.say(_REALLY[found.change > 0] if found.change else _REALLY_STILL)
    return finding.say(_DID_NOT[moved], name=finding.names.column(column), really=really)


def _of_dimension(found: Explanation, dimension: str, finding: Finding) -> str:
    main = sorted((each for each in found.of(dimension) if each.is_main), key=lambda each: -abs(each.size))[:_NAMED]
    if not main:
        return ""
    metric = finding.metrics[0]
    scale = scale_of((each.size for each in main), metric.unit, finding.language, metric.format, is_change=True)
    words = finding.names.listed(_words(each, finding, scale, shares=found.has_shares) for each in main)
    return finding.say(_BY, name=finding.names.dimension(dimension), groups=words)


def _words(each: Contribution, finding: Finding, scale: Scale, *, shares: bool) -> str:
    said = f"{each.name} {'+' if each.size >= 0 else '-'}{scale.figure(each.size)}"
    notes = []
    if each.share is not None and shares:
        share = threshold_figure(round(each.share, 2), "percent", finding.language)
        notes.append(finding.say(_OF_CHANGE, share=share))
    if each.mix is not None and abs(each.mix) > abs(each.size - each.mix):
        notes.append(finding.say(_BY_WEIGHT))
    if each.is_small:
        notes.append(finding.say(_SMALL))
    return said + finding.names.bracketed(finding.names.comma(*notes))


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
        row["value"] is None,
    )


def group_name(row: dict[str, Value], finding: Finding) -> str:
    """What the group of a row is called; of many small ones together, how many they are."""
    count, value = row["groups"], row["value"]
    if isinstance(count, int | float) and count > 1:
        return finding.say(_OTHERS, count=count)
    if value is None:
        return finding.say(_NAMELESS, name=finding.names.dimension(str(row["dimension"])))
    field = finding.names.field(str(row["dimension"]))
    if field is not None and isinstance(value, str) and value.isdecimal() and int(value) in field.definition.values:
        return finding.names.code(field, int(value))
    return finding.names.code(field, value)


def _number(value: Value) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
