"""What can be wrong with a request, by code: the asker rephrases."""

from __future__ import annotations

from semantic_layer.errors import Phrase, QueryProblem, problem


@problem("malformed_query", zh="[{part}：]{reason}", en="[{part}: ]{reason}")
class MalformedRequest(QueryProblem):
    """A body that is no request: `part` is the place in it."""

    reason: str | Phrase


@problem(
    "unknown_name",
    zh="没有叫“{name}”的{kind:word}。[它是指标，请写在 `{belongs_in}` 里。|{nearest:offer}]",
    en="There is no {kind} '{name}'[: it is a metric, which is named in `{belongs_in}`.|.{nearest:offer}|.]",
)
class UnknownName(QueryProblem):
    """A metric, dimension, entity or column that the model does not have."""

    kind: str
    name: str
    nearest: tuple[str, ...] = ()
    # the part of a request for a metric's name, where the name is a metric's
    belongs_in: str = ""


@problem(
    "unreachable_dimension",
    zh="{metric:name}不能按{dimension:name}拆分或筛选：它统计的对象没有这一项。"
    "[请改用{instead:name}，它可以这样统计。|可以按这些拆分：{possible:list}。]",
    en="{metric:name} cannot be split or filtered by {dimension:name}: what it counts has none."
    "[ Use {instead:name}, which counts by it.| It can be split by {possible:list}.]",
)
class Unreachable(QueryProblem):
    """The rows that a metric counts have no such dimension, or reaching it would count rows twice."""

    metric: str
    dimension: str
    possible: tuple[str, ...] = ()
    instead: str | None = None


@problem(
    "ambiguous_path",
    zh="从{metric:name}到{dimension:name}有几条路径，结果可能不同：{ways:ways}。"
    "请写明其中一条上的维度；模型可以用角色（`role_of`）区分它们，指标也可以写明走哪一条（`via`）。",
    en="{dimension:name} is reached from {metric:name} in several ways, which may differ: {ways:ways}. "
    "Name a dimension of one of them; the model can tell them apart by roles (`role_of`), "
    "or the metric name its way (`via`).",
)
class AmbiguousPath(QueryProblem):
    """Two equally short ways lead to a dimension and may give different numbers."""

    metric: str
    dimension: str
    ways: tuple[str, ...]


@problem(
    "needs_role",
    zh="{metric:name}里的{dimension:name}要说明是谁的：{roles:either}。",
    en="{metric:name} has {dimension:name} in a role only. Ask for {roles:either}.",
)
class NeedsRole(QueryProblem):
    """A dimension that the rows have in roles only: of the guest, of the host, not as such."""

    metric: str
    dimension: str
    roles: tuple[str, ...]


@problem(
    "missing_table",
    zh="{name:name}需要 {tables:list}，这个数据库里没有。",
    en="{name:name} needs {tables:list}, which this database does not have.",
)
class MissingTable(QueryProblem):
    """The deployment lacks a table, or a column of one, that the request needs."""

    name: str
    tables: tuple[str, ...]


@problem(
    "wrong_type",
    zh="{field:name}的值是{type:word}，不能和“{value}”比较。",
    en="{field:name} holds {type} values; '{value}' is not one.",
)
class WrongType(QueryProblem):
    """A filter compares a field with a value of another type."""

    field: str
    type: str
    value: str


@problem(
    "rank_needs_group",
    zh="{metric:name}是名次，要按{group:name}分组才有。请加上{group:name}。",
    en="{metric:name} tells places, and has none without {group:name}. Group by {group:name} too.",
)
class RankNeedsGroup(QueryProblem):
    """A place among groups that the request does not have."""

    metric: str
    group: str


@problem(
    "ranked_is_filtered",
    zh="关于{group:name}的条件与其他条件合在一起，名次就不知道是在谁之中。请把它单独写成一个条件。",
    en="A condition on {group:name} is put together with others, so that it is in doubt among whom places are told. "
    "Make it a condition by itself.",
)
class RankedIsFiltered(QueryProblem):
    """A condition on what is ranked, within another."""

    group: str


