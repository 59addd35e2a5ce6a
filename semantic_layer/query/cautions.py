"""What a reader must know to trust a result that is given all the same: typed, coded, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from semantic_layer.errors import Phrase, Problem, problem


@dataclass(frozen=True)
class Caution(Problem):
    """One thing to know of a result. `part` names the part of the request that it is about."""

    part: str


@problem(
    "value_not_in_data",
    zh="数据里没有{field:name}为“{value}”的记录。{nearest:offer}",
    en="Nothing in the data has '{value}' as {field:name}.{nearest:offer}",
)
class ValueNotInData(Caution):
    """A value of an open set that no row has: the condition holds for nothing."""

    field: str
    value: str
    nearest: tuple[str, ...] = ()


@problem(
    "rows_without_time",
    zh="{metric:name}统计的记录中有 {rows} 条没有{time:name}，不属于任何时间段，没有算在内。",
    en="{rows} rows that {metric:name} counts have no {time:name}: they are in no period, and left out.",
)
class RowsWithoutTime(Caution):
    """Rows that a metric counts whose time is not known."""

    metric: str
    time: str
    rows: int


@problem(
    "future_period",
    zh="时间段 {period} 在今天（{today}）之后开始，还没有发生任何事。",
    en="The period {period} begins after today, {today}: nothing has happened in it yet.",
)
class FuturePeriod(Caution):
    """A period of which no day has come."""

    period: str
    today: str


@problem(
    "condition_over_all_history",
    zh="关于{metric:name}的条件没有自己的时间段，按全部历史计算，不只看所问的时间段。",
    en="The condition on {metric:name} has no period of its own: it looks at all history, not at the period asked for.",
)
class ConditionOverAllHistory(Caution):
    """A condition on behaviour that does not take over the period of the request around it."""

    metric: str


@problem(
    "partly_against_definition",
    zh="{metric:name}里的{counted:name}只统计 {definition} 的记录，与对{field:name}的条件不能同时成立，这一部分为空。",
    en="In {metric:name}, {counted:name} counts only rows with {definition}, which the condition on {field:name} rules "
    "out: that part is nothing.",
)
class PartlyAgainstDefinition(Caution):
    """A condition that a part of a metric's own definition excludes."""

    metric: str
    counted: str
    field: str
    definition: str


@problem(
    "large_fraction",
    zh="{name:name}以小数表示：{value} 就是 {percent}%。",
    en="{name:name} is held as a fraction: {value} is {percent}%.",
)
class LargeFraction(Caution):
    """A number over 1 beside a rate: perhaps meant in percent."""

    name: str
    value: str
    percent: str


@problem(
    "unlike_periods",
    zh="没有指定时间段，{metrics:list}各按默认的时间段统计，互不相同，依次是：{periods}。",
    en="Without a period, {metrics:list} are shown each over its own, and these differ: {periods}, in this order.",
)
class UnlikePeriods(Caution):
    """Metrics side by side that do not speak of the same days."""

    metrics: tuple[str, ...]
    periods: Phrase


@problem(
    "overlapping_groups",
    zh="同一个对象可以出现在{groups:list}的好几组里，各组{metric:name}的占比加起来会超过 100%。",
    en="One and the same may be in several groups of {groups:list}, so the shares of {metric:name} add up to more than "
    "100%.",
)
class OverlappingGroups(Caution):
    """Shares of what is counted once in the whole and once in each of several groups."""

    metric: str
    groups: tuple[str, ...]


@problem(
    "like_for_like",
    zh="本期尚未结束，两期都只取已过的天数，对比期为 {previous}。",
    en="The period is not over, so both sides are cut to the days elapsed: {previous}.",
)
class LikeForLike(Caution):
    """A comparison of a unit of time that is not over with as many days of another."""

    previous: str


@problem(
    "dimensions_overlap",
    zh="{dimensions:list}的各组有重叠，加起来不等于总数，没有用来解释。",
    en="Groups of {dimensions:list} overlap and do not add up to the whole, so they explain nothing here.",
)
class DimensionsOverlap(Caution):
    """Dimensions left out of an explanation, as one and the same is counted in several of their groups."""

    dimensions: tuple[str, ...]


@problem(
    "reversed_in_groups",
    zh="按{dimension:name}看，每一组的{metric:name}都与总体反向变化：总体的变化来自构成，不来自任何一组。",
    en="In every group of {dimension:name} the {metric:name} moved the other way: the whole changed by its "
    "composition, not in any group.",
)
class ReversedInGroups(Caution):
    """Simpson's paradox: the whole moved one way and each of its groups the other."""

    metric: str
    dimension: str


@problem(
    "small_groups",
    zh="标记为样本少的组不足 {least} 个，其变化可能只是偶然。",
    en="Groups marked as small count fewer than {least}: their changes may be chance.",
)
class SmallGroups(Caution):
    """Groups of an explanation that count too few to tell change from chance."""

    least: int


@problem("no_change", zh="{metric:name}在两期之间没有变化。", en="{metric:name} is the same in both periods.")
class NoChange(Caution):
    """A change to explain that is none."""

    metric: str


@problem(
    "nothing_to_compare",
    zh="两期之中有一期没有{metric:name}的数据，所以没有变化可解释。",
    en="One of the two periods has no value of {metric:name}, so there is no change to explain.",
)
class NothingToCompare(Caution):
    """A change from or to a period without any value."""

    metric: str


