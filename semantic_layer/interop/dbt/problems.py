"""What can be wrong with a dbt project, with a query on it, or with its conversion to our format."""

from __future__ import annotations

from semantic_layer.errors import DefinitionProblem, Phrase, QueryProblem, problem
from semantic_layer.query.problems import Unsupported


@problem(
    "dbt_no_project",
    zh="{reason}。请指定 dbt 项目的文件夹、其中的 YAML 文件，或它的 semantic_manifest.json。",
    en="{reason}. Name a dbt project's folder, a YAML file of it, or its semantic_manifest.json.",
)
class NoDbtProject(DefinitionProblem):
    """There is nothing at the path that a dbt project or manifest is made of."""

    reason: Phrase


@problem("dbt_unreadable_json", zh="manifest 不是 JSON：{reason}。", en="the manifest is not JSON: {reason}.")
class UnreadableJson(DefinitionProblem):
    """A manifest that is not JSON."""

    reason: str


@problem("dbt_bad_value", zh="“{key}”{reason}。", en="'{key}' {reason}.")
class BadValue(DefinitionProblem):
    """A setting that is missing or has a value that dbt does not take there."""

    key: str
    reason: Phrase


@problem(
    "dbt_unknown_key",
    zh="{owner:word}没有“{key}”这个设置。{nearest:offer}",
    en="'{key}' is no setting of {owner:a}.{nearest:offer}",
)
class UnknownKey(DefinitionProblem):
    """A setting that means nothing here, and would be lost."""

    key: str
    owner: str
    nearest: tuple[str, ...] = ()


@problem(
    "dbt_duplicate_name",
    zh="有两个{kind:word}叫“{name}”，第一个在 {first}。",
    en="there are two {kind}s named '{name}'; the first is at {first}.",
)
class DuplicateName(DefinitionProblem):
    """Two definitions of one kind share a name."""

    kind: str
    name: str
    first: str


@problem(
    "dbt_unknown_reference",
    zh="{owner}用到{kind:word}“{name}”，但没有这一个。{nearest:offer}",
    en="{owner} names the {kind} '{name}', which there is not.{nearest:offer}",
)
class UnknownReference(DefinitionProblem):
    """A definition names a measure, metric, dimension, entity or grain that the project does not have."""

    owner: Phrase
    kind: str
    name: str
    nearest: tuple[str, ...] = ()


@problem(
    "dbt_metric_cycle",
    zh="指标由它自己组成：{path:chain}。",
    en="the metric is made of itself: {path:chain}.",
)
class MetricCycle(DefinitionProblem):
    """A metric that is made of itself, by way of others."""

    path: tuple[str, ...]


@problem(
    "dbt_bad_expression",
    zh="{owner}的表达式“{text}”不是 SQL：{reason}。",
    en="the expression of {owner}, '{text}', is not SQL: {reason}.",
)
class BadExpression(DefinitionProblem):
    """SQL that does not parse."""

    owner: Phrase
    text: str
    reason: str | Phrase


@problem(
    "dbt_bad_filter", zh="筛选条件“{text}”无法读取：{reason}。", en='the filter "{text}" cannot be read: {reason}.'
)
class BadFilter(DefinitionProblem):
    """A filter whose Jinja or SQL cannot be read."""

    text: str
    reason: str | Phrase


@problem(
    "dbt_bad_saved_query",
    zh="已存查询“{query}”用到“{text}”：{reason}。",
    en="the saved query '{query}' names '{text}': {reason}.",
)
class BadSavedQuery(DefinitionProblem):
    """A part of a saved query that cannot be read, or names what its metrics do not know."""

    query: str
    text: str
    reason: str | Phrase


@problem(
    "dbt_missing_time_spine",
    zh="{owner}需要时间主轴，而项目里没有。请在某个模型的 `time_spine:` 下声明一个。",
    en="{owner} needs a time spine, and the project has none. Declare one under `time_spine:` of a model.",
)
class MissingSpine(DefinitionProblem):
    """Metrics that are spread over time have no time spine to be spread by."""

    owner: Phrase


@problem("dbt_not_carried_over", zh="{owner}没有转换过来：{reason}。", en="{owner} is not carried over: {reason}.")
class NotCarriedOver(DefinitionProblem):
    """What our own format has no words for, named when a project is converted."""

    owner: str | Phrase
    reason: str | Phrase


@problem("dbt_bad_where", zh="筛选条件“{text}”无法读取：{reason}。", en='the filter "{text}" cannot be read: {reason}.')
class BadQueryFilter(QueryProblem):
    """A `where` of a query whose Jinja or SQL cannot be read."""

    text: str
    reason: str | Phrase


@problem("dbt_bad_item", zh="“{text}”无法读取：{reason}。", en="'{text}' cannot be read: {reason}.")
class BadItem(QueryProblem):
    """A part of a query that is not written as dbt writes it."""

    text: str
    reason: str | Phrase


@problem(
    "dbt_unknown_grain",
    zh="没有时间单位“{name}”。可用的有 {possible:list}。",
    en="There is no grain '{name}'. There are {possible:list}.",
)
class UnknownGrain(QueryProblem):
    """A grain that is neither standard nor a custom one of the project."""

    name: str
    possible: tuple[str, ...]


@problem(
    "dbt_grain_too_fine",
    zh="“{name}”不能按{grain:word}读取：数据只细到{finest:word}。",
    en="'{name}' cannot be read by {grain}: the data is by {finest}.",
)
class GrainTooFine(QueryProblem):
    """A grain or date part finer than the times in the data."""

    name: str
    grain: str
    finest: str


@problem(
    "dbt_no_spine_for_grain",
    zh="项目里没有按{grain:word}或更细的时间主轴。请声明一个。",
    en="The project has no time spine by {grain} or finer. Declare one.",
)
class NoSpine(QueryProblem):
    """Nothing to spread a metric over time by, as finely as asked."""

    grain: str


@problem(
    "dbt_needs_metric_time",
    zh="“{metric}”读取的时间和它显示的时间不同：请按“metric_time”分组。",
    en="'{metric}' reads other times than the one it is shown at: group by 'metric_time'.",
)
class NeedsMetricTime(QueryProblem):
    """A metric of another time, or of a window up to it, has a value only along time."""

    metric: str


# why a text is no bound of a time
NO_TIME = Phrase("它不是日期或时间", "it is no date or time")


def under_two_names(name: str) -> Phrase:
    """Why one thing cannot be asked for twice."""
    return Phrase(f"“{name}”不能有两个名字", f"'{name}' cannot stand under two names")


@problem("dbt_not_together", zh="{reason}。", en="{reason}.")
class NotTogether(QueryProblem):
    """Parts of a query that exclude each other."""

    reason: Phrase


@problem("unsupported", zh="没有哪个语义模型同时有这些维度。", en="No one semantic model reaches all of these groups.")
class NoModelOfAll(Unsupported):
    """Groups without a metric that no semantic model reaches all of."""


@problem("dbt_malformed_query", zh="{part}：{reason}", en="{part}: {reason}")
class MalformedDbtQuery(QueryProblem):
    """A file that is no dbt query."""

    reason: str | Phrase
