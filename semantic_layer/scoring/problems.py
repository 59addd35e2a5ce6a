"""What can be wrong with the data when customers are scored: for the operator, who has more or other data to bring.

A problem leaves `customer_scores` as it was: there are no half-filled or made-up scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from semantic_layer.errors import HuitouError, Problem


@dataclass(frozen=True)
class ScoringProblem(Problem):
    """Scores cannot be computed from this data, or not all of their evidence."""


class ScoringError(HuitouError):
    """Nothing was written: the scores in the database are those of the run before, if any."""


@dataclass(frozen=True)
class OrdersUnavailable(ScoringProblem):
    """The table of orders is missing or lacks columns."""

    code: ClassVar[str] = "orders_unavailable"
    missing_columns: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"Scoring needs the table 'orders' with the columns {', '.join(self.missing_columns)}: they are missing."


@dataclass(frozen=True)
class NoPaidOrders(ScoringProblem):
    """There is nobody to score up to the as-of date."""

    code: ClassVar[str] = "no_paid_orders"
    as_of: date | None

    @property
    def message(self) -> str:
        until = f" up to {self.as_of}" if self.as_of else ""
        return f"No order has the status 'paid'{until}: nobody can be scored. Check the status codes and the date."


@dataclass(frozen=True)
class TooFewRepeatBuyers(ScoringProblem):
    """The models of buying behaviour learn from customers who came back; there are too few of them."""

    code: ClassVar[str] = "too_few_repeat_buyers"
    found: int
    needed: int

    @property
    def message(self) -> str:
        return (
            f"Only {self.found} customers bought on two or more days; at least {self.needed} are needed to estimate "
            f"p_alive, churn_probability, expected_orders_12m and predicted_clv_12m. No scores were written."
        )


@dataclass(frozen=True)
class ModelNotFitted(ScoringProblem):
    """Maximum likelihood did not converge, or the data leave the model without meaning."""

    code: ClassVar[str] = "model_not_fitted"
    model: str
    reason: str

    @property
    def message(self) -> str:
        return f"The {self.model} model could not be fitted: {self.reason}. No scores were written."


@dataclass(frozen=True)
class EvidenceUnavailable(ScoringProblem):
    """An optional table is missing or lacks columns, so what it would have shown is left out of the scores."""

    code: ClassVar[str] = "evidence_unavailable"
    table: str
    missing_columns: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def message(self) -> str:
        what = f"columns {', '.join(self.missing_columns)} of table" if self.missing_columns else "table"
        return f"The {what} '{self.table}' is not there; left out: {', '.join(self.left_out)}."


@dataclass(frozen=True)
class ParameterAtLimit(ScoringProblem):
    """The likelihood keeps rising toward the edge: the data do not tell this parameter apart from its limit."""

    code: ClassVar[str] = "parameter_at_limit"
    model: str
    parameters: tuple[str, ...]

    @property
    def message(self) -> str:
        return (
            f"The {self.model} model was fitted with {', '.join(self.parameters)} at the edge of the range: "
            f"the data do not pin this down. The predictions hold; the parameter is not a fact."
        )
