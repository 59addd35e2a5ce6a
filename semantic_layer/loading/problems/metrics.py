"""Why the keys and parts of a metric do not go together: the reasons of `MetricParts`, `BadPart` and `BadEvents`, each
going on from the metric's name, and of `BadExpression` and `MisplacedAggregate`.
"""

from __future__ import annotations

from semantic_layer.errors import Phrase

NO_EXPRESSION = Phrase(
    "没有 `expression`。请写一个聚合，或别的指标之间的公式",
    "has no `expression`. Write an aggregate, or a formula over other metrics",
)
NO_SUCH_KEY = Phrase("是 {kind}，不能有 `{key}`", "is a {kind}, which has no `{key}`")
NO_ROWS = Phrase(
    "有 `{key}` 而没有 `dataset`，所以没有行可用", "has a `{key}` but no `dataset`, so there are no rows for it"
)
NO_METRIC = Phrase(
    "没有用到任何指标。请写上，或给它一个 `dataset`", "names no metric. Name some, or give it a `dataset`"
)
TWO_SHIFTS = Phrase(
    "的输入“{name}”有 `offset`、`at_start_of`、`average_of` 和 `on_day` 中的不止一个。请只留一个",
    "has more than one of `offset`, `at_start_of`, `average_of` and `on_day` for its input '{name}'. Keep one",
)
NO_SUCH_DAY = Phrase(
    "的 `on_day` 是“{name}”，没有这个字段。是不是 {near}？",
    "has '{name}' for its `on_day`, which is no field. Did you mean {near}?",
)
NO_CALENDAR = Phrase(
    "的 `on_day` 是“{name}”，而“{dataset}”不是一天一行、以日期为键的日历，或者这个字段不是另一个日期",
    "has '{name}' for its `on_day`, but '{dataset}' is no calendar with one row a day, or the field is no other day",
)
TOO_LONG_AVERAGE = Phrase(
    "的输入“{name}”取 {count} 个 {unit} 的平均，最多 {most} 个。请用更大的单位，或带 `window` 的指标",
    "averages {count} times '{unit}' for its input '{name}', at most {most} are read. Take a larger unit, or a metric "
    "with a `window`",
)
PER_NO_KEY = Phrase(
    "的 `per` 没有 `key`。请写明按哪个字段逐个计算",
    "has a `per` without `key`. Name the field of what it is computed per",
)
PER_NO_VALUES = Phrase(
    "的 `per` 没有 `values`。请为每个键写一个聚合", "has a `per` without `values`. Name an aggregate for each key"
)
PER_ABOVE = Phrase(
    "的 `per` 里，`above` 的“{name}”要指向 `values` 里的一个值，并且不与键或值同名",
    "has '{name}' in `above` of `per`, which must be of one of its `values`, under a name of its own",
)
PER_TWICE = Phrase("的 `per` 里，“{name}”既是键又是值", "has '{name}' among both keys and values of `per`")
NEVER_VALID = Phrase(
    "在开始的那一刻就失效：永远不会计入任何东西", "is valid until the moment that it begins: nothing ever counts"
)
RANKED_WITHIN_ITSELF = Phrase(
    "的 `rank` 把“{name}”排在它自己之内。请从 `within` 中去掉它",
    "has a `rank` of '{name}' within itself. Leave it out of `within`",
)
INPUTS_OF_ROWS = Phrase(
    "既有属于公式的 `inputs`，又有 `dataset`", "has `inputs`, which belong to formulas, and a `dataset`"
)
TWO_WINDOWS = Phrase(
    "的 `window` 有 `last`、`next` 和 `to_date` 中的不止一个。请只留一个",
    "has a `window` with more than one of `last`, `next` and `to_date`. Keep one",
)
WINDOW_OF_STOCK = Phrase(
    "是存量（它有 `valid`），不能有 `window`", "is a stock (it has `valid`), and so takes no `window`"
)
NO_WAY = Phrase(
    "经由（`via`）“{name}”，而它的行不从这一列出发，也不经过这个数据集。可以写：{near}",
    "goes `via` '{name}', which is no column that its rows go on by, and no dataset that they lead to. Try {near}",
)
NO_CURRENCY = Phrase(
    "的 `format` 写了 `currency`，而它的单位“{unit}”不是货币。请把 `unit` 写成货币代码",
    "has a `currency` in its `format`, but its unit '{unit}' is none. Write the code of a currency as its `unit`",
)
NOT_SHORTENED = Phrase(
    "是比率，`format` 里不能有 `compact`", "is a rate, which no `compact` in its `format` could shorten"
)
INSTEAD_OF_ITSELF = Phrase(
    "的 `instead` 是它自己。请写另一个指标", "names itself to be used `instead`. Name another metric"
)
NEVER_EQUAL = Phrase(
    "用“{left}”（{left_type}）对应“{right}”（{right_type}），它们永远不会相等",
    "matches '{left}' ({left_type}) with '{right}' ({right_type}), which are never equal",
)
# of a metric that is a part of another, or is followed
NOT_OF_ROWS = Phrase("不是对数据集的行计算的指标", "is not a metric over rows of a dataset")
A_STOCK = Phrase("是存量，不是会发生的事情", "is a stock, not something that happens")
NO_STOCK = Phrase("不是存量（有 `valid` 的指标）", "is not a stock (a metric with `valid`)")
NOT_ROW_BY_ROW = Phrase("有 `{key}`，而这里应该逐行计数", "has a `{key}`, where single rows should count")
NOT_COUNTING = Phrase(
    "不是对行计数：它的表达式不是一个 `count(...)`", "does not count rows: its expression is not one `count(...)`"
)
NO_BUCKET = Phrase("用到“${name}”，而这里没有它", "looks at '${name}', which there is none of here")
NO_KEY = Phrase(
    "统计“{dataset}”的行，而它没有 primary_key 来区分各行",
    "counts rows of '{dataset}', which has no primary_key to tell them apart",
)
NO_FIELD = Phrase(
    "统计“{dataset}”的行，而它没有字段“{name}”", "counts rows of '{dataset}', which has no field '{name}'"
)
NO_TIME = Phrase("统计“{dataset}”的行，而它没有 `time`", "counts rows of '{dataset}' without a `time`")
# of expressions
A_FIELD = Phrase("应该是字段的名字", "it should be the name of a field")
NO_FIELDS = Phrase("指标之间的公式里不写字段", "a formula over metrics names no fields")
NOT_INNER = Phrase("“{name}”不在它里面的值 {known} 之中", "'{name}' is not one of its inner values, {known}")
# of aggregates where none may stand
WHOSE_ROWS = Phrase("请写明它聚合哪个 `dataset` 的行。", "Name the `dataset` whose rows it aggregates.")
OF_SINGLE_ROWS = Phrase(
    "筛选条件只看单行；按聚合选取请用 {keys}。", "A filter is about single rows: condition on an aggregate with {keys}."
)


def filter_of(owner: Phrase) -> Phrase:
    """The filter of something."""
    return Phrase(f"{owner.zh}的筛选条件", f"the filter of {owner.en}")


def input_of(owner: Phrase) -> Phrase:
    """An input of a metric."""
    return Phrase(f"{owner.zh}的输入", f"an input of {owner.en}")
