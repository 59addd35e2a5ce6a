"""What can be wrong with the data when customers are scored: for the operator, who has more or other data to bring.

A problem leaves `customer_scores` as it was: there are no half-filled or made-up scores.
"""

from __future__ import annotations

from datetime import date

from semantic_layer.errors import HuitouError, Phrase, Problem, problem


class ScoringProblem(Problem):
    """Scores cannot be computed from this data, or not all of their evidence."""


class ScoringError(HuitouError):
    """Nothing was written: the scores in the database are those of the run before, if any."""


@problem(
    "orders_unavailable",
    zh="计算评分需要表“orders”及其列 {missing_columns:list}，现在缺少它们。",
    en="Scoring needs the table 'orders' with the columns {missing_columns:list}: they are missing.",
)
class OrdersUnavailable(ScoringProblem):
    """The table of orders is missing or lacks columns."""

    missing_columns: tuple[str, ...]


@problem(
    "no_paid_orders",
    zh="[截至 {as_of}，]没有状态为“paid”的订单，无法给任何人评分。请检查状态代码和日期。",
    en="No order has the status 'paid'[ up to {as_of}]: nobody can be scored. Check the status codes and the date.",
)
class NoPaidOrders(ScoringProblem):
    """There is nobody to score up to the as-of date."""

    as_of: date | None


@problem(
    "too_few_repeat_buyers",
    zh="只有 {found} 位客户在两天或更多天下过单；至少要有 {needed} 位，才能估计 p_alive、churn_probability、"
    "expected_orders_12m 和 predicted_clv_12m。没有写入评分。",
    en="Only {found} customers bought on two or more days; at least {needed} are needed to estimate p_alive, "
    "churn_probability, expected_orders_12m and predicted_clv_12m. No scores were written.",
)
class TooFewRepeatBuyers(ScoringProblem):
    """The models of buying behaviour learn from customers who came back; there are too few of them."""

    found: int
    needed: int


@problem(
    "model_not_fitted",
    zh="{model} 模型无法拟合：{reason}。没有写入评分。",
    en="The {model} model could not be fitted: {reason}. No scores were written.",
)
class ModelNotFitted(ScoringProblem):
    """Maximum likelihood did not converge, or the data leave the model without meaning."""

    model: str
    reason: Phrase


@problem(
    "evidence_unavailable",
    zh="缺少表“{table}”[的列 {missing_columns:list}]；因此略去：{left_out:list}。",
    en="The [columns {missing_columns:list} of ]table '{table}' is not there; left out: {left_out:list}.",
)
class EvidenceUnavailable(ScoringProblem):
    """An optional table is missing or lacks columns, so what it would have shown is left out of the scores."""

    table: str
    missing_columns: tuple[str, ...]
    left_out: tuple[str, ...]


@problem(
    "parameter_at_limit",
    zh="{model} 模型拟合时，{parameters:list} 落在取值范围的边缘：数据不足以确定它。"
    "预测仍然成立，但这个参数不能当作事实。",
    en="The {model} model was fitted with {parameters:list} at the edge of the range: the data do not pin this down. "
    "The predictions hold; the parameter is not a fact.",
)
class ParameterAtLimit(ScoringProblem):
    """The likelihood keeps rising toward the edge: the data do not tell this parameter apart from its limit."""

    model: str
    parameters: tuple[str, ...]