@problem(
    "no_subtotals",
    zh="小计是按组拆分的指标的，请至少写一个指标和一个分组。",
    en="Subtotals are of metrics by groups: name at least one metric, and one group.",
)
class NoSubtotals(QueryProblem):
    """Subtotals of what is not split."""


@problem(
    "not_a_share",
    zh="{metric:name}的各组不能相加成整体，所以没有占比。",
    en="groups of {metric:name} are no parts of a whole, so it has no shares.",
)
class NotAShare(QueryProblem):
    """A share of a ratio means nothing."""

    metric: str


@problem(
    "not_additive",
    zh="{metric:name}不能跨时间相加，所以没有累计值。",
    en="{metric:name} does not add up over time, so it has no running total.",
)
class NotAdditive(QueryProblem):
    """A running total of something that does not add up over time."""

    metric: str


@problem(
    "no_control",
    zh="这里没有对照组，增量效果无从得知。可以看归因指标或前后对比，但那不是效果。",
    en="There is no control arm here, so what was caused cannot be told. Attributed metrics, or before and after, can "
    "be asked for; they tell no effect.",
)
class NoControl(QueryProblem):
    """A trial of which no part has both arms."""

    trial: str


@problem(
    "not_seen",
    zh="模型没有说明{trial:name}里谁看到了消息。",
    en="The model does not say who took notice in {trial:name}.",
)
class NotSeen(QueryProblem):
    """Those who took notice are asked for, in a trial that does not know them."""

    trial: str


@problem(
    "nothing_before",
    zh="模型没有说明{trial:name}之前的情况，不能前后对比。",
    en="The model does not say what was before {trial:name}, so there is nothing to set the time after against.",
)
class NothingBefore(QueryProblem):
    """Before and after are asked for, of a trial that knows only what came after."""

    trial: str


@problem(
    "not_numbers",
    zh="{name:name}不是数字，不能按数值分段。",
    en="{name:name} holds no numbers that could be cut into bands.",
)
class NotNumbers(QueryProblem):
    """Bands of a dimension or field that has no numbers."""

    name: str


@problem(
    "not_added_up",
    zh="{metric:name}不能按同期群相加：它既不是合计，也不是按行计数的次数。",
    en="{metric:name} cannot be told of cohorts: it is neither a sum nor a count of rows, so its parts do not add up.",
)
class NotAddedUp(QueryProblem):
    """What is measured of a cohort is no sum and no count of rows."""

    metric: str


@problem(
    "not_decomposable",
    zh="{metric:name}的变化不能拆成各组的贡献：它既不是合计，也不是两个合计之比。可以按维度对比两期的数值。",
    en="A change of {metric:name} cannot be taken apart by groups: it is neither a sum nor one sum divided by another. "
    "Its values in both periods can be compared by a dimension.",
)
class NotDecomposable(QueryProblem):
    """A change of a metric whose groups do not make up the whole: a median, a largest value, a product of ratios."""

    metric: str


@problem(
    "not_a_column",
    zh="结果里没有{name:name}这一列。{nearest:offer}",
    en="{name:name} is not a column of this result.{nearest:offer}",
)
class NotAColumn(QueryProblem):
    """Sorting, `having` or `limit_within` names something that is not in the result."""

    name: str
    nearest: tuple[str, ...] = ()


@problem(
    "unknown_value",
    zh="{field:name}没有“{value}”这个值。{nearest:offer}",
    en="{field:name} has no value '{value}'.{nearest:offer}",
)
class UnknownValue(QueryProblem):
    """A value that a dimension does not have, neither in the model nor in the data."""

    field: str
    value: str
    nearest: tuple[str, ...] = ()


@problem(
    "not_a_fraction",
    zh="{name:name}以小数表示：{value} 会是 {percent}%。80% 请写 0.8。",
    en="{name:name} is held as a fraction: {value} would be {percent}%. Write 0.8 for 80%.",
)
class NotAFraction(QueryProblem):
    """A number in percent beside a rate, which is held as a fraction."""

    name: str
    value: str
    percent: str


