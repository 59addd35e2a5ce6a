"""What can be wrong with what a model's definitions say: expressions, joins, metrics. Each for the analyst to mend.

`owner` is the thing with the mistake as people call it: `metric 'aov'`, `field 'orders.channel'`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from semantic_layer.errors import DefinitionProblem, Phrase, problem


@problem(
    "bad_expression",
    zh="{owner}的 SQL “{text}”不能用：{reason}。",
    en="the SQL of {owner}, '{text}', cannot be used: {reason}.",
)
class BadExpression(DefinitionProblem):
    """SQL that does not parse, or is not of the kind that belongs here."""

    owner: Phrase
    text: str
    reason: str | Phrase


@problem(
    "reads_clock",
    zh="{owner}用了“{function}”，它每次调用的结果都不同。今天的日期请用“$as_of”。",
    en="{owner} uses '{function}', which changes from call to call. Use '$as_of' for today.",
)
class ReadsClock(DefinitionProblem):
    """An expression whose value depends on when it is asked."""

    owner: Phrase
    function: str


@problem(
    "mixed_grains",
    zh="{owner}在聚合之外用了 {columns:both}，旁边又有聚合。请把它也聚合起来，如“sum(...)”。",
    en="{owner} uses {columns:both} outside of an aggregate, beside one. Aggregate it too, as in 'sum(...)'.",
)
class MixedGrains(DefinitionProblem):
    """An expression that uses a field both of single rows and beside an aggregate of them."""

    owner: Phrase
    columns: tuple[str, ...]


@problem(
    "not_aggregate",
    zh="{owner}的表达式“{text}”没有聚合。请写“sum(...)”“count(*)”等。",
    en="the expression of {owner}, '{text}', does not aggregate. Write 'sum(...)', 'count(*)', ...",
)
class NotAggregate(DefinitionProblem):
    """A metric whose expression has a value for each row, not one for all."""

    owner: Phrase
    text: str


@problem(
    "nested_aggregate",
    zh="{owner}对“{inner}”再聚合，而它本身就是聚合。请把里面的写在 `per: values:` 里。",
    en="{owner} aggregates '{inner}', itself an aggregate. Name the inner one in `per: values:`.",
)
class NestedAggregate(DefinitionProblem):
    """An aggregate of an aggregate: two grains in one expression."""

    owner: Phrase
    inner: str


@problem(
    "misplaced_aggregate",
    zh="{owner}用了聚合“{inner}”，而这里不能有聚合。{advice}",
    en="{owner} uses the aggregate '{inner}', where none may stand. {advice}",
)
class MisplacedAggregate(DefinitionProblem):
    """An aggregate where single rows are spoken of."""

    owner: Phrase
    inner: str
    advice: Phrase


@problem(
    "mixed_kinds",
    zh="{owner}写的是“{text}”：{reason}。",
    en="{owner} says '{text}': {reason}.",
)
class MixedKinds(DefinitionProblem):
    """Values that do not go together: a number compared with a text, a date that is none, a division by zero."""

    owner: Phrase
    text: str
    reason: Phrase


@problem(
    "not_a_number",
    zh="{owner}的表达式“{text}”得到的是{kind}。指标应该是数字，请改为计数。",
    en="the expression of {owner}, '{text}', gives {kind}. A metric is a number: count it.",
)
class NotANumber(DefinitionProblem):
    """A metric whose value is a text, or true or false."""

    owner: Phrase
    text: str
    kind: Phrase


@problem(
    "metric_among_rows",
    zh="[{is_metric:if}{owner}把指标“{name}”当作“{dataset}”的字段。"
    "若是指标之间的公式，请去掉 `dataset`；若是对行计算，请写字段名。|"
    "{owner}在指标之间的公式里用了“{name}”，它是“{dataset}”的字段。请用单独的指标把它聚合，再写那个指标的名字。]",
    en="[{is_metric:if}{owner} uses the metric '{name}' as a field of '{dataset}'. For a formula over metrics leave "
    "`dataset` out; for rows name a field.|{owner} uses '{name}', a field of '{dataset}', in a formula over metrics. "
    "Aggregate it in a metric of its own, and name that.]",
)
class MetricAmongRows(DefinitionProblem):
    """A metric's name in an expression over rows, or a field's name in a formula over metrics: two grains in one."""

    owner: Phrase
    name: str
    dataset: str
    is_metric: bool


@dataclass(frozen=True)
class CircularDefinition(DefinitionProblem):
    """Definitions that stand on each other in a circle. `chain` begins and ends with the same name."""

    zh = (
        "[{itself:if}{thing:word} {itself:quoted} 引用了自己。请换别的来定义它。|"
        "几个{thing:word}互相引用，成了一个圈：{chain:chain}。请断开其中一处。]"
    )
    en = (
        "[{itself:if}{thing} {itself:quoted} refers to itself. Define it by something else.|"
        "{thing}s refer to each other in a circle: {chain:chain}. Break it at one of them.]"
    )
    thing: ClassVar[str] = "definition"
    chain: tuple[str, ...]

    @property
    def itself(self) -> tuple[str, ...]:
        """The name, where there is only one in the circle."""
        return self.chain[:1] if len(self.chain) == 2 else ()


@problem("metric_cycle")
class MetricCycle(CircularDefinition):
    """Metrics that are defined by each other."""

    thing = "metric"


@problem("metric_refers_to_itself")
class MetricRefersToItself(CircularDefinition):
    """A metric that is defined by itself."""

    thing = "metric"


@problem("field_cycle")
class FieldCycle(CircularDefinition):
    """Fields that are defined by each other."""

    thing = "field"


@problem("list_cycle")
class ListCycle(CircularDefinition):
    """Lists that are within each other, or one within itself."""

    thing = "list"


@problem(
    "empty_list",
    zh="清单“{name}”没有说谁在上面：请写 `filter`、`among` 或 `within`。",
    en="list '{name}' does not say who is on it: write `filter`, `among` or `within`.",
)
class EmptyList(DefinitionProblem):
    """A list without any condition."""

    name: str


@problem("dataset_cycle")
class DatasetCycle(CircularDefinition):
    """Datasets whose SQL reads each other."""

    thing = "dataset"


@problem(
    "dataset_source",
    zh="数据集“{dataset}”[{has_both:if}同时有 `table` 和 `sql`|既没有 `table` 也没有 `sql`]。请只给其中一个。",
    en="dataset '{dataset}' has [{has_both:if}both `table` and `sql`|neither `table` nor `sql`]. Give it one of them.",
)
class NoSource(DefinitionProblem):
    """A dataset with neither a table nor a query, or with both."""

    dataset: str
    has_both: bool


@problem(
    "not_a_time",
    zh="{owner}把“{field}”当作时间，但它的类型是“{type}”。请用“date”或“timestamp”。",
    en="{owner} takes '{field}' for a time, but its type is '{type}'. Use a date or timestamp.",
)
class NotATime(DefinitionProblem):
    """A field that should be an instant and is not of such a type."""

    owner: Phrase
    field: str
    type: str


@problem(
    "bad_same_as",
    zh="字段“{field}”写着和“{target}”相同，但它{reason}。{nearest:offer}",
    en="field '{field}' is said to be the same as '{target}', which {reason}.{nearest:offer}",
)
class BadSameAs(DefinitionProblem):
    """A `same_as` that does not lead to another dimension."""

    field: str
    target: str
    reason: Phrase
    nearest: tuple[str, ...] = ()


@problem(
    "metric_parts",
    zh="指标“{metric}”{reason}。",
    en="metric '{metric}' {reason}.",
)
class MetricParts(DefinitionProblem):
    """A metric whose keys do not go together."""

    metric: str
    reason: Phrase


@problem(
    "bad_part",
    zh="指标“{metric}”用“{input}”作它的 `{part}`，但那{reason}。",
    en="metric '{metric}' takes '{input}' as its `{part}`, but that {reason}.",
)
class BadPart(DefinitionProblem):
    """A transition or conversion that is made of metrics that do not fit: of the wrong kind, or without the key."""

    metric: str
    part: str
    input: str
    reason: Phrase


@problem(
    "bad_events",
    zh="{owner}跟踪“{metric}”，但那{reason}。",
    en="{owner} follows '{metric}', but that {reason}.",
)
class BadEvents(DefinitionProblem):
    """A cohort or funnel that follows entities through a metric that does not count events."""

    owner: Phrase
    metric: str
    reason: Phrase


@problem(
    "wrong_code",
    zh="字段“{field}”的类型是“{type}”，它的值不会是“{written}”。请改成 {wanted}，或改正类型。",
    en="field '{field}' has the type '{type}', so no value of it is '{written}'. Write {wanted}, or correct the type.",
)
class WrongCode(DefinitionProblem):
    """A code under `values` of another kind than the field: no filter could ask for it."""

    field: str
    type: str
    written: str
    wanted: Phrase


@problem(
    "unknown_timezone",
    zh="没有叫“{name}”的时区，请写成 `Asia/Shanghai` 这样。{nearest:offer}",
    en="There is no time zone '{name}'. Write it like `Asia/Shanghai`.{nearest:offer}",
)
class UnknownTimezone(DefinitionProblem):
    """A time zone that is not among those of the IANA database."""

    name: str
    nearest: tuple[str, ...] = ()


@problem(
    "bad_default_period",
    zh="指标“{metric}”的默认时间段是“{text}”。请写成“last 90 days”这样。",
    en="metric '{metric}' has the default period '{text}'. Write it like 'last 90 days'.",
)
class BadDefaultPeriod(DefinitionProblem):
    """A default period that cannot be read."""

    metric: str
    text: str


@problem(
    "bad_among_period",
    zh="{owner}按“{text}”里的表现选取实体。请写“all”或“last 90 days”这样。",
    en="{owner} is among entities by their '{text}'. Write 'all' or 'last 90 days'.",
)
class BadAmongPeriod(DefinitionProblem):
    """A period of a condition on entities that cannot be read."""

    owner: Phrase
    text: str


@problem(
    "bad_length",
    zh="指标“{metric}”的 `{key}` 是“{text}”。请写成“7 days”或“1 month”这样。",
    en="`{key}` of metric '{metric}' is '{text}'. Write it like '7 days' or '1 month'.",
)
class BadLength(DefinitionProblem):
    """A length of time that cannot be read."""

    metric: str
    key: str
    text: str


@problem(
    "bad_grain",
    zh="时间单位“{grain}”{reason}。",
    en="grain '{grain}' {reason}.",
)
class BadGrain(DefinitionProblem):
    """A unit of time of the model's own whose parts do not make one."""

    grain: str
    reason: str | Phrase


@problem(
    "bad_unit",
    zh="{owner}的单位是“{unit}”。请写“{wanted}”。",
    en="{owner} has the unit '{unit}'. Write '{wanted}'.",
)
class BadUnit(DefinitionProblem):
    """Another spelling of a unit that figures are formatted by."""

    owner: Phrase
    unit: str
    wanted: str


@problem(
    "blank_word",
    zh="{owner}的 `{key}` 里有空的词。请写上，或去掉 `{key}`。",
    en="`{key}` of {owner} holds an empty word. Write one, or leave `{key}` out.",
)
class BlankWord(DefinitionProblem):
    """A label or synonym without any letter, or values without words."""

    owner: Phrase
    key: str


@problem(
    "bad_entity_key",
    zh="实体“{entity}”以“{key}”识别，但“{dataset}”[的主键是 {primary_key:list}|没有主键]。请用每个实体一行的数据集。",
    en="entity '{entity}' is identified by '{key}', but the primary key of '{dataset}' [is {primary_key:list}|is "
    "missing]. Use a dataset with one row for each.",
)
class BadEntityKey(DefinitionProblem):
    """An entity whose dataset does not hold one row of each."""

    entity: str
    key: str
    dataset: str
    primary_key: tuple[str, ...]