@problem(
    "nothing_partitions",
    zh="没有一个维度能把{metric:name}完整地分开。",
    en="No dimension divides {metric:name} into groups that make up the whole.",
)
class NothingPartitions(Caution):
    """A change that no dimension can be held against."""

    metric: str


@problem(
    "not_over_yet",
    zh="按{event:name}计，有 {events:,} 个之后还不满 {days} 天，没有算在内。",
    en="{events:,} {event:name} are left out: their {days} days are not over yet.",
)
class NotOverYet(Caution):
    """Events after which there has not been time enough."""

    event: str
    events: int
    days: int


@problem(
    "window_not_over",
    zh="{metric:name}看的是往后的一段（{size}），有些还没过完：只算到今天（{today}）。",
    en="{metric:name} looks ahead ({size}), and not all of that is over: only days up to today ({today}) are counted.",
)
class WindowNotOver(Caution):
    """A window that goes on beyond today."""

    metric: str
    size: str
    today: str


@problem(
    "windows_overlap",
    zh="分组用到的行为可以发生在事件后 {days} 天内，这段时间与所看的结果有重叠：先后和因果不能由此断定。",
    en="What tells the groups apart may happen up to {days} days after the event, in the days that are looked at too: "
    "what came first is not told by this.",
)
class WindowsOverlap(Caution):
    """Events told apart by a deed that may come after what is asked about."""

    days: int


@problem(
    "few_in_group",
    zh="有的组不足 {least} 个，其比例和差异可能只是偶然。",
    en="Some groups count fewer than {least}: their shares and differences may be chance.",
)
class FewInGroup(Caution):
    """Groups that count too few to tell a difference from chance."""

    least: int


@problem(
    "cost_not_shared",
    zh="成本属于整个活动，只看其中一部分人时没有自己的成本，所以没有投资回报率。",
    en="The cost is that of whole trials: a part of the people has none of its own, so there is no ROI.",
)
class CostNotShared(Caution):
    """A trial looked at by what its people are, who have no share of its cost."""

    trial: str


@problem(
    "not_an_experiment",
    zh="这不是随机对照：看到的人本来就可能更愿意购买，差异不能算作效果。",
    en="This is no experiment: those who took notice may have been readier to buy anyway. The difference is no effect.",
)
class NotAnExperiment(Caution):
    """Those who took notice set against those who did not."""

    trial: str


@problem(
    "before_and_after",
    zh="这是同一批人前后相比，不是随机对照：季节、大盘变化，以及人本来就在要买的时候被选中，都会造成差异，不能算作效果。",
    en="The same people before and after are no experiment: the season, what else happened, and that they were chosen "
    "when they were about to buy make a difference too. It is no effect.",
)
class BeforeAndAfter(Caution):
    """The time after a trial set against the time before it, of the same entities."""

    trial: str


@problem(
    "trials_lacking_an_arm",
    zh="有 {trials} 个活动缺少处理组或对照组，没有算在内。",
    en="Trials left out, as they lack a treatment or a control arm: {trials}.",
)
class TrialsLackingAnArm(Caution):
    """Trials that tell nothing, as one of their arms is empty."""

    trials: int


@problem(
    "few_in_arm",
    zh="有的组不足 {least} 人，结果很可能只是偶然。",
    en="Some arms have fewer than {least} members: what they show may well be chance.",
)
class FewInArm(Caution):
    """An arm too small to tell an effect from chance."""

    least: int


@problem(
    "effects_compared",
    zh="两组的效果相差 {points} 个百分点（95%区间 {low} 到 {high}，{chance}）；区间包含 0 时，不能说哪个更好。",
    en="The two effects differ by {points} percentage points (95% interval {low} to {high}, {chance}); where the "
    "interval holds 0, neither can be called the better one.",
)
class EffectsCompared(Caution):
    """Two groups of trials: how far their effects lie apart, and whether that can be chance."""

    points: str
    low: str
    high: str
    chance: str


@problem(
    "unbalanced_arms",
    zh="有的活动两组人数相差超过 {times} 倍，较小的一组决定了精度。",
    en="Some trials have arms of which one is over {times} times the other: the smaller one limits what can be seen.",
)
class UnbalancedArms(Caution):
    """Arms of very unlike sizes."""

    times: int


@problem(
    "subtotals_of_all",
    zh="小计和合计按全部分组计算，没有列出的也在内。",
    en="Subtotals and the total are of all groups, those that are not shown among them.",
)
class SubtotalsOfAll(Caution):
    """Rows that are no part of the table are in its subtotals."""


@problem(
    "evidence_left_out",
    zh="没有数据集{datasets:list}，所以没有看“{name}”。",
    en="'{name}' was not looked at: there is no {datasets:either}.",
)
class EvidenceLeftOut(Caution):
    """Evidence of a cause whose tables the database does not have."""

    name: str
    datasets: tuple[str, ...]


@problem(
    "not_whole",
    zh="{metrics:both}都以{base:name}为分母，但加起来不一定是 100%：有人两边都算（离开后又回来），也有人两边都不算。",
    en="{metrics:both} are shares of the same {base:name} and need not add up to 100%: some are in both, as those who "
    "left and came back, and some in neither.",
)
class NotWhole(Caution):
    """Shares of the same people that are not each other's rest."""

    metrics: tuple[str, ...]
    base: str