@problem(
    "against_definition",
    zh="{metric:name}只统计 {definition} 的记录，与对{field:name}的条件不能同时成立。请换一个指标，或去掉这个条件。",
    en="{metric:name} counts only rows with {definition}, and the condition on {field:name} rules these out. Take "
    "another metric, or leave out the condition.",
)
class AgainstDefinition(QueryProblem):
    """A condition that a metric's own definition excludes: nothing is left to count."""

    metric: str
    field: str
    definition: str


@problem(
    "empty_range",
    zh="{name:name}不可能在 {low} 和 {high} 之间：这个范围的终点在起点之前。",
    en="Nothing of {name:name} is between {low} and {high}: the range ends before it begins.",
)
class EmptyRange(QueryProblem):
    """A range whose end comes before its beginning: nothing could be in it."""

    name: str
    low: str
    high: str


@problem(
    "limit_too_large",
    zh="最多能看 {most:,} 行，不能是 {limit:,} 行。",
    en="At most {most:,} rows can be asked for, not {limit:,}.",
)
class LimitTooLarge(QueryProblem):
    """More rows than an answer may hold, whoever asks."""

    limit: int
    most: int


@problem(
    "too_many_cells",
    zh="结果可能有 {cells:,} 格，最多 {most:,} 格：{made}。请少分一组、换更粗的时间单位或缩短时间段。",
    en="The result could have {cells:,} cells, at most {most:,} can be asked for: {made}. "
    "Leave out a group, take a coarser unit of time or a shorter period.",
)
class TooManyCells(QueryProblem):
    """A result that would be larger than the service may hold, told by what makes it so; it is not run."""

    cells: int
    most: int
    made: str


@problem(
    "repeated_column",
    zh="清单里有两列都叫“{name}”，请给其中一列另起名字。",
    en="Two columns of the list are named '{name}'. Name one of them otherwise.",
)
class RepeatedColumn(QueryProblem):
    """Two columns of a list under one name."""

    name: str


class Unsupported(QueryProblem):
    """A combination that has no defined meaning. Each kind has the code `unsupported`."""


@problem(
    "unsupported",
    zh="一次查询只能有一种时间单位。",
    en="A query has one time grain, not several.",
)
class SeveralGrains(Unsupported):
    """Groups by several units of time at once."""


@problem(
    "unsupported",
    zh="{grain:word}是指标所统计的事情发生的时间。请加上一个指标，或写明哪个时间：“{example}”。",
    en="'{grain}' is of what a metric counts. Add one, or name the time: '{example}'.",
)
class GrainOfNothing(Unsupported):
    """A unit of time without a metric whose time it could be."""

    grain: str
    example: str


@problem(
    "unsupported",
    zh="{part_of_time:word}需要和一个指标一起查。",
    en="'{part_of_time}' needs a metric.",
)
class PartOfNothing(Unsupported):
    """A part of the time (weekday, hour) without a metric whose time it could be."""

    part_of_time: str


@problem(
    "unsupported",
    zh="没有哪个数据集同时有这些维度。",
    en="No one dataset has all of these dimensions.",
)
class NotTogetherAnywhere(Unsupported):
    """Dimensions without a metric that no rows have all of."""


@problem(
    "unsupported",
    zh="{metric:name}不是按时间发生的事件，不能跟踪。",
    en="{metric:name} does not count events in time.",
)
class NotEvents(Unsupported):
    """A cohort table or funnel of a metric that does not count events."""

    metric: str


@problem(
    "unsupported",
    zh="不能用{metric:name}作条件来选取：从它的公式看不出没有任何记录时它是多少。",
    en="{metric:name} cannot be a condition to choose by: its formula does not tell what it is without rows.",
)
class NoValueOfNothing(Unsupported):
    """A condition on a metric whose value for those without any row cannot be told."""

    metric: str
